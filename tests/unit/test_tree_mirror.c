/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reading.h"

#include "tree/mirror.h"

#include <errno.h>

#define CPU "sys/devices/system/cpu/"
#define NODE "sys/devices/system/node/"

/* Four CPUs on two nodes; the container has CPUs 1-3 of which a quota leaves 1 and 2, and node 1.
 */
#define ONE_CPU(cpu) \
	CPU "cpu" cpu "/online", "1\n", CPU "cpu" cpu "/topology/core_id", cpu "\n", \
		CPU "cpu" cpu "/topology/package_cpus_list", "0-3\n", \
		CPU "cpu" cpu "/topology/package_cpus", "0000000f\n", \
		CPU "cpu" cpu "/cpuidle/state1/usage", "4711\n"
#define ONE_NODE(node, list, mask) \
	NODE "node" node "/cpulist", list, NODE "node" node "/cpumap", mask, \
		NODE "node" node "/distance", "10 21\n", NODE "node" node "/numastat", \
		"numa_hit 12\nnuma_miss 3\n", NODE "node" node "/meminfo", "host\n", \
		NODE "node" node "/vmstat", "host\n"

static const char *const host_files[] = {"proc/self/mounts", "none /cg cgroup2 rw 0 0\n",
	"cg/c/cpu.max", "200000 100000\n", "cg/c/cpuset.cpus.effective", "1-3\n",
	"cg/c/cpuset.mems.effective", "1\n", CPU "online", "0-3\n", CPU "offline", "4-7\n",
	CPU "possible", "0-7\n", CPU "present", "0-7\n", CPU "enabled", "0-7\n", CPU "kernel_max",
	"8191\n", CPU "isolated", "3\n", ONE_CPU("0"), ONE_CPU("1"), ONE_CPU("2"), ONE_CPU("3"),
	CPU "cpufreq/policy0/related_cpus", "0 3\n", CPU "cpufreq/policy1/related_cpus", "1 2 3\n",
	CPU "cpufreq/policy1/scaling_driver", "x\n", NODE "online", "0-1\n", NODE "possible",
	"0-3\n", NODE "has_cpu", "0-1\n", ONE_NODE("0", "0-1\n", "3\n"),
	ONE_NODE("1", "2-3\n", "c\n"), NULL};

/* The views of a node are another file's. */
__attribute__((weak)) bool lx_recipe_node_meminfo(
	const LxReading *reading, unsigned node, GString *text, GError **error)
{
	g_string_append_printf(text, "meminfo of %u\n", node);
	return true;
}

__attribute__((weak)) bool lx_recipe_node_vmstat(
	const LxReading *reading, unsigned node, GString *text, GError **error)
{
	g_string_append_printf(text, "vmstat of %u\n", node);
	return true;
}

static void host_init(UnitReading *unit, const char *cgroup)
{
	unit_reading_init(unit, host_files, cgroup);
	for (unsigned cpu = 0; cpu < 4; cpu++) {
		g_autofree char *node = g_strdup_printf(CPU "cpu%u/node%u", cpu, cpu / 2);
		g_autofree char *to_node = g_strdup_printf("../../node/node%u", cpu / 2);
		g_autofree char *back = g_strdup_printf(NODE "node%u/cpu%u", cpu / 2, cpu);
		g_autofree char *to_cpu = g_strdup_printf("../../cpu/cpu%u", cpu);
		g_autofree char *bus = g_strdup_printf(CPU "cpu%u/subsystem", cpu);
		g_autofree char *policy = g_strdup_printf(CPU "cpu%u/cpufreq", cpu);

		unit_reading_link(unit, node, to_node);
		unit_reading_link(unit, back, to_cpu);
		unit_reading_link(unit, bus, "../../../../bus/cpu");
		unit_reading_link(unit, policy, "../cpufreq/policy1");
	}
}

static void check_text(UnitReading *unit, LxMirror mirror, const char *path, const char *expected)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) text = g_string_new(NULL);

	unit_ok(lx_mirror_read(&unit->reading, mirror, path, text, &error), error);
	ck_assert_msg(strcmp(text->str, expected) == 0, "%s: \"%s\" is not \"%s\"", path, text->str,
		expected);
}

static bool note_name(const char *name, const LxMirrorEntry *entry, gpointer data)
{
	static const char marks[] = {
		[LX_NODE_FOLDER] = '/', [LX_NODE_FILE] = ' ', [LX_NODE_LINK] = '@'};

	g_string_append_printf(data, "%s%c", name, marks[entry->type]);
	return true;
}

static void check_list(UnitReading *unit, LxMirror mirror, const char *path, const char *expected)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) names = g_string_new(NULL);
	LxMirrorVisitor visitor = {note_name, names};

	unit_ok(lx_mirror_list(&unit->reading, mirror, path, &visitor, &error), error);
	ck_assert_str_eq(names->str, expected);
}

static void check_link(UnitReading *unit, LxMirror mirror, const char *path, const char *expected)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *target = lx_mirror_readlink(&unit->reading, mirror, path, &error);

	ck_assert_msg(target != NULL, "%s: %s", path, error ? error->message : "");
	ck_assert_str_eq(target, expected);
}

static void check_missing(UnitReading *unit, LxMirror mirror, const char *path)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) text = g_string_new(NULL);
	LxMirrorVisitor visitor = {note_name, text};
	LxMirrorEntry entry;

	unit_fails(lx_mirror_look(&unit->reading, mirror, path, &entry, &error), error, ENOENT,
		"looking");
	unit_fails(lx_mirror_list(&unit->reading, mirror, path, &visitor, &error), error, ENOENT,
		"looking");
	ck_assert_ptr_null(lx_mirror_readlink(&unit->reading, mirror, path, &error));
	ck_assert_int_eq(lx_error_code(error), ENOENT);
	ck_assert_str_eq(text->str, "");
}

START_TEST(the_lists_of_the_cpu_folder_name_the_visible_cpus)
{
	UnitReading unit;

	host_init(&unit, "/c");
	check_text(&unit, LX_MIRROR_CPU, "online", "1-2\n");
	check_text(&unit, LX_MIRROR_CPU, "present", "1-2\n");
	check_text(&unit, LX_MIRROR_CPU, "enabled", "1-2\n");
	check_text(&unit, LX_MIRROR_CPU, "offline", "\n");
	check_text(&unit, LX_MIRROR_CPU, "possible", "0-7\n");
	check_text(&unit, LX_MIRROR_CPU, "kernel_max", "8191\n");
	check_text(&unit, LX_MIRROR_CPU, "isolated", "3\n");
	unit.context.settings.cpu_possible = LX_CPU_POSSIBLE_VISIBLE;
	check_text(&unit, LX_MIRROR_CPU, "possible", "1-2\n");
	unit_reading_clear(&unit);
}
END_TEST

START_TEST(a_cpu_shows_the_hosts_files_with_its_sets_cut)
{
	UnitReading unit;

	host_init(&unit, "/c");
	check_text(&unit, LX_MIRROR_CPU, "cpu1/online", "1\n");
	check_text(&unit, LX_MIRROR_CPU, "cpu2/topology/core_id", "2\n");
	check_text(&unit, LX_MIRROR_CPU, "cpu2/topology/package_cpus_list", "1-2\n");
	check_text(&unit, LX_MIRROR_CPU, "cpu2/topology/package_cpus", "00000006\n");
	check_text(&unit, LX_MIRROR_CPU, "cpu2/cpuidle/state1/usage", "0\n");
	check_text(&unit, LX_MIRROR_CPU, "cpufreq/policy1/related_cpus", "1 2\n");
	check_text(&unit, LX_MIRROR_CPU, "cpufreq/policy1/scaling_driver", "x\n");
	unit_reading_clear(&unit);
}
END_TEST

START_TEST(a_node_shows_its_visible_cpus_and_no_activity_of_the_host)
{
	UnitReading unit;

	host_init(&unit, "/c");
	check_text(&unit, LX_MIRROR_NODE, "online", "1\n");
	check_text(&unit, LX_MIRROR_NODE, "has_cpu", "1\n");
	check_text(&unit, LX_MIRROR_NODE, "possible", "0-3\n");
	check_text(&unit, LX_MIRROR_NODE, "node1/cpulist", "2\n");
	check_text(&unit, LX_MIRROR_NODE, "node1/cpumap", "4\n");
	check_text(&unit, LX_MIRROR_NODE, "node1/distance", "21\n");
	check_text(&unit, LX_MIRROR_NODE, "node1/numastat", "numa_hit 0\nnuma_miss 0\n");
	check_text(&unit, LX_MIRROR_NODE, "node1/meminfo", "meminfo of 1\n");
	check_text(&unit, LX_MIRROR_NODE, "node1/vmstat", "vmstat of 1\n");
	unit_reading_clear(&unit);
}
END_TEST

START_TEST(folders_list_what_the_container_has)
{
	UnitReading unit;

	host_init(&unit, "/c");
	check_list(&unit, LX_MIRROR_CPU, "",
		"cpu1/cpu2/cpufreq/enabled isolated kernel_max offline online possible present ");
	check_list(&unit, LX_MIRROR_CPU, "cpu1", "cpufreq@cpuidle/online subsystem@topology/");
	check_list(
		&unit, LX_MIRROR_CPU, "cpu2", "cpufreq@cpuidle/node1@online subsystem@topology/");
	check_list(&unit, LX_MIRROR_CPU, "cpufreq", "policy1/");
	check_list(&unit, LX_MIRROR_NODE, "", "has_cpu node1/online possible ");
	check_list(&unit, LX_MIRROR_NODE, "node1",
		"cpu2@cpulist cpumap distance meminfo numastat vmstat ");
	unit_reading_clear(&unit);
}
END_TEST

START_TEST(what_the_container_does_not_have_does_not_exist)
{
	static const char *const cpu_paths[] = {"cpu0", "cpu3", "cpu0/topology", "cpu3/online",
		"cpu4", "cpu1/node0", "cpufreq/policy0", "cpufreq/policy0/related_cpus", "nothing",
		"cpu01", ".", "..", "../node", "cpu1/..", "cpu1/../cpu0", "cpu1//topology", "/cpu1",
		"cpu1/"};
	static const char *const node_paths[] = {
		"node0", "node0/cpulist", "node1/cpu3", "node1/cpu0", "node2"};
	UnitReading unit;

	host_init(&unit, "/c");
	for (size_t i = 0; i < G_N_ELEMENTS(cpu_paths); i++)
		check_missing(&unit, LX_MIRROR_CPU, cpu_paths[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(node_paths); i++)
		check_missing(&unit, LX_MIRROR_NODE, node_paths[i]);
	unit_reading_clear(&unit);
}
END_TEST

START_TEST(links_are_shown_and_never_followed)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) text = g_string_new(NULL);
	UnitReading unit;
	LxMirrorEntry entry;

	host_init(&unit, "/c");
	check_link(&unit, LX_MIRROR_CPU, "cpu2/node1", "../../node/node1");
	check_link(&unit, LX_MIRROR_CPU, "cpu2/subsystem", "../../../../bus/cpu");
	check_link(&unit, LX_MIRROR_CPU, "cpu2/cpufreq", "../cpufreq/policy1");
	check_link(&unit, LX_MIRROR_NODE, "node1/cpu2", "../../cpu/cpu2");
	unit_ok(lx_mirror_look(&unit.reading, LX_MIRROR_CPU, "cpu2/node1", &entry, &error), error);
	ck_assert_int_eq(entry.type, LX_NODE_LINK);
	unit_fails(
		lx_mirror_look(&unit.reading, LX_MIRROR_CPU, "cpu2/node1/cpulist", &entry, &error),
		error, ENOENT, "cpu2/node1/cpulist");
	unit_fails(lx_mirror_read(&unit.reading, LX_MIRROR_CPU, "cpu2/cpufreq/scaling_driver", text,
			   &error),
		error, ENOENT, "cpu2/cpufreq");
	unit_fails(lx_mirror_read(&unit.reading, LX_MIRROR_CPU, "cpu2/cpufreq", text, &error),
		error, ELOOP, "cpu2/cpufreq");
	unit_reading_clear(&unit);
}
END_TEST

START_TEST(renumbered_cpus_are_0_to_n_everywhere)
{
	UnitReading unit;

	host_init(&unit, "/c");
	unit.context.settings.cpu_numbers = LX_CPU_NUMBERS_RENUMBER;
	check_text(&unit, LX_MIRROR_CPU, "online", "0-1\n");
	check_text(&unit, LX_MIRROR_CPU, "cpu0/topology/core_id", "1\n");
	check_text(&unit, LX_MIRROR_CPU, "cpu1/topology/core_id", "2\n");
	check_text(&unit, LX_MIRROR_CPU, "cpu1/topology/package_cpus_list", "0-1\n");
	check_text(&unit, LX_MIRROR_CPU, "cpu1/topology/package_cpus", "00000003\n");
	check_text(&unit, LX_MIRROR_CPU, "cpufreq/policy1/related_cpus", "0 1\n");
	check_text(&unit, LX_MIRROR_NODE, "node1/cpulist", "1\n");
	check_text(&unit, LX_MIRROR_NODE, "node1/cpumap", "2\n");
	check_link(&unit, LX_MIRROR_NODE, "node1/cpu1", "../../cpu/cpu1");
	check_list(&unit, LX_MIRROR_CPU, "",
		"cpu0/cpu1/cpufreq/enabled isolated kernel_max offline online possible present ");
	check_list(&unit, LX_MIRROR_NODE, "node1",
		"cpu1@cpulist cpumap distance meminfo numastat vmstat ");
	check_missing(&unit, LX_MIRROR_CPU, "cpu2");
	check_missing(&unit, LX_MIRROR_NODE, "node1/cpu0");
	unit_reading_clear(&unit);
}
END_TEST

START_TEST(for_the_host_and_for_nobody_nothing_is_cut)
{
	UnitReading unit;

	host_init(&unit, NULL);
	for (int i = 0; i < 2; i++) {
		check_text(&unit, LX_MIRROR_CPU, "online", "0-3\n");
		check_text(&unit, LX_MIRROR_CPU, "offline", "4-7\n");
		check_text(&unit, LX_MIRROR_CPU, "cpu0/cpuidle/state1/usage", "4711\n");
		check_text(&unit, LX_MIRROR_NODE, "node0/meminfo", "host\n");
		check_list(&unit, LX_MIRROR_CPU, "cpufreq", "policy0/policy1/");
		check_missing(&unit, LX_MIRROR_CPU, "cpu0/subsystem/devices");
		check_missing(&unit, LX_MIRROR_CPU, "cpu0/..");
		unit.reading.container = NULL;
	}
	unit_reading_clear(&unit);
}
END_TEST

START_TEST(entries_are_read_only_and_at_least_a_page)
{
	g_autoptr(GError) error = NULL;
	UnitReading unit;
	LxMirrorEntry entry;

	host_init(&unit, "/c");
	unit_ok(lx_mirror_look(&unit.reading, LX_MIRROR_CPU, "online", &entry, &error), error);
	ck_assert_int_eq(entry.type, LX_NODE_FILE);
	ck_assert_int_eq(entry.permissions & 0222, 0);
	ck_assert_uint_eq(entry.size, 4096);
	unit_ok(lx_mirror_look(&unit.reading, LX_MIRROR_CPU, "", &entry, &error), error);
	ck_assert_int_eq(entry.type, LX_NODE_FOLDER);
	ck_assert_int_eq(entry.permissions, 0555);
	unit_reading_clear(&unit);
}
END_TEST

static bool stop_at_once(const char *name, const LxMirrorEntry *entry, gpointer data)
{
	++*(unsigned *)data;
	return false;
}

START_TEST(a_visitor_that_has_enough_is_not_called_again)
{
	g_autoptr(GError) error = NULL;
	unsigned calls = 0;
	LxMirrorVisitor visitor = {stop_at_once, &calls};
	UnitReading unit;

	host_init(&unit, "/c");
	unit_ok(lx_mirror_list(&unit.reading, LX_MIRROR_CPU, "", &visitor, &error), error);
	ck_assert_uint_eq(calls, 1);
	unit_fails(lx_mirror_list(&unit.reading, LX_MIRROR_CPU, "online", &visitor, &error), error,
		ENOTDIR, "online");
	unit_reading_clear(&unit);
}
END_TEST

START_TEST(a_list_that_makes_no_sense_is_an_error_that_names_the_file)
{
	static const char *const files[] = {"proc/self/mounts", "none /cg cgroup2 rw 0 0\n",
		"cg/c/cpu.max", "max 100000\n", CPU "online", "0-1\n",
		CPU "cpu0/topology/core_cpus", "many\n", NULL};
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) text = g_string_new(NULL);
	UnitReading unit;

	unit_reading_init(&unit, files, "/c");
	unit_fails(lx_mirror_read(
			   &unit.reading, LX_MIRROR_CPU, "cpu0/topology/core_cpus", text, &error),
		error, EINVAL, "sys/devices/system/cpu/cpu0/topology/core_cpus");
	ck_assert_str_eq(text->str, "");
	unit_reading_clear(&unit);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		the_lists_of_the_cpu_folder_name_the_visible_cpus,
		a_cpu_shows_the_hosts_files_with_its_sets_cut,
		a_node_shows_its_visible_cpus_and_no_activity_of_the_host,
		folders_list_what_the_container_has,
		what_the_container_does_not_have_does_not_exist,
		links_are_shown_and_never_followed,
		renumbered_cpus_are_0_to_n_everywhere,
		for_the_host_and_for_nobody_nothing_is_cut,
		entries_are_read_only_and_at_least_a_page,
		a_visitor_that_has_enough_is_not_called_again,
		a_list_that_makes_no_sense_is_an_error_that_names_the_file,
		NULL,
	};

	return unit_suite_new("tree/mirror", tests);
}
