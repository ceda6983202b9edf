/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "serve/estate.h"

#include "unit.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#define HISTORY_BYTES 8192
#define N_SLOTS 5

static LxEstate *estate_new(void)
{
	g_autoptr(GError) error = NULL;
	LxEstate *estate = lx_estate_new(N_SLOTS, HISTORY_BYTES, &error);

	ck_assert_msg(estate != NULL, "%s", error ? error->message : "");
	return estate;
}

/* Copies of an estate's descriptors, as a successor gets them. */
static LxEstate *inherit(const LxEstate *estate, GError **error)
{
	return lx_estate_inherit(dup(estate->memory_fd), dup(estate->history_fd), error);
}

START_TEST(a_new_estate_is_empty_and_of_this_version)
{
	g_autoptr(LxEstate) estate = estate_new();

	ck_assert_uint_eq(estate->header->version, LX_ESTATE_VERSION);
	ck_assert_uint_eq(estate->header->n_slots, N_SLOTS);
	ck_assert_int_eq(atomic_load(&estate->header->faulting_slot), LX_FAULTING_UNKNOWN);
	ck_assert_uint_eq(estate->history_bytes, HISTORY_BYTES);
	ck_assert_int_eq(estate->connection_fds[LX_CONNECTION_VIEWS], -1);
	ck_assert_int_eq(estate->connection_fds[LX_CONNECTION_PRESSURE], -1);
	ck_assert_int_eq(estate->connection_fds[LX_CONNECTION_CGROUP], -1);
}
END_TEST

START_TEST(a_successor_sees_what_was_left)
{
	g_autoptr(LxEstate) first = estate_new();
	g_autoptr(LxEstate) second = NULL;
	g_autoptr(GError) error = NULL;

	first->slots[N_SLOTS - 1].deaths = 7;
	first->header->generation = 3;
	memcpy(first->history, "load", 4);
	second = inherit(first, &error);
	ck_assert_msg(second != NULL, "%s", error ? error->message : "");
	ck_assert_uint_eq(second->slots[N_SLOTS - 1].deaths, 7);
	ck_assert_uint_eq(second->header->generation, 3);
	ck_assert_int_eq(memcmp(second->history, "load", 4), 0);
}
END_TEST

START_TEST(slots_and_open_files_begin_on_pages)
{
	g_autoptr(LxEstate) estate = estate_new();

	for (int i = 0; i < N_SLOTS; i++)
		ck_assert_uint_eq((uintptr_t)estate->slots[i].request % 4096, 0);
	ck_assert_uint_eq((uintptr_t)estate->open_files % 4096, 0);
}
END_TEST

START_TEST(another_version_is_refused_by_name)
{
	g_autoptr(LxEstate) estate = estate_new();
	g_autoptr(GError) error = NULL;

	estate->header->version = 99;
	unit_fails(inherit(estate, &error) != NULL, error, EPROTO, "it speaks version 99");
}
END_TEST

START_TEST(what_is_no_estate_is_refused)
{
	g_autoptr(LxEstate) estate = estate_new();
	g_autoptr(GError) error = NULL;

	estate->header->n_slots = LX_SLOTS_MAX + 1;
	unit_fails(inherit(estate, &error) != NULL, error, EPROTO, "taking over");
	estate->header->n_slots = N_SLOTS - 1;
	unit_fails(inherit(estate, &error) != NULL, error, EPROTO, "taking over");
	estate->header->n_slots = N_SLOTS;
	estate->header->magic = 0;
	unit_fails(inherit(estate, &error) != NULL, error, EPROTO, "taking over");
}
END_TEST

START_TEST(memory_that_is_too_short_is_refused)
{
	static const off_t sizes[] = {0, 1, 15, 16, 4096};

	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
		int memory = memfd_create("short", MFD_CLOEXEC), history = dup(memory);
		const uint64_t magic = LX_ESTATE_MAGIC;
		g_autoptr(GError) error = NULL;

		ck_assert_int_eq(pwrite(memory, &magic, sizeof magic, 0), 8);
		ck_assert_int_eq(ftruncate(memory, sizes[i]), 0);
		ck_assert_ptr_null(lx_estate_inherit(memory, history, &error));
		ck_assert_int_eq(lx_error_code(error), EPROTO);
	}
}
END_TEST

START_TEST(a_descriptor_that_is_none_is_refused)
{
	g_autoptr(GError) error = NULL;

	unit_fails(lx_estate_inherit(-1, -1, &error) != NULL, error, EPROTO, "inherited memory");
}
END_TEST

/* What another version must still find where it was. */
START_TEST(magic_and_version_lie_where_every_version_has_them)
{
	ck_assert_uint_eq(offsetof(LxEstateHeader, magic), 0);
	ck_assert_uint_eq(offsetof(LxEstateHeader, version), 8);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_new_estate_is_empty_and_of_this_version,
		a_successor_sees_what_was_left,
		slots_and_open_files_begin_on_pages,
		another_version_is_refused_by_name,
		what_is_no_estate_is_refused,
		memory_that_is_too_short_is_refused,
		a_descriptor_that_is_none_is_refused,
		magic_and_version_lie_where_every_version_has_them,
		NULL,
	};

	return unit_suite_new("serve/estate", tests);
}
