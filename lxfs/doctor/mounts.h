/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the mounts of lxfs are, and whose are beside them. From the tables of mounts alone. */
#pragma once

#include "doctor/findings.h"
#include "doctor/patient.h"

void lx_mounts_check_anchors(const LxPatient *patient, LxFindings *findings);
void lx_mounts_check_namespace(const LxPatient *patient, LxFindings *findings);
void lx_mounts_check_dead(const LxPatient *patient, LxFindings *findings);
void lx_mounts_check_lxcfs(const LxPatient *patient, LxFindings *findings);
