/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel can do, and what each thing that it cannot costs. */
#pragma once

#include "doctor/findings.h"
#include "doctor/patient.h"

typedef struct {
	const char *name;
	const char *serves; /* what it is for: "lxfs attach and heal" */
	LxSeverity missing;
	const char *cure;
	int (*probe)(void); /* 0: it is there, else the errno that says it is not */
} LxFeature;

/* What to say of a feature whose probe gave `code`. */
void lx_kernel_judge(const LxFeature *feature, int code, LxFindings *findings);

/* The checks. */
void lx_kernel_check_fuse(const LxPatient *patient, LxFindings *findings);
void lx_kernel_check_calls(const LxPatient *patient, LxFindings *findings);
void lx_kernel_check_pressure(const LxPatient *patient, LxFindings *findings);
void lx_kernel_check_user_namespaces(const LxPatient *patient, LxFindings *findings);
