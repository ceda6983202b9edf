/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * 32-bit tasks (personality(2)). arm64 prints another /proc/cpuinfo for a task whose personality is
 * PER_LINUX32 (c_show in arch/arm64/kernel/cpuinfo.c): it looks at the task that reads, which is
 * this process when it reads for somebody else.
 */
#pragma once

#include "base/sysroot.h"

/* This kernel has a text of its own for 32-bit tasks: a live arm64 host. */
bool lx_personality_matters(const LxSysroot *root);

/*
 * What /proc/TID/personality says. False when it cannot be read, which ptrace's rules forbid on
 * some hosts (Yama): the plain text is right for nearly everybody.
 */
bool lx_personality_is_32bit(const LxSysroot *root, pid_t tid);

/* "00000008\n": a hexadecimal number whose low byte names the execution domain. */
bool lx_personality_text_is_32bit(LxSlice text);

/* Makes the calling thread a 32-bit one; gives what lx_personality_leave wants back. */
unsigned lx_personality_enter_32bit(void);
void lx_personality_leave(unsigned before);
