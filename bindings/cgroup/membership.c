/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a process stands: its cgroup path in every hierarchy. */
#include "cgroup/membership.h"

#include <errno.h>

static int find_hierarchy(const LxLayout *layout, LxSlice controllers)
{
	for (unsigned i = 0; i < layout->n_hierarchies; i++)
		if (lx_slice_equal(controllers, layout->hierarchies[i].controllers))
			return (int)i;
	return -1;
}

static bool is_cgroup_path(LxSlice path)
{
	return path.length > 0 && path.at[0] == '/' && !memchr(path.at, '\0', path.length);
}

static LxSlice without_deleted(LxSlice path)
{
	static const char deleted[] = " (deleted)";

	if (lx_slice_ends_with(path, deleted))
		path.length -= strlen(deleted);
	return path;
}

static bool parse_line(const LxLayout *layout, LxSlice line, LxMembership *membership)
{
	LxSlice id, controllers;
	int hierarchy;

	if (!lx_scan_until(&line, ':', &id) || !lx_scan_until(&line, ':', &controllers) ||
		!is_cgroup_path(line))
		return false;
	hierarchy = find_hierarchy(layout, controllers);
	if (hierarchy >= 0 && !membership->paths[hierarchy])
		membership->paths[hierarchy] = lx_slice_dup(without_deleted(line));
	return true;
}

bool lx_membership_parse(
	const LxLayout *layout, LxSlice text, const char *what, LxMembership *out, GError **error)
{
	g_auto(LxMembership) membership = {0};
	LxSlice rest = text, line;

	while (lx_scan_line(&rest, &line)) {
		if (!parse_line(layout, line, &membership)) {
			lx_error_set(error, EINVAL, "parsing %s: \"%.*s\" is no cgroup line", what,
				(int)MIN(line.length, 100), line.at);
			return false;
		}
	}
	lx_membership_clear(out);
	*out = membership;
	membership = (LxMembership){0};
	return true;
}

void lx_membership_clear(LxMembership *membership)
{
	for (unsigned i = 0; i < LX_HIERARCHIES_MAX; i++)
		g_clear_pointer(&membership->paths[i], g_free);
}

bool lx_membership_is_root(const LxMembership *membership)
{
	for (unsigned i = 0; i < LX_HIERARCHIES_MAX; i++)
		if (membership->paths[i] && strcmp(membership->paths[i], "/") != 0)
			return false;
	return true;
}

bool lx_membership_is_within(const char *path, const char *top)
{
	size_t length = strlen(top);

	if (strcmp(top, "/") == 0)
		return true;
	return strncmp(path, top, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* From the viewer's root to the end of a path; a ".." is a step up. */
static int steps_of(const char *path)
{
	LxSlice rest = lx_slice(path + 1), name;
	int steps = 0;

	while (rest.length > 0) {
		if (!lx_scan_until(&rest, '/', &name)) {
			name = rest;
			rest.length = 0;
		}
		steps += lx_slice_equal(name, "..") ? -1 : 1;
	}
	return steps;
}

/* With how many ".." it begins: it is outside of our own cgroup namespace then. */
static int steps_up(const char *path)
{
	int n = 0;

	for (; g_str_has_prefix(path, "/..") && (path[3] == '/' || path[3] == '\0'); path += 3)
		n++;
	return n;
}

/* Up to the cgroup that is `depth` below our root, below 0 where that is above. */
static char *cut_at(const char *path, int depth)
{
	int up = steps_up(path), n = depth + 2 * up;
	const char *end = path;

	if (n < up)
		return g_strdup(path);
	if (n == 0)
		return g_strdup("/");
	for (int i = 0; i < n && *end; i++)
		end = strchrnul(end + 1, '/');
	return g_strndup(path, (gsize)(end - path));
}

static char *root_of(const char *member, const char *here, const char *within)
{
	if (!here || !within)
		return g_strdup(member);
	return cut_at(member, steps_of(here) - steps_of(within));
}

void lx_membership_namespace_root(const LxMembership *member, const LxMembership *here,
	const LxMembership *within, LxMembership *out)
{
	LxMembership root = {0};

	for (unsigned i = 0; i < LX_HIERARCHIES_MAX; i++)
		if (member->paths[i])
			root.paths[i] = root_of(member->paths[i], here->paths[i], within->paths[i]);
	lx_membership_clear(out);
	*out = root;
}

static void cut_init_scope(char *path)
{
	static const char scope[] = "/init.scope";

	if (!g_str_has_suffix(path, scope))
		return;
	path[strlen(path) - strlen(scope)] = '\0';
	if (path[0] == '\0')
		strcpy(path, "/");
}

void lx_membership_cut_init_scope(LxMembership *membership)
{
	for (unsigned i = 0; i < LX_HIERARCHIES_MAX; i++)
		if (membership->paths[i])
			cut_init_scope(membership->paths[i]);
}
