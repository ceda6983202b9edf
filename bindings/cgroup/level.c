/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One cgroup in one hierarchy: a folder, its parent, and the descriptors of its files.
 *
 * Why descriptors are kept: opening, reading and closing a cgroup file costs several times the
 * pread of an open one, and a meminfo reads half a dozen. Why they are never replaced: a descriptor
 * that one thread reads must not be closed by another, and with levels that are only ever made and
 * freed as a whole the reference count answers for that.
 */
#include "cgroup/level.h"

#include "base/number.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* memory.numa_stat of a machine with many nodes is the longest. */
#define FILE_MAX_BYTES (4u * 1024 * 1024)
#define FILE_MISSING (-1)

struct LxLevel {
	LxLevels *levels;
	unsigned references; /* guarded by levels->lock */
	LxLevel *parent;
	char *key; /* "<hierarchy>:<path>" */
	const char *path;
	unsigned hierarchy;
	bool v2;
	uint64_t id;
	LxFd folder;
	int files[LX_N_CGROUP_FILES]; /* atomic; descriptor + 1, 0 is not opened yet, FILE_MISSING
				       */
};

struct LxLevels {
	const LxSysroot *root;
	const LxLayout *layout;
	GMutex lock;        /* guards by_key and the reference counts */
	GHashTable *by_key; /* holds no reference: the last unref takes the level out */
};

static const char *const file_names[LX_N_CGROUP_FILES] = {
#define LX_CGROUP_FILE_NAME(symbol, name) [LX_CGROUP_##symbol] = name,
	LX_CGROUP_FILES(LX_CGROUP_FILE_NAME)
#undef LX_CGROUP_FILE_NAME
};

const char *lx_cgroup_file_name(LxCgroupFile file)
{
	return file_names[file];
}

LxLevels *lx_levels_new(const LxSysroot *root, const LxLayout *layout)
{
	LxLevels *levels = g_new0(LxLevels, 1);

	levels->root = root;
	levels->layout = layout;
	g_mutex_init(&levels->lock);
	levels->by_key = g_hash_table_new(g_str_hash, g_str_equal);
	return levels;
}

void lx_levels_free(LxLevels *levels)
{
	if (!levels)
		return;
	g_hash_table_unref(levels->by_key);
	g_mutex_clear(&levels->lock);
	g_free(levels);
}

static void level_free(LxLevel *level)
{
	for (int i = 0; i < LX_N_CGROUP_FILES; i++)
		if (level->files[i] > 0)
			close(level->files[i] - 1);
	lx_fd_clear(&level->folder);
	g_free(level->key);
	g_free(level);
}

static LxLevel *level_open(LxLevels *levels, unsigned hierarchy, const char *path, GError **error)
{
	const LxHierarchy *at = &levels->layout->hierarchies[hierarchy];
	g_autofree char *folder = g_strconcat(at->mount, path, NULL);
	g_auto(LxFd) fd = lx_sysroot_open(levels->root, folder, O_PATH | O_DIRECTORY, error);
	struct stat status;
	LxLevel *level;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &status) < 0) {
		lx_error_set_errno(error, errno, "looking at the cgroup %s", folder);
		return NULL;
	}
	level = g_new0(LxLevel, 1);
	level->levels = levels;
	level->references = 1;
	level->hierarchy = hierarchy;
	level->v2 = at->v2;
	level->key = g_strdup_printf("%u:%s", hierarchy, path);
	level->path = strchr(level->key, ':') + 1;
	level->id = status.st_ino;
	level->folder = lx_fd_steal(&fd);
	return level;
}

static LxLevel *table_ref(LxLevels *levels, const char *key)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&levels->lock);
	LxLevel *level = g_hash_table_lookup(levels->by_key, key);

	if (level)
		level->references++;
	return level;
}

/* Two threads may open the same level at once: the first one in is everybody's. */
static LxLevel *table_add(LxLevels *levels, LxLevel *fresh)
{
	LxLevel *known;

	g_mutex_lock(&levels->lock);
	known = g_hash_table_lookup(levels->by_key, fresh->key);
	if (known)
		known->references++;
	else
		g_hash_table_insert(levels->by_key, fresh->key, fresh);
	g_mutex_unlock(&levels->lock);
	if (!known)
		return fresh;
	lx_level_unref(fresh->parent);
	level_free(fresh);
	return known;
}

/*
 * A cgroup outside the daemon's own cgroup namespace is shown as "/../name" (cgroup_namespaces(7)):
 * it has no path below our mounts, and ".." must never be followed out of them.
 */
static bool leaves_the_mount(const char *path)
{
	return strstr(path, "/../") || g_str_has_suffix(path, "/..");
}

static bool is_root(const char *path)
{
	return path[0] == '\0' || strcmp(path, "/") == 0;
}

/* A cgroup that was removed, or renamed as v1 can, may have left its path to another. */
static bool is_at_its_path(const LxLevel *level)
{
	const LxLevels *levels = level->levels;
	const char *mount = levels->layout->hierarchies[level->hierarchy].mount;
	g_autofree char *folder = g_strconcat(mount, level->path, NULL);
	struct stat status;

	return lx_sysroot_stat(levels->root, folder, true, &status, NULL) &&
	       status.st_ino == level->id;
}

/* NULL when it is not known, or is not what has that path now: then it is forgotten. */
static LxLevel *find_known(LxLevels *levels, const char *key)
{
	LxLevel *level = table_ref(levels, key);

	if (!level || is_at_its_path(level))
		return level;
	lx_levels_forget(levels, level);
	lx_level_unref(level);
	return NULL;
}

static LxLevel *get_below(
	LxLevels *levels, unsigned hierarchy, const char *path, LxLevel *parent, GError **error)
{
	g_autofree char *key = g_strdup_printf("%u:%s", hierarchy, path);
	LxLevel *level = find_known(levels, key);

	if (level) {
		lx_level_unref(parent);
		return level;
	}
	level = level_open(levels, hierarchy, path, error);
	if (!level) {
		lx_level_unref(parent);
		return NULL;
	}
	level->parent = parent;
	return table_add(levels, level);
}

/* From the top down, one path component after the other. */
bool lx_levels_get(
	LxLevels *levels, unsigned hierarchy, const char *path, LxLevel **out, GError **error)
{
	LxLevel *level = NULL;

	if (is_root(path)) {
		*out = NULL;
		return true;
	}
	if (leaves_the_mount(path)) {
		lx_error_set(error, ENOENT,
			"opening the cgroup %s: it lies outside this cgroup "
			"namespace",
			path);
		return false;
	}
	for (const char *end = path; *end;) {
		g_autofree char *prefix = NULL;

		end = strchrnul(end + 1, '/');
		prefix = g_strndup(path, (gsize)(end - path));
		level = get_below(levels, hierarchy, prefix, level, error);
		if (!level)
			return false;
	}
	*out = level;
	return true;
}

static bool is_at_or_below(const LxLevel *level, const LxLevel *top)
{
	for (; level; level = level->parent)
		if (level == top)
			return true;
	return false;
}

static gboolean forget_if_below(gpointer key, gpointer value, gpointer top)
{
	return is_at_or_below(value, top);
}

void lx_levels_forget(LxLevels *levels, const LxLevel *level)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&levels->lock);

	g_hash_table_foreach_remove(levels->by_key, forget_if_below, (gpointer)level);
}

/* A level that was forgotten may have a successor under the same key: leave that one in. */
static bool drop_reference(LxLevel *level)
{
	LxLevels *levels = level->levels;
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&levels->lock);

	if (--level->references > 0)
		return false;
	if (g_hash_table_lookup(levels->by_key, level->key) == level)
		g_hash_table_remove(levels->by_key, level->key);
	return true;
}

void lx_level_unref(LxLevel *level)
{
	while (level && drop_reference(level)) {
		LxLevel *parent = level->parent;

		level_free(level);
		level = parent;
	}
}

LxLevel *lx_level_parent(const LxLevel *level)
{
	return level->parent;
}

const char *lx_level_path(const LxLevel *level)
{
	return level->path;
}

unsigned lx_level_hierarchy(const LxLevel *level)
{
	return level->hierarchy;
}

bool lx_level_is_v2(const LxLevel *level)
{
	return level->v2;
}

int lx_level_folder(const LxLevel *level)
{
	return level->folder;
}

uint64_t lx_level_id(const LxLevel *level)
{
	return level->id;
}

static bool fail(const LxLevel *level, const char *name, int code, GError **error)
{
	lx_error_set_errno(error, code == ENODEV ? ENOENT : code, "reading %s of the cgroup %s",
		name, level->path);
	return false;
}

static bool is_absent(int code)
{
	return code == ENOENT || code == EOPNOTSUPP;
}

/*
 * A folder that was removed answers ENOENT to every openat, as a missing file does. The difference
 * matters: one is absent, the other is gone. A removed kernfs folder has no links left.
 */
static bool has_gone(const LxLevel *level)
{
	struct stat status;

	return fstat(level->folder, &status) == 0 && status.st_nlink == 0;
}

/*
 * On v1 a cgroup has all its files from the start; on v2 those of a controller come and go with the
 * parent's cgroup.subtree_control, so that a missing one must be looked for each time.
 */
static int note_missing(LxLevel *level, LxCgroupFile file)
{
	if (!level->v2 && !has_gone(level))
		g_atomic_int_compare_and_exchange(&level->files[file], 0, FILE_MISSING);
	errno = ENOENT;
	return -1;
}

/* The kept descriptor; -1 with errno when the file cannot be opened. */
static int kept_file(LxLevel *level, LxCgroupFile file)
{
	int kept = g_atomic_int_get(&level->files[file]), fd;

	if (kept == FILE_MISSING) {
		errno = ENOENT;
		return -1;
	}
	if (kept)
		return kept - 1;
	fd = openat(level->folder, file_names[file], O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? note_missing(level, file) : -1;
	if (g_atomic_int_compare_and_exchange(&level->files[file], 0, fd + 1))
		return fd;
	close(fd);
	return g_atomic_int_get(&level->files[file]) - 1;
}

/* `fd` is -1 with errno where it could not be opened. */
static bool read_opened(LxLevel *level, const char *name, int fd, LxText *out, GError **error)
{
	GError *failure = NULL;

	if (fd < 0 && is_absent(errno) && !has_gone(level)) {
		lx_text_clear(out);
		return true;
	}
	if (fd < 0)
		return fail(level, name, errno, error);
	if (lx_fd_read_record(fd, FILE_MAX_BYTES, name, out, &failure))
		return true;
	if (is_absent(lx_error_code(failure))) {
		g_clear_error(&failure);
		lx_text_clear(out);
		return true;
	}
	fail(level, name, lx_error_code(failure), error);
	g_clear_error(&failure);
	return false;
}

bool lx_level_read(LxLevel *level, LxCgroupFile file, LxText *out, GError **error)
{
	return read_opened(level, file_names[file], kept_file(level, file), out, error);
}

bool lx_level_read_by_name(LxLevel *level, const char *name, LxText *out, GError **error)
{
	g_auto(LxFd) fd = openat(level->folder, name, O_RDONLY | O_CLOEXEC);

	return read_opened(level, name, fd, out, error);
}

static bool parse_limit(LxSlice text, uint64_t *out)
{
	text = lx_slice_trim(text);
	if (lx_slice_equal(text, "max") || lx_slice_equal(text, "-1")) {
		*out = LX_UNLIMITED;
		return true;
	}
	return lx_slice_u64(text, out);
}

bool lx_level_read_u64(
	LxLevel *level, LxCgroupFile file, uint64_t *out, bool *present, GError **error)
{
	char text[64];
	int fd = kept_file(level, file);
	ssize_t got = fd < 0 ? -1 : pread(fd, text, sizeof text, 0);

	*present = false;
	if (got < 0 && is_absent(errno) && (fd >= 0 || !has_gone(level)))
		return true;
	if (got < 0)
		return fail(level, file_names[file], errno, error);
	if (!parse_limit((LxSlice){text, (size_t)got}, out)) {
		lx_error_set(error, EINVAL, "parsing %s of the cgroup %s: \"%.*s\" is no number",
			file_names[file], level->path, (int)got, text);
		return false;
	}
	*present = true;
	return true;
}

int lx_level_open(LxLevel *level, const char *name, int flags, GError **error)
{
	int fd = openat(level->folder, name, flags | O_CLOEXEC);

	if (fd < 0)
		lx_error_set_errno(error, errno == ENODEV ? ENOENT : errno,
			"opening %s of the cgroup %s", name, level->path);
	return fd;
}
