/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel can do. Each system call is asked for with arguments that it must refuse. */
#include "doctor/kernel.h"

#include "fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include <linux/nsfs.h>

#ifndef NS_GET_TGID_FROM_PIDNS
#define NS_GET_TGID_FROM_PIDNS _IOR(NSIO, 0x7, int)
#endif

#define NEWER_KERNEL(version) "boot a kernel of version " version " or later"

/* ---- System calls ------------------------------------------------------------------------ */

/* Anything but ENOSYS comes from the call itself. */
static int presence(long result)
{
	return result < 0 && errno == ENOSYS ? ENOSYS : 0;
}

static int probe_open_tree(void)
{
	return presence(syscall(SYS_open_tree, -1, "", 0));
}

static int probe_move_mount(void)
{
	return presence(syscall(SYS_move_mount, -1, "", -1, "", 0));
}

static int probe_mount_setattr(void)
{
	return presence(syscall(SYS_mount_setattr, -1, "", 0, NULL, 0));
}

static int probe_pidfd(void)
{
	return presence(syscall(SYS_pidfd_open, -1, 0));
}

/* ESRCH says that it looked; ENOTTY that it does not know the question. */
static int probe_pid_namespace(void)
{
	g_auto(LxFd) fd = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno;
	return ioctl(fd, NS_GET_TGID_FROM_PIDNS, 1) < 0 && errno == ENOTTY ? ENOTTY : 0;
}

static int probe_handles(void)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} name = {.handle.handle_bytes = MAX_HANDLE_SZ};
	int mount_id;
	g_auto(LxFd) fd = -1;
	g_auto(LxFd) folder = open("/sys/fs/cgroup", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (folder < 0 || name_to_handle_at(folder, "", &name.handle, &mount_id, AT_EMPTY_PATH) < 0)
		return errno;
	fd = open_by_handle_at(folder, &name.handle, O_PATH | O_CLOEXEC);
	return fd < 0 ? errno : 0;
}

static int probe_sweep(void)
{
	g_autoptr(GError) failure = NULL;

	return lx_sweep_probe(&failure) ? 0 : lx_error_code(failure);
}

static const LxFeature features[] = {
	{"open_tree(2)", "attach, heal and hook", LX_SEVERITY_BROKEN, NEWER_KERNEL("5.4"),
		probe_open_tree},
	{"move_mount(2)", "attach, heal and hook", LX_SEVERITY_BROKEN, NEWER_KERNEL("5.4"),
		probe_move_mount},
	{"mount_setattr(2)", "mounts that are prepared in memory; below /run without it",
		LX_SEVERITY_NOTE, NEWER_KERNEL("5.12"), probe_mount_setattr},
	{"pidfd_open(2)", "knowing at once that a container has ended", LX_SEVERITY_BROKEN,
		NEWER_KERNEL("5.4"), probe_pidfd},
	{"NS_GET_TGID_FROM_PIDNS",
		"finding a container's init in one call; searched for without it", LX_SEVERITY_NOTE,
		NEWER_KERNEL("6.11"), probe_pid_namespace},
};

static const LxFeature handles = {"open_by_handle_at(2) on cgroups",
	"the cgroup view over a restart", LX_SEVERITY_WARNING,
	"run lxfs with CAP_DAC_READ_SEARCH in the host's user namespace", probe_handles};

static const LxFeature sweep = {"BPF task iterator",
	"counting the tasks of large containers in one pass; their files are read without it",
	LX_SEVERITY_NOTE,
	"boot a kernel of version 5.17 or later with BTF; build lxfs with -Dbpf=enabled",
	probe_sweep};

void lx_kernel_judge(const LxFeature *feature, int code, LxFindings *findings)
{
	if (code == 0)
		lx_findings_add(findings, LX_SEVERITY_OK, NULL, "%s is there", feature->name);
	else
		lx_findings_add(findings, feature->missing, feature->cure, "no %s (%s), for %s",
			feature->name, g_strerror(code), feature->serves);
}

void lx_kernel_check_calls(const LxPatient *patient, LxFindings *findings)
{
	if (!lx_patient_lives(patient))
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(features); i++)
		lx_kernel_judge(&features[i], features[i].probe(), findings);
	if (!patient->is_root)
		return;
	lx_kernel_judge(&sweep, sweep.probe(), findings);
	if (lx_patient_has(patient, "/sys/fs/cgroup/cgroup.controllers"))
		lx_kernel_judge(&handles, handles.probe(), findings);
}

/* ---- Files ------------------------------------------------------------------------------- */

/* A character device: opening it does nothing but take memory. */
static void check_device(LxFindings *findings)
{
	g_auto(LxFd) fd = open("/dev/fuse", O_RDWR | O_CLOEXEC | O_NONBLOCK);

	if (fd >= 0)
		lx_findings_add(findings, LX_SEVERITY_OK, NULL, "/dev/fuse can be opened");
	else
		lx_findings_add(findings, LX_SEVERITY_BROKEN,
			errno == ENOENT ? "modprobe fuse; in a container: --device /dev/fuse"
					: "sudo lxfs doctor; in a container: --device /dev/fuse",
			"/dev/fuse cannot be opened: %s", g_strerror(errno));
}

void lx_kernel_check_fuse(const LxPatient *patient, LxFindings *findings)
{
	if (lx_patient_says(patient, "/proc/filesystems", "\tfuse\n"))
		lx_findings_add(findings, LX_SEVERITY_OK, NULL, "the kernel has FUSE");
	else
		lx_findings_add(findings, LX_SEVERITY_BROKEN, "modprobe fuse",
			"the kernel has no FUSE, or has not loaded it");
	if (lx_patient_lives(patient))
		check_device(findings);
}

void lx_kernel_check_pressure(const LxPatient *patient, LxFindings *findings)
{
	g_autofree char *text = lx_patient_text(patient, "/proc/pressure/memory");

	if (text && *text)
		lx_findings_add(findings, LX_SEVERITY_OK, NULL, "pressure is counted");
	else
		lx_findings_add(findings, LX_SEVERITY_NOTE,
			"add psi=1 to the kernel's command line",
			"pressure is not counted: containers have no proc/pressure");
}

void lx_kernel_check_user_namespaces(const LxPatient *patient, LxFindings *findings)
{
	g_autofree char *most = lx_patient_text(patient, "/proc/sys/user/max_user_namespaces");

	if (!most)
		lx_findings_add(findings, LX_SEVERITY_NOTE, "boot a kernel with CONFIG_USER_NS",
			"no user namespaces: rootless containers cannot run");
	else if (atoi(most) == 0)
		lx_findings_add(findings, LX_SEVERITY_NOTE,
			"sysctl -w user.max_user_namespaces=65536",
			"user namespaces are switched off: rootless containers cannot run");
	else
		lx_findings_add(findings, LX_SEVERITY_OK, NULL, "user namespaces can be made");
}
