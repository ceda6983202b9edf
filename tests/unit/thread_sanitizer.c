/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tells the thread sanitizer what GLib's locks order.
 *
 * The sanitizer knows pthread's functions. GLib's mutexes are futexes inside a libglib that was not
 * built with it, so that every access under a GMutex would be called a race. These functions stand
 * before libglib's own: they call those, and say that one thread's release comes before the
 * other's acquire. Only in the sanitized build (tests/unit/meson.build).
 */
#include <dlfcn.h>

#include <glib.h>

#include <sanitizer/tsan_interface.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* A macro each: the lock comes after the real call, the unlock before it. */
#define ACQUIRES(name, Lock) \
	void name(Lock *lock) \
	{ \
		REAL(name)(lock); \
		__tsan_acquire(lock); \
	}

#define TRIES(name, Lock) \
	gboolean name(Lock *lock) \
	{ \
		gboolean locked = REAL(name)(lock); \
\
		if (locked) \
			__tsan_acquire(lock); \
		return locked; \
	}

#define RELEASES(name, Lock) \
	void name(Lock *lock) \
	{ \
		__tsan_release(lock); \
		REAL(name)(lock); \
	}

ACQUIRES(g_mutex_lock, GMutex)
TRIES(g_mutex_trylock, GMutex)
RELEASES(g_mutex_unlock, GMutex)
ACQUIRES(g_rec_mutex_lock, GRecMutex)
TRIES(g_rec_mutex_trylock, GRecMutex)
RELEASES(g_rec_mutex_unlock, GRecMutex)
ACQUIRES(g_rw_lock_reader_lock, GRWLock)
ACQUIRES(g_rw_lock_writer_lock, GRWLock)
RELEASES(g_rw_lock_reader_unlock, GRWLock)
RELEASES(g_rw_lock_writer_unlock, GRWLock)

void g_cond_wait(GCond *cond, GMutex *mutex)
{
	__tsan_release(mutex);
	REAL(g_cond_wait)(cond, mutex);
	__tsan_acquire(mutex);
}

gboolean g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end_time)
{
	gboolean woken;

	__tsan_release(mutex);
	woken = REAL(g_cond_wait_until)(cond, mutex, end_time);
	__tsan_acquire(mutex);
	return woken;
}

/* The last one to let go sees what all others did before they let go. */
gboolean g_atomic_ref_count_dec(gatomicrefcount *count)
{
	gboolean last;

	__tsan_release((void *)count);
	last = REAL(g_atomic_ref_count_dec)(count);
	if (last)
		__tsan_acquire((void *)count);
	return last;
}
