/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of all containers in a containers/storage. */
#include "roster/shelf.h"

#include "oci/input.h"
#include "oci/json.h"

struct LxShelf {
	GHashTable *names; /* id -> name */
};

/* Those of `podman run --rm` are volatile; a storage that is wholly so lies below run. */
static const char *const files[] = {
	"var/lib/containers/storage/overlay-containers/containers.json",
	"var/lib/containers/storage/overlay-containers/volatile-containers.json",
	"var/lib/containers/storage/vfs-containers/containers.json",
	"var/lib/containers/storage/vfs-containers/volatile-containers.json",
	"run/containers/storage/overlay-containers/volatile-containers.json",
};

/* The first of its names; the others are aliases. */
static void put(LxShelf *shelf, json_object *container)
{
	const char *id = lx_json_string(container, "id");
	json_object *names = lx_json_array(container, "names");
	const char *name = names ? lx_json_string_at(names, 0) : NULL;

	if (id && name)
		g_hash_table_insert(shelf->names, g_strdup(id), g_strdup(name));
}

/* It is an array: made a member, so that every file is an object. */
bool lx_shelf_parse(LxShelf *shelf, const char *text, size_t length)
{
	g_autoptr(GString) whole = g_string_new("{\"containers\":");
	g_autoptr(json_object) object = NULL;
	json_object *containers;

	g_string_append_len(whole, text, (gssize)length);
	g_string_append_c(whole, '}');
	object = lx_json_parse(whole->str, whole->len, NULL);
	containers = object ? lx_json_array(object, "containers") : NULL;
	for (size_t i = 0; i < lx_json_length(containers); i++) {
		json_object *container = lx_json_object_at(containers, i);

		if (container)
			put(shelf, container);
	}
	return containers != NULL;
}

LxShelf *lx_shelf_new(const char *root)
{
	LxShelf *shelf = g_new0(LxShelf, 1);

	shelf->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *path = g_build_filename(root, files[i], NULL);
		size_t length;
		g_autofree char *text = lx_input_read_file(path, &length);

		if (text)
			(void)lx_shelf_parse(shelf, text, length);
	}
	return shelf;
}

void lx_shelf_free(LxShelf *shelf)
{
	if (!shelf)
		return;
	g_hash_table_unref(shelf->names);
	g_free(shelf);
}

const char *lx_shelf_name(const LxShelf *shelf, const char *id)
{
	return g_hash_table_lookup(shelf->names, id);
}
