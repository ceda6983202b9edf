/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A list of containers as it was at one moment. */
#include "identity/list.h"

struct LxList {
	gatomicrefcount references;
	GPtrArray *containers; /* of LxContainer, sorted by id; owns references */
	GHashTable *by_id;     /* borrowed from containers, as is the next */
	GHashTable *by_number;
};

static void unref_container(gpointer container)
{
	lx_container_unref(container);
}

static gpointer ref_container(gconstpointer container, gpointer data)
{
	return lx_container_ref((LxContainer *)container);
}

static GPtrArray *without_repeats(const GPtrArray *found)
{
	GPtrArray *once = g_ptr_array_new_with_free_func(unref_container);
	g_autoptr(GHashTable) seen =
		g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);

	for (guint i = 0; i < found->len; i++) {
		LxContainer *container = found->pdata[i];
		uint64_t id = container->cgroup ? lx_cgroup_id(container->cgroup) : 0;

		if (id != 0 && g_hash_table_add(seen, g_memdup2(&id, sizeof id)))
			g_ptr_array_add(once, lx_container_ref(container));
	}
	return once;
}

static GHashTable *count_ids(const GPtrArray *containers)
{
	GHashTable *counts = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < containers->len; i++) {
		LxContainer *container = containers->pdata[i];
		guint n = GPOINTER_TO_UINT(g_hash_table_lookup(counts, container->id));

		g_hash_table_insert(counts, container->id, GUINT_TO_POINTER(n + 1));
	}
	return counts;
}

static LxContainer *renamed_by_number(const LxContainer *container)
{
	uint64_t inode = lx_level_id(lx_cgroup_primary(container->cgroup));
	g_autofree char *id = g_strdup_printf("%s-%" G_GUINT64_FORMAT, container->id, inode);

	return lx_container_renamed(container, id);
}

/* A new name may be another's old one: a round that renames is followed by another. */
static bool make_ids_unique(GPtrArray *containers)
{
	g_autoptr(GHashTable) counts = count_ids(containers);
	g_autoptr(GPtrArray) renamed = g_ptr_array_new_with_free_func(unref_container);

	for (guint i = 0; i < containers->len; i++) {
		LxContainer *container = containers->pdata[i];
		guint n = GPOINTER_TO_UINT(g_hash_table_lookup(counts, container->id));

		g_ptr_array_add(renamed,
			n > 1 ? renamed_by_number(container) : lx_container_ref(container));
	}
	if (g_hash_table_size(counts) == containers->len)
		return true;
	for (guint i = 0; i < containers->len; i++) {
		gpointer old = containers->pdata[i];

		containers->pdata[i] = renamed->pdata[i];
		renamed->pdata[i] = old;
	}
	return false;
}

static int by_id(gconstpointer a, gconstpointer b)
{
	const LxContainer *one = *(LxContainer *const *)a, *two = *(LxContainer *const *)b;

	return strcmp(one->id, two->id);
}

LxList *lx_list_new(GPtrArray *found)
{
	LxList *list = g_new0(LxList, 1);

	g_atomic_ref_count_init(&list->references);
	list->containers = without_repeats(found);
	for (int rounds = 0; rounds < 3 && !make_ids_unique(list->containers); rounds++)
		;
	g_ptr_array_sort(list->containers, by_id);
	list->by_id = g_hash_table_new(g_str_hash, g_str_equal);
	list->by_number = g_hash_table_new(g_direct_hash, g_direct_equal);
	for (guint i = 0; i < list->containers->len; i++) {
		LxContainer *container = list->containers->pdata[i];

		g_hash_table_insert(list->by_id, container->id, container);
		g_hash_table_insert(list->by_number,
			GUINT_TO_POINTER(lx_container_number(container)), container);
	}
	return list;
}

LxList *lx_list_ref(LxList *list)
{
	g_atomic_ref_count_inc(&list->references);
	return list;
}

void lx_list_unref(LxList *list)
{
	if (!list || !g_atomic_ref_count_dec(&list->references))
		return;
	g_hash_table_unref(list->by_id);
	g_hash_table_unref(list->by_number);
	g_ptr_array_unref(list->containers);
	g_free(list);
}

GPtrArray *lx_list_containers(const LxList *list)
{
	GPtrArray *copy = g_ptr_array_copy(list->containers, ref_container, NULL);

	g_ptr_array_set_free_func(copy, unref_container);
	return copy;
}

LxContainer *lx_list_find_id(const LxList *list, const char *id)
{
	return g_hash_table_lookup(list->by_id, id);
}

LxContainer *lx_list_find_number(const LxList *list, uint32_t number)
{
	return g_hash_table_lookup(list->by_number, GUINT_TO_POINTER(number));
}
