/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cgroup layout of the host, and what each controller that is missing costs. */
#pragma once

#include "doctor/findings.h"
#include "doctor/patient.h"

void lx_cgroups_check_layout(const LxPatient *patient, LxFindings *findings);
void lx_cgroups_check_controllers(const LxPatient *patient, LxFindings *findings);
void lx_cgroups_check_swap(const LxPatient *patient, LxFindings *findings);
void lx_cgroups_check_freezer(const LxPatient *patient, LxFindings *findings);
