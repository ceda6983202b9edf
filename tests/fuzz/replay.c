/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a fuzzer's function over every file of a corpus folder, once each, and prints TAP. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <glib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy of exactly its size: a byte read past the end is then seen by the address sanitizer. */
static bool replay(const char *folder, const char *name, GError **error)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	g_autofree char *text = NULL;
	g_autofree uint8_t *exact = NULL;
	gsize size = 0;

	if (!g_file_get_contents(path, &text, &size, error))
		return false;
	exact = g_memdup2(text, size);
	LLVMFuzzerTestOneInput(exact, size);
	return true;
}

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GDir) folder = argc == 2 ? g_dir_open(argv[1], 0, &error) : NULL;
	const char *name;
	int n_run = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	while (folder && !error && (name = g_dir_read_name(folder)))
		if (replay(argv[1], name, &error))
			printf("ok %d - %s\n", ++n_run, name);
	if (error || n_run == 0) {
		printf("Bail out! %s\n", error ? error->message : "usage: replay FOLDER_OF_INPUTS");
		return EXIT_FAILURE;
	}
	printf("1..%d\n", n_run);
	return EXIT_SUCCESS;
}
