/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * anew_server SOCKET MEMORY_FOLDER
 *
 * Answers sysinfo(2) of one container of LXC (lxc.seccomp.notify.proxy; the protocol is told in
 * lxfs/calls/proxy_message.h) as LXD does: for each call it opens and reads the files of the
 * container's cgroup anew, and what the host says of its init. It is C, where LXD is Go, has its
 * cgroup told, where LXD looks for it, and knows one container only: what it takes is less than
 * what LXD takes.
 */
#include <fcntl.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/sysinfo.h>
#include <sys/un.h>
#include <unistd.h>

enum { FD_PROCESS, FD_MEMORY, FD_LISTENER, N_FDS };

typedef struct {
	uint64_t reserved;
	int32_t monitor, init;
	uint16_t sizes[3];
	uint64_t cookie_bytes;
	struct seccomp_notif call;
	struct seccomp_notif_resp response;
} Message;

static const char *folder;

static size_t read_anew(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	text[got > 0 ? got : 0] = '\0';
	return got > 0 ? (size_t)got : 0;
}

static uint64_t number_in(const char *name)
{
	char path[4096], text[64];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	return read_anew(path, text, sizeof text) ? strtoull(text, NULL, 10) : 0;
}

/* On either layout of cgroups one of the two is there. */
static uint64_t number(const char *v1, const char *v2)
{
	uint64_t found = number_in(v1);

	return found ? found : number_in(v2);
}

static uint64_t in_memory_stat(const char *text, const char *key)
{
	const char *found = strstr(text, key);

	return found ? strtoull(found + strlen(key), NULL, 10) : 0;
}

static void make(const Message *message, struct sysinfo *info)
{
	char path[4096], text[16384];

	sysinfo(info);
	snprintf(path, sizeof path, "/proc/%d/stat", message->init);
	read_anew(path, text, sizeof text);
	snprintf(path, sizeof path, "%s/memory.stat", folder);
	read_anew(path, text, sizeof text);
	info->mem_unit = 1;
	info->totalram = number("memory.limit_in_bytes", "memory.max");
	info->freeram = info->totalram - number("memory.usage_in_bytes", "memory.current");
	info->sharedram = in_memory_stat(text, "\nshmem ");
	info->bufferram = 0;
	info->totalswap = number("memory.memsw.limit_in_bytes", "memory.swap.max");
	info->freeswap =
		info->totalswap - number("memory.memsw.usage_in_bytes", "memory.swap.current");
}

static void answer(Message *message, const int fds[N_FDS])
{
	struct sysinfo info;

	make(message, &info);
	message->response = (struct seccomp_notif_resp){.id = message->call.id};
	if (ioctl(fds[FD_LISTENER], SECCOMP_IOCTL_NOTIF_ID_VALID, &message->call.id) < 0 ||
		pwrite(fds[FD_MEMORY], &info, sizeof info, (off_t)message->call.data.args[0]) < 0)
		message->response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
}

static int serve_one(int monitor)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(N_FDS * sizeof(int))];
	} control;
	Message message;
	struct iovec part = {&message, sizeof message};
	struct msghdr packet = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof control.bytes};
	int fds[N_FDS];

	if (recvmsg(monitor, &packet, MSG_CMSG_CLOEXEC) != (ssize_t)sizeof message ||
		control.header.cmsg_len != CMSG_LEN(sizeof fds))
		return -1;
	memcpy(fds, CMSG_DATA(&control.header), sizeof fds);
	answer(&message, fds);
	for (int i = 0; i < N_FDS; i++)
		close(fds[i]);
	return (int)send(monitor, &message, sizeof message, MSG_NOSIGNAL);
}

int main(int argc, char **argv)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int socket_fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	int monitor;

	if (argc != 3)
		return 2;
	folder = argv[2];
	strncpy(address.sun_path, argv[1], sizeof address.sun_path - 1);
	if (bind(socket_fd, (struct sockaddr *)&address, sizeof address) < 0 ||
		listen(socket_fd, 1) < 0) {
		perror(argv[1]);
		return 1;
	}
	while ((monitor = accept(socket_fd, NULL, NULL)) >= 0) {
		while (serve_one(monitor) > 0)
			;
		close(monitor);
	}
	return 1;
}
