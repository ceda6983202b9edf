/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The mounts of a mount namespace, from /proc/PID/mountinfo. */
#include "mounts/mountinfo.h"

#include "fd.h"
#include "path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

/* fs.mount-max is 100000 mounts; a line is seldom longer than 300 bytes. */
#define TEXT_MAX_BYTES (UINT64_C(64) << 20)

struct LxMountinfo {
	char *text; /* all strings of the mounts lie here */
	GArray *mounts;
	GHashTable *places; /* id -> index + 1 */
};

/* ---- A line ------------------------------------------------------------------------------ */

/* Fields end at exactly one blank each: a field can be empty (the source of some mounts is). */
static char *next_field(char **cursor)
{
	char *field = *cursor;
	char *end;

	if (!field)
		return NULL;
	end = strchr(field, ' ');
	*cursor = end ? end + 1 : NULL;
	if (end)
		*end = '\0';
	return field;
}

static bool parse_number(const char *text, int *out)
{
	guint64 number;

	if (!text || !g_ascii_string_to_unsigned(text, 10, 0, INT_MAX, &number, NULL))
		return false;
	*out = (int)number;
	return true;
}

static bool parse_device(char *text, uint64_t *out)
{
	char *colon = text ? strchr(text, ':') : NULL;
	int major_number, minor_number;

	if (!colon)
		return false;
	*colon = '\0';
	if (!parse_number(text, &major_number) || !parse_number(colon + 1, &minor_number))
		return false;
	*out = makedev((unsigned)major_number, (unsigned)minor_number);
	return true;
}

static bool is_octal(const char *text)
{
	return text[0] >= '0' && text[0] <= '3' && text[1] >= '0' && text[1] <= '7' &&
	       text[2] >= '0' && text[2] <= '7';
}

/* Blanks, tabs, newlines and backslashes are printed as \ooo (seq_escape). In place. */
static char *unescape(char *field)
{
	char *to = field;

	for (const char *from = field; field && *from; to++) {
		if (*from == '\\' && is_octal(from + 1)) {
			*to = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
			from += 4;
		} else {
			*to = *from++;
		}
	}
	if (field)
		*to = '\0';
	return field;
}

static uint64_t parse_attributes(char *options)
{
	static const struct {
		const char *word;
		uint64_t attribute;
	} words[] = {
		{"ro", MOUNT_ATTR_RDONLY},
		{"nosuid", MOUNT_ATTR_NOSUID},
		{"nodev", MOUNT_ATTR_NODEV},
		{"noexec", MOUNT_ATTR_NOEXEC},
		{"nodiratime", MOUNT_ATTR_NODIRATIME},
		{"nosymfollow", MOUNT_ATTR_NOSYMFOLLOW},
	};
	uint64_t attributes = 0;
	char *rest = options;

	for (char *word; (word = strsep(&rest, ",")) != NULL;)
		for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
			if (strcmp(word, words[i].word) == 0)
				attributes |= words[i].attribute;
	return attributes;
}

/* "shared:1 master:2 -": any number of them, of which later kernels may add more kinds. */
static bool parse_optional_fields(char **cursor, LxMount *out)
{
	for (char *field; (field = next_field(cursor)) != NULL;) {
		if (strcmp(field, "-") == 0)
			return true;
		if (g_str_has_prefix(field, "shared:") &&
			!parse_number(field + strlen("shared:"), &out->shared))
			return false;
		if (g_str_has_prefix(field, "master:") &&
			!parse_number(field + strlen("master:"), &out->master))
			return false;
	}
	return false;
}

static bool parse_line(char *line, LxMount *out)
{
	LxMount mount = {0};
	char *cursor = line;
	char *options;

	if (!parse_number(next_field(&cursor), &mount.id) ||
		!parse_number(next_field(&cursor), &mount.parent) ||
		!parse_device(next_field(&cursor), &mount.device))
		return false;
	mount.root = unescape(next_field(&cursor));
	mount.mountpoint = unescape(next_field(&cursor));
	options = next_field(&cursor);
	if (!options || !parse_optional_fields(&cursor, &mount))
		return false;
	mount.attributes = parse_attributes(options);
	mount.fstype = unescape(next_field(&cursor));
	mount.source = unescape(next_field(&cursor));
	if (!mount.fstype || !mount.source || mount.mountpoint[0] != '/')
		return false;
	*out = mount;
	return true;
}

/* ---- All of them ------------------------------------------------------------------------- */

static LxMount *find(const LxMountinfo *info, int id)
{
	gpointer place = g_hash_table_lookup(info->places, GINT_TO_POINTER(id));

	return place ? &g_array_index(info->mounts, LxMount, GPOINTER_TO_UINT(place) - 1) : NULL;
}

static void add(LxMountinfo *info, const LxMount *mount)
{
	g_array_append_vals(info->mounts, mount, 1);
	g_hash_table_insert(
		info->places, GINT_TO_POINTER(mount->id), GUINT_TO_POINTER(info->mounts->len));
}

/* A mount on the root of its parent is printed with the parent's own mount point. */
static void find_covers(LxMountinfo *info)
{
	for (unsigned i = 0; i < info->mounts->len; i++) {
		LxMount *mount = &g_array_index(info->mounts, LxMount, i);
		LxMount *parent = find(info, mount->parent);

		if (parent && parent != mount && strcmp(parent->mountpoint, mount->mountpoint) == 0)
			parent->covered_by = mount->id;
	}
}

/* ---- What is hidden ---------------------------------------------------------------------- */

static int rank(char byte)
{
	return byte == '/' ? 1 : byte == '\0' ? 0 : (unsigned char)byte + 1;
}

/* By parent, then by path: all that lies in a folder comes right after it. */
static int by_place(gconstpointer left, gconstpointer right)
{
	const LxMount *one = *(const LxMount *const *)left, *other = *(const LxMount *const *)right;
	const char *a = one->mountpoint, *b = other->mountpoint;

	if (one->parent != other->parent)
		return one->parent < other->parent ? -1 : 1;
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return rank(*a) - rank(*b);
}

static bool lies_on_the_way(const char *folder, const char *path)
{
	size_t length = strlen(folder);

	if (strcmp(folder, "/") == 0)
		return path[1] != '\0';
	return strncmp(folder, path, length) == 0 && path[length] == '/';
}

/* Those beside which, on the same parent, something is mounted on a folder that their path goes
 * through. */
static void find_passed_over(LxMountinfo *info)
{
	g_autoptr(GPtrArray) order = g_ptr_array_sized_new(info->mounts->len);
	const LxMount *over = NULL;

	for (unsigned i = 0; i < info->mounts->len; i++) {
		LxMount *mount = &g_array_index(info->mounts, LxMount, i);

		if (mount->id != mount->parent)
			g_ptr_array_add(order, mount);
	}
	g_ptr_array_sort(order, by_place);
	for (unsigned i = 0; i < order->len; i++) {
		LxMount *mount = g_ptr_array_index(order, i);

		mount->hidden = over && over->parent == mount->parent &&
				lies_on_the_way(over->mountpoint, mount->mountpoint);
		if (!mount->hidden)
			over = mount;
	}
}

/* What lies in something hidden is hidden, too. `way` has room for all mounts. */
static void settle(LxMountinfo *info, LxMount *mount, bool *settled, LxMount **way)
{
	const LxMount *first = &g_array_index(info->mounts, LxMount, 0);
	unsigned n = 0;
	bool hidden;

	for (; mount && !settled[mount - first]; mount = find(info, mount->parent)) {
		settled[mount - first] = true;
		way[n++] = mount;
	}
	hidden = mount && mount->hidden;
	while (n-- > 0)
		hidden = way[n]->hidden = way[n]->hidden || hidden;
}

/* In one go for all: a container has as many mounts as it likes. */
static void find_hidden(LxMountinfo *info)
{
	g_autofree bool *settled = g_new0(bool, info->mounts->len);
	g_autofree LxMount **way = g_new(LxMount *, info->mounts->len);

	find_passed_over(info);
	for (unsigned i = 0; i < info->mounts->len; i++)
		settle(info, &g_array_index(info->mounts, LxMount, i), settled, way);
	for (unsigned i = 0; i < info->mounts->len; i++) {
		LxMount *mount = &g_array_index(info->mounts, LxMount, i);

		mount->hidden = mount->hidden || mount->covered_by;
	}
}

LxMountinfo *lx_mountinfo_parse(char *text, const char *what, GError **error)
{
	g_autoptr(LxMountinfo) info = g_new0(LxMountinfo, 1);
	char *rest = text;
	unsigned number = 0;

	info->text = text;
	info->mounts = g_array_new(FALSE, FALSE, sizeof(LxMount));
	info->places = g_hash_table_new(NULL, NULL);
	for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
		LxMount mount;

		number++;
		if (line[0] == '\0' && !rest)
			break;
		if (!parse_line(line, &mount)) {
			lx_error_set(error, EPROTO, "parsing %s, line %u: not a line of mountinfo",
				what, number);
			return NULL;
		}
		add(info, &mount);
	}
	find_covers(info);
	find_hidden(info);
	return g_steal_pointer(&info);
}

static bool read_text(int fd, GString *text)
{
	char buffer[16384];
	ssize_t got;

	while ((got = read(fd, buffer, sizeof buffer)) > 0) {
		if (text->len + (size_t)got > TEXT_MAX_BYTES) {
			errno = EFBIG;
			return false;
		}
		g_string_append_len(text, buffer, got);
	}
	return got == 0;
}

LxMountinfo *lx_mountinfo_read(pid_t pid, GError **error)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/mountinfo", (int)pid);
	g_auto(LxFd) fd = open(path, O_RDONLY | O_CLOEXEC);
	g_autoptr(GString) text = g_string_new(NULL);

	if (fd < 0 || !read_text(fd, text)) {
		lx_error_set_errno(error, errno, "reading %s", path);
		return NULL;
	}
	return lx_mountinfo_parse(g_string_free(g_steal_pointer(&text), FALSE), path, error);
}

void lx_mountinfo_free(LxMountinfo *info)
{
	if (!info)
		return;
	g_clear_pointer(&info->mounts, g_array_unref);
	g_clear_pointer(&info->places, g_hash_table_unref);
	g_free(info->text);
	g_free(info);
}

const LxMount *lx_mountinfo_at(const LxMountinfo *info, unsigned index)
{
	return index < info->mounts->len ? &g_array_index(info->mounts, LxMount, index) : NULL;
}

const LxMount *lx_mountinfo_by_id(const LxMountinfo *info, int id)
{
	return find(info, id);
}

const LxMount *lx_mountinfo_beneath(const LxMountinfo *info, const LxMount *mount)
{
	const LxMount *parent = find(info, mount->parent);

	return parent && parent->covered_by == mount->id && parent != mount ? parent : NULL;
}

const LxMount *lx_mountinfo_bottom(const LxMountinfo *info, const LxMount *mount)
{
	/* Bounded: a text that nobody's kernel printed could go round in circles. */
	for (unsigned steps = info->mounts->len; steps > 0; steps--) {
		const LxMount *beneath = lx_mountinfo_beneath(info, mount);

		if (!beneath)
			break;
		mount = beneath;
	}
	return mount;
}

const LxMount *lx_mountinfo_top(const LxMountinfo *info, const char *mountpoint)
{
	const LxMount *mount;

	for (unsigned i = 0; (mount = lx_mountinfo_at(info, i)) != NULL; i++)
		if (!mount->hidden && strcmp(mount->mountpoint, mountpoint) == 0)
			return mount;
	return NULL;
}

char *lx_mountinfo_path_to(const LxMountinfo *info, uint64_t device, const char *path)
{
	const LxMount *mount;

	for (unsigned i = 0; (mount = lx_mountinfo_at(info, i)) != NULL; i++) {
		const char *rest = mount->device == device ? lx_path_rest(path, mount->root) : NULL;

		if (rest && !mount->hidden)
			return g_build_filename(mount->mountpoint, rest, NULL);
	}
	return NULL;
}
