/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One message of LXC's protocol for system calls that are answered elsewhere. */
#include "calls/proxy_message.h"

#include <stdint.h>
#include <string.h>

typedef struct {
	uint64_t reserved;
	int32_t monitor_pid;
	int32_t init_pid;
	uint16_t call_bytes;
	uint16_t response_bytes;
	uint16_t data_bytes;
	uint64_t cookie_bytes;
} Header;

_Static_assert(sizeof(Header) == 32, "the layout of struct seccomp_notify_proxy_msg");

/* A later kernel's structs are longer, and begin as these do. */
static bool is_header(const Header *header)
{
	return header->reserved == 0 && header->call_bytes >= sizeof(struct seccomp_notif) &&
	       header->response_bytes >= sizeof(struct seccomp_notif_resp) &&
	       header->data_bytes >= sizeof(struct seccomp_data);
}

bool lx_proxy_message_parse(const char *bytes, size_t n, LxProxyMessage *out)
{
	LxProxyMessage message;
	Header header;

	if (n < sizeof header || n > LX_PROXY_MESSAGE_MAX)
		return false;
	memcpy(&header, bytes, sizeof header);
	message.response_at = sizeof header + header.call_bytes;
	message.reply_bytes = message.response_at + header.response_bytes;
	if (!is_header(&header) || message.reply_bytes > n ||
		header.cookie_bytes != n - message.reply_bytes)
		return false;
	memcpy(&message.call, bytes + sizeof header, sizeof message.call);
	if (message.call.id == 0)
		return false;
	*out = message;
	return true;
}

void lx_proxy_message_reply(
	char *bytes, const LxProxyMessage *message, const struct seccomp_notif_resp *response)
{
	memset(bytes + message->response_at, 0, message->reply_bytes - message->response_at);
	memcpy(bytes + message->response_at, response, sizeof *response);
}
