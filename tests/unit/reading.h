/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A reading made by hand: a host in a folder, one container in it, and what a recipe may ask of a
 * context. For tests of tree/.
 */
#pragma once

#include "unit.h"

#include "tree/recipe.h"

#include <stdio.h>
#include <unistd.h>

typedef struct {
	char *folder;
	LxContext context;
	LxContainer container;
	LxReading reading;
} UnitReading;

/* Where the container stands in every hierarchy that proc/self/mounts below the folder names. */
static inline LxCgroup *unit_cgroup_new(LxContext *context, const char *path)
{
	g_autoptr(GError) error = NULL;
	g_auto(LxMembership) membership = {{NULL}};
	LxCgroup *cgroup;

	for (unsigned i = 0; i < context->layout->n_hierarchies; i++)
		membership.paths[i] = g_strdup(path);
	cgroup = lx_cgroup_new(context->levels, context->layout, &membership, &error);
	ck_assert_msg(cgroup != NULL, "%s", error ? error->message : "");
	return cgroup;
}

/* `files` as for unit_folder_new. `cgroup` NULL: the host reads. */
static inline void unit_reading_init(
	UnitReading *unit, const char *const *files, const char *cgroup)
{
	LxContext *context = &unit->context;

	*unit = (UnitReading){.folder = unit_folder_new(files)};
	context->root = lx_sysroot_new(unit->folder, NULL);
	context->host = lx_host_new(context->root);
	context->layout = lx_layout_new(context->root, NULL);
	context->levels = lx_levels_new(context->root, context->layout);
	unit->container.is_host = cgroup == NULL;
	if (cgroup)
		unit->container.cgroup = unit_cgroup_new(context, cgroup);
	unit->reading = (LxReading){.context = context, .container = &unit->container};
}

/* In place, as the kernel does it: a file that is kept open says the new text. */
static inline void unit_reading_put(const UnitReading *unit, const char *path, const char *text)
{
	g_autofree char *full = g_build_filename(unit->folder, path, NULL);
	FILE *file = fopen(full, "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

static inline void unit_reading_link(UnitReading *unit, const char *path, const char *target)
{
	g_autofree char *full = g_build_filename(unit->folder, path, NULL);
	g_autofree char *parent = g_path_get_dirname(full);

	ck_assert_int_eq(g_mkdir_with_parents(parent, 0755), 0);
	ck_assert_int_eq(symlink(target, full), 0);
}

static inline void unit_reading_clear(UnitReading *unit)
{
	lx_cgroup_unref(unit->container.cgroup);
	lx_levels_free(unit->context.levels);
	lx_layout_free(unit->context.layout);
	lx_host_free(unit->context.host);
	lx_sysroot_free(unit->context.root);
	unit_folder_free(unit->folder);
}
