/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scanning kernel text: a cursor over bytes that belong to somebody else. */
#include "base/scan.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_space(char c)
{
	return is_blank(c) || c == '\n' || c == '\r';
}

static LxSlice slice_after(LxSlice slice, size_t bytes)
{
	return (LxSlice){slice.at + bytes, slice.length - bytes};
}

bool lx_slice_equal(LxSlice slice, const char *string)
{
	size_t length = strlen(string);

	return slice.length == length && memcmp(slice.at, string, length) == 0;
}

bool lx_slice_starts_with(LxSlice slice, const char *prefix)
{
	size_t length = strlen(prefix);

	return slice.length >= length && memcmp(slice.at, prefix, length) == 0;
}

bool lx_slice_ends_with(LxSlice slice, const char *suffix)
{
	size_t length = strlen(suffix);

	return slice.length >= length &&
	       memcmp(slice.at + slice.length - length, suffix, length) == 0;
}

LxSlice lx_slice_trim(LxSlice slice)
{
	while (slice.length > 0 && is_space(slice.at[0]))
		slice = slice_after(slice, 1);
	while (slice.length > 0 && is_space(slice.at[slice.length - 1]))
		slice.length--;
	return slice;
}

char *lx_slice_dup(LxSlice slice)
{
	return g_strndup(slice.at, slice.length);
}

bool lx_slice_u64(LxSlice slice, uint64_t *out)
{
	uint64_t number = 0;
	bool saturated = false;

	if (slice.length == 0)
		return false;
	for (size_t i = 0; i < slice.length; i++) {
		unsigned digit = (unsigned)(slice.at[i] - '0');

		if (digit > 9)
			return false;
		saturated = saturated || __builtin_mul_overflow(number, 10u, &number) ||
			    __builtin_add_overflow(number, digit, &number);
	}
	*out = saturated ? UINT64_MAX : number;
	return true;
}

bool lx_slice_i64(LxSlice slice, int64_t *out)
{
	bool negative = slice.length > 0 && slice.at[0] == '-';
	uint64_t magnitude;

	if (!lx_slice_u64(negative ? slice_after(slice, 1) : slice, &magnitude))
		return false;
	if (magnitude > INT64_MAX)
		magnitude = INT64_MAX;
	*out = negative ? -(int64_t)magnitude : (int64_t)magnitude;
	return true;
}

bool lx_scan_line(LxSlice *rest, LxSlice *line)
{
	if (rest->length == 0)
		return false;
	if (!lx_scan_until(rest, '\n', line)) {
		*line = *rest;
		*rest = slice_after(*rest, rest->length);
	}
	return true;
}

bool lx_scan_word(LxSlice *rest, LxSlice *word)
{
	size_t start = 0, end;

	while (start < rest->length && is_blank(rest->at[start]))
		start++;
	end = start;
	while (end < rest->length && !is_space(rest->at[end]))
		end++;
	if (end == start)
		return false;
	*word = (LxSlice){rest->at + start, end - start};
	*rest = slice_after(*rest, end);
	return true;
}

bool lx_scan_until(LxSlice *rest, char stop, LxSlice *head)
{
	const char *found = rest->length ? memchr(rest->at, stop, rest->length) : NULL;

	if (!found)
		return false;
	*head = (LxSlice){rest->at, (size_t)(found - rest->at)};
	*rest = slice_after(*rest, head->length + 1);
	return true;
}

bool lx_scan_u64(LxSlice *rest, uint64_t *out)
{
	LxSlice ahead = *rest, word;

	if (!lx_scan_word(&ahead, &word) || !lx_slice_u64(word, out))
		return false;
	*rest = ahead;
	return true;
}

int lx_scan_key(LxSlice key, const char *const *keys, size_t n_keys, size_t *hint)
{
	size_t i = *hint;

	if (key.length == 0)
		return -1;
	for (size_t tried = 0; tried < n_keys; tried++, i++) {
		if (i >= n_keys)
			i = 0;
		if (keys[i] && keys[i][0] == key.at[0] && lx_slice_equal(key, keys[i])) {
			*hint = i + 1;
			return (int)i;
		}
	}
	return -1;
}
