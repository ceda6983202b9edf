/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "review/answer.h"
#include "review/patch.h"
#include "review/status.h"

#include "unit.h"

#include <errno.h>
#include <string.h>

#define HEAD "{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\""
#define POD_KIND "\"kind\":{\"group\":\"\",\"version\":\"v1\",\"kind\":\"Pod\"}"

static LxInjectReview *parse(const char *text, GError **error)
{
	return lx_inject_review_parse(text, strlen(text), error);
}

START_TEST(what_is_no_review_is_told)
{
	static const struct {
		const char *text;
		const char *word;
	} rows[] = {
		{"[]", "no JSON object"},
		{"{}", "not AdmissionReview"},
		{"{\"kind\":\"Pod\",\"apiVersion\":\"v1\"}", "\"Pod\""},
		{"{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1beta1\"}",
			"admissionReviewVersions"},
		{HEAD "}", "no request"},
		{HEAD ",\"request\":[]}", "no request"},
		{HEAD ",\"request\":{}}", "no uid"},
		{HEAD ",\"request\":{\"uid\":\"\"}}", "no uid"},
		{HEAD ",\"request\":{\"uid\":7}}", "no uid"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;

		unit_fails(parse(rows[i].text, &error) != NULL, error, EINVAL, rows[i].word);
	}
}
END_TEST

START_TEST(what_is_not_said_is_empty)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(LxInjectReview) review = parse(HEAD ",\"request\":{\"uid\":\"u\"}}", &error);

	unit_ok(review != NULL, error);
	ck_assert_str_eq(review->operation, "");
	ck_assert_str_eq(review->namespace_name, "");
	ck_assert_str_eq(review->name, "");
	ck_assert(!review->is_pod && !review->dry_run && !review->pod && !review->old);
}
END_TEST

START_TEST(a_name_that_is_still_to_be_made_is_its_beginning)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(LxInjectReview) review =
		parse(HEAD ",\"request\":{\"uid\":\"u\"," POD_KIND ",\"dryRun\":true,\"object\":"
			   "{\"metadata\":{\"generateName\":\"web-\",\"namespace\":\"shop\"}}}}",
			&error);

	unit_ok(review != NULL, error);
	ck_assert_str_eq(review->name, "web-");
	ck_assert_str_eq(review->namespace_name, "shop");
	ck_assert(review->is_pod && review->dry_run);
}
END_TEST

/* The patch for a pod whose annotations have this many bytes. */
static char *patch_with_annotation_of(size_t bytes)
{
	g_autofree char *blob = g_strnfill(bytes, 'x');
	g_autofree char *text = g_strdup_printf(HEAD
		",\"request\":{\"uid\":\"u\"," POD_KIND ",\"operation\":\"CREATE\",\"object\":"
		"{\"metadata\":{\"annotations\":{\"k\":\"%s\",\"lxfs.io/inject\":\"enabled\"}},"
		"\"spec\":{\"containers\":[{\"name\":\"c\"}]}}}}",
		blob);
	g_auto(LxInjectPolicy) policy = {0};
	g_autoptr(LxInjectReview) review = parse(text, NULL);
	g_autoptr(LxInjectDecision) decision = NULL;
	g_autoptr(JsonObject) labels = json_object_new();

	lx_inject_policy_init(&policy);
	decision = lx_inject_decision_make(review, labels, &policy);
	ck_assert_int_eq(decision->verdict, LX_INJECT_INJECTED);
	return lx_inject_patch_make(review, decision, &policy);
}

START_TEST(a_status_for_which_there_is_no_room_is_left_out)
{
	g_autofree char *small = patch_with_annotation_of(1000);
	g_autofree char *large = patch_with_annotation_of(256 * 1024 - 100);

	ck_assert_ptr_nonnull(strstr(small, "lxfs.io~1status"));
	ck_assert_ptr_null(strstr(large, "annotations"));
	ck_assert_ptr_nonnull(strstr(large, "/proc/meminfo"));
}
END_TEST

START_TEST(views_have_names)
{
	static const struct {
		const char *name;
		unsigned views;
	} rows[] = {
		{"minimal", 6},
		{"runc", 10},
		{"full", 15},
		{"proc/meminfo", 1},
		{"meminfo", 1},
		{"pressure/cpu", 1},
		{"sys/devices/system/cpu", 1},
		{"cpu", 0},
		{"", 0},
		{"proc/", 0},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		ck_assert_int_eq(
			__builtin_popcount(lx_inject_views_named(rows[i].name)), rows[i].views);
}
END_TEST

START_TEST(lists_have_no_empty_parts)
{
	g_auto(GStrv) list = lx_inject_policy_parse_list(" a,, b ,");
	g_autofree char *unknown = NULL;
	LxInjectViews views;

	ck_assert_uint_eq(g_strv_length(list), 2);
	ck_assert_str_eq(list[0], "a");
	ck_assert_str_eq(list[1], "b");
	unknown = lx_inject_policy_parse_views("stat,nothing,swaps,no", &views);
	ck_assert_pstr_eq(unknown, "nothing");
	ck_assert_uint_eq(views, lx_inject_views_named("stat") | lx_inject_views_named("swaps"));
}
END_TEST

START_TEST(every_reason_has_a_name_of_its_own)
{
	g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);

	for (unsigned reason = 0; reason < LX_INJECT_N_REASONS; reason++)
		ck_assert(g_hash_table_add(names, (gpointer)lx_inject_reason_name(reason)));
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {what_is_no_review_is_told, what_is_not_said_is_empty,
		a_name_that_is_still_to_be_made_is_its_beginning,
		a_status_for_which_there_is_no_room_is_left_out, views_have_names,
		lists_have_no_empty_parts, every_reason_has_a_name_of_its_own, NULL};

	return unit_suite_new("injector/review", tests);
}
