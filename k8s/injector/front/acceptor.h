/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Takes connections, speaks TLS with the certificate of the moment, and hands what is left to a
 * SoupServer. The main thread's.
 *
 * libsoup's own listener waits for ever for whoever connects and says nothing, and answers plain
 * HTTP with silence. Here every connection has a limit: on the handshake, on silence, on a request
 * that has begun, and on how many there are.
 */
#pragma once

#include "front/metrics.h"

#include <libsoup/soup.h>

typedef struct LxInjectAcceptor LxInjectAcceptor;

/* Borrows the server and the metrics. */
LxInjectAcceptor *lx_inject_acceptor_new(SoupServer *server, LxInjectMetrics *metrics);
void lx_inject_acceptor_free(LxInjectAcceptor *acceptor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxInjectAcceptor, lx_inject_acceptor_free)

/* "ADDRESS:PORT", "[ADDRESS]:PORT". EINVAL: it is none; EIO: it can't be had. */
bool lx_inject_acceptor_listen(
	LxInjectAcceptor *acceptor, const char *address, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The port in the end, if 0 was asked for. */
unsigned lx_inject_acceptor_port(const LxInjectAcceptor *acceptor);
/* No new connection from now on. */
void lx_inject_acceptor_stop(LxInjectAcceptor *acceptor);

/* For new connections; those that are open keep theirs. NULL: none is taken. */
void lx_inject_acceptor_set_certificate(LxInjectAcceptor *acceptor, GTlsCertificate *certificate);

/* A request on this connection has begun: it ends within some seconds, or the connection does. */
void lx_inject_acceptor_begin(SoupServerMessage *message);
/*
 * The answer's head is not sent before its body, or until finish (tcp(7), TCP_CORK): libsoup writes
 * them apart, and each would be a packet that wakes the client.
 */
void lx_inject_acceptor_hold(SoupServerMessage *message);
void lx_inject_acceptor_finish(SoupServerMessage *message);
