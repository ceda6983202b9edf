/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The descriptor of a connection of LXC's monitor. */
#include "calls/monitor.h"

#include <sys/socket.h>

static int option(int fd, int name)
{
	int value = -1;
	socklen_t size = sizeof value;

	return getsockopt(fd, SOL_SOCKET, name, &value, &size) < 0 ? -1 : value;
}

bool lx_monitor_is(int fd)
{
	return option(fd, SO_DOMAIN) == AF_UNIX && option(fd, SO_TYPE) == SOCK_SEQPACKET &&
	       option(fd, SO_ACCEPTCONN) == 0;
}
