/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether lxfs serves, and how its last reload and its settings are. */
#pragma once

#include "doctor/findings.h"
#include "doctor/patient.h"

void lx_service_check_settings(const LxPatient *patient, LxFindings *findings);
void lx_service_check_supervisor(const LxPatient *patient, LxFindings *findings);
void lx_service_check_worker(const LxPatient *patient, LxFindings *findings);
void lx_service_check_answer(const LxPatient *patient, LxFindings *findings);
void lx_service_check_status(const LxPatient *patient, LxFindings *findings);
void lx_service_check_store(const LxPatient *patient, LxFindings *findings);
