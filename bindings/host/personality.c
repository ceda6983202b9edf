/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* 32-bit tasks (personality(2)). */
#include "host/personality.h"

#include <sys/personality.h>

bool lx_personality_matters(const LxSysroot *root)
{
#if defined(__aarch64__)
	return lx_sysroot_is_live(root);
#else
	return false;
#endif
}

bool lx_personality_text_is_32bit(LxSlice text)
{
	LxSlice number = lx_slice_trim(text);
	unsigned domain = 0;

	if (number.length == 0)
		return false;
	for (size_t i = 0; i < number.length; i++) {
		int digit = g_ascii_xdigit_value(number.at[i]);

		if (digit < 0)
			return false;
		domain = (domain << 4 | (unsigned)digit) & PER_MASK;
	}
	return domain == PER_LINUX32;
}

bool lx_personality_is_32bit(const LxSysroot *root, pid_t tid)
{
	g_autofree char *path = g_strdup_printf("proc/%d/personality", (int)tid);
	g_auto(LxText) text = {0};

	return tid > 0 && lx_sysroot_read(root, path, &text, NULL) &&
	       lx_personality_text_is_32bit(lx_text_slice(&text));
}

/* Only the low byte changes: flags such as ADDR_NO_RANDOMIZE are the thread's own business. */
unsigned lx_personality_enter_32bit(void)
{
	unsigned before = (unsigned)personality(0xffffffff);

	personality((before & ~(unsigned)PER_MASK) | PER_LINUX32);
	return before;
}

void lx_personality_leave(unsigned before)
{
	personality(before);
}
