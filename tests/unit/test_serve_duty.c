/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pipe in the place of /dev/fuse: it is ready for reading when a request waits in it. */
#include "serve/duty.h"

#include "unit.h"

#include <unistd.h>

#define N_THREADS 6
#define N_REQUESTS 2000

enum { QUICK = 'q', SLOW = 's', LATER = 'l' };

typedef struct {
	LxDuty *duty;
	int requests[2];
	int answers[2];
	int later[2]; /* what SLOW waits for, and LATER brings */
} Office;

static void office_open(Office *office)
{
	g_autoptr(GError) error = NULL;

	ck_assert_int_eq(pipe(office->requests), 0);
	ck_assert_int_eq(pipe(office->answers), 0);
	ck_assert_int_eq(pipe(office->later), 0);
	office->duty = lx_duty_new(office->requests[0], &error);
	unit_ok(office->duty != NULL, error);
}

static void office_close(Office *office)
{
	lx_duty_free(office->duty);
	for (int end = 0; end < 2; end++) {
		close(office->answers[end]);
		close(office->later[end]);
	}
	close(office->requests[0]);
}

static void put(int fd, char byte)
{
	ck_assert_int_eq(write(fd, &byte, 1), 1);
}

static char get(int fd)
{
	char byte;

	ck_assert_int_eq(read(fd, &byte, 1), 1);
	return byte;
}

static void answer(Office *office, char request)
{
	if (request == SLOW)
		get(office->later[0]);
	if (request == LATER)
		put(office->later[1], request);
	put(office->answers[1], request);
}

/* As the FUSE threads do; until the connection ends. How many it has answered. */
static gpointer serve(gpointer data)
{
	Office *office = data;
	size_t n_answered = 0;
	char request;

	for (;;) {
		ssize_t got;

		lx_duty_wait(office->duty);
		got = read(office->requests[0], &request, 1);
		lx_duty_take(office->duty);
		if (got != 1)
			return GSIZE_TO_POINTER(n_answered);
		answer(office, request);
		n_answered++;
	}
}

static void start(Office *office, GThread **threads, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		threads[i] = g_thread_new("server", serve, office);
}

/* All of them end with the connection, those that rest, too. */
static size_t end(Office *office, GThread **threads, unsigned n)
{
	size_t n_answered = 0;

	close(office->requests[1]);
	for (unsigned i = 0; i < n; i++)
		n_answered += GPOINTER_TO_SIZE(g_thread_join(threads[i]));
	return n_answered;
}

START_TEST(the_only_one_never_rests)
{
	Office office;

	office_open(&office);
	for (int i = 0; i < 3; i++) {
		lx_duty_wait(office.duty);
		lx_duty_take(office.duty);
	}
	close(office.requests[1]);
	office_close(&office);
}
END_TEST

START_TEST(nobody_rests_while_a_request_lies_there)
{
	Office office;

	office_open(&office);
	lx_duty_wait(office.duty);
	put(office.requests[1], QUICK);
	lx_duty_wait(office.duty);
	close(office.requests[1]);
	office_close(&office);
}
END_TEST

START_TEST(requests_one_after_the_other_are_all_answered)
{
	GThread *threads[N_THREADS];
	Office office;

	office_open(&office);
	start(&office, threads, N_THREADS);
	for (int i = 0; i < N_REQUESTS; i++) {
		put(office.requests[1], QUICK);
		ck_assert_int_eq(get(office.answers[0]), QUICK);
	}
	ck_assert_uint_eq(end(&office, threads, N_THREADS), N_REQUESTS);
	office_close(&office);
}
END_TEST

START_TEST(many_requests_at_once_are_all_answered)
{
	GThread *threads[N_THREADS];
	Office office;

	office_open(&office);
	start(&office, threads, N_THREADS);
	for (int i = 0; i < N_REQUESTS; i++)
		put(office.requests[1], QUICK);
	for (int i = 0; i < N_REQUESTS; i++)
		ck_assert_int_eq(get(office.answers[0]), QUICK);
	ck_assert_uint_eq(end(&office, threads, N_THREADS), N_REQUESTS);
	office_close(&office);
}
END_TEST

/* Each of them is answered only after a later one, so a thread for each has to come. */
START_TEST(answers_that_take_long_hold_up_nobody_else)
{
	GThread *threads[N_THREADS];
	Office office;

	office_open(&office);
	start(&office, threads, N_THREADS);
	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < N_THREADS - 1; i++)
			put(office.requests[1], SLOW);
		put(office.requests[1], QUICK);
		ck_assert_int_eq(get(office.answers[0]), QUICK);
		for (int i = 0; i < N_THREADS - 1; i++)
			put(office.requests[1], LATER);
		for (int i = 0; i < 2 * (N_THREADS - 1); i++)
			ck_assert_int_ne(get(office.answers[0]), QUICK);
	}
	ck_assert_uint_eq(end(&office, threads, N_THREADS), 20 * (2 * N_THREADS - 1));
	office_close(&office);
}
END_TEST

/* The others rest when that one comes, and nothing lies there: only the timer can tell them. */
START_TEST(a_request_that_takes_long_does_so_before_the_next_one_comes)
{
	GThread *threads[2];
	Office office;

	office_open(&office);
	start(&office, threads, 2);
	for (int round = 0; round < 20; round++) {
		put(office.requests[1], SLOW);
		g_usleep(10 * LX_DUTY_TICK_NSEC / 1000);
		put(office.requests[1], LATER);
		get(office.answers[0]);
		get(office.answers[0]);
	}
	ck_assert_uint_eq(end(&office, threads, 2), 40);
	office_close(&office);
}
END_TEST

START_TEST(all_who_rest_are_told_that_the_connection_has_ended)
{
	GThread *threads[N_THREADS];
	Office office;

	office_open(&office);
	start(&office, threads, N_THREADS);
	ck_assert_uint_eq(end(&office, threads, N_THREADS), 0);
	office_close(&office);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		the_only_one_never_rests,
		nobody_rests_while_a_request_lies_there,
		requests_one_after_the_other_are_all_answered,
		many_requests_at_once_are_all_answered,
		answers_that_take_long_hold_up_nobody_else,
		a_request_that_takes_long_does_so_before_the_next_one_comes,
		all_who_rest_are_told_that_the_connection_has_ended,
		NULL,
	};

	return unit_suite_new("serve/duty", tests);
}
