/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A connection of LXC's monitor, who has the system calls of his container answered by lxfs
 * (lxc.seccomp.notify.proxy): a packet socket (unix(7), SOCK_SEQPACKET) on which he sends a message
 * (calls/proxy_message.h) for one call at a time and waits for the reply. What is said here was
 * read in LXC's seccomp.c, as it is since its extension seccomp_proxy_send_notify_fd, and seen of
 * version 5.0.2.
 *
 * The monitor keeps the listener and connects when his container starts, which fails when nobody
 * listens. With each message come three descriptors: /proc/PID of the caller, its memory, and the
 * listener that has told of the call. He waits 30 seconds. When he gets no reply, one of the wrong
 * length, or the end of the connection, he has the call fail with ENOSYS. Then he goes on with the
 * next call: a connection that has ended he replaces once he fails to send. What he receives for
 * the next one he takes for its reply, whatever call it is for.
 *
 * From this follow two rules. A connection must not end while a call is under way, so the
 * supervisor keeps it as it keeps listeners (calls/register.h). And there must never be one reply
 * too many: whoever cannot be sure that the monitor waits for this very reply sends none.
 *
 * So a message stays in the socket until it is replied to: it is looked at (MSG_PEEK, which brings
 * its descriptors each time), answered, replied to, and only then taken out. Where that reply may
 * have been sent, the row says so first. A worker that dies before leaves everything as it was. Of
 * one that dies between the two nobody knows how far it came, and the connection is ended, as it is
 * when the monitor has given up or sends what is no message: first he can send no more, then
 * what he has sent already is answered on the listeners that came with it, which he then finds
 * answered, and then it is closed; he makes another one for the next call. That costs no call.
 */
#pragma once

#include "serve/estate.h"

/*
 * Answers the message that waits on the connection, if there is one. False: the connection has
 * ended. At the end the row is empty again.
 */
bool lx_proxy_next(LxContext *context, LxEstate *estate, unsigned row, int connection);
