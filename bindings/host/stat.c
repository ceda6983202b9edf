/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The shape of the host's /proc/stat (proc(5)). */
#include "host/stat.h"

#include "base/number.h"

#include <errno.h>

/* CPUs come and go without changing it; only a module that asks for more interrupts does. */
#define SHAPE_FRESH_NSEC (UINT64_C(5) * 1000000000)

static const char *const known_names[] = {
	[LX_STAT_CPU] = "cpu",
	[LX_STAT_CTXT] = "ctxt",
	[LX_STAT_BTIME] = "btime",
	[LX_STAT_PROCESSES] = "processes",
	[LX_STAT_PROCS_RUNNING] = "procs_running",
	[LX_STAT_PROCS_BLOCKED] = "procs_blocked",
};

typedef struct {
	LxStatLine line;
	bool all_numbers;
} Look;

static LxStatKind kind_of(LxSlice name)
{
	size_t hint = 0;
	int found = lx_scan_key(name, known_names, G_N_ELEMENTS(known_names), &hint);

	return found < 0 ? LX_STAT_OTHER : (LxStatKind)found;
}

/* A row "cpu3": the rows' columns are those of the line "cpu". */
static bool is_row(LxSlice name)
{
	uint64_t number;

	return lx_slice_starts_with(name, "cpu") &&
	       lx_slice_u64((LxSlice){name.at + 3, name.length - 3}, &number);
}

static bool look(LxSlice text, Look *out)
{
	Look seen = {.all_numbers = true};
	LxSlice name, value;
	uint64_t number;

	if (!lx_scan_word(&text, &name) || name.length >= LX_STAT_NAME_MAX || is_row(name))
		return false;
	memcpy(seen.line.name, name.at, name.length);
	seen.line.kind = kind_of(name);
	while (lx_scan_word(&text, &value)) {
		seen.line.n_values++;
		seen.all_numbers = seen.all_numbers && lx_slice_u64(value, &number);
	}
	*out = seen;
	return true;
}

static bool has_kind(const GArray *lines, LxStatKind kind)
{
	for (guint i = 0; i < lines->len; i++)
		if (g_array_index(lines, LxStatLine, i).kind == kind)
			return true;
	return false;
}

static bool take_line(GArray *lines, LxSlice text)
{
	Look seen;

	if (!look(text, &seen))
		return true;
	if (seen.line.kind != LX_STAT_OTHER) {
		if (!seen.all_numbers)
			return false;
		if (has_kind(lines, seen.line.kind))
			return true;
	}
	g_array_append_val(lines, seen.line);
	return true;
}

bool lx_stat_parse(LxSlice text, const char *what, LxStatShape *out, GError **error)
{
	g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(LxStatLine));
	unsigned number = 0;
	LxSlice line;

	while (lx_scan_line(&text, &line)) {
		number++;
		if (take_line(lines, line))
			continue;
		lx_error_set(
			error, EINVAL, "parsing %s, line %u: a value is no number", what, number);
		return false;
	}
	if (!has_kind(lines, LX_STAT_CPU)) {
		lx_error_set(error, EINVAL, "parsing %s: there is no line \"cpu\"", what);
		return false;
	}
	lx_stat_shape_clear(out);
	out->n_lines = lines->len;
	out->lines = (LxStatLine *)g_array_free(g_steal_pointer(&lines), FALSE);
	return true;
}

static void clear_shape(gpointer shape)
{
	lx_stat_shape_clear(shape);
}

void lx_stat_shape_unref(LxStatShape *shape)
{
	if (shape)
		g_atomic_rc_box_release_full(shape, clear_shape);
}

LxStatShape *lx_stat_shape(LxHost *host, uint64_t now_nsec, GError **error)
{
	g_autoptr(LxStatShape) shape =
		lx_host_recent(host, LX_HOST_STAT, now_nsec, SHAPE_FRESH_NSEC);
	g_auto(LxText) text = {0};

	if (shape)
		return g_steal_pointer(&shape);
	if (!lx_host_read(host, LX_HOST_STAT, &text, error))
		return NULL;
	shape = g_atomic_rc_box_new0(LxStatShape);
	if (!lx_stat_parse(lx_text_slice(&text), lx_host_path(LX_HOST_STAT), shape, error))
		return NULL;
	lx_host_keep_recent(host, LX_HOST_STAT, shape, clear_shape, now_nsec);
	return g_steal_pointer(&shape);
}
