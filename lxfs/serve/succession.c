/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One lxfs after another at the same runtime folder.
 *
 * Who serves after a death is settled as among workers: by the supervisor's pid in the estate,
 * which only one can exchange for its own (serve/worker.c). A connection ends when the supervisor
 * at its other end and all its workers have ended, since they hold copies of it; but a newcomer's
 * elder may have a worker from before the connection, and that one has the first claim.
 */
#include "serve/succession.h"

#include "calls/register.h"
#include "clock.h"
#include "serve/baton.h"

#include <errno.h>
#include <signal.h>
#include <sys/pidfd.h>

#define NSEC_PER_SEC UINT64_C(1000000000)
#define ASK_NSEC (5 * NSEC_PER_SEC)
/* Longer than a worker may take to come up. */
#define OFFER_NSEC (60 * NSEC_PER_SEC)
#define DEATH_MSEC 2000
#define HEIR_MSEC 1000

void lx_succession_init(LxSuccession *self, LxInheritance *inheritance, const char *runtime_dir)
{
	*self = (LxSuccession){
		.inheritance = inheritance,
		.runtime_dir = runtime_dir,
		.listener = -1,
		.newcomer = -1,
		.newcomer_process = -1,
		.has_go = !inheritance->on_trial,
	};
}

void lx_succession_clear(LxSuccession *self)
{
	lx_fd_clear(&self->listener);
	lx_fd_clear(&self->newcomer);
	lx_fd_clear(&self->newcomer_process);
}

/* ---- Who serves now ---------------------------------------------------------------------- */

static bool has_ended(pid_t pid)
{
	g_auto(LxFd) process = pidfd_open(pid, 0);
	struct pollfd source = {.fd = process, .events = POLLIN};

	return process < 0 || poll(&source, 1, DEATH_MSEC) == 1;
}

/*
 * Whoever stands in the estate has ended, or is about to: becomes the next one, unless there is an
 * heir. Waits for both; we serve nothing meanwhile.
 */
static bool claim(const LxSuccession *self, int heir_msec)
{
	LxEstateHeader *header = self->inheritance->estate->header;
	int32_t dead = atomic_load(&header->supervisor);

	if (dead == getpid())
		return true;
	if (!has_ended(dead))
		return false;
	poll(NULL, 0, heir_msec);
	if (!atomic_compare_exchange_strong(&header->supervisor, &dead, (int32_t)getpid()))
		return false;
	lx_register_claim(self->inheritance->estate);
	return true;
}

/* ---- As an elder ------------------------------------------------------------------------- */

void lx_succession_listen(LxSuccession *self)
{
	g_autoptr(GError) error = NULL;

	if (self->listener >= 0)
		return;
	self->listener = lx_baton_listen(self->runtime_dir, &error);
	if (self->listener < 0)
		g_warning("%s; no other lxfs can take over, ignoring", error->message);
}

static void enter(LxSuccession *self, LxRole role, uint64_t nsec)
{
	self->role = role;
	self->deadline_nsec = nsec ? lx_clock_now_nsec(CLOCK_MONOTONIC) + nsec : 0;
}

void lx_succession_stand_by(LxSuccession *self, int newcomer)
{
	self->newcomer = newcomer;
	enter(self, LX_ROLE_STAND_BY, 0);
}

static void part_with_newcomer(LxSuccession *self, LxRole role)
{
	lx_fd_clear(&self->newcomer);
	lx_fd_clear(&self->newcomer_process);
	enter(self, role, 0);
}

static void answer(LxSuccession *self, const LxBatonMessage *asked)
{
	g_autoptr(GError) error = NULL;

	if (!lx_baton_may_have(asked, &error)) {
		g_warning("lxfs %s wants to take over: %s, ignoring", asked->text, error->message);
		lx_baton_send(self->newcomer, LX_BATON_REFUSED, error->message);
		part_with_newcomer(self, LX_ROLE_ALONE);
		return;
	}
	g_message("lxfs %s takes over", asked->text);
	lx_baton_send_estate(self->newcomer, self->inheritance);
	enter(self, LX_ROLE_OFFERED, OFFER_NSEC);
}

static LxTurn lose_newcomer(LxSuccession *self)
{
	bool yielded = lx_succession_has_yielded(self), offered = self->role == LX_ROLE_OFFERED;

	if (!yielded) {
		part_with_newcomer(self, LX_ROLE_ALONE);
		if (offered)
			g_warning("the lxfs that was to take over is gone; this one goes on");
		return offered ? LX_TURN_STAY : LX_TURN_NONE;
	}
	if (claim(self, 0)) {
		g_message("the lxfs that had taken over is gone; this one serves again");
		part_with_newcomer(self, LX_ROLE_ALONE);
		return LX_TURN_RESUME;
	}
	part_with_newcomer(self, LX_ROLE_RETIRED);
	return LX_TURN_RETIRE;
}

static LxTurn hear_newcomer(LxSuccession *self)
{
	LxBatonMessage message;
	LxBatonKind kind = lx_baton_receive(self->newcomer, &message);

	if (kind == LX_BATON_ASK && self->role == LX_ROLE_ASKED)
		answer(self, &message);
	else if (kind == LX_BATON_PREPARED && self->role == LX_ROLE_OFFERED)
		return LX_TURN_YIELD;
	else if (kind == LX_BATON_SERVES && self->role == LX_ROLE_YIELDED)
		enter(self, LX_ROLE_STAND_BY, 0);
	else if (kind == LX_BATON_ENDED)
		return lose_newcomer(self);
	return LX_TURN_NONE;
}

/* One that hangs before it has our go is left; one that hangs after is ended. */
static LxTurn check_deadline(LxSuccession *self)
{
	if (self->deadline_nsec == 0 || lx_clock_now_nsec(CLOCK_MONOTONIC) < self->deadline_nsec)
		return LX_TURN_NONE;
	self->deadline_nsec = 0;
	g_warning("the lxfs that was to take over is not heard of in time");
	if (self->role != LX_ROLE_YIELDED)
		return lose_newcomer(self);
	if (self->newcomer_process >= 0)
		pidfd_send_signal(self->newcomer_process, SIGKILL, NULL, 0);
	return LX_TURN_NONE;
}

static LxTurn advance_as_elder(LxSuccession *self)
{
	LxTurn turn = LX_TURN_NONE;

	if (self->newcomer >= 0)
		turn = hear_newcomer(self);
	else if (self->listener >= 0)
		self->newcomer = lx_baton_accept(self->listener, &self->newcomer_process);
	if (self->newcomer >= 0 && self->role == LX_ROLE_ALONE)
		enter(self, LX_ROLE_ASKED, ASK_NSEC);
	return turn != LX_TURN_NONE ? turn : check_deadline(self);
}

void lx_succession_yield(LxSuccession *self)
{
	lx_fd_clear(&self->listener); /* whoever asks now asks the newcomer */
	lx_baton_send(self->newcomer, LX_BATON_GO, "");
	enter(self, LX_ROLE_YIELDED, OFFER_NSEC);
}

bool lx_succession_is_under_way(const LxSuccession *self)
{
	return self->role != LX_ROLE_ALONE;
}

bool lx_succession_has_yielded(const LxSuccession *self)
{
	return self->role == LX_ROLE_YIELDED || self->role == LX_ROLE_STAND_BY;
}

/* ---- As a newcomer ----------------------------------------------------------------------- */

bool lx_succession_prepared(LxSuccession *self)
{
	self->prepared = true;
	if (!self->has_go)
		lx_baton_send(self->inheritance->elder, LX_BATON_PREPARED, "");
	return self->has_go;
}

bool lx_succession_waits(const LxSuccession *self)
{
	return !self->has_go;
}

void lx_succession_served(LxSuccession *self)
{
	self->inheritance->on_trial = false;
	if (self->inheritance->elder >= 0)
		lx_baton_send(self->inheritance->elder, LX_BATON_SERVES, "");
}

bool lx_succession_is_on_trial(const LxSuccession *self)
{
	return self->inheritance->on_trial && self->inheritance->elder >= 0;
}

static LxTurn take_go(LxSuccession *self)
{
	if (self->has_go)
		return LX_TURN_NONE;
	self->has_go = true;
	atomic_store(&self->inheritance->estate->header->supervisor, (int32_t)getpid());
	lx_register_claim(self->inheritance->estate);
	return self->prepared ? LX_TURN_BEGIN : LX_TURN_NONE;
}

/* After its go it may end as it likes. */
static LxTurn lose_elder(LxSuccession *self)
{
	lx_fd_clear(&self->inheritance->elder);
	if (self->has_go)
		return LX_TURN_NONE;
	return claim(self, HEIR_MSEC) ? take_go(self) : LX_TURN_GIVE_UP;
}

static LxTurn advance_as_newcomer(LxSuccession *self)
{
	LxBatonMessage message;

	switch (lx_baton_receive(self->inheritance->elder, &message)) {
	case LX_BATON_GO:
		return take_go(self);
	case LX_BATON_ENDED:
		return lose_elder(self);
	default:
		return LX_TURN_NONE;
	}
}

/* ---- Both -------------------------------------------------------------------------------- */

void lx_succession_sources(const LxSuccession *self, struct pollfd *out)
{
	int listener = self->newcomer < 0 ? self->listener : -1; /* one at a time */

	out[0] = (struct pollfd){.fd = self->inheritance->elder, .events = POLLIN};
	out[1] = (struct pollfd){.fd = self->newcomer, .events = POLLIN};
	out[2] = (struct pollfd){.fd = listener, .events = POLLIN};
}

LxTurn lx_succession_advance(LxSuccession *self)
{
	LxTurn turn = self->inheritance->elder >= 0 ? advance_as_newcomer(self) : LX_TURN_NONE;

	return turn != LX_TURN_NONE ? turn : advance_as_elder(self);
}

/* One that has died and has not been listened to since is nobody. */
static bool is_there(int peer)
{
	struct pollfd source = {.fd = peer};

	return peer >= 0 && poll(&source, 1, 0) >= 0 && !(source.revents & (POLLHUP | POLLERR));
}

bool lx_succession_is_survived(const LxSuccession *self)
{
	if (self->role == LX_ROLE_RETIRED || !self->has_go)
		return true;
	return is_there(self->inheritance->elder) ||
	       (self->role >= LX_ROLE_OFFERED && is_there(self->newcomer));
}

void lx_succession_leave(LxSuccession *self)
{
	if (self->role == LX_ROLE_OFFERED)
		lx_succession_yield(self);
	else if (self->listener >= 0 && !lx_succession_is_survived(self))
		lx_baton_remove(self->runtime_dir);
}
