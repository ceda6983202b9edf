/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Errors: a GError whose code is an errno and whose message says what was attempted on what. */
#pragma once

#include "lxfs.h" /* lx_error_set and its kin are public */

#define LX_MUST_CHECK G_GNUC_WARN_UNUSED_RESULT

#define LX_ERROR (lx_error_quark())
