/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "doctor/runtimes.h"

#include "doctoring.h"

#include <string.h>

#define UNWIRED(name) "warning " name " is installed and its new containers get no views\n"
#define WIRED(name, file) "ok " name " gives its containers the views (" file ")\n"

START_TEST(what_is_not_installed_is_not_mentioned)
{
	doctoring_finds(lx_runtimes_check, "");
}
END_TEST

START_TEST(each_runtime_is_wired_by_its_own_file)
{
	static const struct {
		const char *name;
		const char *program;
		const char *file;
		const char *text;
	} rows[] = {
		{"docker", "usr/sbin/dockerd", "etc/docker/daemon.json",
			"{\"runtimes\": {\"lxfs\": {\"path\": \"/usr/bin/lxfs-runtime\"}}}"},
		{"containerd", "usr/bin/containerd", "etc/containerd/config.toml",
			"BinaryName = \"lxfs-runtime\"\n"},
		{"podman", "usr/bin/podman", "usr/share/containers/oci/hooks.d/90-lxfs.json",
			"{\"hook\": {\"path\": \"/usr/bin/lxfs\"}}"},
		{"cri-o", "usr/bin/crio", "etc/containers/oci/hooks.d/lxfs.json", "lxfs"},
		{"lxc", "usr/bin/lxc-start", "usr/share/lxc/config/common.conf.d/50-lxfs.conf",
			"lxc.hook.mount = /usr/share/lxfs/lxc.mount.hook\n"},
		{"incus", "usr/bin/incusd", "usr/share/lxc/config/common.conf.d/50-lxfs.conf",
			"lxfs"},
		{"systemd-nspawn", "usr/bin/systemd-nspawn",
			"etc/systemd/system/systemd-nspawn@.service.d/lxfs.conf",
			"ExecStartPost=lxfs attach\n"},
		{"kubelet", "var/lib/kubelet/config.yaml", "etc/containerd/config.toml",
			"lxfs-runtime"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *alone[] = {rows[i].program, "", NULL};
		const char *both[] = {rows[i].program, "", rows[i].file, rows[i].text, NULL};
		const char *foreign[] = {rows[i].program, "", rows[i].file, "{}", NULL};
		g_autofree char *unwired = g_strdup_printf(UNWIRED("%s"), rows[i].name);
		g_autofree char *wired =
			g_strdup_printf(WIRED("%s", "/%s"), rows[i].name, rows[i].file);
		g_autofree char *first = doctoring_find(lx_runtimes_check, alone);
		g_autofree char *second = doctoring_find(lx_runtimes_check, both);
		g_autofree char *third = doctoring_find(lx_runtimes_check, foreign);

		ck_assert_str_eq(first, unwired);
		ck_assert_str_eq(second, wired);
		ck_assert_str_eq(third, unwired);
	}
}
END_TEST

START_TEST(a_file_that_is_a_folder_wires_nothing)
{
	doctoring_finds(lx_runtimes_check, UNWIRED("docker"), "usr/bin/dockerd", "",
		"etc/docker/daemon.json/lxfs-runtime", "lxfs-runtime");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		what_is_not_installed_is_not_mentioned,
		each_runtime_is_wired_by_its_own_file,
		a_file_that_is_a_folder_wires_nothing,
		NULL,
	};

	return unit_suite_new("doctor/runtimes", tests);
}
