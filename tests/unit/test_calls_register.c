/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "listening.h"

#include "calls/register.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

static LxEstate *estate_new(void)
{
	g_autoptr(GError) error = NULL;
	LxEstate *estate = lx_estate_new(1, 4096, &error);

	ck_assert_msg(estate != NULL, "%s", error ? error->message : "");
	atomic_store(&estate->header->supervisor, (int32_t)getpid());
	return estate;
}

START_TEST(a_listener_has_a_row_until_it_is_removed)
{
	g_autoptr(LxEstate) estate = estate_new();
	UnitListener unit;
	unsigned row, other;
	uint32_t serial;

	ck_assert(unit_listener_init(&unit, false));
	ck_assert(lx_register_add(estate, unit.fd, 1, &row));
	ck_assert(!lx_register_add(estate, unit.fd, 1, &other));
	ck_assert_uint_eq(lx_register_count(estate), 1);
	serial = estate->listeners[row].serial;
	lx_register_remove(estate, row);
	ck_assert_uint_eq(lx_register_count(estate), 0);
	ck_assert_int_lt(fcntl(unit.fd, F_GETFD), 0);
	unit_listener_end(&unit);
	ck_assert(unit_listener_init(&unit, false));
	ck_assert(lx_register_add(estate, unit.fd, 1, &row));
	ck_assert_uint_ne(estate->listeners[row].serial, serial);
	unit_listener_end(&unit);
}
END_TEST

/* In another process that maps the same memory: a newcomer. Its exit code says how far it came. */
static int as_newcomer(const LxEstate *elder)
{
	LxEstate *own = lx_estate_inherit(dup(elder->memory_fd), dup(elder->history_fd), NULL);

	if (!own)
		return 1;
	lx_register_claim(own); /* not ours yet */
	lx_register_pull(own, NULL, NULL);
	if (!own->listeners[0].serial || !lx_listener_is(own->listeners[0].fd))
		return 2;
	atomic_store(&own->header->supervisor, (int32_t)getpid());
	lx_register_claim(own);
	if (atomic_load(&own->listener_rows[0].holder) >> 32 != (uint64_t)getpid())
		return 3;
	lx_register_remove(own, 0);
	return 0;
}

START_TEST(another_process_gets_copies_and_the_office)
{
	g_autoptr(LxEstate) estate = estate_new();
	UnitListener unit;
	unsigned row;
	int status;
	pid_t child;

	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
	ck_assert(unit_listener_init(&unit, false));
	ck_assert(lx_register_add(estate, unit.fd, 1, &row));
	child = fork();
	if (child == 0)
		_exit(as_newcomer(estate));
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(WEXITSTATUS(status), 0);
	lx_register_pull(estate, NULL, NULL);
	ck_assert_uint_eq(estate->listeners[row].serial, 0);
	unit_listener_end(&unit);
}
END_TEST

static int socket_new(void)
{
	const struct sockaddr any = {.sa_family = AF_UNIX}; /* the kernel chooses a name */
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(bind(fd, &any, sizeof any.sa_family), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	return fd;
}

static ino_t number_of(int fd)
{
	struct stat status = {0};

	return fd >= 0 && fstat(fd, &status) == 0 ? status.st_ino : 0;
}

/* What a process has after a pull while its parent holds `fd`, or nobody holds any (-1). */
static ino_t pulled(LxEstate *estate, int fd)
{
	uint64_t holder = fd < 0 ? 0 : (uint64_t)getppid() << 32 | (unsigned)fd;

	atomic_store(&estate->header->receptions[0], holder);
	lx_register_pull(estate, NULL, NULL);
	return number_of(estate->receptions[0]);
}

static int as_elder(const LxEstate *shared, int first, int second, int no_socket)
{
	LxEstate *own = lx_estate_inherit(dup(shared->memory_fd), dup(shared->history_fd), NULL);
	int kept;

	if (!own || pulled(own, first) != number_of(first))
		return 1;
	kept = own->receptions[0];
	if (pulled(own, no_socket) != number_of(first) || pulled(own, first) != number_of(first) ||
		own->receptions[0] != kept)
		return 2;
	if (pulled(own, second) != number_of(second))
		return 3;
	return pulled(own, -1) == 0 && own->receptions[0] == -1 ? 0 : 4;
}

START_TEST(a_copy_of_a_socket_goes_when_its_holder_has_none_or_another_one)
{
	g_autoptr(LxEstate) estate = estate_new();
	int first = socket_new(), second = socket_new(), status;
	pid_t child;

	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
	child = fork();
	if (child == 0)
		_exit(as_elder(estate, first, second, STDERR_FILENO));
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(WEXITSTATUS(status), 0);
	close(first);
	close(second);
}
END_TEST

START_TEST(what_nobody_can_give_is_freed)
{
	g_autoptr(LxEstate) estate = estate_new();
	LxListenerRow *row = &estate->listener_rows[7];

	atomic_store(&row->holder, (uint64_t)getpid() << 32 | 0); /* is no listener */
	atomic_store(&row->serial, 5);
	lx_register_claim(estate);
	ck_assert_uint_eq(lx_register_count(estate), 0);
}
END_TEST

START_TEST(what_the_store_gives_back_finds_its_row)
{
	g_autoptr(LxEstate) estate = estate_new();
	UnitListener unit;

	ck_assert(unit_listener_init(&unit, false));
	atomic_store(&estate->listener_rows[7].serial, 5);
	lx_register_restore(estate, 6, dup(unit.fd));
	ck_assert_uint_eq(estate->listeners[7].serial, 0);
	lx_register_restore(estate, 5, open("/dev/null", O_RDONLY));
	ck_assert_uint_eq(estate->listeners[7].serial, 0);
	lx_register_restore(estate, 5, unit.fd);
	ck_assert_uint_eq(estate->listeners[7].serial, 5);
	lx_register_claim(estate);
	ck_assert_uint_eq(lx_register_count(estate), 1);
	unit_listener_end(&unit);
}
END_TEST

START_TEST(after_exec_the_rows_are_believed_as_far_as_the_kernel_agrees)
{
	g_autoptr(LxEstate) estate = estate_new();
	UnitListener unit;

	ck_assert(unit_listener_init(&unit, false));
	atomic_store(&estate->listener_rows[1].serial, 1);
	atomic_store(
		&estate->listener_rows[1].holder, (uint64_t)getpid() << 32 | (unsigned)unit.fd);
	atomic_store(&estate->listener_rows[2].serial, 2);
	atomic_store(&estate->listener_rows[2].holder, (uint64_t)getpid() << 32 | 0);
	lx_register_adopt(estate);
	ck_assert_uint_eq(estate->listeners[1].serial, 1);
	ck_assert_uint_eq(estate->listeners[2].serial, 0);
	ck_assert(fcntl(unit.fd, F_GETFD) & FD_CLOEXEC);
	lx_register_set_close_on_exec(estate, false);
	ck_assert(!(fcntl(unit.fd, F_GETFD) & FD_CLOEXEC));
	unit_listener_end(&unit);
}
END_TEST

START_TEST(only_calls_that_were_being_answered_have_cost_a_life)
{
	g_autoptr(LxEstate) estate = estate_new();
	struct seccomp_notif *call = (void *)estate->listener_rows[4].call;

	atomic_store(&estate->listener_rows[4].serial, 1);
	atomic_store(&estate->listener_rows[5].serial, 2);
	call->id = 77;
	lx_register_note_death(estate);
	ck_assert_uint_eq(estate->listener_rows[4].deaths, 1);
	ck_assert_uint_eq(estate->listener_rows[5].deaths, 0);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_listener_has_a_row_until_it_is_removed,
		another_process_gets_copies_and_the_office,
		a_copy_of_a_socket_goes_when_its_holder_has_none_or_another_one,
		what_nobody_can_give_is_freed,
		what_the_store_gives_back_finds_its_row,
		after_exec_the_rows_are_believed_as_far_as_the_kernel_agrees,
		only_calls_that_were_being_answered_have_cost_a_life,
		NULL,
	};

	return unit_suite_new("calls/register", tests);
}
