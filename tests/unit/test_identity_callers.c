/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tasks.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "identity/callers.h"

typedef struct {
	LxSysroot *root;
	LxNamespaces namespaces;
	LxCallers *callers;
} Scene;

static void scene_init(Scene *scene, const char *folder)
{
	scene->root = lx_sysroot_new(folder, NULL);
	ck_assert_ptr_nonnull(scene->root);
	lx_namespaces_init(&scene->namespaces, scene->root);
	scene->callers = lx_callers_new(&scene->namespaces);
}

static void scene_clear(Scene *scene)
{
	lx_callers_free(scene->callers);
	lx_namespaces_clear(&scene->namespaces);
	lx_sysroot_free(scene->root);
}

static bool is_known(Scene *scene, pid_t tid)
{
	LxCallerNamespaces at;

	return lx_callers_find(scene->callers, tid, &at);
}

static void note_twice(Scene *scene, pid_t tid)
{
	lx_callers_note(scene->callers, tid);
	ck_assert(!is_known(scene, tid));
	lx_callers_note(scene->callers, tid);
}

static uint64_t inode_of(const char *path)
{
	struct stat status;

	ck_assert_int_eq(stat(path, &status), 0);
	return status.st_ino;
}

START_TEST(who_has_asked_twice_is_known_by_both_namespaces)
{
	LxCallerNamespaces at;
	Scene scene;

	scene_init(&scene, "/");
	ck_assert(!is_known(&scene, getpid()));
	note_twice(&scene, getpid());
	ck_assert(lx_callers_find(scene.callers, getpid(), &at));
	ck_assert_uint_eq(at.cgroup, inode_of("/proc/self/ns/cgroup"));
	ck_assert_uint_eq(at.pid, inode_of("/proc/self/ns/pid"));
	ck_assert(!is_known(&scene, getpid() + 1));
	ck_assert(lx_callers_release(scene.callers));
	ck_assert(!is_known(&scene, getpid()));
	ck_assert(!lx_callers_release(scene.callers));
	scene_clear(&scene);
}
END_TEST

START_TEST(who_has_ended_is_not_known)
{
	Scene scene;
	pid_t child = fork();

	if (child == 0) {
		pause();
		_exit(0);
	}
	scene_init(&scene, "/");
	note_twice(&scene, child);
	ck_assert(is_known(&scene, child));
	kill(child, SIGKILL);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	ck_assert(!is_known(&scene, child));
	ck_assert(!lx_callers_release(scene.callers)); /* nor is anything kept of it */
	note_twice(&scene, child);
	ck_assert(!is_known(&scene, child));
	scene_clear(&scene);
}
END_TEST

START_TEST(on_a_captured_host_nobody_is_known)
{
	tasks_autohost host = tasks_host_new();
	Scene scene;

	tasks_add(&host, &(TasksTask){.tid = 12, .cgroupns = 11, .pidns = 21});
	scene_init(&scene, host.folder);
	note_twice(&scene, 12);
	ck_assert(!is_known(&scene, 12));
	ck_assert(!lx_callers_find(NULL, 12, NULL));
	lx_callers_note(NULL, 12);
	scene_clear(&scene);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {who_has_asked_twice_is_known_by_both_namespaces,
		who_has_ended_is_not_known, on_a_captured_host_nobody_is_known, NULL};

	return unit_suite_new("identity/callers", tests);
}
