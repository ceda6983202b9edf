/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The labels of namespaces, asked for from the API server and kept for a moment. */
#include "front/namespaces.h"

/* Labels change, and a pod that comes then must not be refused for long. */
#define KEPT_USEC (2 * G_USEC_PER_SEC)
/* A cluster has some thousands; beyond that something is wrong, and memory stays bounded. */
#define KEPT_MAX 4096

struct LxInjectNamespaces {
	LxInjectNamespaceAsk ask;
	gpointer asker;
	GHashTable *entries; /* name -> Entry */
};

typedef struct {
	LxInjectNamespaces *owner;
	JsonNode *object; /* NULL: it could not be had */
	gint64 until;     /* g_get_monotonic_time; 0: it is being asked for */
	GArray *waiting;  /* of Waiter */
} Entry;

typedef struct {
	LxInjectNamespaceFound found;
	gpointer data;
} Waiter;

static void entry_free(gpointer data)
{
	Entry *entry = data;

	g_clear_pointer(&entry->object, json_node_unref);
	g_array_unref(entry->waiting);
	g_free(entry);
}

LxInjectNamespaces *lx_inject_namespaces_new(LxInjectNamespaceAsk ask, gpointer asker)
{
	LxInjectNamespaces *namespaces = g_new0(LxInjectNamespaces, 1);

	namespaces->ask = ask;
	namespaces->asker = asker;
	namespaces->entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, entry_free);
	return namespaces;
}

void lx_inject_namespaces_free(LxInjectNamespaces *namespaces)
{
	if (!namespaces)
		return;
	g_hash_table_unref(namespaces->entries);
	g_free(namespaces);
}

/* A namespace without labels has an object of none; labels that are not known are NULL. */
static void tell(const Entry *entry, const Waiter *waiter)
{
	JsonObject *object = entry->object && JSON_NODE_HOLDS_OBJECT(entry->object)
				     ? json_node_get_object(entry->object)
				     : NULL;
	JsonObject *metadata = lx_inject_json_object(object, "metadata");
	JsonObject *labels = lx_inject_json_object(metadata, "labels");
	g_autoptr(JsonObject) none = json_object_new();

	waiter->found(labels ? labels : metadata ? none : NULL, waiter->data);
}

static void on_answer(JsonNode *object, gpointer data)
{
	Entry *entry = data;
	g_autoptr(GArray) waiting = entry->waiting;

	entry->waiting = g_array_new(FALSE, FALSE, sizeof(Waiter));
	g_clear_pointer(&entry->object, json_node_unref);
	entry->object = object ? json_node_ref(object) : NULL;
	/* A failure is not kept: the next pod asks again. */
	entry->until = g_get_monotonic_time() + (object ? KEPT_USEC : 0);
	for (guint i = 0; i < waiting->len; i++)
		tell(entry, &g_array_index(waiting, Waiter, i));
}

static gboolean is_over(gpointer name, gpointer value, gpointer data)
{
	const Entry *entry = value;

	return entry->until != 0 && entry->until <= *(const gint64 *)data;
}

static Entry *entry_of(LxInjectNamespaces *namespaces, const char *name, gint64 now)
{
	Entry *entry = g_hash_table_lookup(namespaces->entries, name);

	if (entry)
		return entry;
	if (g_hash_table_size(namespaces->entries) >= KEPT_MAX)
		g_hash_table_foreach_remove(namespaces->entries, is_over, &now);
	entry = g_new0(Entry, 1);
	entry->owner = namespaces;
	entry->until = now; /* over from the start */
	entry->waiting = g_array_new(FALSE, FALSE, sizeof(Waiter));
	g_hash_table_insert(namespaces->entries, g_strdup(name), entry);
	return entry;
}

void lx_inject_namespaces_find(LxInjectNamespaces *namespaces, const char *name,
	LxInjectNamespaceFound found, gpointer data)
{
	const Waiter waiter = {found, data};
	gint64 now = g_get_monotonic_time();
	Entry *entry = entry_of(namespaces, name, now);

	if (entry->until > now) {
		tell(entry, &waiter);
		return;
	}
	g_array_append_val(entry->waiting, waiter);
	if (entry->until == 0)
		return;
	entry->until = 0;
	namespaces->ask(namespaces->asker, name, on_answer, entry);
}
