/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How much of the last 10 seconds tasks waited for a resource (Documentation/accounting/psi.rst).
 */
#pragma once

#include <stdbool.h>

/* Hundredths of a percent: 10000 is all the time. */
typedef struct {
	bool have_some, have_full; /* CPU pressure has no "full" before Linux 5.13 */
	unsigned some_hundredths;  /* at least one task waited */
	unsigned full_hundredths;  /* all of them did */
} LxPressureFacts;
