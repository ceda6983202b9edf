/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pressure triggers, and cgroup files whose changes somebody waits for.
 *
 * The descriptor on which the kernel reports a trigger polls POLLPRI when the threshold was
 * crossed; the report is consumed by that poll. The epoll thread therefore notes it with the open
 * file, where it outlives this process, and the next FUSE POLL of that file takes it away, as
 * psi_trigger_poll does.
 *
 * The kernel answers a poll of a pressure file without a trigger with DEFAULT_POLLMASK | EPOLLERR |
 * EPOLLPRI, and so do we. kernfs_generic_poll answers the same for a file that was changed since it
 * was last read through the descriptor that is polled; that one is ours, so it is read again
 * whenever the reader reads. In epoll it is edge-triggered, since the state lasts until then.
 */
#include "serve/triggers.h"

#include "fd.h"

#include <errno.h>
#include <linux/fuse.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* DEFAULT_POLLMASK of the kernel's include/linux/poll.h. */
#define PLAIN_FILE_EVENTS (POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM)

typedef struct {
	LxHandle handle;
	LxFd fd;    /* the kernel's trigger */
	bool watch; /* for changes: no trigger */
	bool ended; /* its cgroup has gone */
} Trigger;

struct LxTriggers {
	LxContext *context;
	LxEstate *estate;
	LxOpenFiles *files;
	LxFd epoll;
	GMutex lock;           /* guards by_handle and what is in it */
	GHashTable *by_handle; /* handle -> Trigger */
	pthread_t thread;
};

static void trigger_free(gpointer data)
{
	Trigger *trigger = data;

	lx_fd_clear(&trigger->fd);
	g_free(trigger);
}

/* FUSE_NOTIFY_POLL: whoever polls this file looks again. */
static void wake(const LxTriggers *triggers, const LxOpenTrigger *open)
{
	struct {
		struct fuse_out_header header;
		struct fuse_notify_poll_wakeup_out body;
	} message = {
		.header = {.len = sizeof message, .error = FUSE_NOTIFY_POLL},
		.body = {.kh = open->poll_handle},
	};
	unsigned connection = MIN(open->connection, LX_N_CONNECTIONS - 1);
	ssize_t written =
		write(triggers->estate->connection_fds[connection], &message, sizeof message);

	(void)written; /* nobody polls any more: nobody to tell */
}

static void wake_handle(LxTriggers *triggers, LxHandle handle)
{
	LxOpenTrigger open;

	if (lx_open_files_get_trigger(triggers->files, handle, &open) && open.polled)
		wake(triggers, &open);
}

static bool note_event(LxTriggers *triggers, LxHandle handle, uint32_t events)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&triggers->lock);
	Trigger *trigger = g_hash_table_lookup(triggers->by_handle, &handle);

	if (!trigger)
		return false;
	if (events & EPOLLPRI)
		lx_open_files_note_event(triggers->files, handle);
	if (events & EPOLLERR && !trigger->watch) {
		trigger->ended = true;
		epoll_ctl(triggers->epoll, EPOLL_CTL_DEL, trigger->fd, NULL);
	}
	return true;
}

static void *watch(void *data)
{
	LxTriggers *triggers = data;
	struct epoll_event events[16];

	for (;;) {
		int n = epoll_wait(triggers->epoll, events, G_N_ELEMENTS(events), -1);

		if (n < 0 && errno != EINTR)
			return NULL;
		for (int i = 0; i < n; i++)
			if (note_event(triggers, events[i].data.u64, events[i].events))
				wake_handle(triggers, events[i].data.u64);
	}
}

static void insert(LxTriggers *triggers, LxHandle handle, int fd, bool watch)
{
	uint32_t how = watch ? EPOLLPRI | EPOLLET : EPOLLPRI | EPOLLERR;
	struct epoll_event event = {.events = how, .data.u64 = handle};
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&triggers->lock);
	Trigger *trigger = g_new0(Trigger, 1);

	trigger->handle = handle;
	trigger->fd = fd;
	trigger->watch = watch;
	g_hash_table_replace(triggers->by_handle, &trigger->handle, trigger);
	epoll_ctl(triggers->epoll, EPOLL_CTL_ADD, fd, &event);
}

static int set_in_tree(
	gconstpointer caller, LxNode node, const char *text, size_t length, GError **error)
{
	return lx_tree_set_trigger(caller, node, text, length, error);
}

LxTriggerSetter lx_triggers_setter(const LxCaller *caller)
{
	return (LxTriggerSetter){set_in_tree, caller};
}

bool lx_triggers_set(LxTriggers *triggers, const LxTriggerSetter *setter,
	const LxTriggerRequest *wanted, GError **error)
{
	LxOpenTrigger open;
	g_auto(LxFd) fd = -1;

	if (lx_open_files_get_trigger(triggers->files, wanted->handle, &open)) {
		if (open.request == wanted->request)
			return true;
		lx_error_set(error, EBUSY, "setting a trigger: this open file has one");
		return false;
	}
	if (wanted->length > sizeof open.trigger) {
		lx_error_set(error, EINVAL, "setting a trigger of %zu bytes", wanted->length);
		return false;
	}
	fd = setter->set(setter->caller, wanted->node, wanted->text, wanted->length, error);
	if (fd < 0)
		return false;
	open = (LxOpenTrigger){
		.handle = wanted->handle,
		.node = wanted->node,
		.container = wanted->container,
		.request = wanted->request,
		.connection = wanted->connection,
		.length = (uint32_t)wanted->length,
	};
	memcpy(open.trigger, wanted->text, wanted->length);
	if (!lx_open_files_set_trigger(triggers->files, &open)) {
		lx_error_set(error, EBUSY, "setting a trigger: this open file cannot have one");
		return false;
	}
	insert(triggers, wanted->handle, lx_fd_steal(&fd), false);
	return true;
}

/* Sets a trigger that a predecessor left. */
static bool set_again(
	LxTriggers *triggers, const LxTriggerSetter *setter, const LxOpenTrigger *open)
{
	g_autoptr(GError) failure = NULL;
	int fd = setter->set(setter->caller, open->node, open->trigger, open->length, &failure);

	if (fd >= 0)
		insert(triggers, open->handle, fd, false);
	else
		g_info("setting a pressure trigger again: %s, ignoring", failure->message);
	return fd >= 0;
}

/* Is it set and not ended? */
static bool is_live(LxTriggers *triggers, LxHandle handle, bool *known)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&triggers->lock);
	const Trigger *trigger = g_hash_table_lookup(triggers->by_handle, &handle);

	*known = trigger != NULL;
	return trigger && !trigger->ended;
}

unsigned lx_triggers_poll_nothing(void)
{
	return PLAIN_FILE_EVENTS | POLLERR | POLLPRI;
}

unsigned lx_triggers_poll(LxTriggers *triggers, const LxTriggerSetter *setter, LxHandle handle)
{
	LxOpenTrigger open;
	bool known, live = is_live(triggers, handle, &known);
	bool event = lx_open_files_take_event(triggers->files, handle);

	if (!known && lx_open_files_get_trigger(triggers->files, handle, &open))
		live = set_again(triggers, setter, &open);
	if (!live)
		return lx_triggers_poll_nothing();
	return PLAIN_FILE_EVENTS | (event ? POLLPRI : 0);
}

void lx_triggers_drop(LxTriggers *triggers, LxHandle handle)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&triggers->lock);

	g_hash_table_remove(triggers->by_handle, &handle);
}

/* ---- Changes ----------------------------------------------------------------------------- */

bool lx_triggers_watches(LxTriggers *triggers, LxHandle handle)
{
	bool known;

	is_live(triggers, handle, &known);
	return known;
}

bool lx_triggers_watch(LxTriggers *triggers, LxHandle handle, int fd, bool changed)
{
	LxOpenTrigger open = {.handle = handle, .connection = LX_CONNECTION_CGROUP}, found;
	g_auto(LxFd) owned = fd;

	if (!lx_open_files_set_trigger(triggers->files, &open) &&
		(!lx_open_files_get_trigger(triggers->files, handle, &found) || found.length > 0))
		return false;
	if (changed)
		lx_open_files_note_event(triggers->files, handle);
	insert(triggers, handle, lx_fd_steal(&owned), true);
	return true;
}

unsigned lx_triggers_poll_watched(LxTriggers *triggers, LxHandle handle)
{
	bool changed = lx_open_files_has_event(triggers->files, handle);

	return PLAIN_FILE_EVENTS | (changed ? POLLERR | POLLPRI : 0);
}

void lx_triggers_reread(LxTriggers *triggers, LxHandle handle)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&triggers->lock);
	const Trigger *trigger = g_hash_table_lookup(triggers->by_handle, &handle);
	ssize_t got;
	char byte;

	if (!trigger || !trigger->watch)
		return;
	lx_open_files_take_event(triggers->files, handle);
	got = pread(trigger->fd, &byte, 1, 0);
	(void)got; /* that it was asked counts */
}

/* ---- After a worker's death -------------------------------------------------------------- */

/*
 * Set again, and let the poller look again, for it may have missed one. In the cgroup view whoever
 * polls is asked for his rights again: then it is set.
 */
static void take_over(LxTriggers *triggers, const LxOpenTrigger *open)
{
	LxCaller caller = {
		.context = triggers->context,
		.container = open->container ? open->container : LX_CALLER_HOST,
	};
	LxTriggerSetter setter = lx_triggers_setter(&caller);

	if (open->connection == LX_CONNECTION_PRESSURE)
		set_again(triggers, &setter, open);
	if (open->polled)
		wake(triggers, open);
}

LxTriggers *lx_triggers_new(
	LxContext *context, LxEstate *estate, LxOpenFiles *files, GError **error)
{
	LxTriggers *triggers = g_new0(LxTriggers, 1);
	LxOpenTrigger open;
	unsigned cursor = 0;
	int code;

	triggers->context = context;
	triggers->estate = estate;
	triggers->files = files;
	triggers->epoll = epoll_create1(EPOLL_CLOEXEC);
	g_mutex_init(&triggers->lock);
	triggers->by_handle =
		g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, trigger_free);
	while (lx_open_files_next_trigger(files, &cursor, &open))
		take_over(triggers, &open);
	code = pthread_create(&triggers->thread, NULL, watch, triggers);
	if (code == 0) {
		pthread_detach(triggers->thread);
		return triggers;
	}
	lx_error_set_errno(error, code, "starting the thread for pressure triggers");
	g_hash_table_unref(triggers->by_handle);
	lx_fd_clear(&triggers->epoll);
	g_free(triggers);
	return NULL;
}
