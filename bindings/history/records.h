/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records of containers in memory that the caller gives and that may outlive the process: what a
 * predecessor left there is found again. A record holds no pointers; it has two copies, of which
 * one is valid, so that a process killed at any moment leaves the old record or the new one.
 * Memory that no record needed is never touched. Safe from any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

typedef struct LxRecords LxRecords;

/* What must be the same for a predecessor's records to be carried on. */
typedef struct {
	uint32_t kind;
	uint32_t version;
	size_t copy_bytes; /* one record's room */
} LxRecordsFormat;

/* A multiple of a cache line, so that memory can be cut into such pieces. */
size_t lx_records_bytes(unsigned n_records, size_t copy_bytes);

/*
 * As many records as fit; memory that has no room for one is not used at all (a few records of the
 * process's own then). `memory` is aligned for uint64_t, zeroed when new, and outlives the result.
 */
LxRecords *lx_records_new(void *memory, size_t bytes, const LxRecordsFormat *format);
void lx_records_free(LxRecords *records);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxRecords, lx_records_free)

unsigned lx_records_n(const LxRecords *records);

/* An open record, which nobody else can open meanwhile. */
typedef struct {
	const void *now; /* NULL: nothing is known of this container */
	void *next;      /* room for what it becomes; undefined until written */
	LxRecords *records;
	unsigned index;
} LxRecord;

/* The record of an id, made if there is none: the one opened longest ago makes room. */
LxRecord lx_records_open(LxRecords *records, uint64_t id, uint64_t now_nsec);
/* `next` is valid from here on. Close it after. */
void lx_record_commit(const LxRecord *record);
void lx_record_close(const LxRecord *record);
