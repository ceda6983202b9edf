/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cgroup mounts of a mount namespace. */
#include "identity/mountinfo.h"

typedef struct {
	LxSlice root, type, options;
} Mount;

/* "36 35 0:30 /docker/1 /sys/fs/cgroup/cpu rw,nosuid master:1 - cgroup cgroup rw,cpu" */
static bool scan_mount(LxSlice line, Mount *mount)
{
	LxSlice word;

	for (int skipped = 0; skipped < 3; skipped++)
		if (!lx_scan_word(&line, &word))
			return false;
	if (!lx_scan_word(&line, &mount->root))
		return false;
	do {
		if (!lx_scan_word(&line, &word))
			return false;
	} while (!lx_slice_equal(word, "-"));
	return lx_scan_word(&line, &mount->type) && lx_scan_word(&line, &word) &&
	       lx_scan_word(&line, &mount->options);
}

/* Takes the next of "rw,cpu,cpuacct". */
static bool scan_option(LxSlice *options, LxSlice *option)
{
	if (options->length == 0)
		return false;
	if (!lx_scan_until(options, ',', option)) {
		*option = *options;
		options->length = 0;
	}
	return true;
}

static bool has_option(LxSlice options, LxSlice wanted)
{
	LxSlice option;

	while (scan_option(&options, &option))
		if (option.length == wanted.length &&
			memcmp(option.at, wanted.at, wanted.length) == 0)
			return true;
	return false;
}

/* A v1 hierarchy is the one whose controllers all stand among the mount's options. */
static bool is_of(const Mount *mount, const LxHierarchy *hierarchy)
{
	LxSlice controllers = lx_slice(hierarchy->controllers), one;

	if (hierarchy->v2)
		return lx_slice_equal(mount->type, "cgroup2");
	if (!lx_slice_equal(mount->type, "cgroup") || controllers.length == 0)
		return false;
	while (scan_option(&controllers, &one))
		if (!has_option(mount->options, one))
			return false;
	return true;
}

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* The kernel writes blanks and backslashes as "\\040" (fs/proc_namespace.c, mangle). */
static char *unescaped(LxSlice text)
{
	g_autoptr(GString) plain = g_string_sized_new(text.length);
	size_t step;

	for (; text.length > 0; text.at += step, text.length -= step) {
		const char *at = text.at;
		bool escaped = text.length >= 4 && at[0] == '\\' && is_octal(at[1]) &&
			       is_octal(at[2]) && is_octal(at[3]);

		step = escaped ? 4 : 1;
		g_string_append_c(plain,
			escaped ? (char)((at[1] - '0') << 6 | (at[2] - '0') << 3 | (at[3] - '0'))
				: at[0]);
	}
	return g_string_free(g_steal_pointer(&plain), FALSE);
}

/* NULL for a root that is of no use. */
static char *root_path(LxSlice root)
{
	g_autofree char *path = unescaped(root);

	if (path[0] != '/' || g_str_has_prefix(path, "/.."))
		return NULL;
	return g_steal_pointer(&path);
}

static bool is_nearer(const char *path, const char *known)
{
	if (!known || strcmp(known, "/") == 0)
		return true;
	return strcmp(path, "/") != 0 && strlen(path) < strlen(known);
}

static void add_mount(const LxLayout *layout, const Mount *mount, LxMembership *roots)
{
	for (unsigned i = 0; i < layout->n_hierarchies; i++) {
		g_autofree char *path = NULL;

		if (!is_of(mount, &layout->hierarchies[i]))
			continue;
		path = root_path(mount->root);
		if (!path || !is_nearer(path, roots->paths[i]))
			continue;
		g_free(roots->paths[i]);
		roots->paths[i] = g_steal_pointer(&path);
	}
}

void lx_mountinfo_cgroup_roots(const LxLayout *layout, LxSlice text, LxMembership *out)
{
	LxMembership roots = {0};
	LxSlice rest = text, line;
	Mount mount;

	while (lx_scan_line(&rest, &line))
		if (scan_mount(line, &mount))
			add_mount(layout, &mount, &roots);
	lx_membership_clear(out);
	*out = roots;
}
