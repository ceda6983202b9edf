/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file systems that this instance has served. */
#include "mounts/generations.h"

#include "runtime.h"

#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#define DEVICES_FILE "devices"
/* Each start adds two; whoever was lost more often can be healed by hand. */
#define DEVICES_MAX 512u

static bool parse_line(const char *line, uint64_t *out)
{
	unsigned major_number, minor_number;

	if (line[strspn(line, "0123456789:")] != '\0' ||
		sscanf(line, "%9u:%9u", &major_number, &minor_number) != 2)
		return false;
	*out = makedev(major_number, minor_number);
	return true;
}

GArray *lx_generations_read(const char *runtime_dir)
{
	g_autofree char *path = g_build_filename(runtime_dir, DEVICES_FILE, NULL);
	GArray *devices = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	g_autofree char *text = NULL;
	char *rest;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return devices;
	rest = text;
	for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
		uint64_t device;

		if (parse_line(line, &device) && devices->len < DEVICES_MAX)
			g_array_append_val(devices, device);
	}
	return devices;
}

bool lx_generations_contain(const GArray *devices, uint64_t device)
{
	for (unsigned i = 0; i < devices->len; i++)
		if (g_array_index(devices, uint64_t, i) == device)
			return true;
	return false;
}

/* The newest first: when there are too many, the oldest are forgotten. */
static char *print(const LxServed *served, const GArray *before)
{
	GString *text = g_string_new(NULL);

	for (unsigned i = 0; i < served->n_devices; i++)
		g_string_append_printf(
			text, "%u:%u\n", major(served->devices[i]), minor(served->devices[i]));
	for (unsigned i = 0; i < before->len && i + served->n_devices < DEVICES_MAX; i++) {
		uint64_t device = g_array_index(before, uint64_t, i);
		LxMount mount = {.device = device};

		if (!lx_served_contains(served, &mount))
			g_string_append_printf(text, "%u:%u\n", major(device), minor(device));
	}
	return g_string_free(text, FALSE);
}

void lx_generations_note(const char *runtime_dir, const LxServed *served)
{
	g_autoptr(GArray) before = lx_generations_read(runtime_dir);
	g_autofree char *text = print(served, before);

	lx_runtime_write(runtime_dir, DEVICES_FILE, text);
}
