/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's files of one number (sysctls, sysfs attributes). Any thread. */
#pragma once

#include "host/host.h"

/*
 * *present is false and *out untouched when this kernel has no such file. EINVAL, naming the file,
 * when it holds something else than a decimal number.
 */
LX_MUST_CHECK bool lx_host_number(
	LxHost *host, LxHostFile file, uint64_t *out, bool *present, GError **error);

/* The same of a file that never changes while a kernel runs: read once. */
LX_MUST_CHECK bool lx_host_constant(
	LxHost *host, LxHostFile file, uint64_t *out, bool *present, GError **error);
