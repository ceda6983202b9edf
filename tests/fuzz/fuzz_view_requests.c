/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Requests to the cgroup view, in any order, with any names, numbers, sizes and bytes, from tasks
 * of a container and from nobody: what lies beside the container is never read, made or changed.
 *
 * An input is a row of requests: an operation, who asks, the number of a node (one that was given
 * out, or any), a name, and bytes.
 */
#include "view/view.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SECRET "SECRET\n"
#define NODES_MAX 16
#define REQUESTS_MAX 64

typedef struct {
	const uint8_t *at;
	size_t left;
} Input;

typedef struct {
	char *folder;
	LxClock clock;
	LxSysroot *root;
	LxLayout *layout;
	LxLevels *levels;
	LxIdentity *identity;
	LxCgroupTree *view;
	LxNode nodes[NODES_MAX];
	unsigned n_nodes;
} World;

/* ---- A host with a container in /box and a neighbour in /other ---------------------------------
 */

static void put(const World *world, const char *path, const char *text)
{
	g_autofree char *full = g_build_filename(world->folder, path, NULL);
	g_autofree char *parent = g_path_get_dirname(full);

	if (g_mkdir_with_parents(parent, 0755) < 0 || !g_file_set_contents(full, text, -1, NULL))
		abort();
	chmod(full, 0644);
}

static void put_task(const World *world, int tid, const char *cgroup, unsigned pid_namespace)
{
	g_autofree char *stat =
		g_strdup_printf("%d (x) S 0 7 7 0 -1 0 1 0 0 0 3 4 0 0 20 0 1 0 5 2 3\n", tid);
	g_autofree char *status =
		g_strdup_printf("Tgid:\t%d\nPid:\t%d\nNSpid:\t%d\t1\n", tid, tid, tid);
	g_autofree char *membership = g_strdup_printf("1:memory:%s\n", cgroup);
	const char *names[] = {"stat", "status", "cgroup"};
	const char *texts[] = {stat, status, membership};
	g_autofree char *ns = g_strdup_printf("%s/proc/%d/ns", world->folder, tid);
	g_autofree char *pid = g_build_filename(ns, "pid", NULL);
	g_autofree char *cgroup_link = g_build_filename(ns, "cgroup", NULL);
	g_autofree char *inode = g_strdup_printf("pid:[%u]", pid_namespace);

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_strdup_printf("proc/%d/%s", tid, names[i]);

		put(world, path, texts[i]);
	}
	if (g_mkdir_with_parents(ns, 0755) < 0 || symlink(inode, pid) < 0 ||
		symlink("cgroup:[10]", cgroup_link) < 0)
		abort();
}

static void put_host(const World *world)
{
	put(world, "proc/self/mounts", "none /cgroup/memory cgroup rw,memory 0 0\n");
	put_task(world, 1, "/", 20);
	put_task(world, 12, "/box", 21);
	put_task(world, 13, "/box/in", 22);
	put(world, "cgroup/memory/memory.max", SECRET);
	put(world, "cgroup/memory/other/memory.max", SECRET);
	put(world, "cgroup/memory/other/cpu.pressure", SECRET);
	put(world, "cgroup/memory/box/cpu.pressure", "some avg10=0.00\n");
	put(world, "cgroup/memory/box/memory.max", "100\n");
	put(world, "cgroup/memory/box/cgroup.procs", "12\n");
	put(world, "cgroup/memory/box/in/memory.max", "50\n");
	put(world, "cgroup/memory/box/in/cgroup.procs", "13\n");
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	return remove(path);
}

static void remove_tree(const char *path)
{
	nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void world_new(World *world)
{
	*world = (World){.folder = g_dir_make_tmp("lxfs-fuzz-XXXXXX", NULL), .clock.fixed = true};
	if (!world->folder)
		abort();
	put_host(world);
	world->root = lx_sysroot_new(world->folder, NULL);
	world->layout = lx_layout_new(world->root, NULL);
	world->levels = lx_levels_new(world->root, world->layout);
	world->identity =
		lx_identity_new(world->root, world->layout, world->levels, &world->clock, 16, NULL);
	world->view = lx_view_new(world->root, world->layout, world->identity, true, NULL);
	if (!world->view)
		abort();
	world->nodes[world->n_nodes++] = LX_VIEW_ROOT;
}

static void world_free(World *world)
{
	lx_view_free(world->view);
	lx_identity_free(world->identity);
	lx_levels_free(world->levels);
	lx_layout_free(world->layout);
	lx_sysroot_free(world->root);
	remove_tree(world->folder);
	g_free(world->folder);
}

/* ---- What an input says -------------------------------------------------------------------- */

static uint8_t take_byte(Input *input)
{
	if (input->left == 0)
		return 0;
	input->left--;
	return *input->at++;
}

static char *take_text(Input *input, size_t *length)
{
	size_t asked = take_byte(input), wanted = MIN(asked, input->left);
	char *text = g_strndup((const char *)input->at, wanted);

	input->at += wanted;
	input->left -= wanted;
	*length = wanted;
	return text;
}

/* A number that was given out, or eight bytes. */
static LxNode take_node(const World *world, Input *input)
{
	uint8_t which = take_byte(input);
	LxNode node = 0;

	if (which != 255)
		return world->nodes[which % world->n_nodes];
	for (size_t i = 0; i < sizeof node; i++)
		node = node << 8 | take_byte(input);
	return node;
}

/* ---- Requests -------------------------------------------------------------------------------- */

typedef struct {
	World *world;
	LxViewCaller caller;
	LxNode node, other;
	char *name;
	size_t length;
} Request;

static void look_up(Request *request)
{
	World *world = request->world;
	LxViewEntry entry;

	if (lx_view_lookup(&request->caller, request->node, request->name, &entry, NULL) &&
		world->n_nodes < NODES_MAX)
		world->nodes[world->n_nodes++] = entry.node;
}

static void read_text(Request *request)
{
	g_autoptr(GString) text = g_string_new(NULL);

	if (lx_view_read(&request->caller, request->node, text, NULL) &&
		strstr(text->str, "SECRET"))
		abort();
}

static bool visit(const char *name, const struct stat *status, int64_t next, gpointer data)
{
	if (strcmp(name, "other") == 0)
		abort();
	return true;
}

static void list(Request *request)
{
	(void)!lx_view_list(&request->caller, request->node, 0, visit, NULL, NULL);
}

static void write_bytes(Request *request)
{
	(void)!lx_view_write(&request->caller, request->node, request->name, request->length, NULL);
}

static void make_folder(Request *request)
{
	(void)!lx_view_mkdir(&request->caller, request->node, request->name, 0755, NULL);
}

static void remove_folder(Request *request)
{
	(void)!lx_view_rmdir(&request->caller, request->node, request->name, NULL);
}

static void rename_folder(Request *request)
{
	LxViewName from = {request->node, request->name}, to = {request->other, "renamed"};

	(void)!lx_view_rename(&request->caller, &from, &to, NULL);
	(void)!lx_view_rename(&request->caller, &to, &from, NULL);
}

static void ask(Request *request)
{
	struct stat status;
	char room[64];
	LxViewChange change = {.size = request->length & 1, .times = request->length & 2};

	(void)!lx_view_attributes(&request->caller, request->node, &status, NULL);
	(void)!lx_view_access(&request->caller, request->node, (int)request->length & 7, NULL);
	(void)!lx_view_open(&request->caller, request->node, (int)request->length & 3, NULL);
	(void)!lx_view_change(&request->caller, request->node, &change, NULL);
	(void)!lx_view_list_xattrs(&request->caller, request->node, room, sizeof room, NULL);
	(void)!lx_view_refuse(&request->caller, request->node, request->name, NULL);
}

static void watch(Request *request)
{
	g_auto(LxFd) fd = lx_view_watch(&request->caller, request->node, NULL);
	g_auto(LxText) text = {0};

	if (fd >= 0 && lx_fd_read(fd, 4096, "what is watched", &text, NULL) &&
		strstr(text.bytes, "SECRET"))
		abort();
}

static void set_trigger(Request *request)
{
	g_auto(LxFd) fd = lx_view_set_trigger(
		&request->caller, request->node, request->name, request->length, NULL);

	if (fd >= 0 && lx_view_effect(&request->caller, request->node) != LX_VIEW_TRIGGERS)
		abort();
}

static void (*const operations[])(Request *request) = {look_up, read_text, list, write_bytes,
	make_folder, remove_folder, rename_folder, ask, watch, set_trigger};

static void run(World *world, Input *input)
{
	static const pid_t tids[] = {12, 13, 99, 0};
	uint8_t operation = take_byte(input) % G_N_ELEMENTS(operations);
	Request request = {.world = world,
		.caller = {
			.view = world->view, .tid = tids[take_byte(input) % G_N_ELEMENTS(tids)]}};
	g_autofree char *name = NULL;

	request.node = take_node(world, input);
	request.other = take_node(world, input);
	name = request.name = take_text(input, &request.length);
	operations[operation](&request);
}

/* ---- What must be as it was ------------------------------------------------------------------ */

static void check_unchanged(const World *world, const char *path, const char *expected)
{
	g_autofree char *full = g_build_filename(world->folder, "cgroup/memory", path, NULL);
	g_autofree char *text = NULL;

	if (!g_file_get_contents(full, &text, NULL, NULL) || strcmp(text, expected) != 0)
		abort();
}

static void check_names(const World *world, const char *path, unsigned expected)
{
	g_autofree char *full = g_build_filename(world->folder, "cgroup/memory", path, NULL);
	g_autoptr(GDir) folder = g_dir_open(full, 0, NULL);
	unsigned n = 0;

	while (folder && g_dir_read_name(folder))
		n++;
	if (n != expected)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Input input = {data, size};
	World world;

	world_new(&world);
	for (unsigned i = 0; i < REQUESTS_MAX && input.left > 0; i++)
		run(&world, &input);
	check_unchanged(&world, "memory.max", SECRET);
	check_unchanged(&world, "other/memory.max", SECRET);
	check_unchanged(&world, "other/cpu.pressure", SECRET);
	check_unchanged(&world, "box/memory.max", "100\n");
	check_names(&world, "", 3);
	check_names(&world, "other", 2);
	world_free(&world);
	return 0;
}
