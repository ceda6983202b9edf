/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /proc/meminfo and sys/devices/system/node/nodeN/meminfo -> facts. */
#include "host/meminfo.h"

#include "base/number.h"

#include <errno.h>

#define FRESH_NSEC UINT64_C(1000000000)

/*
 * The column in which numbers end, as long as they fit (fs/proc/meminfo.c, mm/hugetlb.c). A longer
 * number of the host's reaches beyond it and must not drag the container's with it.
 */
#define END_COLUMN 24u
#define END_COLUMN_NODE_COUNT 22u

static const char *const field_names[LX_N_MEMINFO_FIELDS] = {
#define FIELD_NAME(symbol, name, unit) [LX_MEMINFO_##symbol] = name,
	LX_MEMINFO_FIELDS(FIELD_NAME)
#undef FIELD_NAME
};

static const LxMeminfoUnit field_units[LX_N_MEMINFO_FIELDS] = {
#define FIELD_UNIT(symbol, name, unit) [LX_MEMINFO_##symbol] = LX_MEMINFO_##unit,
	LX_MEMINFO_FIELDS(FIELD_UNIT)
#undef FIELD_UNIT
};

typedef struct {
	LxMeminfoLine line;
	bool valid; /* a number, alone or followed by kB */
	uint64_t value;
} Parsed;

/* "   24684084 kB" behind the colon. */
static void parse_value(LxSlice rest, bool node, Parsed *parsed)
{
	const char *start = parsed->line.name.at;
	unsigned least_end = END_COLUMN;
	LxSlice unit;

	if (!lx_scan_u64(&rest, &parsed->value))
		return;
	parsed->line.end = (unsigned)lx_number_min((uint64_t)(rest.at - start), UINT16_MAX);
	if (!lx_scan_word(&rest, &unit)) {
		parsed->line.unit = LX_MEMINFO_COUNT;
		least_end = node ? END_COLUMN_NODE_COUNT : END_COLUMN;
	} else if (lx_slice_equal(unit, "kB")) {
		parsed->line.unit = LX_MEMINFO_BYTES;
		parsed->value = lx_number_mul(parsed->value, 1024);
	} else {
		return;
	}
	parsed->line.end = MIN(parsed->line.end, least_end);
	parsed->valid = true;
}

/* Cuts "Node 0 " off; false for a line without it. */
static bool skip_node(LxSlice *line)
{
	LxSlice rest = *line, word;
	uint64_t number;

	if (!lx_scan_word(&rest, &word) || !lx_slice_equal(word, "Node") ||
		!lx_scan_u64(&rest, &number))
		return false;
	*line = lx_slice_trim(rest);
	return true;
}

/* False for a line that is to be passed over. */
static bool parse_line(LxSlice line, bool node, size_t *hint, Parsed *out)
{
	Parsed parsed = {.line.field = LX_MEMINFO_UNKNOWN};

	if ((node && !skip_node(&line)) || !lx_scan_until(&line, ':', &parsed.line.name))
		return false;
	parse_value(line, node, &parsed);
	parsed.line.field = lx_scan_key(parsed.line.name, field_names, LX_N_MEMINFO_FIELDS, hint);
	*out = parsed;
	return parsed.valid || parsed.line.field >= 0;
}

static bool keep(LxMeminfo *facts, const Parsed *parsed)
{
	int field = parsed->line.field;

	if (field >= 0) {
		if (!parsed->valid || parsed->line.unit != field_units[field])
			return false;
		facts->have[field] = true;
		facts->values[field] = parsed->value;
	}
	if (facts->n_lines < LX_MEMINFO_LINES_MAX)
		facts->lines[facts->n_lines++] = parsed->line;
	return true;
}

static bool parse(LxSlice text, bool node, const char *what, LxMeminfo *out, GError **error)
{
	LxMeminfo facts = {.n_lines = 0};
	size_t hint = 0;
	LxSlice line;

	for (unsigned number = 1; lx_scan_line(&text, &line); number++) {
		Parsed parsed;

		if (!parse_line(line, node, &hint, &parsed) || keep(&facts, &parsed))
			continue;
		lx_error_set(error, EINVAL, "parsing %s, line %u: %s has no number that fits", what,
			number, field_names[parsed.line.field]);
		return false;
	}
	*out = facts;
	return true;
}

bool lx_meminfo_parse(LxSlice text, const char *what, LxMeminfo *out, GError **error)
{
	return parse(text, false, what, out, error);
}

bool lx_meminfo_parse_node(LxSlice text, const char *what, LxMeminfo *out, GError **error)
{
	return parse(text, true, what, out, error);
}

static void clear_meminfo(gpointer meminfo)
{
	lx_text_clear(&((LxHostMeminfo *)meminfo)->text);
}

void lx_meminfo_unref(LxHostMeminfo *meminfo)
{
	if (meminfo)
		g_atomic_rc_box_release_full(meminfo, clear_meminfo);
}

LxHostMeminfo *lx_meminfo_recent(LxHost *host, uint64_t now_nsec, GError **error)
{
	g_autoptr(LxHostMeminfo) meminfo =
		lx_host_recent(host, LX_HOST_MEMINFO, now_nsec, FRESH_NSEC);

	if (meminfo)
		return g_steal_pointer(&meminfo);
	meminfo = g_atomic_rc_box_new0(LxHostMeminfo);
	if (!lx_host_read(host, LX_HOST_MEMINFO, &meminfo->text, error) ||
		!lx_meminfo_parse(lx_text_slice(&meminfo->text), lx_host_path(LX_HOST_MEMINFO),
			&meminfo->facts, error))
		return NULL;
	lx_host_keep_recent(host, LX_HOST_MEMINFO, meminfo, clear_meminfo, now_nsec);
	return g_steal_pointer(&meminfo);
}
