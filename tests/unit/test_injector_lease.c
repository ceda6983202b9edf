/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "keeper/lease.h"

#include "unit.h"

#include <string.h>

#define SEC G_USEC_PER_SEC
#define REAL (gint64)1800000000 * SEC

static JsonNode *parse(const char *text)
{
	JsonNode *node = lx_inject_json_parse(text, strlen(text), NULL);

	ck_assert_ptr_nonnull(node);
	return node;
}

static LxInjectLeaseTurn look(LxInjectLease *lease, const char *text, gint64 at)
{
	g_autoptr(JsonNode) node = parse(text);

	return lx_inject_lease_look(lease, json_node_get_object(node), at);
}

#define HELD_BY(holder, time) \
	"{\"spec\":{\"holderIdentity\":\"" holder "\",\"renewTime\":\"" time "\"}}"

START_TEST(what_nobody_holds_is_taken)
{
	g_auto(LxInjectLease) lease = {.identity = "me", .duration_sec = 30};

	ck_assert_int_eq(lx_inject_lease_look(&lease, NULL, 0), LX_INJECT_LEASE_TAKE);
	ck_assert_int_eq(look(&lease, "{}", 0), LX_INJECT_LEASE_TAKE);
	ck_assert_int_eq(look(&lease, HELD_BY("", "x"), 0), LX_INJECT_LEASE_TAKE);
	ck_assert_int_eq(
		look(&lease, "{\"spec\":{\"holderIdentity\":7}}", 0), LX_INJECT_LEASE_TAKE);
}
END_TEST

START_TEST(our_own_is_held)
{
	g_auto(LxInjectLease) lease = {.identity = "me", .duration_sec = 30};

	ck_assert_int_eq(look(&lease, HELD_BY("me", "x"), 0), LX_INJECT_LEASE_HOLD);
	ck_assert_int_eq(look(&lease, HELD_BY("me", "x"), 99 * SEC), LX_INJECT_LEASE_HOLD);
}
END_TEST

START_TEST(another_ones_is_taken_when_it_has_not_changed_for_its_duration)
{
	g_auto(LxInjectLease) lease = {.identity = "me", .duration_sec = 30};

	ck_assert_int_eq(look(&lease, HELD_BY("you", "1"), 0), LX_INJECT_LEASE_WAIT);
	ck_assert_int_eq(look(&lease, HELD_BY("you", "1"), 30 * SEC), LX_INJECT_LEASE_WAIT);
	ck_assert_int_eq(look(&lease, HELD_BY("you", "2"), 31 * SEC), LX_INJECT_LEASE_WAIT);
	ck_assert_int_eq(look(&lease, HELD_BY("you", "2"), 61 * SEC), LX_INJECT_LEASE_WAIT);
	ck_assert_int_eq(look(&lease, HELD_BY("you", "2"), 62 * SEC), LX_INJECT_LEASE_TAKE);
}
END_TEST

/* A holder whose clock is years behind or ahead: only that it moves counts. */
START_TEST(the_holders_clock_does_not_matter)
{
	g_auto(LxInjectLease) lease = {.identity = "me", .duration_sec = 30};

	ck_assert_int_eq(
		look(&lease, HELD_BY("you", "1970-01-01T00:00:00Z"), 0), LX_INJECT_LEASE_WAIT);
	ck_assert_int_eq(look(&lease, HELD_BY("you", "2970-01-01T00:00:00Z"), 20 * SEC),
		LX_INJECT_LEASE_WAIT);
	ck_assert_int_eq(look(&lease, HELD_BY("you", "1970-01-01T00:00:00Z"), 40 * SEC),
		LX_INJECT_LEASE_WAIT);
}
END_TEST

START_TEST(a_new_lease_has_our_name)
{
	const LxInjectLease lease = {.identity = "me", .duration_sec = 30};
	g_autofree char *text = lx_inject_lease_text(&lease, NULL, "l", "me", REAL + 5);

	ck_assert_str_eq(text,
		"{\"apiVersion\":\"coordination.k8s.io/v1\",\"kind\":\"Lease\","
		"\"metadata\":{\"name\":\"l\"},\"spec\":{\"holderIdentity\":\"me\","
		"\"leaseDurationSeconds\":30,\"acquireTime\":\"2027-01-15T08:00:00.000005Z\","
		"\"renewTime\":\"2027-01-15T08:00:00.000005Z\",\"leaseTransitions\":1}}");
}
END_TEST

START_TEST(a_held_lease_is_renewed_over_the_version_that_was_read)
{
	const LxInjectLease lease = {.identity = "me", .duration_sec = 30};
	g_autoptr(JsonNode) node =
		parse("{\"metadata\":{\"resourceVersion\":\"7\"},\"spec\":{\"holderIdentity\":"
		      "\"me\",\"acquireTime\":\"then\",\"leaseTransitions\":3}}");
	g_autofree char *text =
		lx_inject_lease_text(&lease, json_node_get_object(node), "l", "me", REAL);

	ck_assert_ptr_nonnull(strstr(text, "\"resourceVersion\":\"7\""));
	ck_assert_ptr_nonnull(strstr(text, "\"acquireTime\":\"then\""));
	ck_assert_ptr_nonnull(strstr(text, "\"leaseTransitions\":3"));
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {what_nobody_holds_is_taken, our_own_is_held,
		another_ones_is_taken_when_it_has_not_changed_for_its_duration,
		the_holders_clock_does_not_matter, a_new_lease_has_our_name,
		a_held_lease_is_renewed_over_the_version_that_was_read, NULL};

	return unit_suite_new("injector/lease", tests);
}
