/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RUNTIME/baton: the socket over which one lxfs hands the estate to another. */
#include "serve/baton.h"

#include "fd.h"
#include "runtime.h"
#include "runtime_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define NAME "baton"
#define MAGIC 0x6c786261u /* "lxba" */
#define ANSWER_SECONDS 10
#define BACKLOG 8

enum { FD_MEMORY, FD_HISTORY, FD_LOCK, FD_FIRST_CONNECTION };
#define N_FDS (FD_FIRST_CONNECTION + LX_N_CONNECTIONS)

/* ---- The socket -------------------------------------------------------------------------- */

int lx_baton_listen(const char *runtime_dir, GError **error)
{
	return lx_runtime_socket_listen(runtime_dir, NAME, SOCK_SEQPACKET, BACKLOG, error);
}

void lx_baton_remove(const char *runtime_dir)
{
	lx_runtime_remove(runtime_dir, NAME);
}

int lx_baton_accept(int listener, int *out_process)
{
	g_auto(LxFd) peer = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct ucred credentials;
	socklen_t size = sizeof credentials;

	if (peer < 0)
		return -1;
	if (getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0 ||
		credentials.uid != 0) {
		g_warning("handing over: process %d of user %u asks, ignoring",
			(int)credentials.pid, (unsigned)credentials.uid);
		return -1;
	}
	*out_process = credentials.pid > 0 ? pidfd_open(credentials.pid, 0) : -1;
	return lx_fd_steal(&peer);
}

static int connect_to(const char *runtime_dir, GError **error)
{
	const struct timeval patience = {.tv_sec = ANSWER_SECONDS};
	int peer = lx_runtime_socket_connect(runtime_dir, NAME, SOCK_SEQPACKET, error);

	if (peer >= 0)
		setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	return peer;
}

/* ---- Messages ---------------------------------------------------------------------------- */

static uint64_t own_pid_namespace(void)
{
	struct stat status;

	return stat("/proc/self/ns/pid", &status) == 0 ? status.st_ino : 0;
}

static LxBatonMessage message_new(LxBatonKind kind, const char *text)
{
	LxBatonMessage message = {
		.magic = MAGIC,
		.kind = kind,
		.estate_version = LX_ESTATE_VERSION,
		.pid_namespace = own_pid_namespace(),
	};

	g_strlcpy(message.text, text, sizeof message.text);
	return message;
}

static void send_with_fds(int peer, LxBatonMessage *message, const int *fds, size_t n_fds)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(N_FDS * sizeof(int))];
	} control = {0};
	struct iovec part = {.iov_base = message, .iov_len = sizeof *message};
	struct msghdr packet = {.msg_iov = &part, .msg_iovlen = 1};

	if (n_fds) {
		packet.msg_control = control.bytes;
		packet.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(n_fds * sizeof(int));
		memcpy(CMSG_DATA(&control.header), fds, n_fds * sizeof(int));
	}
	if (sendmsg(peer, &packet, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		g_info("handing over: %s, ignoring", g_strerror(errno));
}

void lx_baton_send(int peer, LxBatonKind kind, const char *text)
{
	LxBatonMessage message = message_new(kind, text);

	send_with_fds(peer, &message, NULL, 0);
}

void lx_baton_send_estate(int peer, const LxInheritance *inheritance)
{
	const LxEstate *estate = inheritance->estate;
	LxBatonMessage message = message_new(LX_BATON_ESTATE, "");
	int fds[N_FDS] = {
		[FD_MEMORY] = estate->memory_fd,
		[FD_HISTORY] = estate->history_fd,
		[FD_LOCK] = inheritance->lock,
	};

	for (int kind = 0; kind < LX_N_CONNECTIONS; kind++)
		fds[FD_FIRST_CONNECTION + kind] = estate->connection_fds[kind];
	send_with_fds(peer, &message, fds, N_FDS);
}

static size_t take_fds(struct msghdr *packet, LxFd fds[N_FDS])
{
	const struct cmsghdr *header = CMSG_FIRSTHDR(packet);
	size_t n_fds;

	if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
		return 0;
	n_fds = MIN((header->cmsg_len - CMSG_LEN(0)) / sizeof(int), N_FDS);
	memcpy(fds, CMSG_DATA(header), n_fds * sizeof(int));
	return n_fds;
}

static LxBatonKind receive_with_fds(int peer, LxBatonMessage *out, LxFd fds[N_FDS])
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(N_FDS * sizeof(int))];
	} control;
	LxBatonMessage message = {0};
	struct iovec part = {.iov_base = &message, .iov_len = sizeof message};
	struct msghdr packet = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof control};
	ssize_t got = recvmsg(peer, &packet, MSG_CMSG_CLOEXEC);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return LX_BATON_NOTHING;
	if (got > 0)
		take_fds(&packet, fds);
	if (got != sizeof message || message.magic != MAGIC || packet.msg_flags & MSG_TRUNC ||
		message.kind == LX_BATON_NOTHING || message.kind >= LX_BATON_ENDED)
		return LX_BATON_ENDED;
	message.text[sizeof message.text - 1] = '\0';
	*out = message;
	return message.kind;
}

static void close_all(LxFd fds[N_FDS])
{
	for (int i = 0; i < N_FDS; i++)
		lx_fd_clear(&fds[i]);
}

LxBatonKind lx_baton_receive(int peer, LxBatonMessage *out)
{
	LxFd fds[N_FDS] = {-1, -1, -1, -1, -1, -1};
	LxBatonKind kind = receive_with_fds(peer, out, fds);

	close_all(fds); /* uninvited */
	return kind;
}

/* ---- Asking ------------------------------------------------------------------------------ */

bool lx_baton_may_have(const LxBatonMessage *asked, GError **error)
{
	if (asked->estate_version != LX_ESTATE_VERSION)
		lx_error_set(error, EPROTO,
			"it speaks version %u, this one %u; stop the old one, then start the "
			"new one",
			asked->estate_version, LX_ESTATE_VERSION);
	else if (asked->pid_namespace != own_pid_namespace())
		lx_error_set(error, EXDEV,
			"it lives in another PID namespace, where readers have other pids; run "
			"both with the host's (hostPID: true)");
	else
		return true;
	return false;
}

static LxEstate *assemble(LxFd fds[N_FDS], GError **error)
{
	LxEstate *estate;

	for (int i = 0; i < N_FDS; i++) {
		if (fds[i] >= 0)
			continue;
		lx_error_set(error, EPROTO, "taking over: the other lxfs hands over too little");
		return NULL;
	}
	estate = lx_estate_inherit(
		lx_fd_steal(&fds[FD_MEMORY]), lx_fd_steal(&fds[FD_HISTORY]), error);
	for (int kind = 0; estate && kind < LX_N_CONNECTIONS; kind++)
		estate->connection_fds[kind] = lx_fd_steal(&fds[FD_FIRST_CONNECTION + kind]);
	return estate;
}

/* An end without an answer is no answer: whoever was asked has handed over to another one, or died.
 */
static bool await_estate(int peer, LxInheritance *out, GError **error)
{
	LxFd fds[N_FDS] = {-1, -1, -1, -1, -1, -1};
	LxBatonMessage answer;
	LxInheritance inheritance = LX_INHERITANCE_NOTHING;

	switch (receive_with_fds(peer, &answer, fds)) {
	case LX_BATON_ESTATE:
		inheritance.estate = assemble(fds, error);
		inheritance.lock = lx_fd_steal(&fds[FD_LOCK]);
		break;
	case LX_BATON_REFUSED:
		lx_error_set(error, EPROTO, "taking over from another lxfs: %s", answer.text);
		break;
	default:
		lx_error_set(
			error, ECONNRESET, "taking over from another lxfs: it does not answer");
		break;
	}
	close_all(fds);
	if (!inheritance.estate) {
		lx_fd_clear(&inheritance.lock);
		return false;
	}
	*out = inheritance;
	return true;
}

bool lx_baton_is_refusal(const GError *error)
{
	static const int silent[] = {ENOENT, ECONNREFUSED, ECONNRESET, EAGAIN};

	for (size_t i = 0; i < G_N_ELEMENTS(silent); i++)
		if (lx_error_code(error) == silent[i])
			return false;
	return true;
}

bool lx_baton_ask(const char *runtime_dir, LxInheritance *out, GError **error)
{
	g_auto(LxFd) peer = connect_to(runtime_dir, error);
	LxInheritance inheritance;

	if (peer < 0)
		return false;
	lx_baton_send(peer, LX_BATON_ASK, LXFS_VERSION);
	if (!await_estate(peer, &inheritance, error))
		return false;
	fcntl(peer, F_SETFL, O_NONBLOCK);
	inheritance.elder = lx_fd_steal(&peer);
	inheritance.on_trial = true;
	*out = inheritance;
	return true;
}
