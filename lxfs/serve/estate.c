/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a worker inherits from the one before it: shared memory and the FUSE descriptors. */
#include "serve/estate.h"

#include "clock.h"
#include "fd.h"
#include "serve/open_files.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* Magic and version: where these are, is the same in every version. */
#define ESTATE_LEAST_BYTES offsetof(LxEstateHeader, n_slots)

static size_t slots_offset(void)
{
	return (sizeof(LxEstateHeader) + 4095) / 4096 * 4096;
}

static size_t open_files_offset(unsigned n_slots)
{
	return slots_offset() + n_slots * sizeof(LxSlot);
}

static size_t listeners_offset(unsigned n_slots)
{
	return (open_files_offset(n_slots) + lx_open_files_bytes() + 4095) / 4096 * 4096;
}

static size_t estate_bytes(unsigned n_slots)
{
	return listeners_offset(n_slots) + LX_LISTENERS_MAX * sizeof(LxListenerRow);
}

static int memory_new(const char *name, size_t bytes, GError **error)
{
	g_auto(LxFd) fd = memfd_create(name, MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, (off_t)bytes) < 0) {
		lx_error_set_errno(error, errno, "making %zu bytes of shared memory", bytes);
		return -1;
	}
	return lx_fd_steal(&fd);
}

static void *memory_map(int fd, size_t at_least, size_t *bytes, GError **error)
{
	struct stat status;
	void *memory;

	if (fstat(fd, &status) < 0 || status.st_size < (off_t)at_least) {
		lx_error_set(error, EPROTO, "mapping inherited memory: there is too little of it");
		return NULL;
	}
	memory = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED) {
		lx_error_set_errno(error, errno, "mapping shared memory");
		return NULL;
	}
	*bytes = (size_t)status.st_size;
	return memory;
}

static bool is_ours(const LxEstateHeader *header, size_t bytes)
{
	return bytes >= sizeof *header && header->magic == LX_ESTATE_MAGIC &&
	       header->version == LX_ESTATE_VERSION && header->n_slots <= LX_SLOTS_MAX &&
	       bytes == estate_bytes(header->n_slots);
}

static LxEstate *estate_map(int memory_fd, int history_fd, unsigned n_slots, GError **error)
{
	g_autoptr(LxEstate) estate = g_new0(LxEstate, 1);

	estate->memory_fd = memory_fd;
	estate->history_fd = history_fd;
	estate->listeners = g_new0(LxListener, LX_LISTENERS_MAX);
	for (int i = 0; i < LX_N_RECEPTIONS; i++)
		estate->receptions[i] = -1;
	for (int i = 0; i < LX_N_CONNECTIONS; i++)
		estate->connection_fds[i] = -1;
	estate->header = memory_map(memory_fd, ESTATE_LEAST_BYTES, &estate->header_bytes, error);
	if (!estate->header)
		return NULL;
	estate->history = memory_map(history_fd, 1, &estate->history_bytes, error);
	if (!estate->history)
		return NULL;
	if (n_slots) {
		estate->header->n_slots = n_slots;
		estate->header->faulting_slot = LX_FAULTING_UNKNOWN;
		estate->header->begun_nsec = lx_clock_now_nsec(CLOCK_REALTIME);
		estate->header->version = LX_ESTATE_VERSION;
		estate->header->magic = LX_ESTATE_MAGIC;
	}
	if (!is_ours(estate->header, estate->header_bytes)) {
		lx_error_set(error, EPROTO,
			"taking over from another lxfs: it speaks version %u, "
			"this one %u",
			estate->header->version, LX_ESTATE_VERSION);
		return NULL;
	}
	estate->slots = (LxSlot *)((char *)estate->header + slots_offset());
	estate->open_files = (char *)estate->header + open_files_offset(estate->header->n_slots);
	estate->listener_rows = (LxListenerRow *)((char *)estate->header +
						  listeners_offset(estate->header->n_slots));
	return g_steal_pointer(&estate);
}

LxEstate *lx_estate_new(unsigned n_slots, size_t history_bytes, GError **error)
{
	g_auto(LxFd) memory_fd = memory_new("lxfs-estate", estate_bytes(n_slots), error);
	g_auto(LxFd) history_fd =
		memory_fd < 0 ? -1 : memory_new("lxfs-history", history_bytes, error);

	if (history_fd < 0)
		return NULL;
	return estate_map(lx_fd_steal(&memory_fd), lx_fd_steal(&history_fd), n_slots, error);
}

LxEstate *lx_estate_inherit(int memory_fd, int history_fd, GError **error)
{
	return estate_map(memory_fd, history_fd, 0, error);
}

void lx_estate_free(LxEstate *estate)
{
	if (!estate)
		return;
	if (estate->header)
		munmap(estate->header, estate->header_bytes);
	if (estate->history)
		munmap(estate->history, estate->history_bytes);
	for (int i = 0; i < LX_N_CONNECTIONS; i++)
		lx_fd_clear(&estate->connection_fds[i]);
	for (unsigned row = 0; row < LX_LISTENERS_MAX; row++)
		if (estate->listeners[row].serial)
			lx_fd_clear(&estate->listeners[row].fd);
	g_free(estate->listeners);
	for (int i = 0; i < LX_N_RECEPTIONS; i++)
		lx_fd_clear(&estate->receptions[i]);
	lx_fd_clear(&estate->memory_fd);
	lx_fd_clear(&estate->history_fd);
	g_free(estate);
}
