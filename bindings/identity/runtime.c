/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which container runtime made a cgroup, told from its path alone.
 *
 * A path is looked through from its last component to its first, each component being held against
 * the rows of one table: what the parent folder is called, what stands before and behind the id,
 * and what an id looks like. A new runtime is a new row.
 */
#include "identity/runtime.h"

/* The longest plain id: leaves room for "-<inode>" within the 255 bytes of a folder's name. */
#define PLAIN_ID_MAX 200

typedef enum {
	FORM_HASH, /* exactly 64 hexadecimal digits, as OCI runtimes name containers */
	FORM_HEX,  /* at least 12 of them, behind a prefix that says whose they are */
	FORM_NAME, /* whatever the user called it */
	FORM_UNIT, /* the same, as systemd escapes it ("web\x2d1") */
} Form;

typedef struct {
	const char *runtime;       /* NULL: no container, nor is anything inside it */
	const char *parent;        /* the folder's name; NULL: any */
	const char *parent_prefix; /* or its beginning */
	const char *prefix, *suffix;
	Form form;
	bool infix;   /* the prefix may stand anywhere: its last occurrence counts */
	bool top;     /* the folder lies directly below the root */
	bool payload; /* its child "payload" is the container, "supervisor" is not */
} Row;

static const Row rows[] = {
	{.runtime = "docker", .prefix = "docker-", .suffix = ".scope", .form = FORM_HEX},
	{.runtime = "docker", .parent = "docker", .form = FORM_HASH},
	{.runtime = "containerd",
		.prefix = "cri-containerd-",
		.suffix = ".scope",
		.form = FORM_HEX},
	/* The name meant for systemd, taken for a folder's by a runtime that has cgroupfs. */
	{.runtime = "containerd", .prefix = ":cri-containerd:", .form = FORM_HEX, .infix = true},
	{.runtime = "containerd", .prefix = "nerdctl-", .suffix = ".scope", .form = FORM_HEX},
	{.runtime = "containerd", .parent = "k8s.io", .form = FORM_HASH},
	{.runtime = "containerd", .parent = "default", .form = FORM_HASH},
	{.runtime = "containerd", .parent = "default", .form = FORM_NAME, .top = true},
	{.runtime = "cri-o", .prefix = "crio-", .suffix = ".scope", .form = FORM_HEX},
	{.runtime = "cri-o", .prefix = "crio-", .form = FORM_HEX},
	{.runtime = "podman", .prefix = "libpod-", .suffix = ".scope", .form = FORM_HEX},
	{.runtime = "podman", .prefix = "libpod-payload-", .form = FORM_HEX},
	{.runtime = "podman", .prefix = "libpod-", .form = FORM_HEX},
	{.runtime = "kubernetes", .parent_prefix = "pod", .form = FORM_HASH},
	{.runtime = "kubernetes",
		.parent_prefix = "kubepods",
		.prefix = "-",
		.suffix = ".scope",
		.form = FORM_HASH,
		.infix = true},
	{.runtime = "kubernetes", .parent_prefix = "kubepods", .form = FORM_HASH},
	{.runtime = "lxc", .prefix = "lxc.payload.", .form = FORM_NAME},
	{.runtime = "lxc", .parent = "lxc.payload", .form = FORM_NAME},
	{.runtime = "lxc", .parent = "lxc", .form = FORM_NAME},
	/* A virtual machine under machined: its process is the host's. */
	{.runtime = NULL, .prefix = "machine-qemu\\x2d", .suffix = ".scope", .form = FORM_UNIT},
	{.runtime = "libvirt", .prefix = "machine-lxc\\x2d", .suffix = ".scope", .form = FORM_UNIT},
	{.runtime = "systemd-nspawn",
		.parent = "machine.slice",
		.prefix = "machine-",
		.suffix = ".scope",
		.form = FORM_UNIT,
		.payload = true},
	{.runtime = "systemd-nspawn",
		.prefix = "systemd-nspawn@",
		.suffix = ".service",
		.form = FORM_UNIT,
		.payload = true},
	/* Below a folder of the user's choice (--cgroup-parent, ECS): the id tells. */
	{.runtime = "oci", .form = FORM_HASH},
};

void lx_runtime_clear(LxRuntime *runtime)
{
	g_clear_pointer(&runtime->id, g_free);
	*runtime = (LxRuntime){0};
}

static bool is_hex(LxSlice text)
{
	for (size_t i = 0; i < text.length; i++)
		if (!g_ascii_isxdigit(text.at[i]))
			return false;
	return true;
}

static bool has_form(LxSlice id, Form form)
{
	switch (form) {
	case FORM_HASH:
		return id.length == 64 && is_hex(id);
	case FORM_HEX:
		return id.length >= 12 && is_hex(id);
	case FORM_NAME:
	case FORM_UNIT:
		return id.length > 0;
	}
	return false;
}

static bool has_parent(const Row *row, LxSlice parent, bool top)
{
	if (row->top && !top)
		return false;
	if (row->parent)
		return lx_slice_equal(parent, row->parent);
	return !row->parent_prefix || lx_slice_starts_with(parent, row->parent_prefix);
}

/* What is behind the prefix; a NULL prefix is none. */
static bool cut_prefix(const Row *row, LxSlice *id)
{
	const char *at = id->at;
	size_t length = row->prefix ? strlen(row->prefix) : 0;

	if (length == 0)
		return true;
	if (row->infix)
		at = g_strrstr_len(id->at, (gssize)id->length, row->prefix);
	else if (!lx_slice_starts_with(*id, row->prefix))
		return false;
	if (!at)
		return false;
	id->length -= (size_t)(at + length - id->at);
	id->at = at + length;
	return true;
}

static bool cut_suffix(const Row *row, LxSlice *id)
{
	if (!row->suffix)
		return true;
	if (!lx_slice_ends_with(*id, row->suffix))
		return false;
	id->length -= strlen(row->suffix);
	return true;
}

static const Row *find_row(LxSlice parent, bool top, LxSlice name, LxSlice *id)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const Row *row = &rows[i];

		*id = name;
		if (has_parent(row, parent, top) && cut_suffix(row, id) && cut_prefix(row, id) &&
			has_form(*id, row->form))
			return row;
	}
	return NULL;
}

static bool scan_escape(LxSlice text, char *out)
{
	if (text.length < 4 || text.at[0] != '\\' || text.at[1] != 'x' ||
		!g_ascii_isxdigit(text.at[2]) || !g_ascii_isxdigit(text.at[3]))
		return false;
	*out = (char)(g_ascii_xdigit_value(text.at[2]) * 16 + g_ascii_xdigit_value(text.at[3]));
	return true;
}

/* systemd.unit(5): "\x2d" is '-'. */
static char *unescaped(LxSlice text)
{
	g_autoptr(GString) name = g_string_new(NULL);
	size_t step;

	for (; text.length > 0; text.at += step, text.length -= step) {
		char c = text.at[0];

		step = scan_escape(text, &c) ? 4 : 1;
		g_string_append_c(name, c ? c : '_');
	}
	return g_string_free(g_steal_pointer(&name), FALSE);
}

/* A cgroup's name may hold what a folder of ours, or a terminal, had better not. */
static void make_harmless(char *id)
{
	for (char *c = id; *c; c++) {
		if (*c == '/')
			*c = ':';
		else if (g_ascii_iscntrl(*c))
			*c = '_';
	}
	if (strcmp(id, ".") == 0 || strcmp(id, "..") == 0)
		id[0] = '_';
}

static char *id_of(const Row *row, LxSlice id)
{
	char *name = row->form == FORM_UNIT ? unescaped(id) : lx_slice_dup(id);

	make_harmless(name);
	return name;
}

/* The component of `path` that ends at `end`; `end` is not at a '/'. */
static LxSlice component_before(const char *path, size_t end)
{
	size_t start = end;

	while (start > 0 && path[start - 1] != '/')
		start--;
	return (LxSlice){path + start, end - start};
}

static size_t without_slashes(const char *path, size_t end)
{
	while (end > 0 && path[end - 1] == '/')
		end--;
	return end;
}

static LxSlice component_after(const char *path, size_t end)
{
	LxSlice rest = lx_slice(path + end + (path[end] == '/' ? 1 : 0)), head;

	return lx_scan_until(&rest, '/', &head) ? head : rest;
}

/* Fills *out unless the row says that this is no container. */
static bool accept_row(const Row *row, LxSlice id, const char *path, size_t end, LxRuntime *out)
{
	LxSlice next = component_after(path, end);

	if (!row->runtime || (row->payload && lx_slice_equal(next, "supervisor")))
		return false;
	if (row->payload && lx_slice_equal(next, "payload"))
		end += strlen("/payload");
	*out = (LxRuntime){row->runtime, id_of(row, id), end};
	return true;
}

bool lx_runtime_recognise(const char *path, LxRuntime *out)
{
	size_t end = without_slashes(path, strlen(path));

	while (end > 0) {
		LxSlice name = component_before(path, end), id, parent;
		size_t start = (size_t)(name.at - path);
		size_t parent_end = without_slashes(path, start);
		const Row *row;

		parent = component_before(path, parent_end);
		row = find_row(parent, parent.at <= path + 1, name, &id);
		if (row && accept_row(row, id, path, end, out))
			return true;
		end = parent_end;
	}
	return false;
}

/*
 * "pod<uid>" below kubepods (cgroupfs), or "kubepods-burstable-pod<uid>.slice" with '_' for '-'
 * (systemd). A UID is one of RFC 4122, or 32 digits for a static pod.
 */
static bool is_pod(LxSlice name, LxSlice *uid)
{
	static const Row cgroupfs = {.prefix = "pod"};
	static const Row systemd = {.prefix = "-pod", .suffix = ".slice", .infix = true};

	*uid = name;
	if (lx_slice_starts_with(name, "kubepods")) {
		if (!cut_suffix(&systemd, uid) || !cut_prefix(&systemd, uid))
			return false;
	} else if (!cut_prefix(&cgroupfs, uid)) {
		return false;
	}
	for (size_t i = 0; i < uid->length; i++)
		if (!g_ascii_isxdigit(uid->at[i]) && !strchr("-_", uid->at[i]))
			return false;
	return uid->length == 36 || uid->length == 32;
}

char *lx_runtime_pod_uid(const char *path)
{
	size_t end = without_slashes(path, strlen(path));
	LxSlice uid;

	while (end > 0) {
		LxSlice name = component_before(path, end);

		if (is_pod(name, &uid))
			return g_strdelimit(lx_slice_dup(uid), "_", '-');
		end = without_slashes(path, (size_t)(name.at - path));
	}
	return NULL;
}

char *lx_runtime_plain_id(const char *path)
{
	size_t length;
	char *id;

	while (*path == '/')
		path++;
	length = strlen(path);
	id = g_strdup(length > PLAIN_ID_MAX ? path + length - PLAIN_ID_MAX : path);
	if (id[0] == '\0') {
		g_free(id);
		return g_strdup("_");
	}
	make_harmless(id);
	return id;
}
