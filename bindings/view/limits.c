/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A limit of a cgroup as it holds. */
#include "view/limits.h"

#include <fcntl.h>

#include "cgroup/effective.h"

#define LEVELS_MAX 64
#define FILE_MAX_BYTES 4096

typedef struct {
	LxText limit, period;
} Level;

typedef struct {
	LxEffective kind;
	const char *name;
	unsigned n_levels;
	Level levels[LEVELS_MAX];
} Limits;

static void limits_clear(Limits *limits)
{
	for (unsigned i = 0; i < limits->n_levels; i++) {
		lx_text_clear(&limits->levels[i].limit);
		lx_text_clear(&limits->levels[i].period);
	}
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Limits, limits_clear)

/* Absent at the root, and where a controller is not switched on: then there is no limit. */
static void read_file(int folder, const char *name, LxText *out)
{
	g_auto(LxFd) fd = openat(folder, name, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || !lx_fd_read(fd, FILE_MAX_BYTES, name, out, NULL))
		lx_text_clear(out);
}

static void read_level(Limits *limits, int folder)
{
	Level *level = &limits->levels[limits->n_levels++];

	read_file(folder, limits->name, &level->limit);
	if (limits->kind == LX_EFFECTIVE_QUOTA)
		read_file(folder, lx_effective_period_name(), &level->period);
}

/* From the file's own folder up to below the root. */
static void read_levels(Limits *limits, const LxPlaceInView *file)
{
	g_autofree char *path = g_path_get_dirname(file->path);

	while (path[0] == '/' && path[1] != '\0' && limits->n_levels < LEVELS_MAX) {
		g_auto(LxFd) folder =
			openat(file->root->fd, path + 1, O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (folder >= 0)
			read_level(limits, folder);
		*strrchr(path, '/') = '\0';
	}
}

bool lx_limits_append(const LxPlaceInView *file, LxSlice own, GString *text)
{
	g_auto(Limits) limits = {.name = lx_place_in_view_name(file)};
	LxEffectiveLevel levels[LEVELS_MAX];

	limits.kind = lx_effective_of(limits.name);
	if (limits.kind == LX_EFFECTIVE_NOT)
		return false;
	read_levels(&limits, file);
	if (limits.n_levels == 0)
		return false;
	for (unsigned i = 0; i < limits.n_levels; i++)
		levels[i] = (LxEffectiveLevel){lx_text_slice(&limits.levels[i].limit),
			lx_text_slice(&limits.levels[i].period)};
	levels[0].limit = own;
	lx_effective_append(limits.kind, levels, limits.n_levels, text);
	return true;
}
