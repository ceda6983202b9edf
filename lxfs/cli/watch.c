/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Containers as they come.
 *
 * No event of the kernel tells of all of them: some have no cgroup of their own, others no mount
 * that the host sees. So it is looked, but seldom: listing all containers costs some milliseconds,
 * and is done when the number of cgroups has changed, which is one small file four times a second,
 * while a container is still being made, and every few seconds in any case. A container is known by
 * its init and when that started, so that neither an id nor a pid that comes again is taken for it.
 */
#include "cli/watch.h"

#include "cli/chosen.h"
#include "clock.h"
#include "fd.h"
#include "mounts/mountinfo.h"
#include "mounts/started.h"
#include "roster/labels.h"
#include "serve/notify.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>

#define NSEC_PER_SEC UINT64_C(1000000000)
#define TICK_MSEC 250
#define LOOK_NSEC (5 * NSEC_PER_SEC)
/* Where runtimes keep their files, also when we are in a container with the host's processes. */
#define HOST_ROOT "/proc/1/root"

typedef struct {
	const LxWatchRequest *request;
	GHashTable *known; /* what has been told of: init's pid and start */
	GHashTable *seen;  /* by the look under way: the rest is forgotten */
	LxMountinfo *host; /* the host's mounts, once the look under way has needed them */
	bool unfinished;   /* a container is still being made */
	uint64_t looked_nsec;
	char *crowd; /* how many cgroups there were */
} Watch;

static void watch_clear(Watch *watch)
{
	g_clear_pointer(&watch->known, g_hash_table_unref);
	g_clear_pointer(&watch->seen, g_hash_table_unref);
	g_clear_pointer(&watch->host, lx_mountinfo_free);
	g_clear_pointer(&watch->crowd, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Watch, watch_clear)

/* Where nobody may look at the first process, we are on the host or can do no better. */
static const char *host_root(void)
{
	return access(HOST_ROOT "/.", X_OK) == 0 ? HOST_ROOT : "/";
}

/* ---- Who is meant ------------------------------------------------------------------------ */

bool lx_watch_wants(const char *inject, bool all)
{
	if (!inject)
		return all;
	return strcmp(inject, "enabled") == 0 || (all && strcmp(inject, "disabled") != 0);
}

static const LxMountinfo *mounts_at(Watch *watch, const char *root)
{
	if (!watch->host)
		watch->host = lx_mountinfo_read(strcmp(root, HOST_ROOT) == 0 ? 1 : getpid(), NULL);
	return watch->host;
}

/* A sandbox runs nothing but a pause. */
static bool is_meant(Watch *watch, const LxContainerInfo *info)
{
	const char *root = host_root();
	g_autoptr(LxMountinfo) mounts = lx_mountinfo_read(info->init_pid, NULL);
	const LxLabelsPlace place = {.root = root, .mounts = mounts_at(watch, root)};
	g_auto(LxLabels) labels = {0};

	lx_labels_find(&place, info, lx_labels_hostname(mounts), &labels);
	return !labels.is_sandbox && lx_watch_wants(labels.inject, watch->request->all);
}

static bool is_of_runtime(const Watch *watch, const LxContainerInfo *info)
{
	const char *runtime = watch->request->runtime;

	return !runtime || lx_chosen_is_of(info, host_root(), runtime);
}

/* ---- Looking ----------------------------------------------------------------------------- */

static LxWatchOutcome tell(Watch *watch, const LxContainerInfo *info)
{
	if (!is_meant(watch, info))
		return LX_WATCH_DONE;
	return watch->request->found(info->id, info->init_pid, watch->request->data);
}

static void look_at(Watch *watch, const LxContainerInfo *info)
{
	g_autofree char *key = g_strdup_printf(
		"%d %" G_GUINT64_FORMAT, (int)info->init_pid, info->start_boottime_nsec);
	bool known = g_hash_table_contains(watch->known, key);

	if (!known && !lx_started_look(info->init_pid))
		watch->unfinished = true;
	else if (known || tell(watch, info) == LX_WATCH_DONE)
		g_hash_table_add(watch->seen, g_steal_pointer(&key));
}

static void forget_the_others(Watch *watch)
{
	GHashTable *before = watch->known;

	watch->known = watch->seen;
	watch->seen = before;
}

static bool look(Watch *watch, GError **error)
{
	g_autoptr(LxContext) context = lx_context_new(watch->request->library, error);
	g_autoptr(LxInventory) inventory = context ? lx_inventory_new(context, error) : NULL;
	const LxContainerInfo *info;

	if (!inventory)
		return false;
	watch->unfinished = false;
	g_clear_pointer(&watch->host, lx_mountinfo_free);
	watch->looked_nsec = lx_clock_now_nsec(CLOCK_MONOTONIC);
	g_hash_table_remove_all(watch->seen);
	for (unsigned i = 0; (info = lx_inventory_at(inventory, i)) != NULL; i++)
		if (info->init_pid && is_of_runtime(watch, info))
			look_at(watch, info);
	forget_the_others(watch);
	return true;
}

/* ---- When -------------------------------------------------------------------------------- */

static bool has_crowd_changed(Watch *watch)
{
	g_autofree char *crowd = NULL;
	bool changed;

	if (!g_file_get_contents("/proc/cgroups", &crowd, NULL, NULL))
		return false;
	changed = g_strcmp0(crowd, watch->crowd) != 0;
	g_free(watch->crowd);
	watch->crowd = g_steal_pointer(&crowd);
	return changed;
}

static bool is_due(Watch *watch)
{
	uint64_t now = lx_clock_now_nsec(CLOCK_MONOTONIC);

	return has_crowd_changed(watch) || watch->unfinished ||
	       now - watch->looked_nsec >= LOOK_NSEC;
}

static int block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

bool lx_watch_run(const LxWatchRequest *request, GError **error)
{
	g_auto(LxFd) signals = block_signals();
	g_auto(Watch) watch = {
		.request = request,
		.known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
		.seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
	};
	struct pollfd source = {.fd = signals, .events = POLLIN};

	has_crowd_changed(&watch);
	if (!look(&watch, error))
		return false;
	lx_notify_watching();
	printf("watching for containers\n");
	while (poll(&source, 1, TICK_MSEC) == 0)
		if (is_due(&watch) && !look(&watch, error))
			return false;
	lx_notify_stopping();
	return true;
}
