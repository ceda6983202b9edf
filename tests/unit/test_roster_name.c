/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "roster/name.h"

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const LxContainerInfo plain = {.id = "box"}, hash = {.id = HASH},
			     pod = {.id = HASH, .pod_uid = "1-2"};
static char web_name[] = "web", shop_name[] = "shop", space[] = "default", nginx[] = "nginx";
static const LxLabels none = {0}, web = {.name = web_name},
		      shop = {.pod = shop_name, .namespace = space, .container = nginx},
		      sandbox = {.pod = shop_name, .namespace = space}, half = {.pod = shop_name};

static const struct {
	const LxContainerInfo *info;
	const LxLabels *labels;
	const char *id, *name; /* as they are shown */
	const char *fits[8], *fits_not[8];
} rows[] = {
	{&plain, &none, "box", "", {NULL}, {"", "-", "box", "pod ", "/"}},
	{&hash, &web, "0123456789ab", "web", {"web"}, {"", "we", "webs", "0123456789ab"}},
	{&pod, &none, "0123456789ab", "pod 1-2", {"pod 1-2", "1-2"}, {"", "1-", "pod"}},
	{&pod, &shop, "0123456789ab", "default/shop/nginx",
		{"default/shop/nginx", "default/shop", "shop/nginx", "shop", "1-2"},
		{"", "nginx", "default", "default/nginx", "shop/", "default/shop/"}},
	{&pod, &sandbox, "0123456789ab", "default/shop", {"default/shop", "shop"}, {"shop/nginx"}},
	{&plain, &half, "box", "?/shop", {"?/shop", "shop"}, {"default/shop", "/shop"}},
};

START_TEST(what_is_shown_is_what_it_answers_to)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GString) id = g_string_new(NULL), name = g_string_new(NULL);

		lx_name_append_id(id, rows[i].info);
		lx_name_append(name, rows[i].info, rows[i].labels);
		ck_assert_str_eq(id->str, rows[i].id);
		ck_assert_str_eq(name->str, rows[i].name);
		ck_assert(!name->len || lx_name_fits(rows[i].info, rows[i].labels, name->str));
	}
}
END_TEST

START_TEST(it_answers_to_whole_names_only)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		for (const char *const *name = rows[i].fits; *name; name++)
			ck_assert_msg(
				lx_name_fits(rows[i].info, rows[i].labels, *name), "%s", *name);
		for (const char *const *name = rows[i].fits_not; *name; name++)
			ck_assert_msg(
				!lx_name_fits(rows[i].info, rows[i].labels, *name), "%s", *name);
	}
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		what_is_shown_is_what_it_answers_to,
		it_answers_to_whole_names_only,
		NULL,
	};

	return unit_suite_new("roster/name", tests);
}
