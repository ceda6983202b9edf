/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The containers of this host with all that an operator wants to know of each, at one moment: what
 * `lxfs ps` and `lxfs top` show.
 */
#pragma once

#include "mounts/attached.h"
#include "roster/labels.h"

typedef enum {
	LX_HEALTH_NONE,    /* no view is there */
	LX_HEALTH_FOREIGN, /* they are of LXCFS, or of another lxfs */
	LX_HEALTH_HEALTHY, /* all that are there are served */
	LX_HEALTH_WAITING, /* the host's own files, until something is served again */
	LX_HEALTH_DEAD,    /* the server of at least one has gone, or is silent */
} LxHealth;

/* Against the roster before. */
typedef struct {
	bool known;
	uint64_t cpu_hundredths; /* of a percent of one CPU */
	uint64_t read_bytes;     /* per second, as is the next */
	uint64_t written_bytes;
} LxRates;

typedef struct {
	const LxContainerInfo *info;
	LxLabels labels;
	LxFigures figures;
	LxRates rates;
	LxAttachedState states[LX_VIEWS_N];
	LxAttachedState cgroup; /* of the cgroup view */
	unsigned n_attached;    /* views that are there, whatever their state */
	unsigned n_views;       /* views that this host has at all */
	LxHealth health;
	bool ended;    /* while it was looked at */
	char *failure; /* why figures could not be read; NULL: they were */
} LxRosterRow;

typedef struct {
	LxContext *context;
	const char *runtime_dir;
	const char *mountpoint;
	unsigned wanted; /* bits of LxFigure */
} LxRosterTerms;

typedef struct {
	GArray *rows; /* of LxRosterRow, by id until it is sorted */
	bool served;  /* the mount point answers: load averages are those the containers see */
	uint64_t taken_nsec;
	LxInventory *inventory; /* what the rows borrow from */
} LxRoster;

/*
 * Looks at every container, by as many threads as there are CPUs; forks once, never per container.
 * A container that ends meanwhile is left out.
 */
LxRoster *lx_roster_new(const LxRosterTerms *terms, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void lx_roster_free(LxRoster *roster);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxRoster, lx_roster_free)

static inline const LxRosterRow *lx_roster_at(const LxRoster *roster, guint index)
{
	return &g_array_index(roster->rows, LxRosterRow, index);
}

/* Fills in the rates of those that were there before. */
void lx_roster_compare(LxRoster *now, const LxRoster *before);

/* From the states of the views of one container. `served`: what is served now answers. */
LxHealth lx_roster_judge(const LxAttachedState *states, bool served);
/* "healthy", ... Borrowed. */
const char *lx_roster_health_name(LxHealth health);
