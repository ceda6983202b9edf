/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A certificate and its key, both as PEM. */
#pragma once

#include "lxfs.h"

typedef struct {
	char *certificate;
	char *key;
} LxInjectPair;

void lx_inject_pair_clear(LxInjectPair *pair);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxInjectPair, lx_inject_pair_clear)

/* Both are there. */
bool lx_inject_pair_is_set(const LxInjectPair *pair);
/* *to becomes *from, which becomes empty. */
void lx_inject_pair_move(LxInjectPair *to, LxInjectPair *from);
