/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The containers that a command line chooses. */
#include "cli/chosen.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>

static void clear_chosen(gpointer data)
{
	LxChosen *chosen = data;

	g_clear_pointer(&chosen->name, g_free);
	g_clear_pointer(&chosen->why, g_free);
}

static void add(GArray *all, const char *name, pid_t pid, const char *why)
{
	LxChosen chosen = {.name = g_strdup(name), .pid = pid, .why = g_strdup(why)};

	g_array_append_val(all, chosen);
}

/* 0: it is no process's. */
static pid_t pid_of(const char *name)
{
	guint64 pid;

	if (!g_ascii_string_to_unsigned(name, 10, 1, INT_MAX, &pid, NULL))
		return 0;
	return kill((pid_t)pid, 0) == 0 || errno == EPERM ? (pid_t)pid : 0;
}

const LxContainerInfo *lx_chosen_match(
	const LxInventory *inventory, const char *name, GError **error)
{
	const LxContainerInfo *info, *found = NULL;

	for (unsigned i = 0; (info = lx_inventory_at(inventory, i)) != NULL; i++) {
		if (strcmp(info->id, name) == 0)
			return info;
		if (!g_str_has_prefix(info->id, name))
			continue;
		if (found) {
			lx_error_set(error, EINVAL, "it may be %s or %s; name more of it",
				found->id, info->id);
			return NULL;
		}
		found = info;
	}
	if (!found)
		lx_error_set(error, ENOENT, "there is none");
	return found;
}

static void add_by_id(GArray *all, const LxInventory *inventory, const char *name)
{
	g_autoptr(GError) error = NULL;
	const LxContainerInfo *info = lx_chosen_match(inventory, name, &error);

	if (info)
		add(all, name, info->init_pid, info->init_pid ? NULL : "it has no process");
	else if (lx_error_code(error) == ENOENT)
		add(all, name, 0, "there is no such process or container");
	else
		add(all, name, 0, error->message);
}

static void add_all(GArray *all, const LxInventory *inventory, const char *runtime)
{
	const LxContainerInfo *info;

	for (unsigned i = 0; (info = lx_inventory_at(inventory, i)) != NULL; i++)
		if (info->init_pid && (!runtime || strcmp(info->runtime, runtime) == 0))
			add(all, info->id, info->init_pid, NULL);
}

static bool needs_inventory(const char *const *names)
{
	for (; names && *names; names++)
		if (pid_of(*names) == 0)
			return true;
	return names == NULL;
}

static void add_names(GArray *all, const LxInventory *inventory, const char *const *names)
{
	for (; *names; names++) {
		pid_t pid = pid_of(*names);

		if (pid)
			add(all, *names, pid, NULL);
		else if (inventory)
			add_by_id(all, inventory, *names);
		else
			add(all, *names, 0, "it has ended"); /* between two looks at it */
	}
}

GArray *lx_chosen_find(const LxChoice *choice, GError **error)
{
	g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(LxChosen));
	g_autoptr(LxContext) context = NULL;
	g_autoptr(LxInventory) inventory = NULL;

	g_array_set_clear_func(all, clear_chosen);
	if (needs_inventory(choice->names)) {
		context = lx_context_new(choice->library, error);
		inventory = context ? lx_inventory_new(context, error) : NULL;
		if (!inventory)
			return NULL;
	}
	if (choice->names)
		add_names(all, inventory, choice->names);
	else
		add_all(all, inventory, choice->runtime);
	return g_steal_pointer(&all);
}
