/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "serve/baton.h"

#include "fd.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
	LxFd ends[2];
} Pair;

static void pair_clear(Pair *pair)
{
	lx_fd_clear(&pair->ends[0]);
	lx_fd_clear(&pair->ends[1]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Pair, pair_clear)

static void pair_new(Pair *pair)
{
	ck_assert_int_eq(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair->ends),
		0);
}

static LxEstate *estate_new(void)
{
	LxEstate *estate = lx_estate_new(4, 4096, NULL);

	ck_assert_ptr_nonnull(estate);
	for (int kind = 0; kind < LX_N_CONNECTIONS; kind++)
		estate->connection_fds[kind] = open("/dev/null", O_RDWR | O_CLOEXEC);
	return estate;
}

START_TEST(a_message_arrives_as_it_was_sent)
{
	g_auto(Pair) pair = {{-1, -1}};
	LxBatonMessage message;

	pair_new(&pair);
	ck_assert_int_eq(lx_baton_receive(pair.ends[1], &message), LX_BATON_NOTHING);
	lx_baton_send(pair.ends[0], LX_BATON_PREPARED, "text");
	ck_assert_int_eq(lx_baton_receive(pair.ends[1], &message), LX_BATON_PREPARED);
	ck_assert_str_eq(message.text, "text");
	ck_assert_uint_eq(message.estate_version, LX_ESTATE_VERSION);
	lx_fd_clear(&pair.ends[0]);
	ck_assert_int_eq(lx_baton_receive(pair.ends[1], &message), LX_BATON_ENDED);
}
END_TEST

START_TEST(nonsense_is_the_end)
{
	char noise[sizeof(LxBatonMessage) + 1] = {0};
	const size_t sizes[] = {1, sizeof(LxBatonMessage), sizeof noise};

	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
		g_auto(Pair) pair = {{-1, -1}};
		LxBatonMessage message;

		pair_new(&pair);
		ck_assert_int_eq(write(pair.ends[0], noise, sizes[i]), (ssize_t)sizes[i]);
		ck_assert_int_eq(lx_baton_receive(pair.ends[1], &message), LX_BATON_ENDED);
	}
}
END_TEST

START_TEST(another_version_may_not_have_it)
{
	g_auto(Pair) pair = {{-1, -1}};
	g_autoptr(GError) error = NULL;
	LxBatonMessage asked;

	pair_new(&pair);
	lx_baton_send(pair.ends[0], LX_BATON_ASK, "0.1.0");
	ck_assert_int_eq(lx_baton_receive(pair.ends[1], &asked), LX_BATON_ASK);
	unit_ok(lx_baton_may_have(&asked, &error), error);
	asked.estate_version++;
	unit_fails(lx_baton_may_have(&asked, &error), error, EPROTO, "version");
}
END_TEST

START_TEST(another_pid_namespace_may_not_have_it)
{
	g_auto(Pair) pair = {{-1, -1}};
	g_autoptr(GError) error = NULL;
	LxBatonMessage asked;

	pair_new(&pair);
	lx_baton_send(pair.ends[0], LX_BATON_ASK, "0.1.0");
	ck_assert_int_eq(lx_baton_receive(pair.ends[1], &asked), LX_BATON_ASK);
	asked.pid_namespace++;
	unit_fails(lx_baton_may_have(&asked, &error), error, EXDEV, "hostPID");
}
END_TEST

START_TEST(where_nobody_listens_nobody_refuses)
{
	unit_autofolder folder = unit_folder_new((const char *const[]){NULL});
	g_autoptr(GError) error = NULL;
	LxInheritance taken;

	ck_assert(!lx_baton_ask(folder, &taken, &error));
	ck_assert(!lx_baton_is_refusal(error));
}
END_TEST

/* The whole question, with an elder that answers from a thread. */
typedef struct {
	int listener;
	LxInheritance *has; /* NULL: it refuses */
} Elder;

static gpointer answer(gpointer data)
{
	const Elder *elder = data;
	LxBatonMessage asked;
	int process = -1, peer;

	while ((peer = lx_baton_accept(elder->listener, &process)) < 0)
		g_usleep(1000);
	while (lx_baton_receive(peer, &asked) == LX_BATON_NOTHING)
		g_usleep(1000);
	if (elder->has)
		lx_baton_send_estate(peer, elder->has);
	else
		lx_baton_send(peer, LX_BATON_REFUSED, "not today");
	close(process);
	return GINT_TO_POINTER(peer);
}

START_TEST(whoever_asks_gets_the_estate)
{
	unit_autofolder folder = unit_folder_new((const char *const[]){NULL});
	g_auto(LxInheritance) has = LX_INHERITANCE_NOTHING, taken = LX_INHERITANCE_NOTHING;
	g_autoptr(GError) error = NULL;
	g_auto(LxFd) listener = lx_baton_listen(folder, &error);
	Elder elder = {.listener = listener, .has = &has};
	g_autoptr(GThread) thread = NULL;

	if (geteuid() != 0)
		return; /* only root is heard */
	has.estate = estate_new();
	has.estate->header->generation = 7;
	has.lock = open("/dev/null", O_RDWR | O_CLOEXEC);
	thread = g_thread_new("elder", answer, &elder);
	unit_ok(lx_baton_ask(folder, &taken, &error), error);
	ck_assert_uint_eq(taken.estate->header->generation, 7);
	ck_assert_int_ge(taken.lock, 0);
	ck_assert_int_ge(taken.elder, 0);
	ck_assert(taken.on_trial);
	has.elder = GPOINTER_TO_INT(g_thread_join(g_steal_pointer(&thread)));
}
END_TEST

START_TEST(a_refusal_comes_with_its_reason)
{
	unit_autofolder folder = unit_folder_new((const char *const[]){NULL});
	LxInheritance taken;
	g_autoptr(GError) error = NULL;
	g_auto(LxFd) listener = lx_baton_listen(folder, &error);
	Elder elder = {.listener = listener};
	g_autoptr(GThread) thread = NULL;

	if (geteuid() != 0)
		return;
	thread = g_thread_new("elder", answer, &elder);
	ck_assert(!lx_baton_ask(folder, &taken, &error));
	ck_assert(lx_baton_is_refusal(error));
	ck_assert(strstr(error->message, "not today") != NULL);
	close(GPOINTER_TO_INT(g_thread_join(g_steal_pointer(&thread))));
}
END_TEST

START_TEST(only_root_may_open_the_socket)
{
	unit_autofolder folder = unit_folder_new((const char *const[]){NULL});
	g_autofree char *path = g_build_filename(folder, "baton", NULL);
	g_autoptr(GError) error = NULL;
	g_auto(LxFd) listener = lx_baton_listen(folder, &error);
	struct stat status;

	ck_assert_int_ge(listener, 0);
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_uint_eq(status.st_mode & 0777, 0600);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_message_arrives_as_it_was_sent,
		nonsense_is_the_end,
		another_version_may_not_have_it,
		another_pid_namespace_may_not_have_it,
		where_nobody_listens_nobody_refuses,
		whoever_asks_gets_the_estate,
		a_refusal_comes_with_its_reason,
		only_root_may_open_the_socket,
		NULL,
	};

	return unit_suite_new("serve/baton", tests);
}
