/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "cgroup/cpu_usage.h"

#include <errno.h>

#define U LX_CPU_USAGE_USAGE
#define S (LX_CPU_USAGE_USER | LX_CPU_USAGE_SYSTEM)
#define N LX_CPU_USAGE_NICE
#define T LX_CPU_USAGE_THROTTLED

static char *told(const LxCpuUsage *usage)
{
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, "%#x %lu=%lu+%lu+%lu held %lu", usage->have,
		usage->total.usage_nsec, usage->total.user_nsec, usage->total.nice_nsec,
		usage->total.system_nsec, usage->throttled_nsec);
	for (unsigned i = 0; i < usage->n_rows; i++)
		g_string_append_printf(text, " [%lu=%lu+%lu]", usage->rows[i].usage_nsec,
			usage->rows[i].user_nsec, usage->rows[i].system_nsec);
	return g_string_free(text, FALSE);
}

#define told_is(usage, text) \
	do { \
		g_autofree char *told_text = told(usage); \
		ck_assert_str_eq(told_text, text); \
	} while (0)

typedef bool (*Parse)(LxSlice text, const char *what, LxCpuUsage *out, GError **error);

static bool parse_both(LxSlice text, const char *what, LxCpuUsage *out, GError **error)
{
	return lx_cpu_stat_parse(text, what, LX_CPU_STAT_USAGE | LX_CPU_STAT_THROTTLED, out, error);
}

static bool parse_throttled(LxSlice text, const char *what, LxCpuUsage *out, GError **error)
{
	return lx_cpu_stat_parse(text, what, LX_CPU_STAT_THROTTLED, out, error);
}

static bool parse_percpu_and_all(LxSlice text, const char *what, LxCpuUsage *out, GError **error)
{
	return lx_cpuacct_parse_percpu(lx_slice("7 8 \n"), what, out, error) &&
	       lx_cpuacct_parse_all(text, what, out, error);
}

START_TEST(texts_become_facts)
{
	static const struct {
		Parse parse;
		const char *text, *facts;
	} rows[] = {
		{parse_both,
			"usage_usec 10\nuser_usec 6\nsystem_usec 4\nnice_usec 1\n"
			"core_sched.force_idle_usec 9\nnr_periods 7\nnr_throttled 8\n"
			"throttled_usec 3\nnr_bursts 1\nburst_usec 2\n",
			"0x1f 10000=5000+1000+4000 held 3000"},
		{parse_both, "throttled_usec 3\nusage_usec 10", "0x11 10000=0+0+0 held 3000"},
		{parse_both, "", "0 0=0+0+0 held 0"},
		{parse_both, "usage_usec 1\nusage_usec 2\n", "0x1 2000=0+0+0 held 0"},
		{parse_both, "usage_usec 99999999999999999999\n",
			"0x1 18446744073709551615=0+0+0 held 0"},
		{parse_both, "user_usec 1\nnice_usec 2\n", "0xa 0=0+2000+0 held 0"},
		{parse_both, "nr_periods x\n\nfoo\nusage_usec_x 1\n", "0 0=0+0+0 held 0"},
		{parse_throttled, "nr_periods 1\nnr_throttled 2\nthrottled_time 12345\n",
			"0x10 0=0+0+0 held 12345"},
		{parse_throttled, "usage_usec 10\nthrottled_usec 3\n", "0x10 0=0+0+0 held 3000"},
		{lx_cpuacct_parse_percpu, "12 34 \n", "0x1 46=0+0+0 held 0 [12=0+0] [34=0+0]"},
		{lx_cpuacct_parse_percpu, "5", "0x1 5=0+0+0 held 0 [5=0+0]"},
		{lx_cpuacct_parse_percpu, "\n", "0 0=0+0+0 held 0"},
		{lx_cpuacct_parse_percpu, "", "0 0=0+0+0 held 0"},
		{lx_cpuacct_parse_percpu, "18446744073709551615 18446744073709551616\n",
			"0x1 18446744073709551615=0+0+0 held 0 [18446744073709551615=0+0] "
			"[18446744073709551615=0+0]"},
		{parse_percpu_and_all, "cpu user system\n0 1 2\n1 3 4\n",
			"0x7 15=4+0+6 held 0 [7=1+2] [8=3+4]"},
		{parse_percpu_and_all, "cpu user system\n1 3 4 99\n17 1 1",
			"0x7 15=4+0+5 held 0 [7=0+0] [8=3+4]"},
		{parse_percpu_and_all, "cpu user system\n", "0x1 15=0+0+0 held 0 [7=0+0] [8=0+0]"},
		{lx_cpuacct_parse_all, "cpu user system\n0 1 2\n", "0x6 0=1+0+2 held 0"},
		{lx_cpuacct_parse_stat, "user 12\nsystem 34\nelse x\n",
			"0x6 0=120000000+0+340000000 held 0"},
		{lx_cpuacct_parse_stat, "system 34", "0x4 0=0+0+340000000 held 0"},
		{lx_cpuacct_parse_stat, "\n", "0 0=0+0+0 held 0"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		g_auto(LxCpuUsage) usage = {0};

		unit_ok(rows[i].parse(lx_slice(rows[i].text), "file", &usage, &error), error);
		told_is(&usage, rows[i].facts);
	}
}
END_TEST

START_TEST(what_is_no_number_is_refused)
{
	static const struct {
		Parse parse;
		const char *text, *word;
	} rows[] = {
		{parse_both, "usage_usec 1\nuser_usec\n", "file, line 2: \"user_usec\""},
		{parse_both, "usage_usec -1\n", "file, line 1"},
		{parse_throttled, "throttled_time 1x\n", "file, line 1"},
		{lx_cpuacct_parse_percpu, "1 two 3\n", "file: \" two 3\""},
		{lx_cpuacct_parse_all, "cpu user system\n0 1\n", "file: \"0 1\""},
		{lx_cpuacct_parse_all, "cpu user system\n0 1 2\n\n", "file: \"\""},
		{lx_cpuacct_parse_stat, "user\n", "file: "},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		g_auto(LxCpuUsage) usage = {0};

		unit_fails(rows[i].parse(lx_slice(rows[i].text), "file", &usage, &error), error,
			EINVAL, rows[i].word);
		told_is(&usage, "0 0=0+0+0 held 0");
	}
}
END_TEST

/* What a cgroup gives, on a host of these files. */
static void gives(const char *const *files, const char *membership_text, const char *expected)
{
	unit_autofolder folder = unit_folder_new(files);
	g_autoptr(LxSysroot) root = lx_sysroot_new(folder, NULL);
	g_autoptr(LxLayout) layout = lx_layout_new(root, NULL);
	g_autoptr(LxLevels) levels = lx_levels_new(root, layout);
	g_auto(LxMembership) membership = {0};
	g_autoptr(GError) error = NULL;
	g_autoptr(LxCgroup) cgroup = NULL;
	g_auto(LxCpuUsage) usage = {0};
	uint64_t total_nsec;
	bool counted;

	unit_ok(lx_membership_parse(layout, lx_slice(membership_text), "test", &membership, &error),
		error);
	cgroup = lx_cgroup_new(levels, layout, &membership, &error);
	ck_assert_msg(cgroup != NULL, "%s", error ? error->message : "");
	unit_ok(lx_cgroup_read_cpu_usage(cgroup, &usage, &error), error);
	told_is(&usage, expected);
	unit_ok(lx_cgroup_read_cpu_total(cgroup, &total_nsec, &counted, &error), error);
	ck_assert_int_eq(counted, (usage.have & U) != 0);
	if (counted && usage.n_rows == 0)
		ck_assert_uint_eq(total_nsec, usage.total.usage_nsec);
}

START_TEST(v2_has_all_in_one_file)
{
	static const char *const files[] = {"proc/self/mounts", "none /cgroup cgroup2 rw 0 0\n",
		"cgroup/a/cpu.stat",
		"usage_usec 10\nuser_usec 6\nsystem_usec 4\nthrottled_usec 3\n",
		"cgroup/a/cgroup.procs", "", "cgroup/b/cgroup.procs", "", NULL};

	gives(files, "0::/a\n", "0x17 10000=6000+0+4000 held 3000");
	gives(files, "0::/b\n", "0 0=0+0+0 held 0");
	gives(files, "0::/\n", "0 0=0+0+0 held 0");
}
END_TEST

#define V1_MOUNTS \
	"none /cpu cgroup rw,cpu 0 0\nnone /acct cgroup rw,cpuacct 0 0\n" \
	"none /memory cgroup rw,memory 0 0\n"

START_TEST(v1_has_it_in_two_hierarchies)
{
	static const char *const files[] = {"proc/self/mounts", V1_MOUNTS, "cpu/a/cpu.stat",
		"nr_periods 1\nnr_throttled 2\nthrottled_time 12345\n",
		"acct/a/cpuacct.usage_percpu", "12 34 \n", "acct/a/cpuacct.usage_all",
		"cpu user system\n0 1 2\n1 3 4\n", "acct/a/cpuacct.usage", "99\n",
		"acct/a/cpuacct.stat", "user 12\nsystem 34\n", "memory/a/tasks", "", NULL};

	gives(files, "3:memory:/a\n2:cpuacct:/a\n1:cpu:/a\n",
		"0x17 46=4+0+6 held 12345 [12=1+2] [34=3+4]");
	gives(files, "3:memory:/a\n2:cpuacct:/a\n1:cpu:/\n",
		"0x7 46=4+0+6 held 0 [12=1+2] [34=3+4]");
	gives(files, "3:memory:/a\n2:cpuacct:/\n1:cpu:/a\n", "0x10 0=0+0+0 held 12345");
}
END_TEST

START_TEST(older_v1_kernels_give_less)
{
	static const char *const files[] = {"proc/self/mounts", V1_MOUNTS, "acct/a/cpuacct.usage",
		"99\n", "acct/a/cpuacct.stat", "user 12\nsystem 34\n", "acct/b/cpuacct.usage",
		"99\n", NULL};

	gives(files, "2:cpuacct:/a\n", "0x7 99=120000000+0+340000000 held 0");
	gives(files, "2:cpuacct:/b\n", "0x1 99=0+0+0 held 0");
}
END_TEST

START_TEST(garbage_names_the_cgroup_the_file_and_the_line)
{
	static const char *const files[] = {"proc/self/mounts", "none /cgroup cgroup2 rw 0 0\n",
		"cgroup/a/cpu.stat", "usage_usec lots\n", NULL};
	unit_autofolder folder = unit_folder_new(files);
	g_autoptr(LxSysroot) root = lx_sysroot_new(folder, NULL);
	g_autoptr(LxLayout) layout = lx_layout_new(root, NULL);
	g_autoptr(LxLevels) levels = lx_levels_new(root, layout);
	LxMembership membership = {.paths = {(char *)"/a"}};
	g_autoptr(LxCgroup) cgroup = lx_cgroup_new(levels, layout, &membership, NULL);
	g_autoptr(GError) error = NULL;
	g_auto(LxCpuUsage) usage = {0};

	unit_fails(lx_cgroup_read_cpu_usage(cgroup, &usage, &error), error, EINVAL,
		"cgroup /a: parsing cpu.stat, line 1: \"usage_usec lots\"");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		texts_become_facts,
		what_is_no_number_is_refused,
		v2_has_all_in_one_file,
		v1_has_it_in_two_hierarchies,
		older_v1_kernels_give_less,
		garbage_names_the_cgroup_the_file_and_the_line,
		NULL,
	};

	return unit_suite_new("cgroup/cpu_usage", tests);
}
