/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which container runtimes there are, and whether each is wired: one row for each. */
#include "doctor/runtimes.h"

#define PROGRAMS 4
#define FILES 6

typedef struct {
	const char *name;
	const char *programs[PROGRAMS]; /* any of them: it is installed */
	const char *files[FILES];       /* patterns; any file, with `word` in it, wires it */
	const char *word;
	const char *cure;
} Runtime;

#define HOOKS_DIRS \
	"/usr/share/containers/oci/hooks.d/*lxfs*.json", \
		"/usr/local/share/containers/oci/hooks.d/*lxfs*.json", \
		"/etc/containers/oci/hooks.d/*lxfs*.json"
#define REINSTALL "install the hook: ninja -C build install, or the package lxfs"

static const Runtime runtimes[] = {
	{"docker", {"/usr/bin/dockerd", "/usr/sbin/dockerd", "/usr/local/bin/dockerd"},
		{"/etc/docker/daemon.json"}, "lxfs-runtime",
		"in /etc/docker/daemon.json: \"runtimes\": {\"lxfs\": {\"path\": "
		"\"lxfs-runtime\"}}, \"default-runtime\": \"lxfs\" (man lxfs-runtime); then: "
		"systemctl restart docker"},
	{"containerd", {"/usr/bin/containerd", "/usr/local/bin/containerd"},
		{"/etc/containerd/config.toml", "/etc/containerd/conf.d/*.toml"}, "lxfs-runtime",
		"in /etc/containerd/config.toml: BinaryName = \"lxfs-runtime\" below the runc "
		"runtime's options; then: systemctl restart containerd"},
	{"podman", {"/usr/bin/podman", "/usr/local/bin/podman"}, {HOOKS_DIRS}, "lxfs", REINSTALL},
	{"cri-o", {"/usr/bin/crio", "/usr/local/bin/crio"}, {HOOKS_DIRS}, "lxfs", REINSTALL},
	{"lxc", {"/usr/bin/lxc-start", "/usr/local/bin/lxc-start"},
		{"/usr/share/lxc/config/common.conf.d/*lxfs*.conf",
			"/usr/share/lxc/config/common.conf.d/00-lxcfs.conf",
			"/usr/local/share/lxc/config/common.conf.d/*lxfs*.conf"},
		"lxfs", "install common.conf.d/*lxfs*.conf: the package lxfs has it"},
	{"incus", {"/usr/bin/incusd", "/usr/libexec/incus/incusd", "/opt/incus/bin/incusd"},
		{"/usr/share/lxc/config/common.conf.d/*lxfs*.conf",
			"/opt/incus/share/lxc/config/common.conf.d/*lxfs*.conf"},
		"lxfs", "install common.conf.d/*lxfs*.conf: the package lxfs has it"},
	{"systemd-nspawn", {"/usr/bin/systemd-nspawn"},
		{"/usr/lib/systemd/system/systemd-nspawn@.service.d/*lxfs*.conf",
			"/lib/systemd/system/systemd-nspawn@.service.d/*lxfs*.conf",
			"/usr/local/lib/systemd/system/systemd-nspawn@.service.d/*lxfs*.conf",
			"/etc/systemd/system/systemd-nspawn@.service.d/*lxfs*.conf"},
		"lxfs",
		"install systemd-nspawn@.service.d/*lxfs*.conf; then: systemctl daemon-reload"},
	{"kubelet", {"/usr/bin/kubelet", "/usr/local/bin/kubelet", "/var/lib/kubelet/config.yaml"},
		{"/etc/containerd/config.toml", HOOKS_DIRS}, "lxfs",
		"wire containerd or CRI-O, or use the injector: kubectl apply -k k8s/deploy"},
};

static bool is_installed(const LxPatient *patient, const Runtime *runtime)
{
	for (int i = 0; i < PROGRAMS && runtime->programs[i]; i++)
		if (lx_patient_has(patient, runtime->programs[i]))
			return true;
	return false;
}

/* The file that wires it, for g_free; NULL: none does. */
static char *find_wiring(const LxPatient *patient, const Runtime *runtime)
{
	for (int i = 0; i < FILES && runtime->files[i]; i++) {
		g_autofree char *file = lx_patient_match(patient, runtime->files[i]);

		if (file && lx_patient_says(patient, file, runtime->word))
			return g_steal_pointer(&file);
	}
	return NULL;
}

void lx_runtimes_check(const LxPatient *patient, LxFindings *findings)
{
	for (size_t i = 0; i < G_N_ELEMENTS(runtimes); i++) {
		g_autofree char *wiring = NULL;

		if (!is_installed(patient, &runtimes[i]))
			continue;
		wiring = find_wiring(patient, &runtimes[i]);
		if (wiring)
			lx_findings_add(findings, LX_SEVERITY_OK, NULL,
				"%s gives its containers the views (%s)", runtimes[i].name, wiring);
		else
			lx_findings_add(findings, LX_SEVERITY_WARNING, runtimes[i].cure,
				"%s is installed and its new containers get no views",
				runtimes[i].name);
	}
}
