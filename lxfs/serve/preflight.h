/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What must be so before `lxfs serve` can begin; each refusal is one line that says what to do. */
#pragma once

#include "settings.h"

/* Makes the folders that are missing and takes a dead mount away from the mount point. */
bool lx_preflight_check(
	const LxProgramSettings *settings, GError **error) G_GNUC_WARN_UNUSED_RESULT;
