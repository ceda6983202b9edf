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

static void unpack_one(const void *place, LxListenerTake take, gpointer data)
{
	g_auto(LxFd) fd = -1;

	memcpy(&fd, place, sizeof fd);
	if (lx_listener_is(fd))
		take(&fd, data);
}

void lx_listener_unpack(struct msghdr *packet, LxListenerTake take, gpointer data)
{
	for (struct cmsghdr *header = CMSG_FIRSTHDR(packet); header;
		header = CMSG_NXTHDR(packet, header)) {
		size_t n = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++)
			unpack_one(CMSG_DATA(header) + i * sizeof(int), take, data);
	}
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

void lx_listener_respond(int fd, const struct seccomp_notif_resp *response)
{
	ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, response);
}
