/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's block devices, whole disks and partitions, in the order of /proc/diskstats. */
#pragma once

/* The kernel's names have 32 bytes (DISK_NAME_LEN), a partition's number comes behind. */
#define LX_DISK_NAME_BYTES 64

typedef struct {
	unsigned major, minor;
	char name[LX_DISK_NAME_BYTES];
} LxDisk;

typedef struct {
	LxDisk *disks; /* owned */
	unsigned n_disks;
} LxDisks;
