/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One lxfs after another at the same runtime folder: the steps of both sides (serve/baton.h), and
 * who serves when one of them dies.
 *
 * An elder that has yielded keeps its copies of all descriptors and stands by until it is told to
 * stop. While it does, the newcomer does not end the views when it ends: it leaves them to the
 * elder again. So whichever of the two is lost or stopped, the other one serves; and Kubernetes,
 * which would start again what ends by itself, sees nothing end.
 */
#pragma once

#include "fd.h"
#include "serve/handover.h"

#include <poll.h>

/* What the supervisor is to do. */
typedef enum {
	LX_TURN_NONE,
	LX_TURN_STAY,   /* the newcomer is gone: our worker goes on as if nobody had asked */
	LX_TURN_YIELD,  /* end the worker, then say so */
	LX_TURN_RESUME, /* the newcomer is lost after we yielded: serve again */
	LX_TURN_RETIRE, /* others serve, and do not need us any more */
	LX_TURN_BEGIN,  /* our elder has yielded: give our worker its go */
	LX_TURN_GIVE_UP /* our elder is gone, its heir serves */
} LxTurn;

typedef enum {
	LX_ROLE_ALONE,
	LX_ROLE_ASKED,    /* somebody is connected, and has said nothing yet */
	LX_ROLE_OFFERED,  /* a newcomer has our descriptors and prepares */
	LX_ROLE_YIELDED,  /* it has its go */
	LX_ROLE_STAND_BY, /* it serves */
	LX_ROLE_RETIRED
} LxRole;

typedef struct {
	LxInheritance *inheritance; /* .elder, .on_trial: of us as a newcomer */
	const char *runtime_dir;
	LxRole role; /* of us as an elder */
	LxFd listener;
	LxFd newcomer;
	LxFd newcomer_process; /* pidfd */
	uint64_t deadline_nsec;
	bool prepared; /* we are, as a newcomer */
	bool has_go;   /* from our elder */
} LxSuccession;

void lx_succession_init(
	LxSuccession *succession, LxInheritance *inheritance, const char *runtime_dir);
void lx_succession_clear(LxSuccession *succession);

/* ---- As an elder ---- */

/* From the beginning one stands by for another. */
void lx_succession_stand_by(LxSuccession *succession, int newcomer);

/* From now on newcomers are heard. */
void lx_succession_listen(LxSuccession *succession);
/* What to poll for POLLIN, and what has become of it; the second also looks at the clock. */
#define LX_SUCCESSION_SOURCES 3
void lx_succession_sources(const LxSuccession *succession, struct pollfd *out);
LxTurn lx_succession_advance(LxSuccession *succession);
/* After LX_TURN_YIELD: our worker has ended. */
void lx_succession_yield(LxSuccession *succession);
/* Is a newcomer between asking and serving, so that nothing else should begin? */
bool lx_succession_is_under_way(const LxSuccession *succession);
/* Has our worker ended for a newcomer's? */
bool lx_succession_has_yielded(const LxSuccession *succession);

/* ---- As a newcomer ---- */

/* Our worker is prepared. True: it may begin; false: LX_TURN_BEGIN will say when. */
bool lx_succession_prepared(LxSuccession *succession);
/* Does our elder still serve? */
bool lx_succession_waits(const LxSuccession *succession);
/* It serves: so the elder is told. */
void lx_succession_served(LxSuccession *succession);
/* Have we not served yet, with an elder who would? */
bool lx_succession_is_on_trial(const LxSuccession *succession);

/* ---- At the end, once our worker has ended ---- */

/* Will others serve after us? Then nothing is to be unmounted. */
bool lx_succession_is_survived(const LxSuccession *succession);
/* A newcomer that is still waiting for its go has it; where nobody is left, nobody listens. */
void lx_succession_leave(LxSuccession *succession);
