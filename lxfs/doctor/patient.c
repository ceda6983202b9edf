/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host that is looked at: its files. */
#include "doctor/patient.h"

#include "fd.h"

#include <fcntl.h>
#include <glob.h>
#include <string.h>
#include <sys/stat.h>

#define TEXT_MAX_BYTES ((size_t)1 << 20)

static char *path_below(const LxPatient *patient, const char *path)
{
	return g_strconcat(patient->root, path, NULL);
}

bool lx_patient_has(const LxPatient *patient, const char *path)
{
	g_autofree char *full = path_below(patient, path);

	return access(full, F_OK) == 0;
}

char *lx_patient_match(const LxPatient *patient, const char *pattern)
{
	g_autofree char *full = path_below(patient, pattern);
	char *first = NULL;
	glob_t found;

	if (glob(full, 0, NULL, &found) != 0)
		return NULL;
	if (found.gl_pathc > 0)
		first = g_strdup(found.gl_pathv[0] + strlen(patient->root));
	globfree(&found);
	return first;
}

/* Neither a FIFO nor a device: those may hang, or do something. */
static int open_file(const char *path)
{
	g_auto(LxFd) fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))
		return -1;
	return lx_fd_steal(&fd);
}

char *lx_patient_text(const LxPatient *patient, const char *path)
{
	g_autofree char *full = path_below(patient, path);
	g_auto(LxFd) fd = open_file(full);
	g_autoptr(GString) text = NULL;
	char part[4096];
	ssize_t got;

	if (fd < 0)
		return NULL;
	text = g_string_new(NULL);
	while (text->len < TEXT_MAX_BYTES && (got = read(fd, part, sizeof part)) > 0)
		g_string_append_len(text, part, got);
	return g_string_free(g_steal_pointer(&text), FALSE);
}

bool lx_patient_says(const LxPatient *patient, const char *path, const char *word)
{
	g_autofree char *text = lx_patient_text(patient, path);

	return text && strstr(text, word);
}
