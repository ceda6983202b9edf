/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What people call a container: names that its runtime keeps in files of its own. All of it is
 * optional: what cannot be read is NULL.
 */
#pragma once

#include "mounts/mountinfo.h"
#include "roster/shelf.h"

typedef struct {
	char *name; /* "web", as `docker run --name` takes it */
	char *pod;  /* of Kubernetes, as are the next two */
	char *namespace;
	char *container;
	char *inject;        /* what its lxfs.io/inject says: "enabled", "disabled" */
	bool is_sandbox;     /* the pod's own, which only holds its namespaces */
	const char *manager; /* "incus": the runtime behind the runtime; NULL: itself. Static */
} LxLabels;

void lx_labels_clear(LxLabels *labels);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxLabels, lx_labels_clear)

/*
 * The text without what is no UTF-8 or would be a terminal's command, of bounded length, for
 * g_free; NULL for nothing.
 */
char *lx_labels_harmless(const char *text);

/* Who wrote a file, which tells how to read it. */
typedef enum {
	LX_LABELS_DOCKER, /* config.v2.json */
	LX_LABELS_OCI,    /* a bundle's config.json: its annotations */
} LxLabelsFormat;

/*
 * Adds what the text says of the container with this id. Quiet about nonsense: false, and nothing
 * is added. Names are made fit for a terminal.
 */
bool lx_labels_parse(
	LxLabelsFormat format, const char *text, size_t length, const char *id, LxLabels *to);

/* What runtimes keep on a host; borrowed. */
typedef struct {
	const char *root;          /* "/" on a live host */
	const LxShelf *shelf;      /* NULL: no names of Podman's containers */
	const LxMountinfo *mounts; /* as that root is mounted; NULL: none is found by a hostname */
} LxLabelsPlace;

/*
 * What is mounted over a container's /etc/hostname: a file among those of its runtime. Borrowed
 * from the container's mounts; NULL when there are none, or no such file.
 */
const LxMount *lx_labels_hostname(const LxMountinfo *mounts);

/*
 * Looks where the container's runtime keeps its files; by `hostname` they are found wherever they
 * are, on whichever file system; NULL: not known.
 */
void lx_labels_find(const LxLabelsPlace *place, const LxContainerInfo *info,
	const LxMount *hostname, LxLabels *out);
