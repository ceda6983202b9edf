/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tls/issue.h"
#include "tls/vault.h"

#include "unit.h"

#include <errno.h>
#include <string.h>

#define NOW (gint64)1800000000
#define HOUR 3600

static const char *const names[] = {"a.b.svc", "a.b.svc.cluster.local", NULL};
static const LxInjectTerms terms = {names, {90 * HOUR, 3650 * HOUR, HOUR}};

static void act(LxInjectVault *vault, LxInjectDue due, gint64 now)
{
	g_autoptr(GError) error = NULL;

	unit_ok(lx_inject_vault_do(vault, due, &terms, now, &error), error);
}

static LxInjectHoldings holdings_of(const LxInjectVault *vault)
{
	LxInjectHoldings holdings;

	lx_inject_vault_hold(vault, names, true, &holdings);
	return holdings;
}

START_TEST(a_start_makes_what_fits)
{
	g_auto(LxInjectVault) vault = {0};
	LxInjectHoldings holdings;

	act(&vault, LX_INJECT_DUE_START, NOW);
	holdings = holdings_of(&vault);
	ck_assert(holdings.serving.present && holdings.authority.present);
	ck_assert(holdings.signed_by_authority && holdings.named);
	ck_assert_int_eq(holdings.serving.not_before, NOW - LX_INJECT_ISSUE_SLACK_SEC);
	ck_assert_int_eq(holdings.serving.not_after, NOW + 90 * HOUR);
	ck_assert_int_eq(
		lx_inject_due_find(&holdings, &terms.lifetimes, NOW), LX_INJECT_DUE_NOTHING);
}
END_TEST

START_TEST(nothing_outlives_its_authority)
{
	g_auto(LxInjectVault) vault = {0};

	act(&vault, LX_INJECT_DUE_START, NOW);
	act(&vault, LX_INJECT_DUE_SERVING, NOW + 3640 * HOUR);
	ck_assert_int_eq(holdings_of(&vault).serving.not_after, NOW + 3650 * HOUR);
}
END_TEST

/* Every client with the bundle of one step trusts what is shown in the next, and the other way. */
START_TEST(each_step_overlaps_with_the_next)
{
	static const LxInjectDue steps[] = {LX_INJECT_DUE_START, LX_INJECT_DUE_NEXT,
		LX_INJECT_DUE_PROMOTE, LX_INJECT_DUE_SERVING, LX_INJECT_DUE_DROP};
	g_auto(LxInjectVault) vault = {0};
	g_autofree char *bundle = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
		g_autofree char *signer = NULL;
		g_autofree char *before = g_steal_pointer(&bundle);

		act(&vault, steps[i], NOW + (gint64)i * HOUR);
		bundle = lx_inject_vault_bundle(&vault);
		signer = g_strdup(vault.authority.certificate);
		ck_assert_ptr_nonnull(strstr(bundle, signer));
		ck_assert(i == 0 || strstr(before, signer));
		ck_assert(holdings_of(&vault).signed_by_authority);
	}
	ck_assert_pstr_eq(bundle, vault.authority.certificate);
}
END_TEST

START_TEST(two_authorities_of_one_name_are_told_apart)
{
	g_auto(LxInjectVault) one = {0};
	g_auto(LxInjectVault) two = {0};

	act(&one, LX_INJECT_DUE_START, NOW);
	act(&two, LX_INJECT_DUE_START, NOW);
	ck_assert(lx_inject_facts_is_signed_by(one.serving.certificate, one.authority.certificate));
	ck_assert(
		!lx_inject_facts_is_signed_by(one.serving.certificate, two.authority.certificate));
	lx_inject_pair_move(&two.serving, &one.serving);
	g_free(two.serving.key);
	two.serving.key = g_strdup(two.authority.key);
	ck_assert(!holdings_of(&two).serving.present);
}
END_TEST

/* The Secret's data as a patch and as a whole: NULL members are in the patch only. */
START_TEST(what_was_written_is_read)
{
	for (int for_patch = 0; for_patch <= 1; for_patch++) {
		g_auto(LxInjectVault) vault = {0};
		g_auto(LxInjectVault) again = {0};
		g_autoptr(LxInjectWriter) writer = lx_inject_writer_new();
		g_autofree char *text = NULL;
		g_autoptr(JsonNode) root = NULL;
		JsonObject *data;

		act(&vault, LX_INJECT_DUE_START, NOW);
		lx_inject_writer_begin_object(writer);
		lx_inject_vault_write(&vault, writer, for_patch);
		lx_inject_writer_end_object(writer);
		text = lx_inject_writer_take(writer);
		root = json_from_string(text, NULL);
		data = lx_inject_json_object(json_node_get_object(root), "data");
		ck_assert_uint_eq(json_object_get_size(data), for_patch ? 7 : 4);
		lx_inject_vault_read(&again, data);
		ck_assert_pstr_eq(again.serving.key, vault.serving.key);
		ck_assert_pstr_eq(again.authority.certificate, vault.authority.certificate);
		ck_assert_ptr_null(again.old.certificate);
	}
}
END_TEST

START_TEST(garbage_is_nothing)
{
	static const char no_keys[] = "{\"tls.crt\":\"!!!\",\"tls.key\":\"/w==\",\"ca.crt\":\"\","
				      "\"ca.key\":\"Z2FyYmFnZQ==\"}";
	static const char *const rows[] = {"{}", "{\"tls.crt\":7,\"ca.crt\":null}", no_keys};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(JsonNode) node = lx_inject_json_parse(rows[i], strlen(rows[i]), NULL);
		g_auto(LxInjectVault) vault = {0};
		g_autofree char *bundle = NULL;
		LxInjectHoldings holdings;

		lx_inject_vault_read(&vault, json_node_get_object(node));
		holdings = holdings_of(&vault);
		bundle = lx_inject_vault_bundle(&vault);
		ck_assert(!holdings.serving.present && !holdings.authority.present);
		ck_assert_str_eq(bundle, "");
	}
}
END_TEST

START_TEST(what_cannot_be_done_leaves_the_vault_as_it_was)
{
	g_auto(LxInjectVault) vault = {0};
	g_autoptr(GError) error = NULL;

	act(&vault, LX_INJECT_DUE_START, NOW);
	g_free(vault.authority.key);
	vault.authority.key = g_strdup("garbage");
	unit_fails(lx_inject_vault_do(&vault, LX_INJECT_DUE_SERVING, &terms, NOW, &error), error,
		EINVAL, "key");
	ck_assert(holdings_of(&vault).serving.present);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {a_start_makes_what_fits, nothing_outlives_its_authority,
		each_step_overlaps_with_the_next, two_authorities_of_one_name_are_told_apart,
		what_was_written_is_read, garbage_is_nothing,
		what_cannot_be_done_leaves_the_vault_as_it_was, NULL};

	return unit_suite_new("injector/vault", tests);
}
