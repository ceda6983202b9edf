/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Puts itself under a filter that has sysinfo(2) and sched_getaffinity(2) answered elsewhere, hands
 * the listener over as an OCI runtime does, and then executes a program or calls sysinfo itself.
 * With - for SOCKET it does so under the filter that it has.
 *
 *   caller SOCKET run PROGRAM ARGUMENT...
 *   caller SOCKET once             the struct, as hexadecimal digits
 *   caller SOCKET narrow           the same by int 0x80
 *   caller SOCKET bad              the errno of a call with an address that is not mapped
 *   caller SOCKET until FILE BYTES calls until FILE is there: "CALLS FAILED OTHERS", where OTHERS
 *                                  were told another total than BYTES
 *   caller SOCKET affinity PID BYTES [bad]  sched_getaffinity: "RESULT ERRNO MASK", with `bad` to
 * an address that is not mapped caller SOCKET hostile FILE     threads that unmap, rewrite and end
 * while they are answered
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define I386_SYSINFO 116
#define NOT_MAPPED ((void *)0x10)

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int make_listener(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_I386, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, I386_SYSINFO, 4, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sysinfo, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sched_getaffinity, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
	int fd;

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	fd = (int)syscall(
		SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
	if (fd < 0)
		die("seccomp");
	return fd;
}

/* The container process state of the OCI runtime specification, and a descriptor that is none. */
static void hand_over(const char *path, int listener)
{
	static char state[] =
		"{\"ociVersion\":\"1.0.2\",\"fds\":[\"other\",\"seccompFd\"],\"pid\":1,"
		"\"state\":{\"id\":\"caller\",\"status\":\"creating\"}}";
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(2 * sizeof(int))];
	} control = {0};
	struct iovec part = {state, sizeof state - 1};
	struct msghdr packet = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof control.bytes};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fds[2] = {STDIN_FILENO, listener};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strncpy(address.sun_path, path, sizeof address.sun_path - 1);
	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof fds);
	memcpy(CMSG_DATA(&control.header), fds, sizeof fds);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
		sendmsg(fd, &packet, 0) < 0)
		die(path);
	close(fd);
	close(listener);
}

static void print(const void *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		printf("%02x", ((const unsigned char *)bytes)[i]);
	putchar('\n');
}

/* With a gap in front and behind, so that what is written beside it is seen. */
static int once(void)
{
	struct {
		char before[64];
		struct sysinfo info;
		char behind[64];
	} around;

	memset(&around, 0x5a, sizeof around);
	if (sysinfo(&around.info) != 0)
		die("sysinfo");
	for (int i = 0; i < 64; i++)
		if (around.before[i] != 0x5a || around.behind[i] != 0x5a)
			return 3;
	print(&around.info, sizeof around.info);
	return 0;
}

static int narrow(void)
{
#if defined(__x86_64__)
	unsigned char *low = mmap(
		NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	long result;

	if (low == MAP_FAILED)
		die("mmap");
	memset(low, 0x5a, 4096);
	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(I386_SYSINFO), "b"(low)
			 : "memory", "r8", "r9", "r10", "r11");
	if ((int)result == -ENOSYS)
		return 77;
	if (result != 0 || low[64] != 0x5a)
		return 3;
	print(low, 64);
	return 0;
#else
	return 77;
#endif
}

static int bad(void)
{
	printf("%d\n", syscall(SYS_sysinfo, NOT_MAPPED) == 0 ? 0 : errno);
	return 0;
}

/* With a gap behind, so that what is written there is seen. */
static int affinity(int pid, size_t length, int is_bad)
{
	unsigned char *mask = malloc(length + 64);
	long result;

	memset(mask, 0x5a, length + 64);
	result = syscall(SYS_sched_getaffinity, pid, length, is_bad ? NOT_MAPPED : mask);
	printf("%ld %d ", result, result < 0 ? errno : 0);
	print(mask, result < 0 ? 0 : (size_t)result);
	for (size_t i = result < 0 ? 0 : (size_t)result; i < length + 64; i++)
		if (mask[i] != 0x5a)
			return 3;
	free(mask);
	return 0;
}

static int until(const char *file, unsigned long bytes)
{
	unsigned long calls = 0, failed = 0, others = 0;
	struct sysinfo info;

	while (access(file, F_OK) < 0) {
		memset(&info, 0, sizeof info);
		calls++;
		if (sysinfo(&info) != 0)
			failed++;
		else if (info.totalram * info.mem_unit != bytes)
			others++;
	}
	printf("%lu %lu %lu\n", calls, failed, others);
	return 0;
}

/* ---- Hostile ----------------------------------------------------------------------------- */

static char *shared_page;

static void *remap(void *unused)
{
	for (;;) {
		mmap(shared_page, 4096, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		memset(shared_page, 0xff, 4096);
		mprotect(shared_page, 4096, PROT_NONE);
		munmap(shared_page, 4096);
	}
	return unused;
}

static void *call(void *unused)
{
	for (int i = 0; i < 1000; i++)
		syscall(SYS_sysinfo, shared_page + 4096 - (i % 200));
	return unused;
}

/* A thread that ends while another one of its process waits for an answer: by exit, and by kill. */
static void *vanish(void *unused)
{
	for (;;) {
		pthread_t thread;
		pid_t child = fork();

		if (child == 0) {
			pthread_create(&thread, NULL, call, NULL);
			usleep(1000);
			_exit(0);
		}
		usleep(500);
		if (child > 0) {
			kill(child, SIGKILL);
			waitpid(child, NULL, 0);
		}
	}
	return unused;
}

static int hostile(const char *file)
{
	pthread_t thread;

	shared_page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_create(&thread, NULL, remap, NULL);
	pthread_create(&thread, NULL, vanish, NULL);
	while (access(file, F_OK) < 0)
		if (pthread_create(&thread, NULL, call, NULL) == 0)
			pthread_join(thread, NULL);
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[2] : "";

	if (argc < 3)
		return 2;
	if (strcmp(argv[1], "-") != 0)
		hand_over(argv[1], make_listener());
	if (strcmp(what, "run") == 0) {
		execvp(argv[3], argv + 3);
		die(argv[3]);
	}
	if (strcmp(what, "once") == 0)
		return once();
	if (strcmp(what, "narrow") == 0)
		return narrow();
	if (strcmp(what, "bad") == 0)
		return bad();
	if (strcmp(what, "affinity") == 0)
		return affinity(atoi(argv[3]), strtoul(argv[4], NULL, 10), argc > 5);
	if (strcmp(what, "until") == 0)
		return until(argv[3], strtoul(argv[4], NULL, 10));
	return strcmp(what, "hostile") == 0 ? hostile(argv[3]) : 2;
}
