/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mounts/started.h"

#include "unit.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

START_TEST(a_program_on_a_mount_of_its_own_namespace_has_started)
{
	ck_assert(lx_started_look(getpid()));
}
END_TEST

START_TEST(one_that_has_ended_has_not)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	ck_assert(!lx_started_look(pid));
}
END_TEST

/* As runc executes itself before it becomes the container's program. */
static int memory_of(const char *path)
{
	g_autofree char *bytes = NULL;
	gsize length;
	int memory = memfd_create("cloned", 0);

	ck_assert(g_file_get_contents(path, &bytes, &length, NULL));
	ck_assert_int_eq(write(memory, bytes, length), (ssize_t)length);
	return memory;
}

START_TEST(a_program_that_lies_nowhere_has_not)
{
	g_autofree char *self = g_file_read_link("/bin/sleep", NULL);
	int memory = memory_of(self ? self : "/bin/sleep");
	char *argv[] = {(char *)"sleep", (char *)"60", NULL}, *envp[] = {NULL};
	g_autofree char *exe = NULL, *target = NULL;
	pid_t pid = fork();

	if (pid == 0) {
		fexecve(memory, argv, envp);
		_exit(127);
	}
	exe = g_strdup_printf("/proc/%d/exe", (int)pid);
	do {
		g_free(target);
		target = g_file_read_link(exe, NULL);
	} while (target && !strstr(target, "memfd:"));
	ck_assert_ptr_nonnull(target);
	ck_assert(!lx_started_look(pid));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_program_on_a_mount_of_its_own_namespace_has_started,
		one_that_has_ended_has_not,
		a_program_that_lies_nowhere_has_not,
		NULL,
	};

	return unit_suite_new("mounts/started", tests);
}
