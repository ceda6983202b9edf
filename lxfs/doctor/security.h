/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Security modules that may keep containers from their views. */
#pragma once

#include "doctor/findings.h"
#include "doctor/patient.h"

void lx_security_check_selinux(const LxPatient *patient, LxFindings *findings);
void lx_security_check_apparmor(const LxPatient *patient, LxFindings *findings);
