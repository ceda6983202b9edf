/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Handing the estate to another program image. */
#include "serve/handover.h"

#include "calls/register.h"
#include "fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#define VARIABLE "LXFS_INHERITANCE"
#define VERSION "1"

typedef enum {
	PART_MEMORY,
	PART_HISTORY,
	PART_VIEWS,
	PART_PRESSURE,
	PART_CGROUP,
	PART_LOCK,
	PART_WORKER,
	PART_PREVIOUS,
	PART_ELDER,
	N_PARTS
} Part;

static const char *const parts[N_PARTS] = {
	[PART_MEMORY] = "memory",
	[PART_HISTORY] = "history",
	[PART_VIEWS] = "views",
	[PART_PRESSURE] = "pressure",
	[PART_CGROUP] = "cgroup",
	[PART_LOCK] = "lock",
	[PART_WORKER] = "worker",
	[PART_PREVIOUS] = "previous",
	[PART_ELDER] = "elder",
};

void lx_inheritance_clear(LxInheritance *inheritance)
{
	g_clear_pointer(&inheritance->estate, lx_estate_free);
	lx_fd_clear(&inheritance->lock);
	lx_fd_clear(&inheritance->previous);
	lx_fd_clear(&inheritance->elder);
}

/* ---- The text ---------------------------------------------------------------------------- */

static bool parse_part(const char *word, int numbers[N_PARTS])
{
	const char *equals = strchr(word, '=');
	gint64 number;

	for (int i = 0; equals && i < N_PARTS; i++) {
		if (strlen(parts[i]) != (size_t)(equals - word) ||
			strncmp(parts[i], word, strlen(parts[i])) != 0)
			continue;
		if (!g_ascii_string_to_signed(equals + 1, 10, -1, G_MAXINT, &number, NULL))
			return false;
		numbers[i] = (int)number;
		return true;
	}
	return false;
}

static bool parse(const char *text, int numbers[N_PARTS], GError **error)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);

	for (int i = 0; i < N_PARTS; i++)
		numbers[i] = -1;
	if (g_strcmp0(words[0], VERSION) != 0) {
		lx_error_set(error, EPROTO,
			"taking over from another lxfs: it hands over by version \"%s\", this one "
			"takes " VERSION,
			words[0] ? words[0] : "");
		return false;
	}
	for (int i = 1; words[i]; i++) {
		if (parse_part(words[i], numbers))
			continue;
		lx_error_set(error, EPROTO,
			"taking over from another lxfs: it hands over \"%s\", which is not known "
			"here",
			words[i]);
		return false;
	}
	return true;
}

static char *format(const LxInheritance *inheritance)
{
	const LxEstate *estate = inheritance->estate;
	const int numbers[N_PARTS] = {
		[PART_MEMORY] = estate->memory_fd,
		[PART_HISTORY] = estate->history_fd,
		[PART_VIEWS] = estate->connection_fds[LX_CONNECTION_VIEWS],
		[PART_PRESSURE] = estate->connection_fds[LX_CONNECTION_PRESSURE],
		[PART_CGROUP] = estate->connection_fds[LX_CONNECTION_CGROUP],
		[PART_LOCK] = inheritance->lock,
		[PART_WORKER] = (int)inheritance->worker,
		[PART_PREVIOUS] = inheritance->previous,
		[PART_ELDER] = inheritance->elder,
	};
	GString *text = g_string_new(VERSION);

	for (int i = 0; i < N_PARTS; i++)
		g_string_append_printf(text, " %s=%d", parts[i], numbers[i]);
	return g_string_free(text, FALSE);
}

/* ---- The descriptors --------------------------------------------------------------------- */

static void set_close_on_exec(int fd, bool on)
{
	if (fd >= 0)
		fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0);
}

static void set_all_close_on_exec(const LxInheritance *inheritance, bool on)
{
	const LxEstate *estate = inheritance->estate;

	set_close_on_exec(estate->memory_fd, on);
	set_close_on_exec(estate->history_fd, on);
	for (int i = 0; i < LX_N_CONNECTIONS; i++)
		set_close_on_exec(estate->connection_fds[i], on);
	set_close_on_exec(inheritance->lock, on);
	set_close_on_exec(inheritance->previous, on);
	set_close_on_exec(inheritance->elder, on);
	lx_register_set_close_on_exec(estate, on);
}

bool lx_handover_take(LxInheritance *out, GError **error)
{
	const char *value = getenv(VARIABLE);
	g_autofree char *text = g_strdup(value);
	LxInheritance inheritance = LX_INHERITANCE_NOTHING;
	int numbers[N_PARTS];

	if (!text) {
		*out = inheritance;
		return true;
	}
	unsetenv(VARIABLE);
	if (!parse(text, numbers, error))
		return false;
	inheritance.estate = lx_estate_inherit(numbers[PART_MEMORY], numbers[PART_HISTORY], error);
	if (!inheritance.estate)
		return false;
	inheritance.estate->connection_fds[LX_CONNECTION_VIEWS] = numbers[PART_VIEWS];
	inheritance.estate->connection_fds[LX_CONNECTION_PRESSURE] = numbers[PART_PRESSURE];
	inheritance.estate->connection_fds[LX_CONNECTION_CGROUP] = numbers[PART_CGROUP];
	inheritance.lock = numbers[PART_LOCK];
	inheritance.worker = MAX(numbers[PART_WORKER], 0);
	inheritance.previous = numbers[PART_PREVIOUS];
	inheritance.elder = numbers[PART_ELDER];
	set_all_close_on_exec(&inheritance, true);
	*out = inheritance;
	return true;
}

void lx_handover_leave(const LxInheritance *inheritance)
{
	g_autofree char *text = format(inheritance);

	lx_register_claim(inheritance->estate);
	setenv(VARIABLE, text, 1);
	set_all_close_on_exec(inheritance, false);
}

void lx_handover_keep(const LxInheritance *inheritance)
{
	set_all_close_on_exec(inheritance, true);
	unsetenv(VARIABLE);
}

void lx_handover_execute(
	const LxInheritance *inheritance, const char *program, char **argv, GError **error)
{
	lx_handover_leave(inheritance);
	execv(program, argv);
	lx_error_set_errno(error, errno, "executing %s", program);
	lx_handover_keep(inheritance);
}
