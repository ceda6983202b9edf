/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Seccomp listeners without root: a thread under a filter of its own, which calls sysinfo(2). */
#pragma once

#include "unit.h"

#include "calls/listener.h"

#include <linux/filter.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

typedef struct {
	pthread_t thread;
	pthread_barrier_t ready, leave;
	int fd;
	bool calls;
	int result; /* of its call */
	int code;
} UnitListener;

static inline void unit_listener_filter(UnitListener *unit)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sysinfo, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {G_N_ELEMENTS(filter), filter};

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	unit->fd = (int)syscall(
		SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

static inline void *unit_listener_thread(void *data)
{
	UnitListener *unit = data;
	struct sysinfo info;

	unit_listener_filter(unit);
	pthread_barrier_wait(&unit->ready);
	if (unit->calls)
		unit->result = sysinfo(&info);
	unit->code = errno;
	pthread_barrier_wait(&unit->leave);
	return NULL;
}

/* False where the kernel or a filter of ours forbids it. */
static inline bool unit_listener_init(UnitListener *unit, bool calls)
{
	*unit = (UnitListener){.calls = calls};
	pthread_barrier_init(&unit->ready, NULL, 2);
	pthread_barrier_init(&unit->leave, NULL, 2);
	ck_assert_int_eq(pthread_create(&unit->thread, NULL, unit_listener_thread, unit), 0);
	pthread_barrier_wait(&unit->ready);
	return unit->fd >= 0;
}

static inline void unit_listener_end(UnitListener *unit)
{
	pthread_barrier_wait(&unit->leave);
	pthread_join(unit->thread, NULL);
}
