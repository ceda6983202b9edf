/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which container runtimes there are, and whether each gives its containers the views. */
#pragma once

#include "doctor/findings.h"
#include "doctor/patient.h"

void lx_runtimes_check(const LxPatient *patient, LxFindings *findings);
