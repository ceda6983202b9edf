/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "metrics/service.h"

#include "unit.h"

#include <string.h>

#define NODE_MEMINFO 13

static char *render(const LxService *service)
{
	GString *text = g_string_new(NULL);

	lx_service_render(service, text);
	return g_string_free(text, FALSE);
}

static LxService quiet(void)
{
	return (LxService){.version = "1.2", .cgroup_layout = "v2"};
}

static void has_line(const char *text, const char *line)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	ck_assert_msg(
		g_strv_contains((const char *const *)lines, line), "no line %s in\n%s", line, text);
}

START_TEST(what_serves_is_named)
{
	LxService service = quiet();
	g_autofree char *text = render(&service);

	has_line(text, "lxfs_service_info{version=\"1.2\",cgroup_layout=\"v2\"} 1");
}
END_TEST

START_TEST(plain_numbers_have_their_values)
{
	LxService service = quiet();
	g_autofree char *text = NULL;

	service.begun_nsec = UINT64_C(1700000000500000000);
	service.workers = 3;
	service.threads = 8;
	service.statistics.hits = 12;
	service.host_only = 1;
	text = render(&service);
	has_line(text, "lxfs_start_time_seconds 1700000000.5");
	has_line(text, "lxfs_workers_started_total 3");
	has_line(text, "lxfs_threads 8");
	has_line(text, "lxfs_identity_cache_hits_total 12");
	has_line(text, "lxfs_host_only 1");
}
END_TEST

START_TEST(every_cause_and_outcome_is_there_from_the_start)
{
	LxService service = quiet();
	g_autofree char *text = NULL;

	service.ends[LX_END_REQUEST] = 2;
	service.reloads[LX_RELOAD_DONE] = 5;
	service.reloads[LX_RELOAD_UNDER_WAY] = 9;
	text = render(&service);
	has_line(text, "lxfs_worker_ends_total{cause=\"request\"} 2");
	has_line(text, "lxfs_worker_ends_total{cause=\"killed\"} 0");
	has_line(text, "lxfs_reloads_total{outcome=\"done\"} 5");
	has_line(text, "lxfs_reloads_total{outcome=\"refused\"} 0");
	ck_assert_ptr_null(strstr(text, "} 9\n"));
}
END_TEST

START_TEST(reads_are_told_by_file_and_outcome)
{
	LxService service = quiet();
	g_autofree char *text = NULL;

	service.tally.reads[NODE_MEMINFO][LX_OUTCOME_OK] = 4;
	service.tally.reads[NODE_MEMINFO][LX_OUTCOME_FAILED] = 1;
	text = render(&service);
	has_line(text, "lxfs_reads_total{file=\"proc/meminfo\",outcome=\"ok\"} 4");
	has_line(text, "lxfs_reads_total{file=\"proc/meminfo\",outcome=\"failed\"} 1");
	has_line(text, "lxfs_reads_total{file=\"sys/devices/system/cpu\",outcome=\"ok\"} 0");
	ck_assert_ptr_null(strstr(text, "proc/stat\",outcome=\"failed"));
	ck_assert_ptr_null(strstr(text, "file=\"proc\""));
}
END_TEST

START_TEST(system_calls_are_told_by_call_and_outcome)
{
	LxService service = quiet();
	g_autofree char *text = NULL;

	service.calls[LX_CALL_SYSINFO][LX_CALL_ANSWERED] = 7;
	service.calls[LX_CALL_SYSINFO_NARROW][LX_CALL_CONTINUED] = 3;
	service.calls[LX_CALL_AFFINITY][LX_CALL_FAILED] = 2;
	service.calls[LX_CALL_UNKNOWN][LX_CALL_GONE] = 1;
	text = render(&service);
	has_line(text, "lxfs_calls_total{call=\"sysinfo\",outcome=\"answered\"} 7");
	has_line(text, "lxfs_calls_total{call=\"sysinfo-32bit\",outcome=\"continued\"} 3");
	has_line(text, "lxfs_calls_total{call=\"sched_getaffinity\",outcome=\"failed\"} 2");
	has_line(text, "lxfs_calls_total{call=\"other\",outcome=\"gone\"} 1");
	has_line(text, "lxfs_calls_total{call=\"sysinfo\",outcome=\"failed\"} 0");
}
END_TEST

START_TEST(buckets_are_cumulative_and_end_with_all)
{
	LxService service = quiet();
	LxHistogram *reads = &service.tally.requests[LX_OPERATION_READ];
	g_autofree char *text = NULL;

	reads->buckets[0] = 1;
	reads->buckets[2] = 2;
	reads->buckets[LX_TALLY_BOUNDS] = 4;
	reads->sum_nsec = 2500000000;
	text = render(&service);
#define BUCKET "lxfs_request_duration_seconds_bucket{operation=\"read\",le="
	has_line(text, BUCKET "\"0.000008192\"} 1");
	has_line(text, BUCKET "\"0.000016384\"} 1");
	has_line(text, BUCKET "\"0.000032768\"} 3");
	has_line(text, BUCKET "\"4.294967296\"} 3");
	has_line(text, BUCKET "\"+Inf\"} 7");
	has_line(text, "lxfs_request_duration_seconds_count{operation=\"read\"} 7");
	has_line(text, "lxfs_request_duration_seconds_sum{operation=\"read\"} 2.5");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		what_serves_is_named,
		plain_numbers_have_their_values,
		every_cause_and_outcome_is_there_from_the_start,
		reads_are_told_by_file_and_outcome,
		system_calls_are_told_by_call_and_outcome,
		buckets_are_cumulative_and_end_with_all,
		NULL,
	};

	return unit_suite_new("metrics/service", tests);
}
