/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /proc/cpuinfo of several architectures, shortened. For the tests of the three rooms of cpuinfo.
 */
#pragma once

/* Two packages of two cores with two threads each: 0,4 1,5 and 2,6 3,7. */
#define X86_STANZA(cpu, package, core, siblings, cores) \
	"processor\t: " cpu "\nvendor_id\t: GenuineIntel\ncpu MHz\t\t: 2100.000\n" \
	"physical id\t: " package "\nsiblings\t: " siblings "\ncore id\t\t: " core \
	"\ncpu cores\t: " cores "\napicid\t\t: 1" cpu "\nflags\t\t: fpu vme: de\n" \
	"power management:\n\n"
#define X86(siblings, cores) \
	X86_STANZA("0", "0", "0", siblings, cores) \
	X86_STANZA("1", "0", "1", siblings, cores) \
	X86_STANZA("2", "1", "0", siblings, cores) \
	X86_STANZA("3", "1", "1", siblings, cores) \
	X86_STANZA("4", "0", "0", siblings, cores) \
	X86_STANZA("5", "0", "1", siblings, cores) \
	X86_STANZA("6", "1", "0", siblings, cores) \
	X86_STANZA("7", "1", "1", siblings, cores)

#define ARM64_STANZA(cpu) \
	"processor\t: " cpu "\nBogoMIPS\t: 50.00\nFeatures\t: fp asimd\n" \
	"CPU implementer\t: 0x41\nCPU architecture: 8\nCPU revision\t: 1\n\n"
#define ARM64 ARM64_STANZA("0") ARM64_STANZA("1") ARM64_STANZA("2")

/* 32-bit arm: lines behind the last stanza. */
#define ARM_STANZA(cpu) "processor\t: " cpu "\nmodel name\t: ARMv7 Processor rev 4 (v7l)\n\n"
#define ARM_TAIL "Hardware\t: BCM2835\nRevision\t: a02082\nSerial\t\t: 00000000c0ffee00\n"
#define ARM ARM_STANZA("0") ARM_STANZA("1") ARM_STANZA("2") ARM_TAIL

/* mips: a line before the first stanza, in one paragraph with it. */
#define MIPS_HEAD "system type\t\t: MIPS Malta\n"
#define MIPS_STANZA(cpu) "processor\t\t: " cpu "\ncpu model\t\t: MIPS 1004Kc V0.0\n\n"
#define MIPS MIPS_HEAD MIPS_STANZA("0") MIPS_STANZA("1") MIPS_STANZA("2")

#define PPC64_STANZA(cpu) \
	"processor\t: " cpu "\ncpu\t\t: POWER9 (architected), altivec supported\n" \
	"clock\t\t: 2200.000000MHz\nrevision\t: 2.2 (pvr 004e 0202)\n\n"
#define PPC64_TAIL \
	"timebase\t: 512000000\nplatform\t: pSeries\nmodel\t\t: IBM pSeries (qemu)\n" \
	"machine\t\t: CHRP IBM pSeries (qemu)\nMMU\t\t: Radix\n"
#define PPC64 PPC64_STANZA("0") PPC64_STANZA("1") PPC64_STANZA("2") PPC64_TAIL

#define S390_HEAD(count) \
	"vendor_id       : IBM/S390\n# processors    : " count "\nbogomips per cpu: 3033.00\n" \
	"max thread id   : 0\nfeatures\t: esan3 zarch\n" \
	"cache0          : level=1 type=Data scope=Private size=128K\n"
#define S390_LINE(cpu) \
	"processor " cpu ": version = FF,  identification = 2733E8,  machine = 2964\n"
#define S390_STANZA(cpu, siblings, cores) \
	"\ncpu number      : " cpu "\nphysical id     : 1\ncore id         : " cpu \
	"\nsiblings        : " siblings "\ncpu cores       : " cores \
	"\ncpu MHz dynamic : 5000\ncpu MHz static  : 5000\n"
#define S390 \
	S390_HEAD("3") \
	S390_LINE("0") \
	S390_LINE("1") \
	S390_LINE("2") \
	S390_STANZA("0", "3", "3") S390_STANZA("1", "3", "3") S390_STANZA("2", "3", "3")
