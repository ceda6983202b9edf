/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answers reviews from files, without a cluster: what would become of this pod. */
#pragma once

#include "settings.h"

/* One answer a line on standard output; --labels none: the namespace is not known. */
bool lx_inject_dry_run(const LxInjectSettings *settings, GError **error) G_GNUC_WARN_UNUSED_RESULT;
