/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a cgroup and those below it have read and written, by device. */
#include "cgroup/io.h"

#include <errno.h>

#include "base/number.h"

static GArray *records_new(void)
{
	return g_array_new(FALSE, FALSE, sizeof(LxIoDevice));
}

/* "8:16". */
static bool parse_number(LxSlice word, unsigned *major, unsigned *minor)
{
	LxSlice minor_part = word, major_part;
	uint64_t high, low;

	if (!lx_scan_until(&minor_part, ':', &major_part) || !lx_slice_u64(major_part, &high) ||
		!lx_slice_u64(minor_part, &low) || high > UINT32_MAX || low > UINT32_MAX)
		return false;
	*major = (unsigned)high;
	*minor = (unsigned)low;
	return true;
}

/* The last record if it is this device's (lines of one device follow each other), else a new one.
 */
static LxIoDevice *record_for(GArray *devices, unsigned major, unsigned minor)
{
	LxIoDevice fresh = {.major = major, .minor = minor}, *last;

	if (devices->len > 0) {
		last = &g_array_index(devices, LxIoDevice, devices->len - 1);
		if (last->major == major && last->minor == minor)
			return last;
	}
	g_array_append_val(devices, fresh);
	return &g_array_index(devices, LxIoDevice, devices->len - 1);
}

static void set_count(LxIoDevice *device, LxIoOperation operation, LxIoCount count, uint64_t number)
{
	device->counts[operation][count] = number;
	device->have |= lx_io_bit(operation, count);
}

static bool fail(const char *what, unsigned line_number, LxSlice line, GError **error)
{
	lx_error_set(error, EINVAL, "parsing %s, line %u: \"%.*s\" has no number where one belongs",
		what, line_number, (int)MIN(line.length, 100), line.at);
	return false;
}

/* ---- v2 --------------------------------------------------------------------------------- */

static const char *const v2_keys[] = {"rbytes", "wbytes", "rios", "wios", "dbytes", "dios"};
static const struct {
	LxIoOperation operation;
	LxIoCount count;
} v2_meanings[G_N_ELEMENTS(v2_keys)] = {
	{LX_IO_READ, LX_IO_BYTES},
	{LX_IO_WRITE, LX_IO_BYTES},
	{LX_IO_READ, LX_IO_REQUESTS},
	{LX_IO_WRITE, LX_IO_REQUESTS},
	{LX_IO_DISCARD, LX_IO_BYTES},
	{LX_IO_DISCARD, LX_IO_REQUESTS},
};

/* "rbytes=90430464". Other policies put keys of their own here (use_delay, cost.usage, ...). */
static bool parse_pair(LxSlice word, size_t *hint, LxIoDevice *device)
{
	LxSlice value = word, key;
	uint64_t number;
	int index;

	if (!lx_scan_until(&value, '=', &key))
		return true;
	index = lx_scan_key(key, v2_keys, G_N_ELEMENTS(v2_keys), hint);
	if (index < 0)
		return true;
	if (!lx_slice_u64(value, &number))
		return false;
	set_count(device, v2_meanings[index].operation, v2_meanings[index].count, number);
	return true;
}

/*
 * Kernels before 5.18 print a device without figures as its bare number, and no newline: then the
 * next device's number stands in the middle of the line.
 */
static bool parse_line_v2(LxSlice line, GArray *devices)
{
	LxIoDevice *device = NULL;
	unsigned major, minor;
	size_t hint = 0;
	LxSlice word;

	while (lx_scan_word(&line, &word)) {
		if (parse_number(word, &major, &minor))
			device = record_for(devices, major, minor);
		else if (lx_slice_equal(word, "(unknown)"))
			device = NULL;
		else if (device && !parse_pair(word, &hint, device))
			return false;
	}
	return true;
}

bool lx_io_parse_v2(LxSlice text, const char *what, GArray *devices, GError **error)
{
	LxSlice rest = text, line;

	for (unsigned number = 1; lx_scan_line(&rest, &line); number++)
		if (!parse_line_v2(line, devices))
			return fail(what, number, line, error);
	return true;
}

/* ---- v1 --------------------------------------------------------------------------------- */

static const char *const v1_operations[LX_N_IO_OPERATIONS] = {
	[LX_IO_READ] = "Read",
	[LX_IO_WRITE] = "Write",
	[LX_IO_DISCARD] = "Discard",
};

/* Sync, Async and Total count the same requests once more. */
static bool parse_line_v1(LxSlice line, LxIoCount count, size_t *hint, GArray *devices)
{
	unsigned major, minor;
	uint64_t number;
	LxSlice word;
	int operation;

	if (!lx_scan_word(&line, &word) || !parse_number(word, &major, &minor))
		return true;
	if (!lx_scan_word(&line, &word))
		return true;
	operation = lx_scan_key(word, v1_operations, LX_N_IO_OPERATIONS, hint);
	if (operation < 0)
		return true;
	if (!lx_scan_u64(&line, &number))
		return false;
	set_count(record_for(devices, major, minor), (LxIoOperation)operation, count, number);
	return true;
}

bool lx_io_parse_v1(
	LxSlice text, const char *what, LxIoCount count, GArray *devices, GError **error)
{
	LxSlice rest = text, line;
	size_t hint = 0;

	for (unsigned number = 1; lx_scan_line(&rest, &line); number++)
		if (!parse_line_v1(line, count, &hint, devices))
			return fail(what, number, line, error);
	return true;
}

/* ---- Putting records together ----------------------------------------------------------- */

static gint by_number(gconstpointer left, gconstpointer right)
{
	const LxIoDevice *a = left, *b = right;

	if (a->major != b->major)
		return a->major < b->major ? -1 : 1;
	return (a->minor > b->minor) - (a->minor < b->minor);
}

static void take_over(LxIoDevice *device, const LxIoDevice *later)
{
	for (unsigned i = 0; i < LX_N_IO_OPERATIONS; i++)
		for (unsigned j = 0; j < LX_N_IO_COUNTS; j++)
			if (later->have & lx_io_bit(i, j))
				set_count(device, i, j, later->counts[i][j]);
}

/* One record for each device, by number. What is said twice counts as said last. */
static void merge(GArray *devices)
{
	guint kept = 0;

	g_array_sort(devices, by_number); /* stable */
	for (guint i = 0; i < devices->len; i++) {
		LxIoDevice *device = &g_array_index(devices, LxIoDevice, i);

		if (kept > 0 &&
			by_number(&g_array_index(devices, LxIoDevice, kept - 1), device) == 0)
			take_over(&g_array_index(devices, LxIoDevice, kept - 1), device);
		else
			g_array_index(devices, LxIoDevice, kept++) = *device;
	}
	g_array_set_size(devices, kept);
}

static bool is_used(const LxIoDevice *device)
{
	static const LxIoDevice unused;

	return memcmp(device->counts, unused.counts, sizeof device->counts) != 0;
}

/* Moves the devices that were used at all over to `devices`. */
static void append_used(GArray *devices, GArray *records)
{
	merge(records);
	for (guint i = 0; i < records->len; i++)
		if (is_used(&g_array_index(records, LxIoDevice, i)))
			g_array_append_val(devices, g_array_index(records, LxIoDevice, i));
}

/* ---- Reading ---------------------------------------------------------------------------- */

static bool read_v2(LxLevel *level, GArray *devices, bool *have, GError **error)
{
	g_autoptr(GArray) records = records_new();
	g_auto(LxText) text = {0};

	if (!lx_level_read(level, LX_CGROUP_IO_STAT, &text, error) ||
		!lx_io_parse_v2(lx_text_slice(&text), lx_cgroup_file_name(LX_CGROUP_IO_STAT),
			records, error))
		return false;
	append_used(devices, records);
	*have = text.bytes != NULL;
	return true;
}

/*
 * Who counts on v1, the most trusted last. The throttle counts whatever the scheduler, but since
 * Linux 6.9 only devices that have a throttle; CFQ (up to Linux 4.20) alone counts merges and
 * times. The files of a source stand in the order of LxIoCount.
 */
static const struct {
	unsigned n_files;
	LxCgroupFile files[LX_N_IO_COUNTS];
} v1_sources[] = {
	{2, {LX_CGROUP_BLKIO_BFQ_SERVICED, LX_CGROUP_BLKIO_BFQ_BYTES}},
	{5, {LX_CGROUP_BLKIO_SERVICED, LX_CGROUP_BLKIO_BYTES, LX_CGROUP_BLKIO_MERGED,
		    LX_CGROUP_BLKIO_SERVICE_TIME, LX_CGROUP_BLKIO_WAIT_TIME}},
	{2, {LX_CGROUP_BLKIO_THROTTLE_SERVICED, LX_CGROUP_BLKIO_THROTTLE_BYTES}},
};

/* A source without its first file is none. */
static bool read_v1_source(
	LxLevel *level, unsigned source, GArray *devices, bool *have, GError **error)
{
	g_autoptr(GArray) records = records_new();

	for (unsigned count = 0; count < v1_sources[source].n_files; count++) {
		LxCgroupFile file = v1_sources[source].files[count];
		g_auto(LxText) text = {0};

		if (!lx_level_read(level, file, &text, error))
			return false;
		if (count == 0 && !text.bytes)
			return true;
		if (!lx_io_parse_v1(
			    lx_text_slice(&text), lx_cgroup_file_name(file), count, records, error))
			return false;
	}
	append_used(devices, records);
	*have = true;
	return true;
}

static bool read_v1(LxLevel *level, GArray *devices, bool *have, GError **error)
{
	for (unsigned source = 0; source < G_N_ELEMENTS(v1_sources); source++)
		if (!read_v1_source(level, source, devices, have, error))
			return false;
	merge(devices);
	return true;
}

bool lx_cgroup_read_io(LxCgroup *cgroup, LxIoFacts *out, GError **error)
{
	LxLevel *level = lx_cgroup_level(cgroup, LX_CONTROLLER_IO);
	g_autoptr(GArray) devices = records_new();
	bool have = false;

	if (level && !(lx_level_is_v2(level) ? read_v2 : read_v1)(level, devices, &have, error)) {
		g_prefix_error(error, "the cgroup %s: ", lx_level_path(level));
		return false;
	}
	*out = (LxIoFacts){.have = have, .n_devices = devices->len};
	out->devices = (LxIoDevice *)g_array_free(g_steal_pointer(&devices), FALSE);
	return true;
}

uint64_t lx_io_total_bytes(const LxIoFacts *facts, LxIoOperation operation)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < facts->n_devices; i++)
		bytes = lx_number_add(bytes, facts->devices[i].counts[operation][LX_IO_BYTES]);
	return bytes;
}

void lx_io_facts_clear(LxIoFacts *facts)
{
	g_free(facts->devices);
	*facts = (LxIoFacts){0};
}
