/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What lxfs reads of a bundle's config.json, and what it adds to it. */
#include "oci/config.h"

#include "oci/json.h"
#include "oci/splice.h"
#include "path.h"

#include <errno.h>
#include <string.h>

void lx_config_clear(LxOciConfig *config)
{
	g_clear_pointer(&config->rootfs, g_free);
	g_clear_pointer(&config->mounts, g_ptr_array_unref);
}

/* ---- Reading ----------------------------------------------------------------------------- */

/* Leaves *out as it is where there is no such annotation. */
static bool parse_annotation(json_object *root, const char *name, bool *out, GError **error)
{
	json_object *annotations = lx_json_object(root, "annotations");
	const char *value = annotations ? lx_json_string(annotations, name) : NULL;

	if (value && strcmp(value, "enabled") != 0 && strcmp(value, "disabled") != 0) {
		lx_error_set(error, EINVAL,
			"the annotation %s is \"%.32s\": it takes \"enabled\" or \"disabled\"",
			name, value);
		return false;
	}
	if (value)
		*out = strcmp(value, "enabled") == 0;
	return true;
}

static GPtrArray *parse_mounts(json_object *root)
{
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
	json_object *mounts = lx_json_array(root, "mounts");

	for (size_t i = 0; i < lx_json_length(mounts); i++) {
		json_object *mount = lx_json_object_at(mounts, i);
		const char *path = mount ? lx_json_string(mount, "destination") : NULL;

		if (path)
			g_ptr_array_add(paths, g_canonicalize_filename(path, "/"));
	}
	return paths;
}

/* `lxfs hook`, wherever that lxfs lies. */
static bool is_ours(json_object *hook)
{
	const char *path = hook ? lx_json_string(hook, "path") : NULL;
	json_object *arguments = hook ? lx_json_array(hook, "args") : NULL;
	g_autofree char *name = path ? g_path_get_basename(path) : NULL;

	return name && lx_json_length(arguments) > 1 && g_str_has_prefix(name, "lxfs") &&
	       g_strcmp0(lx_json_string_at(arguments, 1), "hook") == 0;
}

static bool is_among(json_object *hooks)
{
	for (size_t i = 0; i < lx_json_length(hooks); i++)
		if (is_ours(lx_json_object_at(hooks, i)))
			return true;
	return false;
}

static bool is_hooked(json_object *root)
{
	json_object *hooks = lx_json_object(root, "hooks");

	return hooks && (is_among(lx_json_array(hooks, "createRuntime")) ||
				is_among(lx_json_array(hooks, "prestart")));
}

static bool has_elements(json_object *object, const char *name)
{
	return lx_json_length(lx_json_array(object, name)) > 0;
}

static bool has_masks(json_object *root)
{
	json_object *on_linux = lx_json_object(root, "linux");

	return on_linux &&
	       (has_elements(on_linux, "maskedPaths") || has_elements(on_linux, "readonlyPaths"));
}

bool lx_config_parse(const char *text, size_t length, LxOciConfig *out, GError **error)
{
	g_autoptr(json_object) root = lx_json_parse(text, length, error);
	json_object *rootfs = root ? lx_json_object(root, "root") : NULL;
	const char *path = rootfs ? lx_json_string(rootfs, "path") : NULL;
	bool wanted = true, cgroup = false, affinity = false;

	if (!root)
		return false;
	if (!path || path[0] == '\0') {
		lx_error_set(error, EINVAL, "it has no root.path");
		return false;
	}
	if (!parse_annotation(root, LX_CONFIG_ANNOTATION, &wanted, error) ||
		!parse_annotation(root, LX_CONFIG_ANNOTATION_CGROUP, &cgroup, error) ||
		!parse_annotation(root, LX_CONFIG_ANNOTATION_AFFINITY, &affinity, error))
		return false;
	*out = (LxOciConfig){
		.rootfs = g_strdup(path),
		.wanted = wanted,
		.cgroup = cgroup,
		.affinity = affinity,
		.hooked = is_hooked(root),
		.masks = has_masks(root),
		.mounts = parse_mounts(root),
	};
	return true;
}

/* Whatever is not a whole procfs or sysfs there. */
static bool covers(const char *mount, const char *path)
{
	if (strcmp(mount, "/") == 0 || strcmp(mount, "/proc") == 0 || strcmp(mount, "/sys") == 0)
		return false;
	return lx_path_is_within(path, mount);
}

bool lx_config_mounts_at(const LxOciConfig *config, const char *path)
{
	for (unsigned i = 0; i < config->mounts->len; i++)
		if (covers(g_ptr_array_index(config->mounts, i), path))
			return true;
	return false;
}

/* ---- Adding ------------------------------------------------------------------------------ */

static char *print_hook(const char *program, const char *const *arguments)
{
	g_autoptr(json_object) hook = json_object_new_object();
	json_object *list = json_object_new_array();

	for (; *arguments; arguments++)
		json_object_array_add(list, lx_json_new_text(*arguments));
	lx_json_add_text(hook, "path", program);
	json_object_object_add(hook, "args", list);
	return lx_json_line(hook);
}

/* What a parser makes of the result must be what was meant: it is all the proof a caller needs. */
static bool check_result(const GString *text, GError **error)
{
	g_auto(LxOciConfig) config = {0};

	if (!lx_config_parse(text->str, text->len, &config, error))
		return false;
	if (config.hooked)
		return true;
	lx_error_set(error, EINVAL, "adding the hook: its \"hooks\" cannot be found");
	return false;
}

char *lx_config_with_hook(const char *text, size_t length, const char *program,
	const char *const *arguments, GError **error)
{
	static const char *const place[] = {"hooks", "createRuntime", NULL};
	g_autofree char *hook = print_hook(program, arguments);
	GString *result = g_string_new_len(text, (gssize)length);

	if (lx_splice_append(result, place, hook, error) && check_result(result, error))
		return g_string_free(result, FALSE);
	g_string_free(result, TRUE);
	return NULL;
}
