/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host's folders sys/devices/system/cpu and sys/devices/system/node, cut to what the container
 * has.
 *
 * A path comes with the numbers that are shown. Its components are turned into the host's, which
 * fails for what the container does not have, and what then lies there is looked at with lstat,
 * component by component: sysfs is full of links ("cpu0/subsystem/devices/cpu1"), and whoever could
 * go through one would walk past every cut. The kernel resolves links for its callers by itself, so
 * none is ever followed here.
 *
 * model/sysfs.c knows what each file tells; a file that it does not know is the machine's and
 * passes as it is. Folders of frequency policies keep the host's numbers, also with cpu-numbers =
 * renumber: they name policies, and are found through the link cpuN/cpufreq.
 */
#include "tree/mirror.h"

#include "model/cpus.h"
#include "model/sysfs.h"
#include "render/sysfs.h"
#include "tree/visible.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#define PAGE_BYTES 4096

static const char *const system_folder = "sys/devices/system/";
static const char *const folder_names[] = {[LX_MIRROR_CPU] = "cpu", [LX_MIRROR_NODE] = "node"};

/* What has to be known of the container before a path can be understood: each costs reads. */
typedef enum { NEEDS_NOTHING, NEEDS_CPUS, NEEDS_ALL } Needs;

typedef struct {
	const LxReading *reading;
	const LxSysroot *root;
	const char *folder; /* "cpu" or "node" */
	LxCpuset cpus;      /* visible */
	LxCpuset online_nodes;
	LxCpuset nodes;     /* of those, the allowed ones */
	LxSysfsScope scope; /* of the sets above */
} View;

static bool view_init(
	View *view, const LxReading *reading, LxMirror mirror, Needs needs, GError **error)
{
	view->reading = reading;
	view->root = reading->context->root;
	view->folder = folder_names[mirror];
	view->scope = (LxSysfsScope){0};
	if (!lx_visible_is_cut(reading) || needs == NEEDS_NOTHING)
		return true;
	if (!lx_visible_cpus(reading, &view->cpus, error))
		return false;
	view->scope.cpus = &view->cpus;
	view->scope.renumber = lx_visible_is_renumbered(reading);
	if (needs != NEEDS_ALL)
		return true;
	if (!lx_visible_nodes(reading, &view->online_nodes, &view->nodes, error))
		return false;
	view->scope.nodes = &view->nodes;
	return true;
}

/* A path without a digit names no CPU and no node. */
static Needs path_needs(const char *path)
{
	return strpbrk(path, "0123456789") ? NEEDS_ALL : NEEDS_NOTHING;
}

static bool fail_missing(const View *view, const char *path, GError **error)
{
	lx_error_set_errno(error, ENOENT, "looking for %s%s/%s", system_folder, view->folder, path);
	return false;
}

/*
 * A folder cpufreq/policyN belongs to the CPUs in its related_cpus: it is hidden when none of them
 * is visible.
 */
static bool is_hidden_policy(const View *view, const char *real)
{
	const char *policy = strstr(real, "/cpufreq/policy"), *end;
	g_autofree char *path = NULL;
	g_auto(LxText) text = {0};
	LxCpuset related;

	if (!policy || !view->scope.cpus)
		return false;
	end = strchrnul(policy + strlen("/cpufreq/"), '/');
	path = g_strdup_printf("%.*s/related_cpus", (int)(end - real), real);
	if (!lx_sysroot_read(view->root, path, &text, NULL) ||
		!lx_cpuset_parse_words(lx_text_slice(&text), path, &related, NULL))
		return false;
	related = lx_cpuset_and(&related, view->scope.cpus);
	return lx_cpuset_is_empty(&related);
}

/* Every component but the last must be a folder. */
static bool is_below_folders(const View *view, const char *real)
{
	const char *slash = real + strlen(system_folder) + strlen(view->folder) + 1;
	struct stat status;

	for (slash = strchr(slash, '/'); slash; slash = strchr(slash + 1, '/')) {
		g_autofree char *prefix = g_strndup(real, (gsize)(slash - real));

		if (!lx_sysroot_stat(view->root, prefix, false, &status, NULL) ||
			!S_ISDIR(status.st_mode))
			return false;
	}
	return true;
}

/* The host's path, from the system root; NULL with ENOENT for what is not there. */
static GString *real_path(const View *view, const char *path, GError **error)
{
	g_autoptr(GString) real = g_string_new(system_folder);

	g_string_append(real, view->folder);
	if (*path && !lx_sysfs_append_real_path(&view->scope, path, real)) {
		fail_missing(view, path, error);
		return NULL;
	}
	/* A file of the folder itself has nothing in between: the files read most. */
	if (strchr(path, '/') && !is_below_folders(view, real->str)) {
		fail_missing(view, path, error);
		return NULL;
	}
	if (is_hidden_policy(view, real->str)) {
		fail_missing(view, path, error);
		return NULL;
	}
	return g_steal_pointer(&real);
}

static bool look(const View *view, const char *real, LxMirrorEntry *out, GError **error)
{
	LxMirrorEntry entry = {.type = LX_NODE_FILE};
	struct stat status;

	if (!lx_sysroot_stat(view->root, real, false, &status, error))
		return false;
	entry.permissions = status.st_mode & 0555;
	entry.size = MAX(((uint64_t)status.st_size + PAGE_BYTES - 1) / PAGE_BYTES, 1) * PAGE_BYTES;
	if (S_ISDIR(status.st_mode))
		entry.type = LX_NODE_FOLDER;
	if (S_ISLNK(status.st_mode)) {
		entry.type = LX_NODE_LINK;
		entry.permissions = 0777;
	}
	*out = entry;
	return true;
}

bool lx_mirror_look(const LxReading *reading, LxMirror mirror, const char *path, LxMirrorEntry *out,
	GError **error)
{
	g_autoptr(GString) real = NULL;
	View view;

	if (!view_init(&view, reading, mirror, path_needs(path), error))
		return false;
	real = real_path(&view, path, error);
	return real && look(&view, real->str, out, error);
}

/* Calls the visitor for one real name of the folder `real`; false when it has had enough. */
static bool visit_name(
	const View *view, GString *real, const char *name, const LxMirrorVisitor *visitor)
{
	g_autoptr(GString) shown = g_string_new(NULL);
	gsize folder_length = real->len;
	bool there, more = true;
	LxMirrorEntry entry;

	if (!lx_sysfs_append_shown_name(&view->scope, lx_slice(name), shown))
		return true;
	g_string_append_printf(real, "/%s", name);
	there = !is_hidden_policy(view, real->str) && look(view, real->str, &entry, NULL);
	g_string_truncate(real, folder_length);
	if (there)
		more = visitor->visit(shown->str, &entry, visitor->data);
	return more;
}

bool lx_mirror_list(const LxReading *reading, LxMirror mirror, const char *path,
	const LxMirrorVisitor *visitor, GError **error)
{
	g_autoptr(GString) real = NULL;
	g_auto(GStrv) names = NULL;
	LxMirrorEntry entry;
	View view;

	if (!view_init(&view, reading, mirror, NEEDS_ALL, error))
		return false;
	real = real_path(&view, path, error);
	if (!real || !look(&view, real->str, &entry, error))
		return false;
	if (entry.type != LX_NODE_FOLDER) {
		lx_error_set_errno(error, ENOTDIR, "listing %s", real->str);
		return false;
	}
	names = lx_sysroot_list(view.root, real->str, error);
	if (!names)
		return false;
	for (char **name = names; *name; name++)
		if (!visit_name(&view, real, *name, visitor))
			break;
	return true;
}

static bool read_host(const View *view, const char *real, LxText *out, GError **error)
{
	g_auto(LxFd) fd = lx_sysroot_open(view->root, real, O_RDONLY | O_NOFOLLOW, error);

	return fd >= 0 && lx_fd_read(fd, LX_SYSROOT_MAX_BYTES, real, out, error);
}

static bool append_list(
	const View *view, LxSlice host, const char *what, GString *text, GError **error)
{
	LxCpuset set;

	if (!lx_cpuset_parse(host, what, &set, error))
		return false;
	set = lx_cpus_shown(&set, view->scope.cpus, view->scope.renumber);
	lx_sysfs_append_list(&set, text);
	return true;
}

static bool append_row(
	const View *view, LxSlice host, const char *what, GString *text, GError **error)
{
	LxCpuset set;

	if (!lx_cpuset_parse_words(host, what, &set, error))
		return false;
	set = lx_cpus_shown(&set, view->scope.cpus, view->scope.renumber);
	lx_sysfs_append_row(&set, text);
	return true;
}

static bool append_mask(
	const View *view, LxSlice host, const char *what, GString *text, GError **error)
{
	unsigned n_bits;
	LxCpuset set;

	if (!lx_cpuset_parse_mask(host, what, &set, &n_bits, error))
		return false;
	set = lx_cpus_shown(&set, view->scope.cpus, view->scope.renumber);
	lx_sysfs_append_mask(&set, n_bits, text);
	return true;
}

static bool append_node_list(
	const View *view, LxSlice host, const char *what, GString *text, GError **error)
{
	LxCpuset set;

	if (!lx_cpuset_parse(host, what, &set, error))
		return false;
	set = lx_cpuset_and(&set, &view->nodes);
	lx_sysfs_append_list(&set, text);
	return true;
}

/*
 * Only the allowed nodes' columns: libnuma takes the n-th number of the line for the n-th node that
 * it found (distance.c), and it finds those that are shown.
 */
static bool append_node_columns(
	const View *view, LxSlice host, const char *what, GString *text, GError **error)
{
	lx_sysfs_append_columns(host, &view->online_nodes, &view->nodes, text);
	return true;
}

static bool append_constant(
	const View *view, LxSlice host, const char *what, GString *text, GError **error)
{
	g_string_append_len(text, host.at, (gssize)host.length);
	return true;
}

static bool append_zero(
	const View *view, LxSlice host, const char *what, GString *text, GError **error)
{
	lx_sysfs_append_zero(host, text);
	return true;
}

static bool append_zero_columns(
	const View *view, LxSlice host, const char *what, GString *text, GError **error)
{
	lx_sysfs_append_zero_columns(host, text);
	return true;
}

static bool append_zero_fields(
	const View *view, LxSlice host, const char *what, GString *text, GError **error)
{
	lx_sysfs_append_zero_fields(host, text);
	return true;
}

typedef bool (*Append)(
	const View *view, LxSlice host, const char *what, GString *text, GError **error);

/* What becomes of the host's text. Kinds that are not here do not need it. */
static const Append appends[] = {
	[LX_SYSFS_CONSTANT] = append_constant,
	[LX_SYSFS_POSSIBLE] = append_constant,
	[LX_SYSFS_CPU_LIST] = append_list,
	[LX_SYSFS_CPU_MASK] = append_mask,
	[LX_SYSFS_CPU_ROW] = append_row,
	[LX_SYSFS_NODE_LIST] = append_node_list,
	[LX_SYSFS_NODE_COLUMNS] = append_node_columns,
	[LX_SYSFS_COUNT] = append_zero,
	[LX_SYSFS_COUNTS] = append_zero_columns,
	[LX_SYSFS_FIELDS] = append_zero_fields,
};

static bool append_visible(const View *view, GString *text)
{
	LxCpuset shown = lx_cpus_shown(&view->cpus, &view->cpus, view->scope.renumber);

	lx_sysfs_append_list(&shown, text);
	return true;
}

/* "node3/meminfo": another view makes it. */
static bool append_node_view(
	const View *view, const char *path, LxSysfsKind kind, GString *text, GError **error)
{
	LxSlice rest = lx_slice(path), name;
	unsigned node;

	if (!lx_scan_until(&rest, '/', &name) || !lx_sysfs_number(name, "node", &node))
		return fail_missing(view, path, error);
	if (kind == LX_SYSFS_NODE_MEMINFO)
		return lx_recipe_node_meminfo(view->reading, node, text, error);
	return lx_recipe_node_vmstat(view->reading, node, text, error);
}

static LxSysfsKind kind_of(const View *view, const char *path)
{
	bool possible_is_visible =
		view->reading->context->settings.cpu_possible == LX_CPU_POSSIBLE_VISIBLE;
	g_autofree char *with_folder = NULL;
	LxSysfsKind kind;

	if (!lx_visible_is_cut(view->reading))
		return LX_SYSFS_CONSTANT;
	with_folder = g_strdup_printf("%s/%s", view->folder, path);
	kind = lx_sysfs_kind(with_folder);
	return kind == LX_SYSFS_POSSIBLE && possible_is_visible ? LX_SYSFS_VISIBLE : kind;
}

/* Whoever reads has looked before: a kind that needs no text of the host's asks nothing of it. */
bool lx_mirror_read(
	const LxReading *reading, LxMirror mirror, const char *path, GString *text, GError **error)
{
	bool flat = mirror == LX_MIRROR_CPU && !strchr(path, '/');
	g_autoptr(GString) real = NULL;
	g_auto(LxText) host = {0};
	LxSysfsKind kind;
	View view;

	if (!view_init(&view, reading, mirror, flat ? NEEDS_CPUS : NEEDS_ALL, error))
		return false;
	real = real_path(&view, path, error);
	if (!real)
		return false;
	kind = kind_of(&view, path);
	if (kind == LX_SYSFS_VISIBLE)
		return append_visible(&view, text);
	if (kind == LX_SYSFS_NODE_MEMINFO || kind == LX_SYSFS_NODE_VMSTAT)
		return append_node_view(&view, path, kind, text, error);
	if (kind == LX_SYSFS_EMPTY) {
		g_string_append_c(text, '\n');
		return true;
	}
	return read_host(&view, real->str, &host, error) &&
	       appends[kind](&view, lx_text_slice(&host), real->str, text, error);
}

char *lx_mirror_readlink(
	const LxReading *reading, LxMirror mirror, const char *path, GError **error)
{
	g_autoptr(GString) real = NULL, shown = g_string_new(NULL);
	g_autofree char *target = NULL;
	View view;

	if (!view_init(&view, reading, mirror, NEEDS_ALL, error))
		return NULL;
	real = real_path(&view, path, error);
	if (!real)
		return NULL;
	target = lx_sysroot_readlink(view.root, real->str, error);
	if (!target)
		return NULL;
	if (!lx_sysfs_append_shown_target(&view.scope, target, shown)) {
		fail_missing(&view, path, error);
		return NULL;
	}
	return g_string_free(g_steal_pointer(&shown), FALSE);
}
