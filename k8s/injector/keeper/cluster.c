/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The three objects in the cluster that the keeper reads and writes. */
#include "keeper/cluster.h"

#include "writer.h"

#include <errno.h>
#include <string.h>

#define JSON "application/json"
#define JSON_PATCH "application/json-patch+json"

static const char *version_of(JsonObject *object)
{
	return lx_inject_json_string(lx_inject_json_object(object, "metadata"), "resourceVersion");
}

static JsonNode *call(const LxInjectCluster *cluster, const LxInjectCall *what, GError **error)
{
	return lx_inject_client_call(cluster->client, what, cluster->cancellable, error);
}

/* true with *out NULL: there is none. */
static bool get(const LxInjectCluster *cluster, const char *path, JsonNode **out, GError **error)
{
	const LxInjectCall what = {"GET", path, NULL, NULL};
	g_autoptr(GError) failure = NULL;

	*out = call(cluster, &what, &failure);
	if (*out || lx_error_code(failure) == ENOENT)
		return true;
	g_propagate_error(error, g_steal_pointer(&failure));
	return false;
}

static JsonObject *object_of(JsonNode *node)
{
	return node ? json_node_get_object(node) : NULL;
}

/* POST to the folder when there was none, else PUT over it. */
static bool put(const LxInjectCluster *cluster, const char *path, bool exists, const char *text,
	GError **error)
{
	g_autofree char *folder = g_path_get_dirname(path);
	const LxInjectCall what = {exists ? "PUT" : "POST", exists ? path : folder, JSON, text};
	g_autoptr(JsonNode) answer = call(cluster, &what, error);

	return answer != NULL;
}

/* ---- The Lease ----------------------------------------------------------------------------- */

static char *lease_path(const LxInjectCluster *cluster)
{
	return g_strdup_printf("/apis/coordination.k8s.io/v1/namespaces/%s/leases/%s",
		cluster->namespace_name, cluster->lease);
}

static bool write_lease(const LxInjectCluster *cluster, LxInjectLease *lease, JsonNode *node,
	const char *holder, GError **error)
{
	g_autofree char *path = lease_path(cluster);
	g_autofree char *text = lx_inject_lease_text(
		lease, object_of(node), cluster->lease, holder, g_get_real_time());

	return put(cluster, path, node != NULL, text, error);
}

bool lx_inject_cluster_elect(
	const LxInjectCluster *cluster, LxInjectLease *lease, bool *out_leader, GError **error)
{
	g_autofree char *path = lease_path(cluster);
	g_autoptr(JsonNode) node = NULL;
	g_autoptr(GError) failure = NULL;

	*out_leader = false;
	if (!get(cluster, path, &node, error))
		return false;
	if (lx_inject_lease_look(lease, object_of(node), g_get_monotonic_time()) ==
		LX_INJECT_LEASE_WAIT)
		return true;
	*out_leader = write_lease(cluster, lease, node, lease->identity, &failure);
	if (*out_leader || lx_error_code(failure) == EAGAIN)
		return true;
	g_propagate_error(error, g_steal_pointer(&failure));
	return false;
}

void lx_inject_cluster_resign(const LxInjectCluster *cluster, LxInjectLease *lease)
{
	g_autofree char *path = lease_path(cluster);
	g_autoptr(JsonNode) node = NULL;
	g_autoptr(GError) error = NULL;

	if (get(cluster, path, &node, &error) && node &&
		lx_inject_lease_look(lease, object_of(node), g_get_monotonic_time()) ==
			LX_INJECT_LEASE_HOLD &&
		!write_lease(cluster, lease, node, "", &error))
		g_clear_error(&error); /* then it runs out by itself */
}

/* ---- The Secret ---------------------------------------------------------------------------- */

static char *secret_path(const LxInjectCluster *cluster)
{
	return g_strdup_printf(
		"/api/v1/namespaces/%s/secrets/%s", cluster->namespace_name, cluster->secret);
}

bool lx_inject_cluster_load(
	const LxInjectCluster *cluster, LxInjectVault *out, char **out_version, GError **error)
{
	g_autofree char *path = secret_path(cluster);
	g_autoptr(JsonNode) node = NULL;

	if (!get(cluster, path, &node, error))
		return false;
	lx_inject_vault_read(out, lx_inject_json_object(object_of(node), "data"));
	*out_version = g_strdup(version_of(object_of(node)));
	return true;
}

/* No PUT: labels and annotations that others have put on it stay. */
static char *secret_patch(const LxInjectVault *vault, const char *version)
{
	g_autoptr(LxInjectWriter) writer = lx_inject_writer_new();

	lx_inject_writer_begin_object(writer);
	lx_inject_writer_member(writer, "metadata");
	lx_inject_writer_begin_object(writer);
	lx_inject_writer_pair(writer, "resourceVersion", version);
	lx_inject_writer_end_object(writer);
	lx_inject_vault_write(vault, writer, true);
	lx_inject_writer_end_object(writer);
	return lx_inject_writer_take(writer);
}

static char *secret_text(const LxInjectCluster *cluster, const LxInjectVault *vault)
{
	g_autoptr(LxInjectWriter) writer = lx_inject_writer_new();

	lx_inject_writer_begin_object(writer);
	lx_inject_writer_pair(writer, "apiVersion", "v1");
	lx_inject_writer_pair(writer, "kind", "Secret");
	lx_inject_writer_pair(writer, "type", "Opaque");
	lx_inject_writer_member(writer, "metadata");
	lx_inject_writer_begin_object(writer);
	lx_inject_writer_pair(writer, "name", cluster->secret);
	lx_inject_writer_end_object(writer);
	lx_inject_vault_write(vault, writer, false);
	lx_inject_writer_end_object(writer);
	return lx_inject_writer_take(writer);
}

bool lx_inject_cluster_save(const LxInjectCluster *cluster, const LxInjectVault *vault,
	const char *version, GError **error)
{
	g_autofree char *path = secret_path(cluster);
	g_autofree char *text =
		version ? secret_patch(vault, version) : secret_text(cluster, vault);
	const LxInjectCall patch = {"PATCH", path, "application/merge-patch+json", text};
	g_autoptr(JsonNode) answer = NULL;

	if (!version)
		return put(cluster, path, false, text, error);
	answer = call(cluster, &patch, error);
	return answer != NULL;
}

/* ---- The webhook configuration ------------------------------------------------------------- */

static char *webhook_path(const LxInjectCluster *cluster)
{
	return g_strdup_printf("/apis/admissionregistration.k8s.io/v1/"
			       "mutatingwebhookconfigurations/%s",
		cluster->webhook);
}

void lx_inject_trust_clear(LxInjectTrust *trust)
{
	g_clear_pointer(&trust->object, json_node_unref);
}

static const char *bundle_at(JsonArray *webhooks, unsigned index)
{
	JsonObject *config =
		lx_inject_json_object(lx_inject_json_object_at(webhooks, index), "clientConfig");

	return lx_inject_json_string(config, "caBundle");
}

static bool contains(const char *encoded, const char *authority)
{
	gsize size = 0;
	g_autofree guchar *bytes = encoded ? g_base64_decode(encoded, &size) : NULL;
	g_autofree char *text = bytes ? g_strndup((char *)bytes, size) : NULL;

	return text && authority && strstr(text, authority) != NULL;
}

bool lx_inject_cluster_look(const LxInjectCluster *cluster, const char *bundle,
	const char *authority, LxInjectTrust *out, GError **error)
{
	g_autofree char *path = webhook_path(cluster);
	g_autofree char *encoded = g_base64_encode((const guchar *)bundle, strlen(bundle));
	JsonArray *webhooks;

	if (!get(cluster, path, &out->object, error))
		return false;
	webhooks = lx_inject_json_array(object_of(out->object), "webhooks");
	if (lx_inject_json_length(webhooks) == 0) {
		lx_error_set(error, ENOENT,
			"looking for webhooks: there is no MutatingWebhookConfiguration %s with "
			"any",
			cluster->webhook);
		return false;
	}
	out->is_current = out->is_trusting = true;
	for (unsigned i = 0; i < lx_inject_json_length(webhooks); i++) {
		out->is_current &= g_strcmp0(bundle_at(webhooks, i), encoded) == 0;
		out->is_trusting &= contains(bundle_at(webhooks, i), authority);
	}
	return true;
}

static void add_operation(
	LxInjectWriter *writer, const char *operation, const char *path, const char *value)
{
	lx_inject_writer_begin_object(writer);
	lx_inject_writer_pair(writer, "op", operation);
	lx_inject_writer_pair(writer, "path", path);
	lx_inject_writer_pair(writer, "value", value);
	lx_inject_writer_end_object(writer);
}

static char *trust_patch(JsonObject *object, const char *encoded)
{
	g_autoptr(LxInjectWriter) writer = lx_inject_writer_new();
	JsonArray *webhooks = lx_inject_json_array(object, "webhooks");
	const char *version = version_of(object);

	lx_inject_writer_begin_array(writer);
	add_operation(writer, "test", "/metadata/resourceVersion", version ? version : "");
	for (unsigned i = 0; i < lx_inject_json_length(webhooks); i++) {
		g_autofree char *path = g_strdup_printf("/webhooks/%u/clientConfig/caBundle", i);

		if (g_strcmp0(bundle_at(webhooks, i), encoded) != 0)
			add_operation(writer, "add", path, encoded);
	}
	lx_inject_writer_end_array(writer);
	return lx_inject_writer_take(writer);
}

bool lx_inject_cluster_trust(const LxInjectCluster *cluster, const LxInjectTrust *trust,
	const char *bundle, GError **error)
{
	g_autofree char *path = webhook_path(cluster);
	g_autofree char *encoded = g_base64_encode((const guchar *)bundle, strlen(bundle));
	g_autofree char *text = trust_patch(object_of(trust->object), encoded);
	const LxInjectCall what = {"PATCH", path, JSON_PATCH, text};
	g_autoptr(JsonNode) answer = call(cluster, &what, error);

	return answer != NULL;
}
