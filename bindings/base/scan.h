/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Scanning kernel text: a cursor over bytes that belong to somebody else. Nothing here allocates,
 * and nothing needs a terminating NUL. Numbers saturate at UINT64_MAX instead of wrapping.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <glib.h>

/* A borrowed run of bytes. */
typedef struct {
	const char *at;
	size_t length;
} LxSlice;

/* An owned text, NUL-terminated behind `length`. {NULL, 0} is none. */
typedef struct {
	char *bytes;
	size_t length;
} LxText;

static inline LxSlice lx_slice(const char *string)
{
	return (LxSlice){string, strlen(string)};
}

static inline LxSlice lx_text_slice(const LxText *text)
{
	return (LxSlice){text->bytes ? text->bytes : "", text->length};
}

static inline void lx_text_clear(LxText *text)
{
	g_free(text->bytes);
	*text = (LxText){NULL, 0};
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxText, lx_text_clear)

bool lx_slice_equal(LxSlice slice, const char *string);
bool lx_slice_starts_with(LxSlice slice, const char *prefix);
bool lx_slice_ends_with(LxSlice slice, const char *suffix);
/* Without blanks, tabs and newlines at either end. */
LxSlice lx_slice_trim(LxSlice slice);
/* A copy, NUL-terminated, for g_free. */
char *lx_slice_dup(LxSlice slice);
/* The whole slice is one decimal number (no sign, no blanks). */
bool lx_slice_u64(LxSlice slice, uint64_t *out);
/* The whole slice is one decimal number with an optional '-'. Saturates. */
bool lx_slice_i64(LxSlice slice, int64_t *out);

/* Takes the next line (without its newline) off `rest`; false at the end of the text. */
bool lx_scan_line(LxSlice *rest, LxSlice *line);
/* Takes the next word: blanks and tabs are skipped before it. False when none is left. */
bool lx_scan_word(LxSlice *rest, LxSlice *word);
/* Takes everything before the first `stop` and the stop itself; false (untouched) without one. */
bool lx_scan_until(LxSlice *rest, char stop, LxSlice *head);
/* Takes the next word, which must be a decimal number; false (untouched) otherwise. */
bool lx_scan_u64(LxSlice *rest, uint64_t *out);

/*
 * The index of `key` among `keys`, or -1. *hint is where to begin: kernel files print keys in the
 * order of our tables, so that a search that begins after the last hit ends at once. Start with 0.
 */
int lx_scan_key(LxSlice key, const char *const *keys, size_t n_keys, size_t *hint);
