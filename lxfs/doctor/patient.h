/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host that is looked at: this one, or one that was captured in a folder. All files of it are
 * opened through here, below its root, bounded, and without waiting for anybody.
 */
#pragma once

#include "lxfs.h"

typedef struct {
	const char *root; /* "" for this host: what is asked of the kernel is asked then only */
	const char *runtime_dir;
	const char *mountpoint;
	const char *settings_file;
	bool is_root;        /* the user */
	unsigned limit_msec; /* for whatever may hang */
} LxPatient;

static inline bool lx_patient_lives(const LxPatient *patient)
{
	return patient->root[0] == '\0';
}

/* Does this absolute path exist? */
bool lx_patient_has(const LxPatient *patient, const char *path);
/* Does any file match this pattern (glob(7))? The first one, as the patient sees it, for g_free. */
char *lx_patient_match(const LxPatient *patient, const char *pattern);
/* The text of a regular file (or one of the kernel's), at most 1 MiB of it, for g_free; NULL when
 * there is none. */
char *lx_patient_text(const LxPatient *patient, const char *path);
/* The text has this word in it. */
bool lx_patient_says(const LxPatient *patient, const char *path, const char *word);
