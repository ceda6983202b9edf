/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Texts and paths of sys/devices/system: the three forms of a set, counts, columns, names. */
#include "model/cpus.h"
#include "model/sysfs.h"
#include "render/sysfs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_path(const char *path, const LxCpuset *cpus, GString *text)
{
	LxSysfsScope scope = {cpus, cpus, true};

	lx_sysfs_kind(path);
	g_string_truncate(text, 0);
	if (lx_sysfs_append_real_path(&scope, path, text) && strstr(text->str, "/../"))
		abort();
	lx_sysfs_append_shown_target(&scope, path, text);
}

/* A mask must come back in the width that it had. */
static void fuzz_mask(LxSlice host, GString *text)
{
	unsigned n_bits;
	LxCpuset set;

	g_string_truncate(text, 0);
	if (!lx_cpuset_parse_mask(host, "mask", &set, &n_bits, NULL))
		return;
	lx_sysfs_append_mask(&set, n_bits, text);
	if (text->len != lx_slice_trim(host).length + 1)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *path = g_strndup((const char *)data, size);
	g_autoptr(GString) text = g_string_new(NULL);
	LxSlice host = {(const char *)data, size};
	LxCpuset set, cpus = {{0x5}};

	if (lx_cpuset_parse(host, "list", &set, NULL))
		lx_sysfs_append_list(&set, text);
	if (lx_cpuset_parse_words(host, "row", &set, NULL)) {
		set = lx_cpus_shown(&set, &cpus, true);
		lx_sysfs_append_row(&set, text);
	}
	lx_sysfs_append_zero(host, text);
	lx_sysfs_append_zero_columns(host, text);
	lx_sysfs_append_zero_fields(host, text);
	lx_sysfs_append_columns(host, &cpus, &cpus, text);
	fuzz_mask(host, text);
	fuzz_path(path, &cpus, text);
	return 0;
}
