/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of checks: a new check is one row and one function. */
#pragma once

#include "doctor/findings.h"
#include "doctor/patient.h"

/* Runs all of them. */
LxFindings *lx_checks_run(const LxPatient *patient);
