/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "identity/runtime.h"

#define A "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"
#define B "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define UID "11111111-2222-3333-4444-555555555555"
#define POD "pod" UID
#define SLICE "kubepods-burstable-pod11111111_2222_3333_4444_555555555555.slice"

/* `at` is where the container's own cgroup ends. */
static const struct {
	const char *path, *runtime, *id, *at;
} rows[] = {
	{"/docker/" A, "docker", A, "/docker/" A},
	{"/docker/" A "/", "docker", A, "/docker/" A},
	{"/docker/" A "/init.scope", "docker", A, "/docker/" A},
	{"/docker/" A "/system.slice/cron.service", "docker", A, "/docker/" A},
	{"/system.slice/docker-" A ".scope", "docker", A, "/system.slice/docker-" A ".scope"},
	{"/system.slice/docker-" A ".scope/app", "docker", A, "/system.slice/docker-" A ".scope"},
	{"/user.slice/user-1000.slice/user@1000.service/user.slice/docker-" A ".scope", "docker", A,
		"/user.slice/user-1000.slice/user@1000.service/user.slice/docker-" A ".scope"},
	{"/kubepods/besteffort/" POD "/" A, "kubernetes", A, "/kubepods/besteffort/" POD "/" A},
	{"/kubepods/" POD "/" A "/x/y", "kubernetes", A, "/kubepods/" POD "/" A},
	{"/kubepods/burstable/" POD "/crio-" A, "cri-o", A, "/kubepods/burstable/" POD "/crio-" A},
	{"/kubepods.slice/kubepods-burstable.slice/" SLICE "/cri-containerd-" A ".scope",
		"containerd", A,
		"/kubepods.slice/kubepods-burstable.slice/" SLICE "/cri-containerd-" A ".scope"},
	{"/kubepods.slice/kubepods-burstable.slice/" SLICE "/docker-" A ".scope", "docker", A,
		"/kubepods.slice/kubepods-burstable.slice/" SLICE "/docker-" A ".scope"},
	{"/kubepods.slice/" SLICE "/crio-" A ".scope/container", "cri-o", A,
		"/kubepods.slice/" SLICE "/crio-" A ".scope"},
	{"/kubepods.slice/" SLICE "/other-" A ".scope", "kubernetes", A,
		"/kubepods.slice/" SLICE "/other-" A ".scope"},
	{"/kubepods.slice/" SLICE "/" A, "kubernetes", A, "/kubepods.slice/" SLICE "/" A},
	{"/system.slice/containerd.service/" SLICE ":cri-containerd:" A, "containerd", A,
		"/system.slice/containerd.service/" SLICE ":cri-containerd:" A},
	{"/k8s.io/" A, "containerd", A, "/k8s.io/" A},
	{"/k8s.io/" A "/below", "containerd", A, "/k8s.io/" A},
	{"/default/" A, "containerd", A, "/default/" A},
	{"/default/web-1", "containerd", "web-1", "/default/web-1"},
	{"/default/web-1/a", "containerd", "web-1", "/default/web-1"},
	{"/user.slice/nerdctl-" A ".scope", "containerd", A, "/user.slice/nerdctl-" A ".scope"},
	{"/crio-" A, "cri-o", A, "/crio-" A},
	{"/machine.slice/crio-" A ".scope", "cri-o", A, "/machine.slice/crio-" A ".scope"},
	{"/machine.slice/libpod-" A ".scope", "podman", A, "/machine.slice/libpod-" A ".scope"},
	{"/machine.slice/libpod-" A ".scope/container", "podman", A,
		"/machine.slice/libpod-" A ".scope"},
	{"/libpod_parent/libpod-" A, "podman", A, "/libpod_parent/libpod-" A},
	{"/libpod-" A "/x", "podman", A, "/libpod-" A},
	{"/system.slice/web.service/libpod-payload-" A, "podman", A,
		"/system.slice/web.service/libpod-payload-" A},
	{"/lxc/web", "lxc", "web", "/lxc/web"},
	{"/lxc/web/init.scope", "lxc", "web", "/lxc/web"},
	{"/lxc.payload.web", "lxc", "web", "/lxc.payload.web"},
	{"/lxc.payload.my.web-1/system.slice", "lxc", "my.web-1", "/lxc.payload.my.web-1"},
	{"/lxc.payload/web/a", "lxc", "web", "/lxc.payload/web"},
	{"/machine.slice/machine-web.scope", "systemd-nspawn", "web",
		"/machine.slice/machine-web.scope"},
	{"/machine.slice/machine-web\\x2d1.scope/payload/init.scope", "systemd-nspawn", "web-1",
		"/machine.slice/machine-web\\x2d1.scope/payload"},
	{"/machine.slice/systemd-nspawn@web-1.service", "systemd-nspawn", "web-1",
		"/machine.slice/systemd-nspawn@web-1.service"},
	{"/machine.slice/systemd-nspawn@a\\x2d\\x2fb.service/payload", "systemd-nspawn", "a-:b",
		"/machine.slice/systemd-nspawn@a\\x2d\\x2fb.service/payload"},
	{"/machine.slice/machine-lxc\\x2d7\\x2dweb.scope", "libvirt", "7-web",
		"/machine.slice/machine-lxc\\x2d7\\x2dweb.scope"},
	{"/ecs/task-1/" A, "oci", A, "/ecs/task-1/" A},
	/* The innermost of several. */
	{"/docker/" A "/docker/" B "/x", "docker", B, "/docker/" A "/docker/" B},
	{"/docker/" A "/kubelet/kubepods/" POD "/" B, "kubernetes", B,
		"/docker/" A "/kubelet/kubepods/" POD "/" B},
	{"/lxc/a/lxc/b", "lxc", "b", "/lxc/a/lxc/b"},
	{"/lxc.payload.a/lxc.payload.b/x", "lxc", "b", "/lxc.payload.a/lxc.payload.b"},
	{"/lxc.payload.a/lxc.monitor.b", "lxc", "a", "/lxc.payload.a"},
	{"/lxc.payload.a/system.slice/docker-" B ".scope", "docker", B,
		"/lxc.payload.a/system.slice/docker-" B ".scope"},
	/* Names that would do harm. */
	{"/machine.slice/machine-\\x2e\\x2e.scope", "systemd-nspawn", "_.",
		"/machine.slice/machine-\\x2e\\x2e.scope"},
	{"/machine.slice/machine-a\\x00\\x0a\\x2g.scope", "systemd-nspawn", "a__\\x2g",
		"/machine.slice/machine-a\\x00\\x0a\\x2g.scope"},
	{"/lxc/a\x1b[1m", "lxc", "a_[1m", "/lxc/a\x1b[1m"},
	{"//lxc//web//x", "lxc", "web", "//lxc//web"},
};

static const char *const strangers[] = {
	"",
	"/",
	"//",
	"relative",
	"/docker",
	"/docker/",
	"/docker/web",
	"/docker/" A "0",
	"/system.slice/docker.service",
	"/system.slice/docker-.scope",
	"/system.slice/docker-compose.scope",
	"/user.slice/user-1000.slice/session-1.scope",
	"/kubepods/besteffort/" POD,
	"/kubepods.slice/" SLICE,
	"/lxc",
	"/lxc.monitor.web",
	"/lxc.monitor/web",
	"/lxc.payload.",
	"/lxc.payload",
	"/machine.slice/libpod-conmon-" A ".scope",
	"/crio-conmon-" A,
	"/crio-conmon-" A ".scope",
	"/machine.slice/machine-.scope",
	"/machine.slice/machine-qemu\\x2d1\\x2dvm.scope",
	"/machine.slice/machine-web.scope/supervisor",
	"/system.slice/x.service/default/web",
	"/default",
	"/k8s.io/web",
	"/libpod_parent",
	"/system.slice/containerd.service",
};

START_TEST(known_paths_give_runtime_id_and_the_cgroups_end)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_auto(LxRuntime) got = {0};
		g_autofree char *at = NULL;

		ck_assert_msg(lx_runtime_recognise(rows[i].path, &got), "%s", rows[i].path);
		at = g_strndup(rows[i].path, got.length);
		ck_assert_str_eq(got.runtime, rows[i].runtime);
		ck_assert_str_eq(got.id, rows[i].id);
		ck_assert_str_eq(at, rows[i].at);
	}
}
END_TEST

START_TEST(other_paths_are_no_runtimes)
{
	for (size_t i = 0; i < G_N_ELEMENTS(strangers); i++) {
		LxRuntime got = {.length = 42};

		ck_assert_msg(!lx_runtime_recognise(strangers[i], &got), "%s", strangers[i]);
		ck_assert_uint_eq(got.length, 42);
	}
}
END_TEST

START_TEST(a_plain_id_can_be_a_folders_name)
{
	static const char *const plain[][2] = {
		{"/user.slice/session-1.scope", "user.slice:session-1.scope"},
		{"/web", "web"},
		{"/", "_"},
		{"", "_"},
		{"/..", "_."},
		{"/a\nb", "a_b"},
	};
	g_autofree char *deep = g_strnfill(1000, 'x');
	g_autofree char *path = g_strconcat("/", deep, "/end", NULL);
	g_autofree char *id = lx_runtime_plain_id(path);

	ck_assert_uint_eq(strlen(id), 200);
	ck_assert(g_str_has_suffix(id, "x:end"));
	for (size_t i = 0; i < G_N_ELEMENTS(plain); i++) {
		g_autofree char *got = lx_runtime_plain_id(plain[i][0]);

		ck_assert_str_eq(got, plain[i][1]);
	}
}
END_TEST

START_TEST(the_uid_of_a_pod_is_in_the_path)
{
	static const char *const uids[][2] = {
		{"/kubepods/besteffort/" POD "/" A, UID},
		{"/kubepods/" POD, UID},
		{"/kubepods.slice/kubepods-burstable.slice/" SLICE "/cri-containerd-" A ".scope",
			UID},
		{"/kubepods.slice/" SLICE "/", UID},
		{"/docker/" A "/kubelet/kubepods/pod0123456789abcdef0123456789abcdef/" B,
			"0123456789abcdef0123456789abcdef"},
		{"/kubepods/podx/" A, NULL},
		{"/kubepods/pod" UID "0/" A, NULL},
		{"/kubepods.slice/kubepods-pod.slice", NULL},
		{"/docker/" A, NULL},
		{"/", NULL},
		{"", NULL},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(uids); i++) {
		g_autofree char *got = lx_runtime_pod_uid(uids[i][0]);

		ck_assert_pstr_eq(got, uids[i][1]);
	}
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		known_paths_give_runtime_id_and_the_cgroups_end,
		other_paths_are_no_runtimes,
		a_plain_id_can_be_a_folders_name,
		the_uid_of_a_pod_is_in_the_path,
		NULL,
	};

	return unit_suite_new("identity/runtime", tests);
}
