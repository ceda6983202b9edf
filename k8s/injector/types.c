/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The types of GLib and libsoup that more than one thread uses. */
#include "types.h"

#include <gio/gio.h>
#include <libsoup/soup.h>

void lx_inject_types_make(void)
{
	GTlsBackend *tls = g_tls_backend_get_default();
	const GType types[] = {
		G_TYPE_TASK,
		G_TYPE_CANCELLABLE,
		G_TYPE_NETWORK_ADDRESS,
		G_TYPE_INET_SOCKET_ADDRESS,
		G_TYPE_SOCKET_CLIENT,
		G_TYPE_SOCKET_LISTENER,
		G_TYPE_TCP_CONNECTION,
		G_TYPE_BUFFERED_INPUT_STREAM,
		G_TYPE_MEMORY_INPUT_STREAM,
		G_TYPE_MEMORY_OUTPUT_STREAM,
		g_tls_backend_get_certificate_type(tls),
		g_tls_backend_get_client_connection_type(tls),
		g_tls_backend_get_server_connection_type(tls),
		g_tls_backend_get_file_database_type(tls),
		SOUP_TYPE_MESSAGE,
		SOUP_TYPE_SERVER,
		SOUP_TYPE_SERVER_MESSAGE,
		SOUP_TYPE_SESSION,
	};

	/* Never given back: a class that nobody holds may be made again. */
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
		g_type_class_ref(types[i]);
}
