/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "host/meminfo.h"
#include "render/meminfo.h"

/* Linux 6.18's own texts; fields that lxfs does not know are 0 in them. */
static const char meminfo[] = "MemTotal:       24684084 kB\n"
			      "MemFree:        23967836 kB\n"
			      "MemAvailable:   24265216 kB\n"
			      "Buffers:            8184 kB\n"
			      "Cached:           425740 kB\n"
			      "SwapCached:            0 kB\n"
			      "Active:           312404 kB\n"
			      "Inactive:         135712 kB\n"
			      "Active(anon):       1568 kB\n"
			      "Inactive(anon):    21596 kB\n"
			      "Active(file):     310836 kB\n"
			      "Inactive(file):   114116 kB\n"
			      "Unevictable:       21680 kB\n"
			      "Mlocked:           20688 kB\n"
			      "SwapTotal:             0 kB\n"
			      "SwapFree:              0 kB\n"
			      "Zswap:                 0 kB\n"
			      "Zswapped:              0 kB\n"
			      "Dirty:              4912 kB\n"
			      "Writeback:             0 kB\n"
			      "AnonPages:         35832 kB\n"
			      "Mapped:            15764 kB\n"
			      "Shmem:              8872 kB\n"
			      "KReclaimable:     158060 kB\n"
			      "Slab:             185120 kB\n"
			      "SReclaimable:     158060 kB\n"
			      "SUnreclaim:        27060 kB\n"
			      "KernelStack:        1584 kB\n"
			      "PageTables:         1864 kB\n"
			      "SecPageTables:         0 kB\n"
			      "NFS_Unstable:          0 kB\n"
			      "Bounce:                0 kB\n"
			      "WritebackTmp:          0 kB\n"
			      "CommitLimit:    12342040 kB\n"
			      "Committed_AS:      85148 kB\n"
			      "VmallocTotal:   34359738367 kB\n"
			      "VmallocUsed:       14364 kB\n"
			      "VmallocChunk:          0 kB\n"
			      "Percpu:              712 kB\n"
			      "AnonHugePages:         0 kB\n"
			      "ShmemHugePages:        0 kB\n"
			      "ShmemPmdMapped:        0 kB\n"
			      "FileHugePages:         0 kB\n"
			      "FilePmdMapped:         0 kB\n"
			      "Balloon:               0 kB\n"
			      "HugePages_Total:       0\n"
			      "HugePages_Free:        0\n"
			      "HugePages_Rsvd:        0\n"
			      "HugePages_Surp:        0\n"
			      "Hugepagesize:       2048 kB\n"
			      "Hugetlb:               0 kB\n"
			      "DirectMap4k:           0 kB\n"
			      "DirectMap2M:           0 kB\n"
			      "DirectMap1G:           0 kB\n";

static const char node_meminfo[] = "Node 0 MemTotal:        4548812 kB\n"
				   "Node 0 MemFree:         3832616 kB\n"
				   "Node 0 MemUsed:          716196 kB\n"
				   "Node 0 SwapCached:            0 kB\n"
				   "Node 0 Active:           312404 kB\n"
				   "Node 0 Inactive:         135712 kB\n"
				   "Node 0 Active(anon):       1568 kB\n"
				   "Node 0 Inactive(anon):    21596 kB\n"
				   "Node 0 Active(file):     310836 kB\n"
				   "Node 0 Inactive(file):   114116 kB\n"
				   "Node 0 Unevictable:       21680 kB\n"
				   "Node 0 Mlocked:           20688 kB\n"
				   "Node 0 Dirty:              4912 kB\n"
				   "Node 0 Writeback:             0 kB\n"
				   "Node 0 FilePages:        433924 kB\n"
				   "Node 0 Mapped:            15764 kB\n"
				   "Node 0 AnonPages:         35832 kB\n"
				   "Node 0 Shmem:              8872 kB\n"
				   "Node 0 KernelStack:        1584 kB\n"
				   "Node 0 PageTables:         1864 kB\n"
				   "Node 0 SecPageTables:         0 kB\n"
				   "Node 0 NFS_Unstable:          0 kB\n"
				   "Node 0 Bounce:                0 kB\n"
				   "Node 0 WritebackTmp:          0 kB\n"
				   "Node 0 KReclaimable:     158060 kB\n"
				   "Node 0 Slab:             185120 kB\n"
				   "Node 0 SReclaimable:     158060 kB\n"
				   "Node 0 SUnreclaim:        27060 kB\n"
				   "Node 0 AnonHugePages:         0 kB\n"
				   "Node 0 ShmemHugePages:        0 kB\n"
				   "Node 0 ShmemPmdMapped:        0 kB\n"
				   "Node 0 FileHugePages:         0 kB\n"
				   "Node 0 FilePmdMapped:         0 kB\n"
				   "Node 0 HugePages_Total:     0\n"
				   "Node 0 HugePages_Free:      0\n"
				   "Node 0 HugePages_Surp:      0\n";

static LxMeminfo parsed(const char *text)
{
	g_autoptr(GError) error = NULL;
	LxMeminfo facts;

	unit_ok(lx_meminfo_parse(lx_slice(text), "proc/meminfo", &facts, &error), error);
	return facts;
}

START_TEST(the_host_s_own_numbers_give_the_host_s_own_text)
{
	g_autoptr(GString) text = g_string_new(NULL);
	LxMeminfo facts = parsed(meminfo);
	LxMeminfoNumbers numbers;

	memcpy(numbers.values, facts.values, sizeof numbers.values);
	lx_meminfo_render(&facts, &numbers, text);
	ck_assert_str_eq(text->str, meminfo);
}
END_TEST

START_TEST(a_node_s_own_numbers_give_the_node_s_own_text)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) text = g_string_new(NULL);
	LxMeminfoNumbers numbers;
	LxMeminfo facts;

	unit_ok(lx_meminfo_parse_node(lx_slice(node_meminfo), "node0/meminfo", &facts, &error),
		error);
	memcpy(numbers.values, facts.values, sizeof numbers.values);
	lx_meminfo_render_node(&facts, &numbers, 0, text);
	ck_assert_str_eq(text->str, node_meminfo);
}
END_TEST

/* What kernels print with "%8lu kB" and "%5lu" behind names of various lengths. */
START_TEST(numbers_keep_to_the_kernel_s_columns_whatever_the_host_s_width)
{
	static const struct {
		const char *host;
		uint64_t value;
		const char *text;
	} rows[] = {
		{"MemTotal:       1234567890 kB\n", 262144 * 1024, "MemTotal:         262144 kB\n"},
		{"MemTotal:           4096 kB\n", UINT64_C(1234567890) * 1024,
			"MemTotal:       1234567890 kB\n"},
		{"MemTotal:           4096 kB\n", 1023, "MemTotal:              0 kB\n"},
		{"HugePages_Total:   123456\n", 12, "HugePages_Total:      12\n"},
		{"HugePages_Total:       0\n", 123456, "HugePages_Total:   123456\n"},
		{"HardwareCorrupted:    12 kB\n", 0, "HardwareCorrupted:     0 kB\n"},
		{"FileHugePages:       12 kB\n", 4096, "FileHugePages:        4 kB\n"},
		{"A: 5 kB\n", 0, "A: 0 kB\n"},
		{"A:5\n", 0, "A: 0\n"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GString) text = g_string_new(NULL);
		LxMeminfo facts = parsed(rows[i].host);
		LxMeminfoNumbers numbers = {0};

		if (facts.lines[0].field >= 0)
			numbers.values[facts.lines[0].field] = rows[i].value;
		lx_meminfo_render(&facts, &numbers, text);
		ck_assert_str_eq(text->str, rows[i].text);
	}
}
END_TEST

START_TEST(a_line_that_lxfs_does_not_know_is_shown_as_zero)
{
	g_autoptr(GString) text = g_string_new(NULL);
	LxMeminfo facts = parsed("NewUsage:         123456 kB\n");
	LxMeminfoNumbers numbers = {0};

	lx_meminfo_render(&facts, &numbers, text);
	ck_assert_str_eq(text->str, "NewUsage:              0 kB\n");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		the_host_s_own_numbers_give_the_host_s_own_text,
		a_node_s_own_numbers_give_the_node_s_own_text,
		numbers_keep_to_the_kernel_s_columns_whatever_the_host_s_width,
		a_line_that_lxfs_does_not_know_is_shown_as_zero,
		NULL,
	};

	return unit_suite_new("render/meminfo", tests);
}
