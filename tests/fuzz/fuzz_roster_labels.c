/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A runtime's file: whatever it says, every name is short and fit for a terminal. */
#include "roster/labels.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *name)
{
	if (!name)
		return;
	if (name[0] == '\0' || strlen(name) > 260 || !g_utf8_validate(name, -1, NULL))
		abort();
	for (; *name; name = g_utf8_next_char(name))
		if (g_unichar_iscntrl(g_utf8_get_char(name)))
			abort();
}

/* The first byte is the format. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_auto(LxLabels) labels = {0};
	g_autofree char *text = size ? g_strndup((const char *)data + 1, size - 1) : NULL;

	if (!text)
		return 0;
	lx_labels_parse((LxLabelsFormat)(data[0] % 2), text, strlen(text), "id", &labels);
	check(labels.name);
	check(labels.pod);
	check(labels.namespace);
	check(labels.container);
	return 0;
}
