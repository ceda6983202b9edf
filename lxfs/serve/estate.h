/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a worker inherits from the one before it: one piece of shared memory (a memfd) that the
 * supervisor keeps and every worker maps. It holds the saved FUSE_INIT of each connection, the
 * journal of requests that are being answered, the texts of open files, and what the supervisor has
 * learned of requests and containers that kill workers.
 *
 * Rules for whatever lies here: no pointers; nothing in it is believed (a worker may have died
 * while writing); a record changes by writing a spare copy first and flipping an index last. The
 * layout is named by LX_ESTATE_VERSION: a program of another version does not touch it.
 */
#pragma once

#include "lxfs.h"
#include "serve/tally.h"
#include "settings.h"

#include <stdatomic.h>

#define LX_ESTATE_VERSION 8u
#define LX_ESTATE_MAGIC 0x6c78657374617465u /* "lxestate" */

/*
 * The FUSE connections: one for the views, one for proc/pressure, whose files can be polled, one
 * for the cgroup view, in which everything can be done and the kernel checks no rights.
 */
typedef enum {
	LX_CONNECTION_VIEWS,
	LX_CONNECTION_PRESSURE,
	LX_CONNECTION_CGROUP,
	LX_N_CONNECTIONS
} LxConnectionKind;

/*
 * FUSE_POLL is switched off for a whole connection by answering it once with ENOSYS. On the
 * connection of the views that is done, so that nobody's poll of /proc/swaps ever reaches lxfs.
 */

#define LX_INIT_MAX_BYTES 512
/* More than the kernel asks for (FUSE_MIN_READ_BUFFER, header + write + max_write of 4096). */
#define LX_SLOT_REQUEST_BYTES 16384
#define LX_SLOTS_MAX 80
#define LX_QUARANTINE_MAX 64
#define LX_MOUNTPOINT_BYTES 4096

typedef struct {
	uint64_t root; /* the LxNode at the root of this connection */
	uint32_t init_bytes;
	char init[LX_INIT_MAX_BYTES];
} LxEstateConnection;

/* Done: it has happened, and `result` is its answer. Begun: it may have happened. */
enum { LX_DEED_NONE, LX_DEED_DONE, LX_DEED_BEGUN };

/*
 * A FUSE thread receives into its slot: the request's length field (its first four bytes) is zeroed
 * before each receive, so that a slot that holds a length is a request that was taken and not
 * finished.
 */
typedef struct {
	_Alignas(4096) char request[LX_SLOT_REQUEST_BYTES];
	uint64_t container;     /* whose text was being made: lx_tree_owner; 0: nobody's */
	uint64_t deaths_unique; /* the request that workers died on, and how many */
	uint32_t deaths;
	uint32_t connection;
	uint32_t refused;             /* answer EIO: it has killed its workers */
	uint32_t left;                /* by a predecessor: it may have been answered already */
	_Atomic uint32_t carried_out; /* LX_DEED_*: the request's effect */
	int32_t answer;               /* the errno that the request was answered, 0 for success */
	uint64_t result;
	LxTally tally; /* what this thread and its predecessors have answered */
} LxSlot;

/*
 * A seccomp listener, or a connection of LXC's monitor (calls/register.h), and the call that is
 * being answered on it: received into here, its id zeroed before, so that a row that holds an id is
 * a call that was taken and not finished.
 */
#define LX_LISTENERS_MAX 4096u
#define LX_CALL_BYTES 128

typedef struct {
	_Alignas(8) char call[LX_CALL_BYTES]; /* struct seccomp_notif */
	_Atomic uint64_t holder;              /* pid << 32 | descriptor, where it is to be had */
	_Atomic uint32_t serial;              /* never given twice; 0: the row is free */
	uint32_t deaths;                      /* of workers that held a call, and nobody to blame */
	_Atomic uint32_t replied;             /* on a connection: that may have been sent */
} LxListenerRow;

/* The sockets that they come from: of OCI runtimes, of LXC. */
typedef enum { LX_RECEPTION_OCI, LX_RECEPTION_LXC, LX_N_RECEPTIONS } LxReceptionKind;

/* System calls of containers: which there are, and how they ended. */
typedef enum {
	LX_CALL_UNKNOWN,
	LX_CALL_SYSINFO,
	LX_CALL_SYSINFO_NARROW, /* of a 32-bit caller */
	LX_CALL_AFFINITY,
	LX_N_CALLS
} LxCallKind;

typedef enum {
	LX_CALL_ANSWERED,
	LX_CALL_CONTINUED, /* carried out by the kernel */
	LX_CALL_FAILED,    /* the caller was told an error */
	LX_CALL_GONE,      /* there was no caller any more */
	LX_N_CALL_OUTCOMES
} LxCallOutcome;

typedef struct {
	uint64_t container;
	uint64_t until_nsec; /* CLOCK_BOOTTIME; 0: watched, not in quarantine */
	uint64_t last_nsec;  /* CLOCK_BOOTTIME; of the last death */
	uint32_t deaths;
} LxQuarantine;

/* How the last `lxfs reload` ended. */
typedef enum {
	LX_RELOAD_NONE,
	LX_RELOAD_UNDER_WAY, /* the new program was executed and does not serve yet */
	LX_RELOAD_DONE,
	LX_RELOAD_REFUSED,     /* the new program was never executed */
	LX_RELOAD_ROLLED_BACK, /* it was, and did not come up */
	LX_N_RELOAD_OUTCOMES
} LxReloadOutcome;

#define LX_RELOAD_MESSAGE_BYTES 256

typedef struct {
	uint64_t serial;                       /* how many have ended */
	uint64_t counts[LX_N_RELOAD_OUTCOMES]; /* how many ended so */
	uint32_t outcome;
	char message[LX_RELOAD_MESSAGE_BYTES];
} LxReload;

/* Why workers ended that were not to be replaced by a reload. */
typedef enum {
	LX_END_OUTSIDE, /* another process killed it: nobody's fault */
	LX_END_REQUEST, /* a request is to blame, or all that were under way */
	LX_END_FAILURE, /* none is */
	LX_END_SILENT,  /* its main loop stood still, or it did not come up in time */
	LX_END_RETRY,   /* it served the host's own text, and the real ones were tried again */
	LX_N_ENDS
} LxEnd;

/* Which thread's request a worker died on. */
enum {
	LX_FAULTING_UNKNOWN = -1, /* no handler ran */
	LX_FAULTING_NOBODY = -2,  /* a thread that answers no requests */
	LX_FAULTING_OUTSIDE = -3, /* another process sent the signal */
};

typedef struct {
	uint64_t magic;
	uint32_t version;
	uint32_t n_slots;
	uint64_t generation;        /* workers started so far */
	uint64_t begun_nsec;        /* CLOCK_REALTIME; since when all this is counted */
	uint64_t ends[LX_N_ENDS];   /* of workers, by cause */
	uint32_t ending;            /* the LxEnd that the supervisor is ending its worker for */
	_Atomic int32_t supervisor; /* its pid; of a dead one: whoever replaces it is the heir */
	_Atomic uint64_t heartbeat_nsec; /* CLOCK_MONOTONIC; the worker's main loop is alive */
	_Atomic int32_t faulting_slot;   /* set by the fatal signal's handler, or LX_FAULTING_* */
	_Atomic uint32_t faults_set;     /* fault injection: 1 when faults_left holds */
	_Atomic int32_t faults_left;     /* deaths still to be died */
	LxEstateConnection connections[LX_N_CONNECTIONS];
	LxQuarantine quarantine[LX_QUARANTINE_MAX];
	LxReload reload;
	_Atomic uint64_t calls[LX_N_CALLS][LX_N_CALL_OUTCOMES];
	_Atomic uint32_t listeners_changed;           /* a futex; counts */
	uint32_t listeners_serial;                    /* the last one given */
	_Atomic uint64_t receptions[LX_N_RECEPTIONS]; /* the holders of the sockets */
	char mountpoint[LX_MOUNTPOINT_BYTES];
	char settings[LX_SETTINGS_BYTES]; /* the text of the settings file when it was last good */
} LxEstateHeader;

/* A listener as this process holds it. */
typedef struct {
	uint32_t serial; /* 0: it does not */
	int fd;
} LxListener;

typedef struct {
	int memory_fd;  /* the memfd of all this */
	int history_fd; /* the memfd of liblxfs's own memory */
	size_t history_bytes;
	int connection_fds[LX_N_CONNECTIONS]; /* /dev/fuse */
	LxEstateHeader *header;
	size_t header_bytes; /* of the whole mapping */
	LxSlot *slots;
	void *open_files; /* see serve/open_files.h */
	LxListenerRow *listener_rows;
	LxListener *listeners;           /* this process's own, by row */
	int receptions[LX_N_RECEPTIONS]; /* likewise; -1: it has none */
	void *history;
} LxEstate;

/* A new one. `n_slots` threads; history of `history_bytes`. The connections' descriptors are -1. */
LxEstate *lx_estate_new(unsigned n_slots, size_t history_bytes, GError **error);
/*
 * From descriptors that a predecessor left, which are closed on failure too. EPROTO when they are
 * of another version.
 */
LxEstate *lx_estate_inherit(int memory_fd, int history_fd, GError **error);
/* Closes all descriptors: without a copy elsewhere the mounts die. */
void lx_estate_free(LxEstate *estate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxEstate, lx_estate_free)
