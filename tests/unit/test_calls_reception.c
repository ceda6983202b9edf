/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "calls/reception.h"
#include "calls/register.h"
#include "runtime_socket.h"

#include <sys/socket.h>
#include <unistd.h>

/* A register of one row, which a connection of LXC's monitor has. */
typedef struct {
	LxEstate *estate;
	LxProgramSettings settings;
	LxReception reception;
	LxFd monitor;
	LxFd waiting; /* who connects, and finds no room */
	unsigned row;
} Full;

static void fill(Full *full)
{
	LxFd ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	full->monitor = ends[0];
	ck_assert(lx_register_add(full->estate, ends[1], 1, &full->row));
}

static void full_init(Full *full, const char *folder)
{
	g_autoptr(GError) error = NULL;

	*full = (Full){.settings = {.runtime_dir = (char *)folder, .sysinfo = true}};
	full->settings.library.max_containers = 1;
	full->estate = lx_estate_new(1, 4096, &error);
	ck_assert_msg(full->estate != NULL, "%s", error ? error->message : "");
	atomic_store(&full->estate->header->supervisor, (int32_t)getpid());
	fill(full);
	lx_reception_init(&full->reception, full->estate, &full->settings);
	lx_reception_open(&full->reception);
	full->waiting = lx_runtime_socket_connect(folder, "seccomp-lxc", SOCK_SEQPACKET, &error);
	ck_assert_msg(full->waiting >= 0, "%s", error ? error->message : "");
	lx_reception_attend(&full->reception);
}

static void full_clear(Full *full)
{
	lx_reception_clear(&full->reception);
	lx_estate_free(full->estate);
	lx_fd_clear(&full->monitor);
	lx_fd_clear(&full->waiting);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Full, full_clear)

START_TEST(who_finds_no_room_waits_until_there_is)
{
	unit_autofolder folder = unit_folder_new(NULL);
	g_auto(Full) full;

	full_init(&full, folder);
	ck_assert(!full.reception.open);
	lx_register_remove(full.estate, full.row);
	lx_reception_attend(&full.reception);
	ck_assert(full.reception.open);
}
END_TEST

/* Another lxfs hears that socket by then, and two who write into one register would lose rows. */
START_TEST(one_that_was_closed_does_not_open_by_itself_when_there_is_room)
{
	unit_autofolder folder = unit_folder_new(NULL);
	g_auto(Full) full;

	full_init(&full, folder);
	lx_reception_close(&full.reception);
	lx_register_remove(full.estate, full.row);
	lx_reception_attend(&full.reception);
	ck_assert(!full.reception.open);
	lx_reception_open(&full.reception);
	ck_assert(full.reception.open);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		who_finds_no_room_waits_until_there_is,
		one_that_was_closed_does_not_open_by_itself_when_there_is_room,
		NULL,
	};

	return unit_suite_new("calls/reception", tests);
}
