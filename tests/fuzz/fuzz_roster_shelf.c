/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file of a containers/storage: read, or refused. */
#include "roster/shelf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(LxShelf) shelf = lx_shelf_new("/nonexistent");
	g_autofree char *text = g_strndup((const char *)data, size);

	(void)lx_shelf_parse(shelf, text, strlen(text));
	(void)lx_shelf_name(shelf, "1");
	return 0;
}
