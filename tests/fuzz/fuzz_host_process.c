/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every parser of a task's files, each on the same bytes. */
#include "host/process.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	LxSlice text = {(const char *)data, size};
	LxProcessNumbers numbers;
	LxProcess process;
	int64_t offset;

	if (lx_process_parse(text, "stat", &process, NULL))
		(void)lx_process_ticks_nsec(process.start_ticks);
	(void)!lx_process_parse_numbers(text, "status", &numbers, NULL);
	(void)!lx_process_parse_boottime_offset(text, "timens_offsets", &offset, NULL);
	return 0;
}
