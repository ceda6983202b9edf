/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who follows what. */
#include "mounts/holders.h"

#include "mounts/mntns.h"
#include "path.h"

#include <errno.h>
#include <string.h>

/* Slaves of slaves of slaves: containers in containers. */
#define DEPTH_MAX 16

typedef struct {
	int shared;
	int master;
	int parent_shared;
	int parent_master;
} Follower;

struct LxHolders {
	GHashTable *below;   /* group of a mount of ours -> group of the mount it lies on */
	GHashTable *aliases; /* group elsewhere -> the group of ours that it follows */
	GHashTable *held;    /* NULL until it has been worked out */
	GArray *followers;
	bool unknown;
};

static int look_up(GHashTable *table, int group)
{
	return GPOINTER_TO_INT(g_hash_table_lookup(table, GINT_TO_POINTER(group)));
}

static void remember(GHashTable *table, int group, int value)
{
	g_hash_table_insert(table, GINT_TO_POINTER(group), GINT_TO_POINTER(value));
}

/*
 * A group that lies on two different mounts (half a change was carried out), or on one that is not
 * shared, counts as lying on none: whoever follows it holds it.
 */
static void note_own(LxHolders *holders, int group, int parent_group)
{
	gpointer known;

	if (group == 0)
		return;
	if (g_hash_table_lookup_extended(holders->below, GINT_TO_POINTER(group), NULL, &known) &&
		GPOINTER_TO_INT(known) != parent_group)
		parent_group = 0;
	remember(holders->below, group, parent_group ? parent_group : -1);
}

LxHolders *lx_holders_new(const LxMountinfo *own, const char *anchors)
{
	LxHolders *holders = g_new0(LxHolders, 1);
	const LxMount *mount;

	holders->below = g_hash_table_new(NULL, NULL);
	holders->aliases = g_hash_table_new(NULL, NULL);
	holders->followers = g_array_new(FALSE, FALSE, sizeof(Follower));
	for (unsigned i = 0; (mount = lx_mountinfo_at(own, i)) != NULL; i++) {
		const LxMount *parent = lx_mountinfo_by_id(own, mount->parent);

		if (lx_path_is_within(mount->mountpoint, anchors))
			note_own(holders, mount->shared, parent ? parent->shared : 0);
	}
	return holders;
}

void lx_holders_free(LxHolders *holders)
{
	if (!holders)
		return;
	g_clear_pointer(&holders->below, g_hash_table_unref);
	g_clear_pointer(&holders->aliases, g_hash_table_unref);
	g_clear_pointer(&holders->held, g_hash_table_unref);
	g_clear_pointer(&holders->followers, g_array_unref);
	g_free(holders);
}

void lx_holders_add(LxHolders *holders, const LxMountinfo *info)
{
	const LxMount *mount;

	for (unsigned i = 0; (mount = lx_mountinfo_at(info, i)) != NULL; i++) {
		const LxMount *parent = lx_mountinfo_by_id(info, mount->parent);
		Follower follower = {
			.shared = mount->shared,
			.master = mount->master,
			.parent_shared = parent ? parent->shared : 0,
			.parent_master = parent ? parent->master : 0,
		};

		if (mount->shared || mount->master)
			g_array_append_val(holders->followers, follower);
	}
}

void lx_holders_add_unknown(LxHolders *holders)
{
	holders->unknown = true;
}

/* The group of ours that a mount with these belongs to or follows; 0: none. */
static int resolve(const LxHolders *holders, int shared, int master)
{
	const int groups[] = {shared, master};

	for (size_t i = 0; i < G_N_ELEMENTS(groups); i++) {
		if (groups[i] == 0)
			continue;
		if (g_hash_table_contains(holders->below, GINT_TO_POINTER(groups[i])))
			return groups[i];
		if (look_up(holders->aliases, groups[i]))
			return look_up(holders->aliases, groups[i]);
	}
	return 0;
}

/* One step further away from us with each round. */
static bool find_more_aliases(LxHolders *holders)
{
	guint before = g_hash_table_size(holders->aliases);

	for (unsigned i = 0; i < holders->followers->len; i++) {
		const Follower *follower = &g_array_index(holders->followers, Follower, i);
		int group = resolve(holders, 0, follower->master);

		if (group && follower->shared && !resolve(holders, follower->shared, 0))
			remember(holders->aliases, follower->shared, group);
	}
	return g_hash_table_size(holders->aliases) > before;
}

static void work_out(LxHolders *holders)
{
	holders->held = g_hash_table_new(NULL, NULL);
	for (int depth = 0; depth < DEPTH_MAX && find_more_aliases(holders); depth++)
		;
	for (unsigned i = 0; i < holders->followers->len; i++) {
		const Follower *follower = &g_array_index(holders->followers, Follower, i);
		int group = resolve(holders, follower->shared, follower->master);
		int parent = resolve(holders, follower->parent_shared, follower->parent_master);

		if (group && look_up(holders->below, group) != parent)
			g_hash_table_add(holders->held, GINT_TO_POINTER(group));
	}
}

bool lx_holders_hold(LxHolders *holders, const LxMount *mount)
{
	if (!mount->shared)
		return false;
	if (!holders->held)
		work_out(holders);
	return holders->unknown ||
	       g_hash_table_contains(holders->held, GINT_TO_POINTER(mount->shared));
}

LxHolders *lx_holders_find(const LxMountinfo *own, const char *anchors)
{
	g_autoptr(LxHolders) holders = lx_holders_new(own, anchors);
	g_autoptr(GArray) spaces = lx_mntns_find(NULL);

	if (!spaces)
		lx_holders_add_unknown(holders);
	for (unsigned i = 0; spaces && i < spaces->len; i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(LxMountinfo) info = NULL;
		pid_t pid;

		info = lx_mntns_mounts(&g_array_index(spaces, LxMntns, i), &pid, &error);
		if (info)
			lx_holders_add(holders, info);
		else if (lx_error_code(error) == EPROTO)
			lx_holders_add_unknown(holders);
	}
	return g_steal_pointer(&holders);
}
