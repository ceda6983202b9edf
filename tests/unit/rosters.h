/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A roster made by hand: for tests of roster/. */
#pragma once

#include "unit.h"

#include "roster/roster.h"

#define ROSTER_HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ROSTER_MIB (UINT64_C(1) << 20)

static const LxContainerInfo roster_web = {.id = ROSTER_HASH,
	.runtime = "docker",
	.cgroup = "/docker/" ROSTER_HASH,
	.init_pid = 1234,
	.number = 1};
static const LxContainerInfo roster_pod = {.id = "nginx",
	.runtime = "containerd",
	.cgroup = "/kubepods/x",
	.pod_uid = "11111111-2222-3333-4444-555555555555",
	.init_pid = 77,
	.number = 2};
static const LxContainerInfo roster_bare = {
	.id = "bare", .runtime = "plain", .cgroup = "/bare", .number = 3};

/* Three rows: all there is to know; a pod; nothing but the id. */
static inline LxRoster *roster_by_hand(void)
{
	LxRoster *roster = g_new0(LxRoster, 1);
	LxRosterRow web = {
		.info = &roster_web,
		.labels = {.name = g_strdup("web")},
		.figures = {.have = LX_FIGURES_ALL,
			.n_cpus = 2,
			.memory_limited = true,
			.memory_bytes = 256 * ROSTER_MIB,
			.memory_free_bytes = 16 * ROSTER_MIB,
			.memory_available_bytes = 24 * ROSTER_MIB,
			.swap_bytes = 8192,
			.swap_free_bytes = 4096,
			.tasks = 12,
			.load_hundredths = {250, 31, 5},
			.cpu_nsec = 7000000000,
			.cpu_pressure = {150, 25},
			.memory_pressure = {0, 0},
			.io_pressure = {9996, 10000},
			.read_bytes = 4096,
			.written_bytes = 8192},
		.states = {[0] = LX_ATTACHED_HEALTHY, [3] = LX_ATTACHED_DEAD},
		.n_attached = 2,
		.n_views = 14,
		.health = LX_HEALTH_DEAD,
	};
	LxRosterRow pod = {
		.info = &roster_pod,
		.labels = {.pod = g_strdup("shop"),
			.namespace = g_strdup("default"),
			.container = g_strdup("nginx")},
		.figures = {.have = LX_FIGURE_CPUS | LX_FIGURE_MEMORY | LX_FIGURE_LOAD,
			.n_cpus = 16,
			.memory_bytes = 24105 * ROSTER_MIB,
			.memory_available_bytes = 24105 * ROSTER_MIB - 500 * ROSTER_MIB},
		.n_attached = 14,
		.n_views = 14,
		.health = LX_HEALTH_HEALTHY,
	};
	LxRosterRow bare = {.info = &roster_bare, .n_views = 14};

	roster->rows = g_array_new(FALSE, TRUE, sizeof(LxRosterRow));
	g_array_append_val(roster->rows, web);
	g_array_append_val(roster->rows, pod);
	g_array_append_val(roster->rows, bare);
	return roster;
}

static inline void roster_by_hand_clear(LxRoster **roster)
{
	for (guint i = 0; i < (*roster)->rows->len; i++)
		lx_labels_clear(&g_array_index((*roster)->rows, LxRosterRow, i).labels);
	g_array_unref((*roster)->rows);
	g_free(*roster);
}
#define roster_auto __attribute__((cleanup(roster_by_hand_clear))) LxRoster *
