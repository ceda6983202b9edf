/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host's /proc/cpuinfo: reading it as a given task would, and finding the CPUs in it.
 *
 * Each architecture prints its own text (show_cpuinfo in arch/<arch>/kernel), made of three kinds
 * of pieces for a CPU; everything else is the machine's:
 *
 *   "processor : 0", lines, a blank line. Lines before the first CPU (mips, old arm) and paragraphs
 *   behind the last one (powerpc: timebase; arm: Hardware) are the machine's.
 *   A blank line, "cpu number : 0", lines (s390, behind its summary).
 *   "processor 0: version = FF, ...": one line of that summary.
 */
#include "host/cpuinfo.h"

#include "host/personality.h"

#include <errno.h>

typedef enum {
	KEY_PROCESSOR,
	KEY_PACKAGE,
	KEY_SIBLINGS,
	KEY_CORE,
	KEY_CORES,
	KEY_CPU_NUMBER,
	KEY_COUNT,
	N_KEYS
} Key;

static const char *const key_names[N_KEYS] = {
	[KEY_PROCESSOR] = "processor",
	[KEY_PACKAGE] = "physical id",
	[KEY_SIBLINGS] = "siblings",
	[KEY_CORE] = "core id",
	[KEY_CORES] = "cpu cores",
	[KEY_CPU_NUMBER] = "cpu number",
	[KEY_COUNT] = "# processors",
};

typedef struct {
	GArray *parts;
	LxCpuinfoPart part; /* the one that is growing */
	const char *start;  /* of its text */
	const char *blank;  /* start of the blank lines before this line; NULL: there are none */
	bool one_line;      /* the part ends with its line */
	size_t hint;        /* for lx_scan_key */
	unsigned line;
} Parser;

static void finish_part(Parser *parser, const char *end)
{
	parser->part.text = (LxSlice){parser->start, (size_t)(end - parser->start)};
	if (parser->part.text.length > 0)
		g_array_append_val(parser->parts, parser->part);
	parser->part = (LxCpuinfoPart){0};
	parser->start = end;
	parser->one_line = false;
}

/* The numbers that are printed anew; the other keys only tell CPUs apart. */
static const LxCpuinfoNumber numbers[N_KEYS] = {
	[KEY_PROCESSOR] = LX_CPUINFO_CPU,
	[KEY_PACKAGE] = LX_N_CPUINFO_NUMBERS,
	[KEY_SIBLINGS] = LX_CPUINFO_SIBLINGS,
	[KEY_CORE] = LX_N_CPUINFO_NUMBERS,
	[KEY_CORES] = LX_CPUINFO_CORES,
	[KEY_CPU_NUMBER] = LX_CPUINFO_CPU,
	[KEY_COUNT] = LX_CPUINFO_COUNT,
};

/* False when the value of a key that we know is no number. */
static bool take_value(LxCpuinfoPart *part, Key key, LxSlice value)
{
	int64_t number;

	if (!lx_slice_i64(value, &number))
		return false;
	if (key == KEY_PACKAGE) {
		part->package = number;
	} else if (key == KEY_CORE) {
		part->core = number;
		part->have_core = true;
	} else {
		part->numbers[numbers[key]] = number < 0 ? UINT64_MAX : (uint64_t)number;
		part->digits[numbers[key]] = value;
		part->have_cpu = part->have_cpu || numbers[key] == LX_CPUINFO_CPU;
	}
	return true;
}

/* "processor 3" of "processor 3: version = FF": gives the "3". */
static bool is_one_line(LxSlice key, LxSlice *digits)
{
	uint64_t number;

	if (!lx_slice_starts_with(key, "processor "))
		return false;
	lx_scan_word(&key, digits);
	*digits = lx_slice_trim(key);
	return lx_slice_u64(*digits, &number);
}

/* Where a new part begins when this line does not belong to the last one; NULL when it does. */
static const char *new_start(const Parser *parser, LxSlice line, int key, bool one_line)
{
	if (parser->blank && key == KEY_CPU_NUMBER)
		return parser->blank;
	if (parser->blank || parser->one_line || one_line)
		return line.at;
	return key == KEY_PROCESSOR || key == KEY_CPU_NUMBER ? line.at : NULL;
}

static bool take_line(Parser *parser, LxSlice line)
{
	LxSlice value = line, name = line, digits;
	bool has_value = lx_scan_until(&value, ':', &name), one_line;
	const char *start;
	int key;

	name = lx_slice_trim(name);
	key = has_value ? lx_scan_key(name, key_names, N_KEYS, &parser->hint) : -1;
	one_line = has_value && is_one_line(name, &digits);
	start = new_start(parser, line, key, one_line);
	if (start)
		finish_part(parser, start);
	parser->blank = NULL;
	parser->one_line = one_line;
	if (one_line)
		return take_value(&parser->part, KEY_PROCESSOR, digits);
	return key < 0 || take_value(&parser->part, (Key)key, lx_slice_trim(value));
}

bool lx_cpuinfo_parse(LxSlice text, const char *what, LxCpuinfo *out, GError **error)
{
	g_auto(LxCpuinfo) cpuinfo = {g_array_new(FALSE, FALSE, sizeof(LxCpuinfoPart))};
	Parser parser = {.parts = cpuinfo.parts, .start = text.at};
	LxSlice rest = text, line;

	while (lx_scan_line(&rest, &line)) {
		parser.line++;
		if (lx_slice_trim(line).length == 0) {
			parser.blank = parser.blank ? parser.blank : line.at;
			continue;
		}
		if (!take_line(&parser, line)) {
			lx_error_set(error, EINVAL, "parsing %s, line %u: \"%.*s\" has no number",
				what, parser.line, (int)MIN(line.length, 60), line.at);
			return false;
		}
	}
	finish_part(&parser, text.at + text.length);
	lx_cpuinfo_clear(out);
	out->parts = g_steal_pointer(&cpuinfo.parts);
	return true;
}

static bool read_as_32bit(LxHost *host, LxText *out, GError **error)
{
	unsigned own = lx_personality_enter_32bit();
	bool done = lx_host_read(host, LX_HOST_CPUINFO, out, error);

	lx_personality_leave(own);
	return done;
}

static void clear_cpuinfo(gpointer cpuinfo)
{
	lx_cpuinfo_clear(&((LxHostCpuinfo *)cpuinfo)->parts);
	lx_text_clear(&((LxHostCpuinfo *)cpuinfo)->text);
}

void lx_cpuinfo_unref(LxHostCpuinfo *cpuinfo)
{
	if (cpuinfo)
		g_atomic_rc_box_release_full(cpuinfo, clear_cpuinfo);
}

static LxHostCpuinfo *read_anew(LxHost *host, bool as_32bit, GError **error)
{
	g_autoptr(LxHostCpuinfo) cpuinfo = g_atomic_rc_box_new0(LxHostCpuinfo);
	bool done = as_32bit ? read_as_32bit(host, &cpuinfo->text, error)
			     : lx_host_read(host, LX_HOST_CPUINFO, &cpuinfo->text, error);

	if (!done || !lx_cpuinfo_parse(lx_text_slice(&cpuinfo->text), lx_host_path(LX_HOST_CPUINFO),
			     &cpuinfo->parts, error))
		return NULL;
	return g_steal_pointer(&cpuinfo);
}

LxHostCpuinfo *lx_cpuinfo_read(
	LxHost *host, pid_t tid, uint64_t now_nsec, uint64_t fresh_nsec, GError **error)
{
	LxHostCpuinfo *cpuinfo;

	if (lx_personality_matters(lx_host_root(host)) &&
		lx_personality_is_32bit(lx_host_root(host), tid))
		return read_anew(host, true, error);
	cpuinfo = lx_host_recent(host, LX_HOST_CPUINFO, now_nsec, fresh_nsec);
	if (cpuinfo)
		return cpuinfo;
	cpuinfo = read_anew(host, false, error);
	if (cpuinfo)
		lx_host_keep_recent(host, LX_HOST_CPUINFO, cpuinfo, clear_cpuinfo, now_nsec);
	return cpuinfo;
}
