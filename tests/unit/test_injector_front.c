/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "front/metrics.h"
#include "front/namespaces.h"

#include "unit.h"

#include <string.h>

START_TEST(metrics_are_counted_once_each)
{
	LxInjectMetrics metrics = {.certificate_expiry = 1800000000, .leader = true};
	g_autofree char *text = NULL;
	static const char *const lines[] = {
		"lxfs_injector_reviews_total{decision=\"injected\"} 2\n",
		"lxfs_injector_reviews_total{decision=\"windows\"} 0\n",
		"lxfs_injector_responses_total{code=\"200\"} 1\n",
		"lxfs_injector_review_seconds_bucket{le=\"0.0001\"} 1\n",
		"lxfs_injector_review_seconds_bucket{le=\"0.00025\"} 2\n",
		"lxfs_injector_review_seconds_bucket{le=\"1\"} 2\n",
		"lxfs_injector_review_seconds_bucket{le=\"+Inf\"} 3\n",
		"lxfs_injector_review_seconds_count 3\n",
		"lxfs_injector_certificate_expiry_timestamp_seconds 1800000000\n",
		"lxfs_injector_leader 1\n",
	};

	metrics.decisions[LX_INJECT_INJECTED] = 2;
	lx_inject_metrics_count_status(&metrics, 200);
	lx_inject_metrics_count_status(&metrics, 100000);
	lx_inject_metrics_count_latency(&metrics, -5);
	lx_inject_metrics_count_latency(&metrics, 101);
	lx_inject_metrics_count_latency(&metrics, 99 * G_USEC_PER_SEC);
	text = lx_inject_metrics_text(&metrics);
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
		ck_assert_msg(strstr(text, lines[i]) != NULL, "no %s in %s", lines[i], text);
}
END_TEST

/* An API server that answers when it is told to. */
typedef struct {
	unsigned n_asked;
	LxInjectNamespaceAnswer answer;
	gpointer data;
	unsigned n_told;
	char *label; /* of the last one told; NULL: it was not known */
} Lab;

static void ask(gpointer asker, const char *name, LxInjectNamespaceAnswer answer, gpointer data)
{
	Lab *lab = asker;

	lab->n_asked++;
	lab->answer = answer;
	lab->data = data;
}

static void on_found(JsonObject *labels, gpointer data)
{
	Lab *lab = data;

	lab->n_told++;
	g_free(lab->label);
	lab->label = labels ? g_strdup_printf(
				      "<%s>", json_object_has_member(labels, "l")
						      ? json_object_get_string_member(labels, "l")
						      : "")
			    : NULL;
}

static void answer(Lab *lab, const char *text)
{
	g_autoptr(JsonNode) node = text ? lx_inject_json_parse(text, strlen(text), NULL) : NULL;

	lab->answer(node, lab->data);
}

START_TEST(many_who_ask_are_one_question_and_it_is_kept_for_a_moment)
{
	Lab lab = {0};
	g_autoptr(LxInjectNamespaces) namespaces = lx_inject_namespaces_new(ask, &lab);

	for (int i = 0; i < 5; i++)
		lx_inject_namespaces_find(namespaces, "shop", on_found, &lab);
	ck_assert_uint_eq(lab.n_asked, 1);
	ck_assert_uint_eq(lab.n_told, 0);
	answer(&lab, "{\"metadata\":{\"labels\":{\"l\":\"v\"}}}");
	ck_assert_uint_eq(lab.n_told, 5);
	ck_assert_pstr_eq(lab.label, "<v>");
	lx_inject_namespaces_find(namespaces, "shop", on_found, &lab);
	ck_assert_uint_eq(lab.n_told, 6);
	lx_inject_namespaces_find(namespaces, "other", on_found, &lab);
	ck_assert_uint_eq(lab.n_asked, 2);
	answer(&lab, "{\"metadata\":{}}");
	ck_assert_pstr_eq(lab.label, "<>");
	g_free(lab.label);
}
END_TEST

START_TEST(a_failure_is_not_kept)
{
	Lab lab = {0};
	g_autoptr(LxInjectNamespaces) namespaces = lx_inject_namespaces_new(ask, &lab);
	static const char *const rows[] = {NULL, "[]", "{}", "{\"metadata\":7}"};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *name = g_strdup_printf("n%zu", i);

		lx_inject_namespaces_find(namespaces, name, on_found, &lab);
		answer(&lab, rows[i]);
		ck_assert_ptr_null(lab.label);
	}
	lx_inject_namespaces_find(namespaces, "n0", on_found, &lab);
	ck_assert_uint_eq(lab.n_asked, G_N_ELEMENTS(rows) + 1);
	answer(&lab, NULL);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {metrics_are_counted_once_each,
		many_who_ask_are_one_question_and_it_is_kept_for_a_moment, a_failure_is_not_kept,
		NULL};

	return unit_suite_new("injector/front", tests);
}
