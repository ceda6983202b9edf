/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Serves until it is told to end: the parts put together. */
#pragma once

#include "settings.h"

/* SIGTERM and SIGINT end it when what has begun is answered. */
bool lx_inject_service_run(LxInjectSettings *settings, GError **error) G_GNUC_WARN_UNUSED_RESULT;
