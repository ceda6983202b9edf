/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "cgroup/pressure.h"

#include <errno.h>

#define PSI "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"

static const char *const host_files[] = {"proc/self/mounts", "none /cgroup cgroup2 rw 0 0\n",
	"cgroup/c/cgroup.procs", "", "cgroup/c/cpu.pressure", PSI, "cgroup/c/io.pressure", "io\n",
	"cgroup/c/memory.pressure", "memory\n", "cgroup/cpu.pressure", "the host's\n", NULL};

typedef struct {
	char *folder;
	LxSysroot *root;
	LxLayout *layout;
	LxLevels *levels;
	LxCgroup *cgroup;
} Host;

static Host host_new(const char *const *files, const char *path)
{
	Host host = {.folder = unit_folder_new(files)};
	LxMembership membership = {.paths = {(char *)path}};

	host.root = lx_sysroot_new(host.folder, NULL);
	host.layout = lx_layout_new(host.root, NULL);
	host.levels = lx_levels_new(host.root, host.layout);
	host.cgroup = lx_cgroup_new(host.levels, host.layout, &membership, NULL);
	ck_assert_ptr_nonnull(host.cgroup);
	return host;
}

static void host_clear(Host *host)
{
	lx_cgroup_unref(host->cgroup);
	lx_levels_free(host->levels);
	lx_layout_free(host->layout);
	lx_sysroot_free(host->root);
	unit_folder_free(host->folder);
}

START_TEST(each_resource_gives_its_own_text)
{
	Host host = host_new(host_files, "/c");
	g_autoptr(GError) error = NULL;
	g_auto(LxText) text = {0};

	unit_ok(lx_pressure_read(host.cgroup, LX_PRESSURE_CPU, &text, &error), error);
	ck_assert_str_eq(text.bytes, PSI);
	unit_ok(lx_pressure_read(host.cgroup, LX_PRESSURE_IO, &text, &error), error);
	ck_assert_str_eq(text.bytes, "io\n");
	unit_ok(lx_pressure_read(host.cgroup, LX_PRESSURE_MEMORY, &text, &error), error);
	ck_assert_str_eq(text.bytes, "memory\n");
	unit_fails(lx_pressure_read(host.cgroup, LX_PRESSURE_IRQ, &text, &error), error, ENOTSUP,
		"irq.pressure of the cgroup /c");
	ck_assert_str_eq(text.bytes, "memory\n");
	host_clear(&host);
}
END_TEST

START_TEST(the_root_and_v1_have_no_pressure_of_a_container)
{
	static const char *const v1_files[] = {"proc/self/mounts",
		"none /cgroup cgroup rw,memory 0 0\n", "cgroup/c/cpu.pressure", PSI, NULL};
	Host at_root = host_new(host_files, "/"), v1 = host_new(v1_files, "/c");
	g_autoptr(GError) error = NULL;
	g_auto(LxText) text = {0};
	int fd;

	unit_fails(lx_pressure_read(at_root.cgroup, LX_PRESSURE_CPU, &text, &error), error, ENOTSUP,
		"cpu.pressure");
	unit_fails(lx_pressure_read(v1.cgroup, LX_PRESSURE_CPU, &text, &error), error, ENOTSUP,
		"cpu.pressure");
	fd = lx_pressure_set_trigger(at_root.cgroup, LX_PRESSURE_CPU, "some 1 1", 8, &error);
	unit_fails(fd >= 0, error, ENOTSUP, "cpu.pressure");
	host_clear(&at_root);
	host_clear(&v1);
}
END_TEST

START_TEST(a_text_longer_than_a_page_is_refused)
{
	g_autofree char *huge = g_strnfill(4097, 'x');
	const char *const files[] = {"proc/self/mounts", "none /cgroup cgroup2 rw 0 0\n",
		"cgroup/c/cpu.pressure", huge, NULL};
	Host host = host_new(files, "/c");
	g_autoptr(GError) error = NULL;
	g_auto(LxText) text = {0};

	unit_fails(lx_pressure_read(host.cgroup, LX_PRESSURE_CPU, &text, &error), error, EFBIG,
		"cpu.pressure of the cgroup /c");
	ck_assert_ptr_null(text.bytes);
	host_clear(&host);
}
END_TEST

START_TEST(the_averages_over_10_seconds_are_parsed)
{
	static const struct {
		const char *text;
		LxPressureFacts facts;
	} rows[] = {
		{PSI, {true, false, 0, 0}},
		{"some avg10=1.50 avg60=9.00\nfull avg10=100.00", {true, true, 150, 10000}},
		{"full avg10=0.07\n", {false, true, 0, 7}},
		{"more avg10=x\n\nsome avg10=12.34 a\n", {true, false, 1234, 0}},
		{"", {false, false, 0, 0}},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		LxPressureFacts got = {.some_hundredths = 1};

		unit_ok(lx_pressure_parse(lx_slice(rows[i].text), "p", &got, &error), error);
		ck_assert_int_eq(got.have_some, rows[i].facts.have_some);
		ck_assert_int_eq(got.have_full, rows[i].facts.have_full);
		ck_assert_uint_eq(got.some_hundredths, rows[i].facts.some_hundredths);
		ck_assert_uint_eq(got.full_hundredths, rows[i].facts.full_hundredths);
	}
}
END_TEST

START_TEST(what_is_no_percentage_is_refused)
{
	static const char *const texts[] = {"some", "some avg60=0.00\n", "some avg10=\n",
		"some avg10=1\n", "some avg10=1.5\n", "some avg10=1.500\n", "full avg10=101.00\n",
		"some avg10=-1.00\n", "some avg10=1.0x\n"};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;
		LxPressureFacts got = {.some_hundredths = 42};

		unit_fails(lx_pressure_parse(lx_slice(texts[i]), "io.pressure", &got, &error),
			error, EINVAL, "io.pressure");
		ck_assert_uint_eq(got.some_hundredths, 42);
	}
}
END_TEST

START_TEST(a_trigger_is_written_with_a_nul_to_the_cgroups_own_file)
{
	static const struct {
		const char *text;
		size_t length;
		const char *written;
	} rows[] = {
		{"some 150000 1000000", 19, "some 150000 1000000"},
		{"some 150000 1000000\n", 20, "some 150000 1000000\n"},
		{"some 150000 1000000", 20, "some 150000 1000000"}, /* with its NUL */
		{"what the kernel makes of it....", 31, "what the kernel makes of it...."},
		{"what the kernel makes of it....", 32, "what the kernel makes of it...."},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		static const char *const files[] = {"proc/self/mounts",
			"none /cgroup cgroup2 rw 0 0\n", "cgroup/c/io.pressure", "", NULL};
		Host host = host_new(files, "/c");
		g_autofree char *path = g_build_filename(host.folder, "cgroup/c/io.pressure", NULL);
		g_autofree char *written = NULL;
		gsize n_written;
		g_autoptr(GError) error = NULL;
		g_auto(LxFd) fd = lx_pressure_set_trigger(
			host.cgroup, LX_PRESSURE_IO, rows[i].text, rows[i].length, &error);

		unit_ok(fd >= 0, error);
		ck_assert(g_file_get_contents(path, &written, &n_written, NULL));
		ck_assert_str_eq(written, rows[i].written);
		ck_assert_uint_eq(n_written, strlen(rows[i].written) + 1);
		host_clear(&host);
	}
}
END_TEST

START_TEST(a_trigger_that_no_kernel_would_take_never_reaches_it)
{
	static const struct {
		const char *text;
		size_t length;
	} rows[] = {
		{"", 0},
		{"", 1},
		{"some 1\0 1", 9},
		{"some 1\0", 8},
		{"\0\0", 2},
		{"some 150000 1000000             ", 32},
		{"some 150000 1000000                             ", 48},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		Host host = host_new(host_files, "/c");
		g_autoptr(GError) error = NULL;
		int fd = lx_pressure_set_trigger(
			host.cgroup, LX_PRESSURE_CPU, rows[i].text, rows[i].length, &error);

		unit_fails(fd >= 0, error, EINVAL, "trigger");
		host_clear(&host);
	}
}
END_TEST

START_TEST(a_trigger_without_a_file_is_not_supported_and_without_a_cgroup_gone)
{
	Host host = host_new(host_files, "/c");
	g_autofree char *folder = g_build_filename(host.folder, "cgroup/c", NULL);
	g_autoptr(GError) error = NULL;
	int fd;

	fd = lx_pressure_set_trigger(host.cgroup, LX_PRESSURE_IRQ, "full 1 1", 8, &error);
	unit_fails(fd >= 0, error, ENOTSUP, "irq.pressure");
	unit_folder_free(g_steal_pointer(&folder));
	fd = lx_pressure_set_trigger(host.cgroup, LX_PRESSURE_CPU, "some 1 1", 8, &error);
	unit_fails(fd >= 0, error, ENOENT, "cpu.pressure");
	host_clear(&host);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		each_resource_gives_its_own_text,
		the_root_and_v1_have_no_pressure_of_a_container,
		a_text_longer_than_a_page_is_refused,
		the_averages_over_10_seconds_are_parsed,
		what_is_no_percentage_is_refused,
		a_trigger_is_written_with_a_nul_to_the_cgroups_own_file,
		a_trigger_that_no_kernel_would_take_never_reaches_it,
		a_trigger_without_a_file_is_not_supported_and_without_a_cgroup_gone,
		NULL,
	};

	return unit_suite_new("cgroup/pressure", tests);
}
