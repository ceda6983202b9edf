/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Taking turns: `serve`, `heal` and `attach` may meet. Whoever raises or lowers anchors, and
 * whoever carries copies of them into a container, does so in its turn: a copy that is under way
 * while an anchor changes hands follows nothing.
 */
#pragma once

#include "fd.h"

/*
 * A descriptor that ends the turn when it is closed. -1 after some seconds: go on without. Whoever
 * has the turn that long hangs in a container that makes it hang, and will change nothing any more.
 */
int lx_turn_take(const char *runtime_dir);
