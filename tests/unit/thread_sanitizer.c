/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tells ThreadSanitizer what GLib's locks and reference counts order. GLib is not built with it,
 * and its mutexes are made of futexes, so that without this everything they guard looks unguarded.
 * The functions here stand before GLib's own in the program's look-up order and call those. Empty
 * in every other build.
 */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define UNIT_TSAN
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define UNIT_TSAN
#endif

#ifdef UNIT_TSAN

#include <dlfcn.h>

#include <glib.h>

/* Of the sanitizer's runtime (sanitizer/tsan_interface.h, which not every compiler installs). */
void __tsan_acquire(void *address);
void __tsan_release(void *address);

/* A row for each function: what GLib's own is, found once per call site by the loader. */
#define GLIBS_OWN(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#undef g_mutex_lock
#undef g_mutex_unlock

__attribute__((visibility("default"))) void g_mutex_lock(GMutex *mutex)
{
	GLIBS_OWN(g_mutex_lock)(mutex);
	__tsan_acquire(mutex);
}

__attribute__((visibility("default"))) void g_mutex_unlock(GMutex *mutex)
{
	__tsan_release(mutex);
	GLIBS_OWN(g_mutex_unlock)(mutex);
}

#undef g_atomic_ref_count_inc
#undef g_atomic_ref_count_dec

__attribute__((visibility("default"))) void g_atomic_ref_count_inc(gatomicrefcount *count)
{
	GLIBS_OWN(g_atomic_ref_count_inc)(count);
}

/* Whoever frees comes after all who have let go. */
__attribute__((visibility("default"))) gboolean g_atomic_ref_count_dec(gatomicrefcount *count)
{
	gboolean last;

	__tsan_release((void *)count);
	last = GLIBS_OWN(g_atomic_ref_count_dec)(count);
	if (last)
		__tsan_acquire((void *)count);
	return last;
}

#else

/* A translation unit must hold something. */
typedef int unit_no_tsan;

#endif
