/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Texts below sys/devices/system/{cpu,node}: sets, and the host's texts with less in them. Pure. */
#pragma once

#include "base/cpuset.h"

/* "0-3,8\n". */
void lx_sysfs_append_list(const LxCpuset *set, GString *to);
/* "0 1 2\n". */
void lx_sysfs_append_row(const LxCpuset *set, GString *to);
/* "0000000f\n": for n_bits see lx_cpuset_parse_mask. */
void lx_sysfs_append_mask(const LxCpuset *set, unsigned n_bits, GString *to);

/* "0\n" for a number, decimal or hexadecimal; what is none ("", "unsupported") as it is. */
void lx_sysfs_append_zero(LxSlice host, GString *to);
/* Lines of a name and numbers, columns kept: the numbers are 0. A line that begins with ':' is a
 * heading. */
void lx_sysfs_append_zero_columns(LxSlice host, GString *to);
/* "ref:12 del:34": every run of digits is 0. */
void lx_sysfs_append_zero_fields(LxSlice host, GString *to);

/* The words of a line that has one for every member of `all`: those of the members of `kept`. */
void lx_sysfs_append_columns(LxSlice host, const LxCpuset *all, const LxCpuset *kept, GString *to);
