/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "doctor/security.h"

#include "doctoring.h"

#define ON "sys/module/apparmor/parameters/enabled"
#define PROFILES "sys/kernel/security/apparmor/profiles"

START_TEST(selinux_is_noted_where_it_enforces)
{
	doctoring_finds(lx_security_check_selinux, "ok SELinux is not in use\n");
	doctoring_finds(lx_security_check_selinux, "ok SELinux only watches\n",
		"sys/fs/selinux/enforce", "0");
	doctoring_finds(lx_security_check_selinux,
		"note SELinux enforces: containers must be allowed to read fusefs_t\n",
		"sys/fs/selinux/enforce", "1");
}
END_TEST

START_TEST(apparmor_matters_where_it_confines_lxfs)
{
	doctoring_finds(lx_security_check_apparmor, "ok AppArmor is not in use\n");
	doctoring_finds(lx_security_check_apparmor, "ok AppArmor is not in use\n", ON, "N\n");
	doctoring_finds(lx_security_check_apparmor,
		"ok AppArmor is in use and does not confine lxfs\n", ON, "Y\n", PROFILES,
		"docker-default (enforce)\nlxfs (complain)\n");
	doctoring_finds(lx_security_check_apparmor,
		"warning AppArmor confines lxfs itself: it mounts, enters namespaces and reads "
		"every process\n",
		ON, "Y\n", PROFILES, "/usr/bin/lxfs (enforce)\n");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		selinux_is_noted_where_it_enforces,
		apparmor_matters_where_it_confines_lxfs,
		NULL,
	};

	return unit_suite_new("doctor/security", tests);
}
