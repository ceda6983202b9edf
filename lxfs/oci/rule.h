/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Having system calls of a container that is being made answered by the lxfs that serves. */
#pragma once

#include "oci/config.h"

/*
 * Adds the rule (oci/profile) to *text, which says what `config` does. It is left as it is where it
 * has the rule, and where nobody listens in this runtime folder: the runtime connects, too, and
 * does not start the container if it cannot. False: the container's profile cannot have it; the
 * text is unchanged.
 */
bool lx_rule_add(char **text, const LxOciConfig *config, const char *runtime_dir,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
