/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * RUNTIME/baton: the socket over which one lxfs hands the estate to another that is not its child,
 * as the pods of a DaemonSet do. Only root may speak (unix(7): SO_PEERCRED). Its messages, in
 * order:
 *
 *   newcomer            elder
 *   ASK                           which estate it understands, in which PID namespace it lives
 *             ESTATE | REFUSED    with the descriptors; or with the reason
 *   PREPARED                      its worker is ready to begin
 *             GO                  ours has ended
 *   SERVES
 *
 * Each side knows by the end of the connection that the other one has ended, with its workers.
 */
#pragma once

#include "serve/handover.h"

#define LX_BATON_TEXT_BYTES 232

typedef enum {
	LX_BATON_NOTHING, /* to be read at the moment */
	LX_BATON_ASK,
	LX_BATON_ESTATE,
	LX_BATON_REFUSED,
	LX_BATON_PREPARED,
	LX_BATON_GO,
	LX_BATON_SERVES,
	LX_BATON_ENDED, /* the peer has, or it speaks nonsense */
} LxBatonKind;

typedef struct {
	uint32_t magic;
	uint32_t kind;
	uint32_t estate_version;
	uint32_t unused;
	uint64_t pid_namespace; /* its inode: FUSE names readers by their pids there */
	char text[LX_BATON_TEXT_BYTES];
} LxBatonMessage;

/* A new socket in the place of any other; non-blocking. Call with the lock of the folder. */
int lx_baton_listen(const char *runtime_dir, GError **error);

/* Nobody will listen there. */
void lx_baton_remove(const char *runtime_dir);

/* Somebody who asks, or -1. *out_process is a pidfd of it. */
int lx_baton_accept(int listener, int *out_process);

/* Never waits; a peer that has gone is noticed when it is listened to. */
void lx_baton_send(int peer, LxBatonKind kind, const char *text);
void lx_baton_send_estate(int peer, const LxInheritance *inheritance);
LxBatonKind lx_baton_receive(int peer, LxBatonMessage *out);

/* May whoever asks this have our estate? The reason goes into the error. */
bool lx_baton_may_have(const LxBatonMessage *asked, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Asks whoever serves with this folder. */
bool lx_baton_ask(
	const char *runtime_dir, LxInheritance *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Was that an answer? Otherwise nobody is there who would answer, which may change. */
bool lx_baton_is_refusal(const GError *error);
