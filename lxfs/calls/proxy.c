/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A connection of LXC's monitor. */
#include "calls/proxy.h"

#include "calls/answer.h"
#include "calls/proxy_message.h"
#include "fd.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* More are not sent; what there is of them the kernel closes. */
#define FDS_MAX 8

typedef struct {
	LxContext *context;
	LxEstate *estate;
	LxListenerRow *row;
	int fd;
} Connection;

/* The message that waits, with what came along. */
typedef struct {
	char bytes[LX_PROXY_MESSAGE_MAX];
	LxProxyMessage parsed;
	LxFd listener; /* -1: none came */
} Message;

typedef enum {
	SEEN_NOTHING,
	SEEN_MESSAGE,
	SEEN_GARBAGE,
	SEEN_END,
} Seen;

/* ---- Looking at a message ---------------------------------------------------------------- */

/* The first will do. */
static void take_listener(LxFd *fd, gpointer data)
{
	Message *message = data;

	if (message->listener < 0)
		message->listener = lx_fd_steal(fd);
}

/* Every packet has a byte at least: none is the end. */
static Seen look(int connection, Message *message)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(FDS_MAX * sizeof(int))];
	} control;
	struct iovec part = {.iov_base = message->bytes, .iov_len = sizeof message->bytes};
	struct msghdr packet = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof control};
	ssize_t got = recvmsg(
		connection, &packet, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? SEEN_NOTHING : SEEN_END;
	lx_listener_unpack(&packet, take_listener, message);
	if (got == 0)
		return SEEN_END;
	if (message->listener < 0 ||
		!lx_proxy_message_parse(message->bytes, (size_t)got, &message->parsed))
		return SEEN_GARBAGE;
	return SEEN_MESSAGE;
}

/* Out of the socket, with its descriptors. */
static void take_out(int connection)
{
	char byte;

	(void)!recv(connection, &byte, 1, MSG_DONTWAIT | MSG_TRUNC);
}

/* ---- Answering it ------------------------------------------------------------------------ */

/* From here on a death is this call's. */
static bool make(const Connection *self, const Message *message, struct seccomp_notif_resp *out)
{
	memcpy(self->row->call, &message->parsed.call, sizeof message->parsed.call);
	return lx_answer_make(self->context, self->estate, self->row, message->listener, out);
}

static void clear(const Connection *self)
{
	memset(self->row->call, 0, sizeof self->row->call);
	self->row->deaths = 0;
	atomic_store(&self->row->replied, 0);
}

static void answer_without_reply(const Connection *self, const Message *message)
{
	struct seccomp_notif_resp response;

	if (make(self, message, &response))
		lx_listener_respond(message->listener, &response);
}

/* Without one reply too many. Always false. */
static bool end(const Connection *self)
{
	Seen seen = SEEN_GARBAGE;

	atomic_store(&self->row->replied, 1);
	shutdown(self->fd, SHUT_RD);
	while (seen == SEEN_MESSAGE || seen == SEEN_GARBAGE) {
		Message message = {.listener = -1};

		seen = look(self->fd, &message);
		if (seen == SEEN_MESSAGE)
			answer_without_reply(self, &message);
		lx_fd_clear(&message.listener);
		take_out(self->fd);
	}
	shutdown(self->fd, SHUT_RDWR);
	clear(self);
	return false;
}

/* Making an answer may have taken as long as the caller's memory wanted. */
static bool reply(const Connection *self, Message *message)
{
	struct seccomp_notif_resp response;
	ssize_t sent;

	if (!make(self, message, &response) ||
		!lx_listener_waits(message->listener, message->parsed.call.id))
		return end(self);
	lx_proxy_message_reply(message->bytes, &message->parsed, &response);
	atomic_store(&self->row->replied, 1);
	sent = send(
		self->fd, message->bytes, message->parsed.reply_bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent < 0)
		return end(self);
	take_out(self->fd);
	clear(self);
	return true;
}

bool lx_proxy_next(LxContext *context, LxEstate *estate, unsigned row, int connection)
{
	const Connection self = {context, estate, &estate->listener_rows[row], connection};
	Message message = {.listener = -1};
	bool goes_on = true;
	Seen seen;

	if (atomic_load(&self.row->replied))
		return end(&self);
	seen = look(connection, &message);
	if (seen == SEEN_MESSAGE)
		goes_on = reply(&self, &message);
	else if (seen != SEEN_NOTHING)
		goes_on = end(&self);
	lx_fd_clear(&message.listener);
	return goes_on;
}
