/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state on a hook's standard input. */
#include "oci/state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_auto(LxOciState) state = {0};

	if (lx_state_parse((const char *)data, size, &state, NULL) &&
		(state.pid < 1 || state.bundle[0] != '/'))
		__builtin_trap();
	return 0;
}
