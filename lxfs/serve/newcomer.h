/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A worker that is coming up, as the supervisor sees it: its report (one byte when it is prepared,
 * one when it serves, or a line of what went wrong) and its go.
 */
#pragma once

#include "fd.h"
#include "serve/worker.h"

#define LX_REPORT_MAX 512

typedef struct {
	pid_t pid;   /* 0: there is none */
	LxFd report; /* non-blocking; -1 once it serves or has nothing more to say */
	LxFd go;
	bool unborn; /* there was no process to be had, which was said */
} LxNewcomer;

#define LX_NEWCOMER_NONE ((LxNewcomer){.report = -1, .go = -1})

/* Forks. The child fills in the task's pipes and runs it. False when there is no process to be had,
 * which is said in the log once until there is. */
bool lx_newcomer_start(LxNewcomer *newcomer, const LxWorkerTask *task);

typedef enum {
	LX_REPORT_NOTHING,
	LX_REPORT_PREPARED,
	LX_REPORT_SERVES,
	LX_REPORT_FAILED,
} LxReport;

/* Reads what it has reported since; `why` is set when it has failed. */
LxReport lx_newcomer_listen(LxNewcomer *newcomer, char why[LX_REPORT_MAX]);

/* `why`, if it says nothing yet, says how it ended: `status` is waitpid's. */
void lx_newcomer_explain_end(int status, char why[LX_REPORT_MAX]);

void lx_newcomer_give_go(const LxNewcomer *newcomer);

/* Kills it, and notes in the estate what for. */
void lx_newcomer_end(const LxNewcomer *newcomer, LxEstate *estate, LxEnd why);

/* Closes the pipes; the process is no newcomer any more. */
void lx_newcomer_forget(LxNewcomer *newcomer);

/* Kills a child of ours, be it a newcomer or not, and waits for it; 0: there is none. */
void lx_newcomer_end_process(pid_t *pid);
