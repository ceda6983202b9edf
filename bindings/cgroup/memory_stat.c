/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memory.stat and memory.numa_stat -> facts. */
#include "cgroup/memory_dialect.h"

#include <errno.h>

static bool fail(const LxMemoryKeys *keys, unsigned line, int stat, GError **error)
{
	lx_error_set(error, EINVAL, "parsing %s, line %u: %s%s has no number", keys->file, line,
		keys->prefix, keys->keys[stat]);
	return false;
}

/* The number that a key stands for, -1 for none of the table's. */
static int find_key(const LxMemoryKeys *keys, LxSlice key, size_t *hint)
{
	size_t prefix = strlen(keys->prefix);

	if (!lx_slice_starts_with(key, keys->prefix))
		return -1;
	key.at += prefix;
	key.length -= prefix;
	return lx_scan_key(key, keys->keys, LX_N_MEMORY_STATS, hint);
}

bool lx_memory_stat_parse(
	const LxMemoryKeys *keys, LxSlice text, LxMemoryStats *out, GError **error)
{
	LxMemoryStats stats = {0};
	size_t hint = 0;
	LxSlice line, key;

	for (unsigned number = 1; lx_scan_line(&text, &line); number++) {
		int stat = lx_scan_word(&line, &key) ? find_key(keys, key, &hint) : -1;

		if (stat < 0)
			continue;
		if (!lx_scan_u64(&line, &stats.values[stat]))
			return fail(keys, number, stat, error);
		stats.have[stat] = true;
	}
	*out = stats;
	return true;
}

/* "N0=123": is it this node's, and is what follows a number? */
static bool find_node(LxSlice line, unsigned node, uint64_t *out, bool *valid)
{
	LxSlice word, name;
	uint64_t number;

	while (lx_scan_word(&line, &word)) {
		if (!lx_slice_starts_with(word, "N") || !lx_scan_until(&word, '=', &name))
			continue;
		name = (LxSlice){name.at + 1, name.length - 1};
		if (!lx_slice_u64(name, &number) || number != node)
			continue;
		*valid = lx_slice_u64(word, out);
		return true;
	}
	return false;
}

bool lx_memory_node_stat_parse(
	const LxMemoryKeys *keys, LxSlice text, unsigned node, LxMemoryStats *out, GError **error)
{
	LxMemoryStats stats = {0};
	size_t hint = 0;
	LxSlice line, word, key;

	for (unsigned number = 1; lx_scan_line(&text, &line); number++) {
		bool valid;
		int stat;

		if (!lx_scan_word(&line, &word))
			continue;
		if (!lx_scan_until(&word, '=', &key))
			key = word;
		stat = find_key(keys, key, &hint);
		if (stat < 0 || !find_node(line, node, &stats.values[stat], &valid))
			continue;
		if (!valid)
			return fail(keys, number, stat, error);
		stats.have[stat] = true;
	}
	*out = stats;
	return true;
}
