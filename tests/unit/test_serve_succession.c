/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "serve/succession.h"

#include "serve/baton.h"
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Ourselves, and the other one's end of the connection. */
typedef struct {
	LxInheritance inheritance;
	LxSuccession succession;
	LxFd other;
} Case;

static void case_new(Case *self, bool newcomer)
{
	LxFd ends[2];

	ck_assert_int_eq(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
	self->inheritance = LX_INHERITANCE_NOTHING;
	self->inheritance.estate = lx_estate_new(4, 4096, NULL);
	for (int kind = 0; kind < LX_N_CONNECTIONS; kind++)
		self->inheritance.estate->connection_fds[kind] = open("/dev/null", O_RDWR);
	self->inheritance.lock = open("/dev/null", O_RDWR | O_CLOEXEC);
	self->inheritance.elder = newcomer ? ends[0] : -1;
	self->inheritance.on_trial = newcomer;
	lx_succession_init(&self->succession, &self->inheritance, "/nonexistent");
	if (!newcomer) {
		self->succession.newcomer = ends[0];
		self->succession.role = LX_ROLE_ASKED;
	}
	self->other = ends[1];
}

static void case_clear(Case *self)
{
	lx_succession_clear(&self->succession);
	lx_inheritance_clear(&self->inheritance);
	lx_fd_clear(&self->other);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Case, case_clear)

static void serves(Case *self, pid_t pid)
{
	atomic_store(&self->inheritance.estate->header->supervisor, (int32_t)pid);
}

static pid_t dead_process(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	return pid;
}

static LxBatonKind heard(const Case *self)
{
	LxBatonMessage message;

	return lx_baton_receive(self->other, &message);
}

START_TEST(a_newcomer_begins_when_it_has_its_go)
{
	g_auto(Case) self = {0};

	case_new(&self, true);
	ck_assert(lx_succession_is_survived(&self.succession));
	ck_assert(!lx_succession_prepared(&self.succession));
	ck_assert_int_eq(heard(&self), LX_BATON_PREPARED);
	lx_baton_send(self.other, LX_BATON_GO, "");
	ck_assert_int_eq(lx_succession_advance(&self.succession), LX_TURN_BEGIN);
	ck_assert_int_eq(atomic_load(&self.inheritance.estate->header->supervisor), getpid());
	ck_assert(lx_succession_is_on_trial(&self.succession));
	lx_succession_served(&self.succession);
	ck_assert_int_eq(heard(&self), LX_BATON_SERVES);
	ck_assert(!lx_succession_is_on_trial(&self.succession));
}
END_TEST

START_TEST(a_go_may_come_before_the_worker_is_prepared)
{
	g_auto(Case) self = {0};

	case_new(&self, true);
	lx_baton_send(self.other, LX_BATON_GO, "");
	ck_assert_int_eq(lx_succession_advance(&self.succession), LX_TURN_NONE);
	ck_assert(lx_succession_prepared(&self.succession));
}
END_TEST

START_TEST(a_newcomer_gives_up_when_its_elder_only_hangs_up)
{
	g_auto(Case) self = {0};

	case_new(&self, true);
	serves(&self, getppid());
	lx_fd_clear(&self.other);
	ck_assert_int_eq(lx_succession_advance(&self.succession), LX_TURN_GIVE_UP);
}
END_TEST

START_TEST(a_newcomer_replaces_a_dead_elder_without_an_heir)
{
	g_auto(Case) self = {0};

	case_new(&self, true);
	serves(&self, dead_process());
	lx_succession_prepared(&self.succession);
	lx_fd_clear(&self.other);
	ck_assert_int_eq(lx_succession_advance(&self.succession), LX_TURN_BEGIN);
}
END_TEST

START_TEST(an_elder_yields_only_to_one_that_is_prepared)
{
	g_auto(Case) self = {0};

	case_new(&self, false);
	lx_baton_send(self.other, LX_BATON_PREPARED, "");
	ck_assert_int_eq(lx_succession_advance(&self.succession), LX_TURN_NONE);
	lx_baton_send(self.other, LX_BATON_ASK, "0.1.0");
	ck_assert_int_eq(lx_succession_advance(&self.succession), LX_TURN_NONE);
	ck_assert_int_eq(heard(&self), LX_BATON_ESTATE);
	lx_baton_send(self.other, LX_BATON_PREPARED, "");
	ck_assert_int_eq(lx_succession_advance(&self.succession), LX_TURN_YIELD);
	lx_succession_yield(&self.succession);
	ck_assert_int_eq(heard(&self), LX_BATON_GO);
	ck_assert(lx_succession_is_survived(&self.succession));
}
END_TEST

static void yield(Case *self)
{
	case_new(self, false);
	lx_baton_send(self->other, LX_BATON_ASK, "0.1.0");
	lx_succession_advance(&self->succession);
	lx_succession_yield(&self->succession);
}

START_TEST(an_elder_goes_on_when_a_newcomer_dies_early)
{
	g_auto(Case) self = {0};

	case_new(&self, false);
	lx_baton_send(self.other, LX_BATON_ASK, "0.1.0");
	lx_succession_advance(&self.succession);
	lx_fd_clear(&self.other);
	ck_assert_int_eq(lx_succession_advance(&self.succession), LX_TURN_STAY);
	ck_assert(!lx_succession_is_under_way(&self.succession));
}
END_TEST

START_TEST(an_elder_serves_again_when_a_newcomer_dies_late)
{
	g_auto(Case) self = {0};

	yield(&self);
	serves(&self, dead_process());
	lx_fd_clear(&self.other);
	ck_assert_int_eq(lx_succession_advance(&self.succession), LX_TURN_RESUME);
	ck_assert_int_eq(atomic_load(&self.inheritance.estate->header->supervisor), getpid());
}
END_TEST

START_TEST(an_elder_retires_when_a_third_one_serves)
{
	g_auto(Case) self = {0};

	yield(&self);
	serves(&self, getppid());
	lx_fd_clear(&self.other);
	ck_assert_int_eq(lx_succession_advance(&self.succession), LX_TURN_RETIRE);
	ck_assert(lx_succession_is_survived(&self.succession));
}
END_TEST

START_TEST(a_newcomer_waiting_for_its_go_gets_it_at_the_end)
{
	g_auto(Case) self = {0};

	case_new(&self, false);
	lx_baton_send(self.other, LX_BATON_ASK, "0.1.0");
	lx_succession_advance(&self.succession);
	ck_assert_int_eq(heard(&self), LX_BATON_ESTATE);
	lx_succession_leave(&self.succession);
	ck_assert_int_eq(heard(&self), LX_BATON_GO);
}
END_TEST

START_TEST(nobody_survives_one_that_is_alone)
{
	LxInheritance inheritance = LX_INHERITANCE_NOTHING;
	LxSuccession succession;

	lx_succession_init(&succession, &inheritance, "/nonexistent");
	ck_assert(!lx_succession_is_survived(&succession));
	ck_assert(!lx_succession_waits(&succession));
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_newcomer_begins_when_it_has_its_go,
		a_go_may_come_before_the_worker_is_prepared,
		a_newcomer_gives_up_when_its_elder_only_hangs_up,
		a_newcomer_replaces_a_dead_elder_without_an_heir,
		an_elder_yields_only_to_one_that_is_prepared,
		an_elder_goes_on_when_a_newcomer_dies_early,
		an_elder_serves_again_when_a_newcomer_dies_late,
		an_elder_retires_when_a_third_one_serves,
		a_newcomer_waiting_for_its_go_gets_it_at_the_end,
		nobody_survives_one_that_is_alone,
		NULL,
	};

	return unit_suite_new("serve/succession", tests);
}
