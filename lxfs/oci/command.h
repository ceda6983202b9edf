/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The command line that a container manager gives an OCI runtime, as runc and crun take it: global
 * options, a command, its options, the container's name.
 */
#pragma once

#include "lxfs.h"

typedef struct {
	const char *name;   /* "create", "start", ...; NULL: only options. Borrowed from argv */
	const char *bundle; /* of create and run; NULL: the current folder. Borrowed from argv */
	const char *log;    /* where the manager looks for what went wrong; NULL: nowhere */
} LxOciCommand;

/* From argv[1] on. */
LxOciCommand lx_command_parse(int argc, char *const *argv);
/* Whether the container's config.json is read by this command. */
bool lx_command_makes_container(const LxOciCommand *command);
