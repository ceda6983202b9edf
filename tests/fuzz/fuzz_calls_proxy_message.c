/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What LXC's monitor sends for a system call. */
#include "calls/proxy_message.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct seccomp_notif_resp response = {.id = 1};
	char bytes[LX_PROXY_MESSAGE_MAX];
	LxProxyMessage message;

	if (!lx_proxy_message_parse((const char *)data, size, &message))
		return 0;
	if (message.call.id == 0 || message.reply_bytes > size)
		__builtin_trap();
	memcpy(bytes, data, size);
	lx_proxy_message_reply(bytes, &message, &response);
	if (memcmp(bytes, data, message.response_at) != 0 ||
		memcmp(bytes + message.reply_bytes, data + message.reply_bytes,
			size - message.reply_bytes) != 0)
		__builtin_trap();
	return 0;
}
