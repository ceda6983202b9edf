/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* systemd's descriptor store. */
#include "serve/store.h"

#include "config.h"

#if LXFS_HAVE_SYSTEMD
#include "fd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>

#include <systemd/sd-daemon.h>

#define BARRIER_USEC (5 * UINT64_C(1000000))

#define LISTENER "lxfs-listener-"

typedef enum {
	ITEM_ESTATE,
	ITEM_HISTORY,
	ITEM_VIEWS,
	ITEM_PRESSURE,
	ITEM_CGROUP,
	ITEM_RECEPTION,
	ITEM_RECEPTION_LXC,
	N_ITEMS
} Item;

/* Without them there is nothing to take over. */
#define N_NEEDED ITEM_RECEPTION

static const char *const names[N_ITEMS] = {
	[ITEM_ESTATE] = "lxfs-estate",
	[ITEM_HISTORY] = "lxfs-history",
	[ITEM_VIEWS] = "lxfs-fuse-views",
	[ITEM_PRESSURE] = "lxfs-fuse-pressure",
	[ITEM_CGROUP] = "lxfs-fuse-cgroup",
	[ITEM_RECEPTION] = "lxfs-reception",
	[ITEM_RECEPTION_LXC] = "lxfs-reception-lxc",
};

static char *name_of(uint32_t serial)
{
	return g_strdup_printf(LISTENER "%u", serial);
}

static bool parse_listener(const char *name, uint32_t *out)
{
	guint64 serial;

	if (!g_str_has_prefix(name, LISTENER) ||
		!g_ascii_string_to_unsigned(
			name + strlen(LISTENER), 10, 1, G_MAXUINT32, &serial, NULL))
		return false;
	*out = (uint32_t)serial;
	return true;
}

/* Descriptors that are not ours are closed: nobody else in this program takes any. */
static void sort_in(const char *name, LxFd *fd, LxFd items[N_ITEMS], GArray *listeners)
{
	LxListener listener;

	for (int i = 0; i < N_ITEMS; i++)
		if (items[i] < 0 && *fd >= 0 && strcmp(names[i], name) == 0)
			items[i] = lx_fd_steal(fd);
	if (*fd >= 0 && parse_listener(name, &listener.serial)) {
		listener.fd = lx_fd_steal(fd);
		g_array_append_val(listeners, listener);
	}
	lx_fd_clear(fd);
}

static void sort_all_in(char **given_names, int n_given, LxFd items[N_ITEMS], GArray *listeners)
{
	for (int given = 0; given < n_given; given++) {
		LxFd fd = SD_LISTEN_FDS_START + given;

		sort_in(given_names[given], &fd, items, listeners);
	}
}

static bool is_complete(const LxFd items[N_ITEMS], GError **error)
{
	for (int i = 0; i < N_NEEDED; i++) {
		if (items[i] >= 0)
			continue;
		lx_error_set(error, EPROTO, "taking over from the descriptor store: %s is missing",
			names[i]);
		return false;
	}
	return true;
}

/* /dev/fuse polls POLLERR once its connection has ended. */
static bool is_connected(int fuse_fd, GError **error)
{
	struct pollfd source = {.fd = fuse_fd, .events = POLLIN};

	if (poll(&source, 1, 0) >= 0 && !(source.revents & (POLLERR | POLLNVAL)))
		return true;
	lx_error_set(error, ENODEV, "taking over from the descriptor store: the mount has died");
	return false;
}

static LxEstate *assemble(LxFd items[N_ITEMS], GError **error)
{
	LxEstate *estate;

	if (!is_complete(items, error) || !is_connected(items[ITEM_VIEWS], error))
		return NULL;
	estate = lx_estate_inherit(
		lx_fd_steal(&items[ITEM_ESTATE]), lx_fd_steal(&items[ITEM_HISTORY]), error);
	if (!estate)
		return NULL;
	estate->connection_fds[LX_CONNECTION_VIEWS] = lx_fd_steal(&items[ITEM_VIEWS]);
	estate->connection_fds[LX_CONNECTION_PRESSURE] = lx_fd_steal(&items[ITEM_PRESSURE]);
	estate->connection_fds[LX_CONNECTION_CGROUP] = lx_fd_steal(&items[ITEM_CGROUP]);
	for (int i = 0; i < LX_N_RECEPTIONS; i++)
		estate->receptions[i] = lx_fd_steal(&items[ITEM_RECEPTION + i]);
	return estate;
}

bool lx_store_take(LxInheritance *out, GArray *listeners, GError **error)
{
	LxFd items[N_ITEMS] = {-1, -1, -1, -1, -1, -1, -1};
	LxInheritance inheritance = LX_INHERITANCE_NOTHING;
	g_auto(GStrv) given_names = NULL;
	int n_given = sd_listen_fds_with_names(1, &given_names);

	if (n_given > 0) {
		sort_all_in(given_names, n_given, items, listeners);
		inheritance.estate = assemble(items, error);
		for (int i = 0; i < N_ITEMS; i++)
			lx_fd_clear(&items[i]);
		if (!inheritance.estate)
			return false;
	}
	*out = inheritance;
	return true;
}

static void push_as(const char *name, int fd)
{
	g_autofree char *text = g_strdup_printf("FDSTORE=1\nFDNAME=%s", name);

	sd_pid_notify_with_fds(0, 0, text, &fd, 1);
}

static void push(Item item, int fd)
{
	push_as(names[item], fd);
}

void lx_store_push(const LxEstate *estate)
{
	push(ITEM_ESTATE, estate->memory_fd);
	push(ITEM_HISTORY, estate->history_fd);
	push(ITEM_VIEWS, estate->connection_fds[LX_CONNECTION_VIEWS]);
	push(ITEM_PRESSURE, estate->connection_fds[LX_CONNECTION_PRESSURE]);
	push(ITEM_CGROUP, estate->connection_fds[LX_CONNECTION_CGROUP]);
}

/* In place of one that was made before. */
void lx_store_push_reception(const LxEstate *estate, LxReceptionKind kind)
{
	sd_notifyf(0, "FDSTOREREMOVE=1\nFDNAME=%s", names[ITEM_RECEPTION + kind]);
	push(ITEM_RECEPTION + kind, estate->receptions[kind]);
}

void lx_store_push_listener(const LxListener *listener)
{
	g_autofree char *name = name_of(listener->serial);

	push_as(name, listener->fd);
}

void lx_store_remove_listener(uint32_t serial)
{
	sd_notifyf(0, "FDSTOREREMOVE=1\nFDNAME=" LISTENER "%u", serial);
}

void lx_store_remove(const LxEstate *estate)
{
	for (int i = 0; i < N_ITEMS; i++)
		sd_notifyf(0, "FDSTOREREMOVE=1\nFDNAME=%s", names[i]);
	for (unsigned row = 0; estate && row < LX_LISTENERS_MAX; row++)
		if (estate->listeners[row].serial)
			lx_store_remove_listener(estate->listeners[row].serial);
	sd_notify_barrier(0, BARRIER_USEC);
}
#else
bool lx_store_take(LxInheritance *out, GArray *listeners, GError **error)
{
	*out = LX_INHERITANCE_NOTHING;
	return true;
}

void lx_store_push(const LxEstate *estate)
{
	(void)estate;
}

void lx_store_push_reception(const LxEstate *estate, LxReceptionKind kind)
{
	(void)estate;
	(void)kind;
}

void lx_store_push_listener(const LxListener *listener)
{
	(void)listener;
}

void lx_store_remove_listener(uint32_t serial)
{
	(void)serial;
}

void lx_store_remove(const LxEstate *estate)
{
	(void)estate;
}
#endif
