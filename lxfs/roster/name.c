/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a container is called. */
#include "roster/name.h"

#include <string.h>

/* What Docker and Podman print of 64 hexadecimal digits. */
#define SHORT_ID 12
#define HASH_ID 64

void lx_name_append_id(GString *to, const LxContainerInfo *info)
{
	g_autofree char *id = lx_labels_harmless(info->id);

	if (id && strlen(id) == HASH_ID && strspn(id, "0123456789abcdef") == HASH_ID)
		g_string_append_len(to, id, SHORT_ID);
	else
		g_string_append(to, id ? id : "-");
}

/* A part that is not known is none. */
static char *joined(const char *first, const char *second)
{
	return first && second ? g_strconcat(first, "/", second, NULL) : NULL;
}

void lx_name_append(GString *to, const LxContainerInfo *info, const LxLabels *labels)
{
	if (labels->pod)
		g_string_append_printf(to, "%s/%s%s%s", labels->namespace ? labels->namespace : "?",
			labels->pod, labels->container ? "/" : "",
			labels->container ? labels->container : "");
	else if (!labels->name && info->pod_uid)
		g_string_append_printf(to, "pod %s", info->pod_uid);
	else if (labels->name)
		g_string_append(to, labels->name);
}

static bool is_shown_as(const LxContainerInfo *info, const LxLabels *labels, const char *name)
{
	g_autoptr(GString) shown = g_string_new(NULL);

	lx_name_append(shown, info, labels);
	return strcmp(shown->str, name) == 0;
}

static bool is_pod(const LxContainerInfo *info, const LxLabels *labels, const char *name)
{
	g_autofree char *spaced = joined(labels->namespace, labels->pod);
	g_autofree char *inner = joined(labels->pod, labels->container);

	return g_strcmp0(labels->pod, name) == 0 || g_strcmp0(spaced, name) == 0 ||
	       g_strcmp0(inner, name) == 0 || g_strcmp0(info->pod_uid, name) == 0;
}

bool lx_name_fits(const LxContainerInfo *info, const LxLabels *labels, const char *name)
{
	return name[0] && (g_strcmp0(labels->name, name) == 0 || is_pod(info, labels, name) ||
				  is_shown_as(info, labels, name));
}
