/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a FUSE thread has answered, and how long it took. */
#include "serve/tally.h"

#include <errno.h>

static const uint8_t operations[] = {
	[FUSE_READ] = LX_OPERATION_READ,
	[FUSE_OPEN] = LX_OPERATION_OPEN,
	[FUSE_OPENDIR] = LX_OPERATION_OPEN,
	[FUSE_LOOKUP] = LX_OPERATION_LOOKUP,
	[FUSE_GETATTR] = LX_OPERATION_ATTRIBUTES,
	[FUSE_SETATTR] = LX_OPERATION_ATTRIBUTES,
	[FUSE_READDIR] = LX_OPERATION_LIST,
	[FUSE_READDIRPLUS] = LX_OPERATION_LIST,
	[FUSE_RELEASE] = LX_OPERATION_RELEASE,
	[FUSE_RELEASEDIR] = LX_OPERATION_RELEASE,
	[FUSE_POLL] = LX_OPERATION_POLL,
	[FUSE_WRITE] = LX_OPERATION_WRITE,
};

/* LX_OPERATION_READ is 0, and so is the row of every code that is not in the table. */
static LxOperation operation_of(uint32_t opcode)
{
	if (opcode >= G_N_ELEMENTS(operations))
		return LX_OPERATION_OTHER;
	if (operations[opcode] == LX_OPERATION_READ && opcode != FUSE_READ)
		return LX_OPERATION_OTHER;
	return (LxOperation)operations[opcode];
}

static LxOutcome outcome_of(int code)
{
	switch (code) {
	case 0:
		return LX_OUTCOME_OK;
	case ENOENT:
	case ESTALE:
		return LX_OUTCOME_GONE;
	case EINVAL:
	case EACCES:
	case EPERM:
	case EISDIR:
	case ENOTSUP:
		return LX_OUTCOME_REFUSED;
	default:
		return LX_OUTCOME_FAILED;
	}
}

static void increase(_Atomic uint64_t *count, uint64_t by)
{
	uint64_t before = atomic_load_explicit(count, memory_order_relaxed);

	atomic_store_explicit(count, before + by, memory_order_relaxed);
}

static unsigned bucket_of(uint64_t nsec)
{
	unsigned bits = nsec > 1 ? 64 - (unsigned)__builtin_clzll(nsec - 1) : 0;

	if (bits <= LX_TALLY_LOWEST_SHIFT)
		return 0;
	return MIN(bits - LX_TALLY_LOWEST_SHIFT, LX_TALLY_BOUNDS);
}

uint64_t lx_tally_bound_nsec(unsigned bucket)
{
	return UINT64_C(1) << (LX_TALLY_LOWEST_SHIFT + bucket);
}

LxTallied lx_tally_begin(const struct fuse_in_header *request, uint64_t now_nsec)
{
	LxTallied begun = {.operation = operation_of(request->opcode), .begun_nsec = now_nsec};
	const struct fuse_read_in *read = (const void *)(request + 1);

	if (begun.operation != LX_OPERATION_READ || request->len < sizeof *request + sizeof *read)
		return begun;
	begun.makes_text = read->offset == 0;
	begun.part = lx_tree_part(request->nodeid);
	return begun;
}

void lx_tally_end(LxTally *tally, const LxTallied *begun, int code, uint64_t now_nsec)
{
	LxHistogram *times = &tally->requests[begun->operation];
	uint64_t nsec = now_nsec > begun->begun_nsec ? now_nsec - begun->begun_nsec : 0;

	increase(&times->buckets[bucket_of(nsec)], 1);
	increase(&times->sum_nsec, nsec);
	if (begun->makes_text)
		increase(&tally->reads[begun->part][outcome_of(code)], 1);
}

static void add_all(_Atomic uint64_t *total, const _Atomic uint64_t *more, size_t n)
{
	for (size_t i = 0; i < n; i++)
		increase(&total[i], atomic_load_explicit(&more[i], memory_order_relaxed));
}

void lx_tally_add(LxTally *total, const LxTally *more)
{
	for (int i = 0; i < LX_N_OPERATIONS; i++) {
		add_all(total->requests[i].buckets, more->requests[i].buckets, LX_TALLY_BOUNDS + 1);
		add_all(&total->requests[i].sum_nsec, &more->requests[i].sum_nsec, 1);
	}
	for (int i = 0; i < LX_TREE_PARTS; i++)
		add_all(total->reads[i], more->reads[i], LX_N_OUTCOMES);
}
