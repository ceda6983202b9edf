/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What people call a container: names that its runtime keeps in files of its own.
 *
 * Which file says it is told by two tables: where each runtime keeps it, and under which keys the
 * names stand. The files belong to root; still, none is followed through a link, waited for, or
 * read beyond a bound, and what it says is made harmless before anybody's terminal gets it.
 */
#include "roster/labels.h"

#include "oci/input.h"
#include "oci/json.h"

#include <string.h>

/* No runtime allows more (a DNS subdomain, RFC 1123). */
#define NAME_MAX_BYTES 253

void lx_labels_clear(LxLabels *labels)
{
	g_free(labels->name);
	g_free(labels->pod);
	g_free(labels->namespace);
	g_free(labels->container);
	g_free(labels->inject);
	*labels = (LxLabels){0};
}

/* ---- What a file says -------------------------------------------------------------------- */

char *lx_labels_harmless(const char *text)
{
	g_autofree char *valid = text ? g_utf8_make_valid(text, -1) : NULL;
	g_autoptr(GString) name = g_string_new(NULL);

	for (const char *at = valid; at && *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);

		g_string_append_unichar(name, g_unichar_isprint(c) ? c : '_');
		if (name->len > NAME_MAX_BYTES)
			break;
	}
	return name->len > 0 ? g_string_free(g_steal_pointer(&name), FALSE) : NULL;
}

/* What is known already stays. */
static void set(char **field, const char *text)
{
	if (!*field)
		*field = lx_labels_harmless(text);
}

#define FIELD(name) offsetof(LxLabels, name)

static const struct {
	const char *key;
	size_t field;
} keys[] = {
	{"io.kubernetes.cri.sandbox-name", FIELD(pod)},
	{"io.kubernetes.cri.sandbox-namespace", FIELD(namespace)},
	{"io.kubernetes.cri.container-name", FIELD(container)},
	{"io.kubernetes.pod.name", FIELD(pod)},
	{"io.kubernetes.pod.namespace", FIELD(namespace)},
	{"io.kubernetes.container.name", FIELD(container)},
	{"nerdctl/name", FIELD(name)},
	{"lxfs.io/inject", FIELD(inject)},
};

static const struct {
	const char *key;
	const char *value;
} sandbox_keys[] = {
	{"io.kubernetes.cri.container-type", "sandbox"},
	{"io.kubernetes.cri-o.ContainerType", "sandbox"},
	{"io.kubernetes.docker.type", "podsandbox"},
};

/* Annotations or labels: a flat object of strings. NULL: none. */
static void take_keys(json_object *object, LxLabels *to)
{
	for (size_t i = 0; object && i < G_N_ELEMENTS(keys); i++)
		set((char **)((char *)to + keys[i].field), lx_json_string(object, keys[i].key));
	for (size_t i = 0; object && i < G_N_ELEMENTS(sandbox_keys); i++)
		if (g_strcmp0(lx_json_string(object, sandbox_keys[i].key), sandbox_keys[i].value) ==
			0)
			to->is_sandbox = true;
}

static bool take_oci(json_object *config, const char *id, LxLabels *to)
{
	take_keys(lx_json_object(config, "annotations"), to);
	return true;
}

/* A name begins with '/'. */
static bool take_docker(json_object *config, const char *id, LxLabels *to)
{
	const char *name = lx_json_string(config, "Name");
	json_object *inner = lx_json_object(config, "Config");

	if (g_strcmp0(lx_json_string(config, "ID"), id) != 0)
		return false;
	take_keys(inner ? lx_json_object(inner, "Labels") : NULL, to);
	set(&to->name, name && name[0] == '/' ? name + 1 : name);
	return true;
}

static bool (*const takers[])(json_object *object, const char *id, LxLabels *to) = {
	[LX_LABELS_DOCKER] = take_docker,
	[LX_LABELS_OCI] = take_oci,
};

bool lx_labels_parse(
	LxLabelsFormat format, const char *text, size_t length, const char *id, LxLabels *to)
{
	g_autoptr(json_object) object = lx_json_parse(text, length, NULL);

	return object && takers[format](object, id, to);
}

/* ---- Where it is ------------------------------------------------------------------------- */

/* "%" stands for the id. */
static const struct {
	const char *runtimes;
	LxLabelsFormat format;
	const char *path;
} places[] = {
	{"docker kubernetes", LX_LABELS_DOCKER, "var/lib/docker/containers/%/config.v2.json"},
	{"docker", LX_LABELS_DOCKER,
		"var/snap/docker/common/var-lib-docker/containers/%/config.v2.json"},
	{"containerd kubernetes", LX_LABELS_OCI,
		"run/containerd/io.containerd.runtime.v2.task/k8s.io/%/config.json"},
	{"containerd kubernetes", LX_LABELS_OCI,
		"run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/%/config.json"},
	{"containerd oci", LX_LABELS_OCI,
		"run/containerd/io.containerd.runtime.v2.task/default/%/config.json"},
	{"cri-o kubernetes", LX_LABELS_OCI,
		"run/containers/storage/overlay-containers/%/userdata/config.json"},
};

/* Incus and LXD name cgroups as LXC does: a folder of theirs tells them. */
static const struct {
	const char *manager;
	const char *path;
} managers[] = {
	{"incus", "var/lib/incus/devices/%"},
	{"lxd", "var/lib/lxd/devices/%"},
	{"lxd", "var/snap/lxd/common/lxd/devices/%"},
};

/* Ids are fit for a folder's name (lxfs.h), so that none leads out. */
static char *path_of(const char *root, const char *pattern, const char *id)
{
	g_auto(GStrv) parts = g_strsplit(pattern, "%", 2);
	g_autofree char *path = g_strjoinv(id, parts);

	return g_build_filename(root, path, NULL);
}

static bool take_file(LxLabelsFormat format, const char *path, const char *id, LxLabels *to)
{
	size_t length;
	g_autofree char *text = lx_input_read_file(path, &length);

	return text && lx_labels_parse(format, text, length, id, to);
}

static bool is_for(const char *runtimes, const char *runtime)
{
	g_auto(GStrv) names = g_strsplit(runtimes, " ", -1);

	return g_strv_contains((const char *const *)names, runtime);
}

static bool take_from_places(const char *root, const LxContainerInfo *info, LxLabels *out)
{
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		g_autofree char *path = NULL;

		if (!is_for(places[i].runtimes, info->runtime))
			continue;
		path = path_of(root, places[i].path, info->id);
		if (take_file(places[i].format, path, info->id, out))
			return true;
	}
	return false;
}

/* A Docker with a folder of the user's choice. The file must be of this very container. */
static void take_beside_hostname(
	const LxLabelsPlace *place, const LxMount *hostname, const char *id, LxLabels *out)
{
	g_autofree char *end = g_strdup_printf("/containers/%s/hostname", id);
	g_autofree char *inner = NULL, *folder = NULL, *path = NULL;

	if (!hostname || !place->mounts || !g_str_has_suffix(hostname->root, end))
		return;
	inner = g_path_get_dirname(hostname->root);
	folder = lx_mountinfo_path_to(place->mounts, hostname->device, inner);
	if (!folder)
		return;
	path = g_build_filename(place->root, folder, "config.v2.json", NULL);
	take_file(LX_LABELS_DOCKER, path, id, out);
}

static const char *find_manager(const char *root, const LxContainerInfo *info)
{
	for (size_t i = 0; i < G_N_ELEMENTS(managers); i++) {
		g_autofree char *path = path_of(root, managers[i].path, info->id);

		if (g_file_test(path, G_FILE_TEST_IS_DIR))
			return managers[i].manager;
	}
	return NULL;
}

/* Of a project other than the default one: "project_web". No name has a '_' of its own. */
static char *name_in_project(const char *id)
{
	const char *last = strrchr(id, '_');

	return last ? lx_labels_harmless(last + 1) : NULL;
}

static void take_lxc(const char *root, const LxContainerInfo *info, LxLabels *out)
{
	out->manager = find_manager(root, info);
	if (out->manager)
		out->name = name_in_project(info->id);
}

const LxMount *lx_labels_hostname(const LxMountinfo *mounts)
{
	return mounts ? lx_mountinfo_top(mounts, "/etc/hostname") : NULL;
}

void lx_labels_find(const LxLabelsPlace *place, const LxContainerInfo *info,
	const LxMount *hostname, LxLabels *out)
{
	bool docker = strcmp(info->runtime, "docker") == 0;
	LxLabels labels = {0};

	if (strcmp(info->runtime, "lxc") == 0)
		take_lxc(place->root, info, &labels);
	else if (strcmp(info->runtime, "podman") == 0 && place->shelf)
		labels.name = lx_labels_harmless(lx_shelf_name(place->shelf, info->id));
	else if (!take_from_places(place->root, info, &labels) && docker)
		take_beside_hostname(place, hostname, info->id, &labels);
	lx_labels_clear(out);
	*out = labels;
}
