/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One message of LXC's protocol for system calls that are answered elsewhere
 * (lxc.seccomp.notify.proxy in lxc.container.conf(5)).
 *
 * A packet, in the byte order and layout of this machine:
 *
 *     u64 reserved        0
 *     s32 monitor_pid     of LXC's monitor, who sends it
 *     s32 init_pid        of the container
 *     u16 sizes[3]        of the kernel's structs (SECCOMP_GET_NOTIF_SIZES): seccomp_notif,
 *                         seccomp_notif_resp, seccomp_data; then 2 bytes of padding
 *     u64 cookie_len
 *     seccomp_notif       the call, in sizes[0] bytes
 *     seccomp_notif_resp  in sizes[1] bytes, of which only the id is set
 *     cookie              lxc.seccomp.notify.cookie, in cookie_len bytes, without an end
 *
 * The reply is the same without the cookie, with the seccomp_notif_resp filled in. A reply of
 * another length is taken for none, and the call fails with ENOSYS.
 */
#pragma once

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>

/* A longer one is refused: what is not ours in it is the cookie. */
#define LX_PROXY_MESSAGE_MAX 4096

typedef struct {
	struct seccomp_notif call;
	size_t response_at; /* where in the message the response is */
	size_t reply_bytes; /* how much of the message is sent back */
} LxProxyMessage;

/* Pure. False: it is none, and `*out` is untouched. A call's id is never 0. */
bool lx_proxy_message_parse(const char *bytes, size_t n, LxProxyMessage *out);

/* Makes the reply of the message: its first reply_bytes. */
void lx_proxy_message_reply(
	char *bytes, const LxProxyMessage *message, const struct seccomp_notif_resp *response);
