/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fault injection. Like the handler of fatal signals, a point gets no argument of ours: what it
 * needs stands in a file-scope variable, written before any thread exists.
 */
#include "serve/fault.h"

#if LXFS_FAULTS
#include "serve/journal.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define CONTAINERS_MAX 8

static struct {
	LxEstate *estate;
	const LxSeats *seats;
	LxFault fault;
	uint32_t containers[CONTAINERS_MAX]; /* inode numbers of cgroups; none: all */
	unsigned n_containers;
} watched;

static const char *const points[LX_N_FAULTS] = {
	[LX_FAULT_BEFORE_RECEIVE] = "before-receive",
	[LX_FAULT_AFTER_RECEIVE] = "after-receive",
	[LX_FAULT_MID_RENDER] = "mid-render",
	[LX_FAULT_BEFORE_REPLY] = "before-reply",
	[LX_FAULT_AFTER_REPLY] = "after-reply",
	[LX_FAULT_BEFORE_CLEAR] = "before-clear",
};

static const struct {
	const char *name;
	uint32_t opcode;
} opcodes[] = {
	{"ANY", 0},
	{"LOOKUP", FUSE_LOOKUP},
	{"GETATTR", FUSE_GETATTR},
	{"SETATTR", FUSE_SETATTR},
	{"READLINK", FUSE_READLINK},
	{"OPEN", FUSE_OPEN},
	{"READ", FUSE_READ},
	{"WRITE", FUSE_WRITE},
	{"STATFS", FUSE_STATFS},
	{"RELEASE", FUSE_RELEASE},
	{"INIT", FUSE_INIT},
	{"OPENDIR", FUSE_OPENDIR},
	{"READDIR", FUSE_READDIR},
	{"RELEASEDIR", FUSE_RELEASEDIR},
	{"POLL", FUSE_POLL},
	{"ACCESS", FUSE_ACCESS},
	{"MKDIR", FUSE_MKDIR},
	{"RMDIR", FUSE_RMDIR},
	{"RENAME", FUSE_RENAME},
	{"GETXATTR", FUSE_GETXATTR},
	{"SETXATTR", FUSE_SETXATTR},
};

static bool parse_point(const char *name, LxFaultPoint *out)
{
	for (int i = 0; i < LX_N_FAULTS; i++) {
		if (strcmp(points[i], name) != 0)
			continue;
		*out = (LxFaultPoint)i;
		return true;
	}
	return false;
}

static bool parse_opcode(const char *name, uint32_t *out)
{
	for (size_t i = 0; i < G_N_ELEMENTS(opcodes); i++) {
		if (strcmp(opcodes[i].name, name) != 0)
			continue;
		*out = opcodes[i].opcode;
		return true;
	}
	return false;
}

bool lx_fault_parse(const char *text, LxFault *out)
{
	g_auto(GStrv) parts = g_strsplit(text, ":", -1);
	unsigned n_parts = g_strv_length(parts);
	guint64 count;
	LxFault fault = {.crash = n_parts == 4};

	if (n_parts < 3 || n_parts > 4 || (n_parts == 4 && strcmp(parts[3], "crash") != 0))
		return false;
	if (!parse_point(parts[0], &fault.point) || !parse_opcode(parts[1], &fault.opcode) ||
		!g_ascii_string_to_unsigned(parts[2], 10, 0, G_MAXINT, &count, NULL))
		return false;
	fault.count = (int)count;
	*out = fault;
	return true;
}

static void watch_containers(const char *folders)
{
	g_auto(GStrv) parts = g_strsplit(folders ? folders : "", ":", -1);

	for (char **folder = parts; *folder; folder++) {
		struct stat status;

		if (watched.n_containers < CONTAINERS_MAX && stat(*folder, &status) == 0)
			watched.containers[watched.n_containers++] = (uint32_t)status.st_ino;
	}
}

void lx_fault_watch(LxEstate *estate, const LxSeats *seats)
{
	const char *text = getenv("LXFS_FAULT");
	LxEstateHeader *header = estate->header;

	if (!text)
		return;
	if (!lx_fault_parse(text, &watched.fault)) {
		g_warning("LXFS_FAULT=%s names no fault, ignoring", text);
		return;
	}
	watch_containers(getenv("LXFS_FAULT_CONTAINER"));
	if (atomic_exchange(&header->faults_set, 1) == 0)
		atomic_store(&header->faults_left, watched.fault.count);
	watched.seats = seats;
	watched.estate = estate;
}

/* The thread without a slot is the main one, which only replays FUSE_INIT. */
static uint32_t opcode_of(const LxSlot *slot)
{
	const struct fuse_in_header *request = slot ? (const void *)slot->request : NULL;

	return request ? request->opcode : FUSE_INIT;
}

static bool is_meant(const LxSlot *slot)
{
	if (watched.fault.opcode && watched.fault.opcode != opcode_of(slot))
		return false;
	for (unsigned i = 0; slot && i < watched.n_containers; i++)
		if (watched.containers[i] == (uint32_t)slot->container)
			return true;
	return watched.n_containers == 0;
}

void lx_fault_point(LxFaultPoint point)
{
	if (!watched.estate || point != watched.fault.point ||
		!is_meant(lx_seats_slot(watched.seats)))
		return;
	if (atomic_fetch_sub(&watched.estate->header->faults_left, 1) <= 0)
		return;
	if (watched.fault.crash)
		abort();
	kill(getpid(), SIGKILL);
}
#endif
