/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Names below sys/devices/system as small numbers.
 *
 * The memory holds a count, an offset for each number and the bytes of the names. A name is written
 * first and counted last, so that a process killed in between leaves no half name behind. The way
 * from a name to its number is an index of this process's own, built from the memory.
 */
#include "tree/names.h"

#include <string.h>

#define NAMES_MAGIC 0x6c786e616d657331u /* "lxnames1": the layout below */
#define NAMES_BYTES (384u * 1024)
#define NAME_MAX_BYTES 512

typedef struct {
	uint64_t magic;
	uint32_t count; /* atomic; numbers 1..count are given */
	uint32_t used;
	uint32_t offsets[LX_NAMES_MAX + 1];
	char bytes[NAMES_BYTES];
} Memory;

struct LxNames {
	Memory *memory;
	GMutex lock;         /* guards numbers and every change of memory */
	GHashTable *numbers; /* name (in memory) -> number */
};

size_t lx_names_bytes(void)
{
	return sizeof(Memory);
}

static bool is_sound(const Memory *memory)
{
	if (memory->magic != NAMES_MAGIC || memory->count > LX_NAMES_MAX ||
		memory->used > NAMES_BYTES)
		return false;
	for (uint32_t number = 1; number <= memory->count; number++) {
		uint32_t offset = memory->offsets[number];

		if (offset >= memory->used ||
			!memchr(memory->bytes + offset, '\0', memory->used - offset))
			return false;
	}
	return true;
}

LxNames *lx_names_new(void *memory, size_t bytes)
{
	LxNames *names = g_new0(LxNames, 1);

	g_assert(bytes >= sizeof(Memory));
	names->memory = memory;
	g_mutex_init(&names->lock);
	names->numbers = g_hash_table_new(g_str_hash, g_str_equal);
	if (!is_sound(names->memory)) {
		names->memory->count = 0;
		names->memory->used = 0;
		names->memory->magic = NAMES_MAGIC;
	}
	for (uint32_t number = 1; number <= names->memory->count; number++)
		g_hash_table_insert(names->numbers,
			names->memory->bytes + names->memory->offsets[number],
			GUINT_TO_POINTER(number));
	return names;
}

void lx_names_free(LxNames *names)
{
	if (!names)
		return;
	g_hash_table_unref(names->numbers);
	g_mutex_clear(&names->lock);
	g_free(names);
}

static unsigned append(LxNames *names, const char *name, size_t bytes)
{
	Memory *memory = names->memory;
	uint32_t number = memory->count + 1;
	char *at = memory->bytes + memory->used;

	if (number > LX_NAMES_MAX || bytes > NAME_MAX_BYTES || NAMES_BYTES - memory->used < bytes)
		return 0;
	memcpy(at, name, bytes);
	memory->offsets[number] = memory->used;
	memory->used += (uint32_t)bytes;
	__atomic_store_n(&memory->count, number, __ATOMIC_RELEASE);
	g_hash_table_insert(names->numbers, at, GUINT_TO_POINTER(number));
	return number;
}

unsigned lx_names_number(LxNames *names, const char *name)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&names->lock);
	unsigned number = GPOINTER_TO_UINT(g_hash_table_lookup(names->numbers, name));

	return number ? number : append(names, name, strlen(name) + 1);
}

const char *lx_names_name(const LxNames *names, unsigned number)
{
	if (number == 0 || number > __atomic_load_n(&names->memory->count, __ATOMIC_ACQUIRE))
		return NULL;
	return names->memory->bytes + names->memory->offsets[number];
}
