/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The program's settings: the file /etc/lxfs/lxfs.conf (group [lxfs]) and, over it, the command
 * line, where every key is an option of the same name. One table knows all keys.
 */
#pragma once

#include "lxfs.h"

#define LX_SETTINGS_FILE LXFS_SYSCONFDIR "/lxfs/lxfs.conf"
/* The longest text of a file, with the zero byte behind it: it lies in the memory that survives. */
#define LX_SETTINGS_BYTES 16384

typedef struct {
	LxSettings library;
	char *mountpoint;
	char *runtime_dir;
	unsigned threads;  /* FUSE threads */
	bool sysinfo;      /* seccomp listeners are taken in (calls/reception.h) */
	bool unmount;      /* unmount when stopped, even if a successor could carry on */
	bool hook_strict;  /* a container that cannot get its views does not start */
	char *oci_runtime; /* what lxfs-runtime becomes: a name, a path, or "auto" */
} LxProgramSettings;

/* The defaults. Clear with lx_settings_clear. */
void lx_settings_defaults(LxProgramSettings *settings);
void lx_settings_clear(LxProgramSettings *settings);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxProgramSettings, lx_settings_clear)

/* Sets one key. EINVAL: no such key, or a value it does not take; the message says what it takes.
 */
bool lx_settings_set(LxProgramSettings *settings, const char *key, const char *value,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The file that --config names among the arguments, else LX_SETTINGS_FILE. Borrowed. */
const char *lx_settings_file(int argc, char **argv);

/* Reads a settings file; one that does not exist says nothing, which is no error. */
bool lx_settings_load(
	LxProgramSettings *settings, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same in two steps. The text is for g_free; NULL is a failure, "" a file that is not there. */
char *lx_settings_read(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool lx_settings_parse(
	LxProgramSettings *settings, const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* An option --key for each key of the table. */
GOptionGroup *lx_settings_options(LxProgramSettings *settings);
