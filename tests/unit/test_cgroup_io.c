/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "cgroup/io.h"

#include <errno.h>

/* "8:0 read 1/2 write 3/4 discard -/-": requests/bytes, '-' where absent; more when there is. */
static void describe_operation(GString *to, const LxIoDevice *device, LxIoOperation operation)
{
	static const char *const names[] = {"read", "write", "discard"};
	LxIoCount last = LX_IO_BYTES;

	for (LxIoCount count = LX_IO_MERGED; count < LX_N_IO_COUNTS; count++)
		if (device->have & lx_io_bit(operation, count))
			last = count;
	g_string_append_printf(to, " %s", names[operation]);
	for (LxIoCount count = 0; count <= last; count++) {
		g_string_append_c(to, count == 0 ? ' ' : '/');
		if (device->have & lx_io_bit(operation, count))
			g_string_append_printf(
				to, "%" G_GUINT64_FORMAT, device->counts[operation][count]);
		else
			g_string_append_c(to, '-');
	}
}

static char *describe(const LxIoDevice *devices, unsigned n_devices)
{
	GString *text = g_string_new("");

	for (unsigned i = 0; i < n_devices; i++) {
		g_string_append_printf(text, "%u:%u", devices[i].major, devices[i].minor);
		for (LxIoOperation operation = 0; operation < LX_N_IO_OPERATIONS; operation++)
			describe_operation(text, &devices[i], operation);
		g_string_append_c(text, '\n');
	}
	return g_string_free(text, FALSE);
}

/* ---- The parsers ------------------------------------------------------------------------ */

typedef struct {
	const char *text;
	const char *devices;
} Row;

static void check_v2(const Row *row)
{
	g_autoptr(GArray) devices = g_array_new(FALSE, FALSE, sizeof(LxIoDevice));
	g_autoptr(GError) error = NULL;
	g_autofree char *described = NULL;

	unit_ok(lx_io_parse_v2(lx_slice(row->text), "io.stat", devices, &error), error);
	described = describe((const LxIoDevice *)devices->data, devices->len);
	ck_assert_str_eq(described, row->devices);
}

START_TEST(io_stat_gives_a_device_per_number)
{
	static const Row rows[] = {
		{"8:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=16384 dios=3\n"
		 "253:1 rbytes=512 wbytes=0 rios=1 wios=0 dbytes=0 dios=0\n",
			"8:0 read 1/4096 write 2/8192 discard 3/16384\n"
			"253:1 read 1/512 write 0/0 discard 0/0\n"},
		{"", ""},
		{"\n\n", ""},
		/* no newline at the end, other order */
		{"8:0 wios=2 rios=1", "8:0 read 1/- write 2/- discard -/-\n"},
		/* keys may miss */
		{"8:0 rbytes=4096\n", "8:0 read -/4096 write -/- discard -/-\n"},
		{"8:0\n", "8:0 read -/- write -/- discard -/-\n"},
		/* saturates */
		{"8:0 rbytes=99999999999999999999 rios=1\n",
			"8:0 read 1/18446744073709551615 write -/- discard -/-\n"},
		/* said twice: the last counts */
		{"8:0 rios=1 rios=2\n", "8:0 read 2/- write -/- discard -/-\n"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		check_v2(&rows[i]);
}
END_TEST

START_TEST(what_io_stat_does_not_mean_is_passed_over)
{
	static const Row rows[] = {
		/* keys of other policies, and words that are no pair */
		{"8:0 rios=1 use_delay=0 delay_nsec=0 depth=max avg_lat=- cost.usage=7 junk\n",
			"8:0 read 1/- write -/- discard -/-\n"},
		/* a longer and a shorter key are not ours */
		{"8:0 rios=1 rioss=9 rio=9 =9\n", "8:0 read 1/- write -/- discard -/-\n"},
		{"(unknown) rbytes=1 rios=1\n8:0 rios=2\n", "8:0 read 2/- write -/- discard -/-\n"},
		{"garbage\nrios=5\n8:x rios=1\n-1:0 rios=1\n99999999999:0 rios=1\n", ""},
		/* a device without figures and without a newline */
		{"7:0 8:0 rios=2\n",
			"7:0 read -/- write -/- discard -/-\n8:0 read 2/- write -/- discard -/-\n"},
		{"7:0 (unknown) rios=2\n", "7:0 read -/- write -/- discard -/-\n"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		check_v2(&rows[i]);
}
END_TEST

START_TEST(io_stat_without_a_number_where_one_belongs_is_refused)
{
	static const char *const rows[] = {
		"7:0 rios=1\n8:0 rbytes=\n",
		"7:0 rios=1\n8:0 rios=abc wios=1\n",
		"7:0 rios=1\n8:0 wios=-1\n",
		"7:0 rios=1\n8:0 dbytes=0x10\n",
		"7:0 rios=1\n8:0 dios=1=2",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GArray) devices = g_array_new(FALSE, FALSE, sizeof(LxIoDevice));
		g_autoptr(GError) error = NULL;

		unit_fails(lx_io_parse_v2(lx_slice(rows[i]), "io.stat", devices, &error), error,
			EINVAL, "parsing io.stat, line 2: \"8:0 ");
	}
}
END_TEST

START_TEST(blkio_gives_one_count_for_every_operation)
{
	static const Row rows[] = {
		{"8:0 Read 12\n8:0 Write 3\n8:0 Sync 10\n8:0 Async 5\n8:0 Discard 1\n8:0 Total 16\n"
		 "Total 16\n",
			"8:0 read -/12 write -/3 discard -/1\n"},
		{"8:0 Read 1\n8:0 Total 1\n8:16 Read 2\n8:16 Total 2\nTotal 3\n",
			"8:0 read -/1 write -/- discard -/-\n"
			"8:16 read -/2 write -/- discard -/-\n"},
		{"", ""},
		{"Total 0\n", ""},
		{"8:0 Write 7", "8:0 read -/- write -/7 discard -/-\n"},
		{"8:0 Read 1\n8:0 Read 2\n", "8:0 read -/2 write -/- discard -/-\n"},
		{"8:0 Read 99999999999999999999\n",
			"8:0 read -/18446744073709551615 write -/- discard -/-\n"},
		{"(unknown) Read 5\ngarbage\n\n8:0\n8:0 Flush x\n8:0 Reads 9\n8:x Read 1\n", ""},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GArray) devices = g_array_new(FALSE, FALSE, sizeof(LxIoDevice));
		g_autoptr(GError) error = NULL;
		g_autofree char *described = NULL;

		unit_ok(lx_io_parse_v1(
				lx_slice(rows[i].text), "blkio", LX_IO_BYTES, devices, &error),
			error);
		described = describe((const LxIoDevice *)devices->data, devices->len);
		ck_assert_str_eq(described, rows[i].devices);
	}
}
END_TEST

START_TEST(blkio_without_a_number_where_one_belongs_is_refused)
{
	static const char *const rows[] = {
		"Total 0\n8:0 Read\n", "Total 0\n8:0 Write -1\n", "Total 0\n8:0 Discard max"};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GArray) devices = g_array_new(FALSE, FALSE, sizeof(LxIoDevice));
		g_autoptr(GError) error = NULL;

		unit_fails(lx_io_parse_v1(lx_slice(rows[i]), "blkio.io_merged_recursive",
				   LX_IO_MERGED, devices, &error),
			error, EINVAL, "parsing blkio.io_merged_recursive, line 2: \"8:0 ");
	}
}
END_TEST

/* ---- The reader ------------------------------------------------------------------------- */

#define V1_HOST "proc/self/mounts", "none /cgroup cgroup rw,blkio 0 0\n", "cgroup/c/tasks", ""
#define V2_HOST "proc/self/mounts", "none /cgroup cgroup2 rw 0 0\n", "cgroup/c/cgroup.procs", ""
#define BLKIO(name) "cgroup/c/blkio." name "_recursive"

static bool read_io(const char *const *files, const char *path, LxIoFacts *out, GError **error)
{
	char *folder = unit_folder_new(files);
	g_autoptr(LxSysroot) root = lx_sysroot_new(folder, NULL);
	g_autoptr(LxLayout) layout = lx_layout_new(root, NULL);
	g_autoptr(LxLevels) levels = lx_levels_new(root, layout);
	LxMembership membership = {.paths = {(char *)path}};
	LxCgroup *cgroup = lx_cgroup_new(levels, layout, &membership, NULL);
	bool done;

	ck_assert_ptr_nonnull(cgroup);
	done = lx_cgroup_read_io(cgroup, out, error);
	lx_cgroup_unref(cgroup);
	unit_folder_free(folder);
	return done;
}

static void check_host(const char *const *files, bool have, const char *devices)
{
	g_autoptr(GError) error = NULL;
	g_auto(LxIoFacts) io = {0};
	g_autofree char *described = NULL;

	unit_ok(read_io(files, "/c", &io, &error), error);
	ck_assert_int_eq(io.have, have);
	described = describe(io.devices, io.n_devices);
	ck_assert_str_eq(described, devices);
}

START_TEST(v2_devices_are_sorted_and_unused_ones_left_out)
{
	static const char *const files[] = {V2_HOST, "cgroup/c/io.stat",
		"253:0 rios=1\n8:16 rios=0 wios=0\n8:0 wios=2\n253:0 rbytes=512\n7:0\n", NULL};

	check_host(files, true,
		"8:0 read -/- write 2/- discard -/-\n"
		"253:0 read 1/512 write -/- discard -/-\n");
}
END_TEST

START_TEST(v1_takes_the_throttle_before_the_schedulers)
{
	static const char *const files[] = {V1_HOST, BLKIO("throttle.io_serviced"),
		"8:0 Read 1\n8:0 Write 2\n8:16 Read 0\n8:16 Write 0\nTotal 3\n",
		BLKIO("throttle.io_service_bytes"), "8:0 Read 512\n8:0 Write 1024\nTotal 1536\n",
		BLKIO("bfq.io_serviced"), "8:0 Read 9\n8:0 Write 9\n8:16 Read 3\nTotal 21\n",
		BLKIO("bfq.io_service_bytes"), "8:0 Read 9\n8:0 Write 9\n8:16 Read 4096\nTotal 4\n",
		NULL};

	check_host(files, true,
		"8:0 read 1/512 write 2/1024 discard -/-\n"
		"8:16 read 3/4096 write -/- discard -/-\n");
}
END_TEST

START_TEST(v1_takes_merges_and_times_where_the_kernel_has_them)
{
	static const char *const files[] = {V1_HOST, BLKIO("io_serviced"), "8:0 Read 1\nTotal 1\n",
		BLKIO("io_service_bytes"), "8:0 Read 512\nTotal 512\n", BLKIO("io_merged"),
		"8:0 Read 4\nTotal 4\n", BLKIO("io_service_time"), "8:0 Read 5000000\n",
		BLKIO("io_wait_time"), "8:0 Read 7\n", BLKIO("throttle.io_serviced"),
		"8:0 Read 2\nTotal 2\n", BLKIO("throttle.io_service_bytes"), "8:0 Read 1024\n",
		NULL};

	check_host(files, true, "8:0 read 2/1024/4/5000000/7 write -/- discard -/-\n");
}
END_TEST

START_TEST(a_cgroup_without_accounting_has_none)
{
	static const char *const v1[] = {V1_HOST, NULL}, *const v2[] = {V2_HOST, NULL};
	static const char *const idle[] = {
		V1_HOST, BLKIO("throttle.io_serviced"), "Total 0\n", NULL};
	static const char *const used[] = {V2_HOST, "cgroup/io.stat", "8:0 rios=1\n", NULL};
	g_autoptr(GError) error = NULL;
	g_auto(LxIoFacts) io = {0};

	check_host(v1, false, "");
	check_host(v2, false, "");
	check_host(idle, true, "");
	unit_ok(read_io(used, "/", &io, &error), error);
	ck_assert(!io.have && io.n_devices == 0);
}
END_TEST

START_TEST(garbage_names_the_cgroup_the_file_and_the_line)
{
	static const char *const files[] = {V2_HOST, "cgroup/c/io.stat", "8:0 rios=x\n", NULL};
	g_autoptr(GError) error = NULL;
	LxIoFacts io = {.n_devices = 7};

	unit_fails(read_io(files, "/c", &io, &error), error, EINVAL,
		"the cgroup /c: parsing io.stat, line 1: ");
	ck_assert_uint_eq(io.n_devices, 7);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		io_stat_gives_a_device_per_number,
		what_io_stat_does_not_mean_is_passed_over,
		io_stat_without_a_number_where_one_belongs_is_refused,
		blkio_gives_one_count_for_every_operation,
		blkio_without_a_number_where_one_belongs_is_refused,
		v2_devices_are_sorted_and_unused_ones_left_out,
		v1_takes_the_throttle_before_the_schedulers,
		v1_takes_merges_and_times_where_the_kernel_has_them,
		a_cgroup_without_accounting_has_none,
		garbage_names_the_cgroup_the_file_and_the_line,
		NULL,
	};

	return unit_suite_new("cgroup/io", tests);
}
