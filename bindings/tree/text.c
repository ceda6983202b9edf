/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Making the text of a file, and setting triggers on it.
 *
 * What a cache holds of a container may have gone since: its cgroup was removed, or lost a
 * controller. The readers then say ENOENT; what led there is forgotten, and one more try looks
 * afresh. A second ENOENT is the answer. Descriptors that have run out are made room for likewise.
 */
#include "tree/containers.h"

#include "cgroup/pressure.h"

#include <errno.h>
#include <fcntl.h>

static bool read_host_row(LxContext *context, const LxRow *row, GString *text, GError **error)
{
	g_auto(LxText) host = {0};

	if (!lx_sysroot_read(context->root, row->path, &host, error))
		return false;
	g_string_append_len(text, host.bytes, (gssize)host.length);
	return true;
}

static bool make_text(const LxReading *reading, const LxPlace *place, GString *text, GError **error)
{
	if (!place->row)
		return lx_mirror_read(reading, place->mirror, place->path, text, error);
	if (!place->row->recipe) {
		lx_error_set(error, EISDIR, "reading /%s: it is a folder", place->row->path);
		return false;
	}
	if (reading->container->is_host)
		return read_host_row(reading->context, place->row, text, error);
	return place->row->recipe(reading, text, error);
}

static bool try_read(
	const LxCaller *caller, const LxPlace *place, GString *text, LxTries *tries, GError **error)
{
	g_auto(LxReading) reading = {0};
	gsize before = text->len;
	g_autoptr(GError) failure = NULL;

	tries->again = false;
	if (!lx_scope_open(caller, place->scope, &reading, error))
		return false;
	if (make_text(&reading, place, text, &failure))
		return true;
	g_string_truncate(text, before);
	lx_scope_note_failure(&reading, failure, tries);
	g_propagate_error(error, g_steal_pointer(&failure));
	return false;
}

bool lx_tree_read(const LxCaller *caller, LxNode file, GString *text, GError **error)
{
	g_auto(LxPlace) place = {0};
	g_autoptr(GError) failure = NULL;
	LxTries tries = {0};

	if (!lx_place_of_node(caller->context, file, &place, error))
		return false;
	if (place.row && place.row->id == LX_ROW_LOADS)
		return lx_containers_read_loads(caller, text, error);
	do {
		g_clear_error(&failure);
		if (try_read(caller, &place, text, &tries, &failure))
			return true;
	} while (tries.again);
	g_propagate_error(error, g_steal_pointer(&failure));
	return false;
}

static bool pressure_of_row(const LxPlace *place, LxPressure *out, GError **error)
{
	if (place->row && place->row->trigger && place->scope == 0) {
		*out = (LxPressure)(place->row->id - LX_ROW_PRESSURE_CPU);
		return true;
	}
	lx_error_set(error, EACCES, "writing to /%s: it is read-only",
		place->row ? place->row->path : place->path);
	return false;
}

/* The host's own trigger is set on the host's own file. */
static int set_host_trigger(
	LxContext *context, const LxRow *row, const char *trigger, size_t length, GError **error)
{
	g_auto(LxFd) fd = lx_sysroot_open(context->root, row->path, O_RDWR | O_NONBLOCK, error);

	if (fd < 0 || !lx_pressure_write_trigger(fd, row->path, trigger, length, error))
		return -1;
	return lx_fd_steal(&fd);
}

int lx_tree_set_trigger(
	const LxCaller *caller, LxNode file, const char *trigger, size_t length, GError **error)
{
	g_auto(LxPlace) place = {0};
	g_auto(LxReading) reading = {0};
	LxPressure pressure;

	if (!lx_place_of_node(caller->context, file, &place, error) ||
		!pressure_of_row(&place, &pressure, error) ||
		!lx_scope_open(caller, place.scope, &reading, error))
		return -1;
	if (reading.container->is_host)
		return set_host_trigger(caller->context, place.row, trigger, length, error);
	return lx_pressure_set_trigger(reading.container->cgroup, pressure, trigger, length, error);
}
