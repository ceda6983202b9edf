/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where to listen. */
#include "metrics/whereabouts.h"

#include "fd.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <gio/gunixsocketaddress.h>

#define UNIX_PREFIX "unix:"

static GSocketAddress *parse_unix(const char *path, GError **error)
{
	if (path[0] == '/' && strlen(path) < sizeof((struct sockaddr_un *)NULL)->sun_path)
		return g_unix_socket_address_new(path);
	lx_error_set(error, EINVAL,
		"listening at the file \"%s\": it must be a path from the root, "
		"of at most 107 bytes",
		path);
	return NULL;
}

/* The address without brackets, for g_free; NULL when there is no port behind it. */
static char *split(const char *text, guint64 *port)
{
	const char *colon = strrchr(text, ':');
	size_t length = colon ? (size_t)(colon - text) : 0;
	bool bracketed = length > 2 && text[0] == '[' && text[length - 1] == ']';

	if (!colon || !g_ascii_string_to_unsigned(colon + 1, 10, 0, 65535, port, NULL))
		return NULL;
	return bracketed ? g_strndup(text + 1, length - 2) : g_strndup(text, length);
}

static GSocketAddress *parse_inet(const char *text, GError **error)
{
	guint64 port;
	g_autofree char *host = split(text, &port);
	g_autoptr(GInetAddress) address = host ? g_inet_address_new_from_string(host) : NULL;
	bool is_v6 = address && g_inet_address_get_family(address) == G_SOCKET_FAMILY_IPV6;

	if (address && is_v6 == (text[0] == '['))
		return g_inet_socket_address_new(address, (guint16)port);
	lx_error_set(error, EINVAL,
		"listening at \"%s\": it takes ADDRESS:PORT such as 127.0.0.1:9756 or "
		"[::1]:9756, or unix:FILE",
		text);
	return NULL;
}

GSocketAddress *lx_whereabouts_parse(const char *text, GError **error)
{
	if (g_str_has_prefix(text, UNIX_PREFIX))
		return parse_unix(text + strlen(UNIX_PREFIX), error);
	return parse_inet(text, error);
}

static const char *path_of(GSocketAddress *address)
{
	return G_IS_UNIX_SOCKET_ADDRESS(address)
		       ? g_unix_socket_address_get_path(G_UNIX_SOCKET_ADDRESS(address))
		       : NULL;
}

char *lx_whereabouts_text(GSocketAddress *address)
{
	GInetSocketAddress *inet;
	g_autofree char *host = NULL;
	bool is_v6;

	if (path_of(address))
		return g_strconcat(UNIX_PREFIX, path_of(address), NULL);
	inet = G_INET_SOCKET_ADDRESS(address);
	host = g_inet_address_to_string(g_inet_socket_address_get_address(inet));
	is_v6 = g_socket_address_get_family(address) == G_SOCKET_FAMILY_IPV6;
	return g_strdup_printf(
		is_v6 ? "[%s]:%u" : "%s:%u", host, g_inet_socket_address_get_port(inet));
}

static bool somebody_listens(const char *path)
{
	g_auto(LxFd) fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un name = {.sun_family = AF_UNIX};

	g_strlcpy(name.sun_path, path, sizeof name.sun_path);
	return fd < 0 || connect(fd, (const struct sockaddr *)&name, sizeof name) == 0 ||
	       errno != ECONNREFUSED;
}

bool lx_whereabouts_claim(GSocketAddress *address, GError **error)
{
	const char *path = path_of(address);
	struct stat status;

	if (!path || lstat(path, &status) < 0)
		return true;
	if (!S_ISSOCK(status.st_mode)) {
		lx_error_set(error, EEXIST, "listening at %s: it is there, and no socket", path);
		return false;
	}
	if (somebody_listens(path)) {
		lx_error_set(error, EBUSY, "listening at %s: somebody does already", path);
		return false;
	}
	unlink(path);
	return true;
}

void lx_whereabouts_release(GSocketAddress *address)
{
	if (path_of(address))
		unlink(path_of(address));
}
