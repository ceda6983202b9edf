/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A certificate and its key, both as PEM. */
#include "tls/pair.h"

void lx_inject_pair_clear(LxInjectPair *pair)
{
	g_clear_pointer(&pair->certificate, g_free);
	g_clear_pointer(&pair->key, g_free);
}

bool lx_inject_pair_is_set(const LxInjectPair *pair)
{
	return pair->certificate && pair->key;
}

void lx_inject_pair_move(LxInjectPair *to, LxInjectPair *from)
{
	LxInjectPair moved = *from;

	*from = (LxInjectPair){0};
	lx_inject_pair_clear(to);
	*to = moved;
}
