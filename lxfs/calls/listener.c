/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A seccomp listener. */
#include "calls/listener.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

/* No call has this id at the moment, and nothing but a listener knows the question. */
bool lx_listener_is(int fd)
{
	return lx_listener_waits(fd, 0) || errno == ENOENT;
}

bool lx_listener_receive(int fd, struct seccomp_notif *call)
{
	memset(call, 0, sizeof *call);
	return ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, call) == 0;
}

bool lx_listener_waits(int fd, uint64_t id)
{
	return ioctl(fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

void lx_listener_answer(int fd, uint64_t id, int64_t value, int code)
{
	struct seccomp_notif_resp answer = {.id = id, .val = code == 0 ? value : 0, .error = -code};

	ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &answer);
}

void lx_listener_let_through(int fd, uint64_t id)
{
	struct seccomp_notif_resp answer = {.id = id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};

	ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &answer);
}
