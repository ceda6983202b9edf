/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files of the view that have been read before, kept open. */
#include "view/kept.h"

#define N_PLACES 256u

struct LxKeptFiles {
	GMutex lock; /* guards places */
	LxKept *places[N_PLACES];
};

LxKept *lx_kept_new(const LxKeptKey *key, LxFd *fd, ino_t inode, const char *path)
{
	LxKept *kept = g_new0(LxKept, 1);

	g_atomic_ref_count_init(&kept->references);
	kept->key = *key;
	kept->fd = lx_fd_steal(fd);
	kept->inode = inode;
	kept->path = g_strdup(path);
	return kept;
}

void lx_kept_unref(LxKept *kept)
{
	if (!kept || !g_atomic_ref_count_dec(&kept->references))
		return;
	lx_fd_clear(&kept->fd);
	g_free(kept->path);
	g_free(kept);
}

LxKeptFiles *lx_kept_files_new(void)
{
	LxKeptFiles *files = g_new0(LxKeptFiles, 1);

	g_mutex_init(&files->lock);
	return files;
}

void lx_kept_files_free(LxKeptFiles *files)
{
	if (!files)
		return;
	lx_kept_files_release(files);
	g_mutex_clear(&files->lock);
	g_free(files);
}

static bool is_key_of(const LxKept *kept, const LxKeptKey *key)
{
	return kept && kept->key.node == key->node && kept->key.top == key->top &&
	       kept->key.rooted == key->rooted;
}

static LxKept **place_of(LxKeptFiles *files, const LxKeptKey *key)
{
	uint64_t both = key->node ^ key->top << 20 ^ (uint64_t)key->rooted << 40;

	return &files->places[g_int64_hash(&both) * UINT32_C(2654435761) >> 24];
}

G_STATIC_ASSERT(N_PLACES == 1u << (32 - 24));

LxKept *lx_kept_files_get(LxKeptFiles *files, const LxKeptKey *key)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&files->lock);
	LxKept *kept = *place_of(files, key);

	if (!is_key_of(kept, key))
		return NULL;
	g_atomic_ref_count_inc(&kept->references);
	return kept;
}

static LxKept *exchange(LxKeptFiles *files, LxKept **place, LxKept *fresh)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&files->lock);
	LxKept *old = *place;

	*place = fresh;
	return old;
}

void lx_kept_files_put(LxKeptFiles *files, LxKept *fresh)
{
	lx_kept_unref(exchange(files, place_of(files, &fresh->key), fresh));
}

void lx_kept_files_drop(LxKeptFiles *files, const LxKept *kept)
{
	LxKept **place = place_of(files, &kept->key);
	g_autoptr(LxKept) dropped = NULL;

	g_mutex_lock(&files->lock);
	if (*place == kept)
		dropped = g_steal_pointer(place);
	g_mutex_unlock(&files->lock);
}

bool lx_kept_files_release(LxKeptFiles *files)
{
	bool any = false;

	for (unsigned i = 0; i < N_PLACES; i++) {
		g_autoptr(LxKept) old = exchange(files, &files->places[i], NULL);

		any = any || old;
	}
	return any;
}
