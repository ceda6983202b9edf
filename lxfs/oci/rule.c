/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Having system calls of a container that is being made answered by the lxfs that serves. */
#include "oci/rule.h"

#include "fd.h"
#include "oci/profile.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

static bool is_listened_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	g_auto(LxFd) fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	return fd >= 0 &&
	       g_strlcpy(address.sun_path, path, sizeof address.sun_path) <
		       sizeof address.sun_path &&
	       connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
}

static char *listener_path(const char *runtime_dir)
{
	g_autofree char *path = g_build_filename(runtime_dir, "seccomp", NULL);

	return g_canonicalize_filename(path, NULL);
}

bool lx_rule_add(char **text, const LxOciConfig *config, const char *runtime_dir, GError **error)
{
	LxProfileCalls calls = config->affinity ? LX_PROFILE_AFFINITY : LX_PROFILE_SYSINFO;
	g_autofree char *listener = listener_path(runtime_dir);
	size_t length = strlen(*text);
	char *amended;

	if (!is_listened_to(listener) || lx_profile_is_ours(*text, length, listener))
		return true;
	amended = lx_profile_with_rule(*text, length, calls, listener, error);
	if (!amended)
		return false;
	g_free(*text);
	*text = amended;
	return true;
}
