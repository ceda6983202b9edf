/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bundle of a container: the folder with its config.json. */
#include "oci/bundle.h"

#include "fd.h"
#include "oci/config.h"
#include "oci/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define CONFIG "config.json"
#define CONFIG_NEW ".config.json.lxfs"

void lx_bundle_clear(LxBundle *bundle)
{
	lx_fd_clear(&bundle->folder);
	lx_fd_clear(&bundle->config);
	g_clear_pointer(&bundle->path, g_free);
}

/* O_NONBLOCK: opening a pipe would wait for its other end. */
static bool open_config(LxBundle *bundle, GError **error)
{
	struct stat status;

	bundle->config = openat(
		bundle->folder, CONFIG, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (bundle->config < 0 || fstat(bundle->config, &status) < 0) {
		lx_error_set_errno(error, errno, "opening %s/" CONFIG, bundle->path);
		return false;
	}
	if (S_ISREG(status.st_mode))
		return true;
	lx_error_set(error, EINVAL, "opening %s/" CONFIG ": it is no regular file", bundle->path);
	return false;
}

bool lx_bundle_open(const char *path, LxBundle *out, GError **error)
{
	g_auto(LxBundle) bundle = LX_BUNDLE_NONE;

	bundle.path = g_strdup(path);
	bundle.folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (bundle.folder < 0) {
		lx_error_set_errno(error, errno, "opening the bundle %s", path);
		return false;
	}
	if (!open_config(&bundle, error))
		return false;
	*out = bundle;
	bundle = (LxBundle)LX_BUNDLE_NONE;
	return true;
}

char *lx_bundle_read(const LxBundle *bundle, size_t *out_length, GError **error)
{
	g_autofree char *what = g_strdup_printf("%s/" CONFIG, bundle->path);

	return lx_input_read(bundle->config, LX_CONFIG_MAX_BYTES, what, out_length, error);
}

/* ---- Replacing --------------------------------------------------------------------------- */

static bool write_all(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		ssize_t written = write(fd, text, left);

		if (written < 0 && errno != EINTR)
			return false;
		if (written > 0) {
			text += written;
			left -= (size_t)written;
		}
	}
	return true;
}

/* The owner first: a change of owner takes set-id bits away. Closed to others until then. */
static bool write_like(int fd, const struct stat *model, const char *text)
{
	return fchown(fd, model->st_uid, model->st_gid) == 0 &&
	       fchmod(fd, model->st_mode & 07777) == 0 && write_all(fd, text);
}

static bool replace(const LxBundle *bundle, const char *text)
{
	struct stat model;
	g_auto(LxFd) fd = -1;

	if (fstat(bundle->config, &model) < 0)
		return false;
	/* What a predecessor left that was killed between the two steps. */
	unlinkat(bundle->folder, CONFIG_NEW, 0);
	fd = openat(bundle->folder, CONFIG_NEW,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd >= 0 && write_like(fd, &model, text) &&
	       renameat(bundle->folder, CONFIG_NEW, bundle->folder, CONFIG) == 0;
}

bool lx_bundle_replace(const LxBundle *bundle, const char *text, GError **error)
{
	int code;

	if (replace(bundle, text))
		return true;
	code = errno;
	unlinkat(bundle->folder, CONFIG_NEW, 0);
	lx_error_set_errno(error, code, "writing %s/" CONFIG, bundle->path);
	return false;
}
