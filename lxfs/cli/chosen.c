/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The containers that a command line chooses. */
#include "cli/chosen.h"

#include "mounts/mountinfo.h"
#include "roster/name.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>

#define UNKNOWN "there is no such process, id or name; lxfs ps lists those that are known"
/* More would fill the line. */
#define CANDIDATES_MAX 5u

static const char *root_of(const LxChoice *choice)
{
	return choice->library->sysroot ? choice->library->sysroot : "/";
}

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

/* ---- By name ----------------------------------------------------------------------------- */

static const LxContainerInfo *find_id(const LxInventory *inventory, const char *name)
{
	const LxContainerInfo *info;

	for (unsigned i = 0; (info = lx_inventory_at(inventory, i)) != NULL; i++)
		if (strcmp(info->id, name) == 0)
			return info;
	return NULL;
}

static void look_up_labels(const LxLabelsPlace *place, const LxContainerInfo *info, LxLabels *out)
{
	bool live = place->mounts && info->init_pid;
	g_autoptr(LxMountinfo) mounts = live ? lx_mountinfo_read(info->init_pid, NULL) : NULL;

	lx_labels_find(place, info, lx_labels_hostname(mounts), out);
}

typedef struct {
	const LxContainerInfo *info;
	char *shown; /* "id", or "id (name)" */
} Candidate;

static void clear_candidate(gpointer data)
{
	g_free(((Candidate *)data)->shown);
}

static GArray *candidates_new(void)
{
	GArray *candidates = g_array_new(FALSE, FALSE, sizeof(Candidate));

	g_array_set_clear_func(candidates, clear_candidate);
	return candidates;
}

static void add_candidate(GArray *to, const LxContainerInfo *info, const LxLabels *labels)
{
	GString *shown = g_string_new(NULL);
	gsize before;

	lx_name_append_id(shown, info);
	g_string_append(shown, " (");
	before = shown->len;
	lx_name_append(shown, info, labels);
	if (shown->len > before)
		g_string_append_c(shown, ')');
	else
		g_string_truncate(shown, before - strlen(" ("));
	g_array_append_val(to, ((Candidate){info, g_string_free(shown, FALSE)}));
}

/* A pod's name is that of its containers, and of its sandbox if it has none. */
static GArray *find_called(const LxInventory *inventory, const char *root, const char *name)
{
	g_autoptr(LxShelf) shelf = lx_shelf_new(root);
	bool live = strcmp(root, "/") == 0;
	g_autoptr(LxMountinfo) own = live ? lx_mountinfo_read(getpid(), NULL) : NULL;
	const LxLabelsPlace place = {root, shelf, own};
	GArray *called = candidates_new(), *sandboxes = candidates_new(), *found;
	const LxContainerInfo *info;

	for (unsigned i = 0; (info = lx_inventory_at(inventory, i)) != NULL; i++) {
		g_auto(LxLabels) labels = {0};

		look_up_labels(&place, info, &labels);
		if (lx_name_fits(info, &labels, name))
			add_candidate(labels.is_sandbox ? sandboxes : called, info, &labels);
	}
	found = called->len ? called : sandboxes;
	g_array_unref(called->len ? sandboxes : called);
	return found;
}

/* An id is shown without what would be a terminal's command. */
static GArray *find_beginning(const LxInventory *inventory, const char *name)
{
	GArray *found = candidates_new();
	const LxContainerInfo *info;

	for (unsigned i = 0; (info = lx_inventory_at(inventory, i)) != NULL; i++) {
		g_autofree char *shown = lx_labels_harmless(info->id);

		if (g_str_has_prefix(info->id, name) || g_strcmp0(shown, name) == 0)
			add_candidate(found, info, &(LxLabels){0});
	}
	return found;
}

static void set_ambiguous(const GArray *found, GError **error)
{
	g_autoptr(GString) text = g_string_new("it may be ");

	for (guint i = 0; i < MIN(found->len, CANDIDATES_MAX); i++)
		g_string_append_printf(
			text, "%s%s", i ? " or " : "", g_array_index(found, Candidate, i).shown);
	if (found->len > CANDIDATES_MAX)
		g_string_append_printf(text, " or %u more", found->len - CANDIDATES_MAX);
	lx_error_set(error, EINVAL, "%s; name more of it", text->str);
}

const LxContainerInfo *lx_chosen_match(
	const LxInventory *inventory, const char *root, const char *name, GError **error)
{
	const LxContainerInfo *info = find_id(inventory, name);
	g_autoptr(GArray) found = NULL;

	if (info)
		return info;
	found = find_called(inventory, root, name);
	if (found->len == 0) {
		g_array_unref(found);
		found = find_beginning(inventory, name);
	}
	if (found->len == 1)
		return g_array_index(found, Candidate, 0).info;
	if (found->len == 0)
		lx_error_set(error, ENOENT, "there is none");
	else
		set_ambiguous(found, error);
	return NULL;
}

static void add_by_name(
	GArray *all, const LxInventory *inventory, const char *root, const char *name)
{
	g_autoptr(GError) error = NULL;
	const LxContainerInfo *info = lx_chosen_match(inventory, root, name, &error);

	if (info)
		add(all, name, info->init_pid, info->init_pid ? NULL : "it has no process");
	else
		add(all, name, 0, lx_error_code(error) == ENOENT ? UNKNOWN : error->message);
}

/* ---- All --------------------------------------------------------------------------------- */

bool lx_chosen_is_of(const LxContainerInfo *info, const char *root, const char *runtime)
{
	const LxLabelsPlace place = {.root = root};
	g_auto(LxLabels) labels = {0};

	if (strcmp(info->runtime, runtime) == 0)
		return true;
	if (strcmp(info->runtime, "lxc") == 0)
		lx_labels_find(&place, info, NULL, &labels);
	return g_strcmp0(labels.manager, runtime) == 0;
}

static void add_all(GArray *all, const LxInventory *inventory, const LxChoice *choice)
{
	const char *root = root_of(choice);
	const LxContainerInfo *info;

	for (unsigned i = 0; (info = lx_inventory_at(inventory, i)) != NULL; i++)
		if (info->init_pid &&
			(!choice->runtime || lx_chosen_is_of(info, root, choice->runtime)))
			add(all, info->id, info->init_pid, NULL);
}

static bool needs_inventory(const char *const *names)
{
	for (; names && *names; names++)
		if (pid_of(*names) == 0)
			return true;
	return names == NULL;
}

static void add_names(GArray *all, const LxInventory *inventory, const LxChoice *choice)
{
	for (const char *const *names = choice->names; *names; names++) {
		pid_t pid = pid_of(*names);

		if (pid)
			add(all, *names, pid, NULL);
		else if (inventory)
			add_by_name(all, inventory, root_of(choice), *names);
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
		add_names(all, inventory, choice);
	else
		add_all(all, inventory, choice);
	return g_steal_pointer(&all);
}
