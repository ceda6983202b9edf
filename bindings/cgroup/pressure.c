/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A cgroup's pressure files: what they say, and the triggers that can be set on them. */
#include "cgroup/pressure.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define TEXT_MAX_BYTES 4096

/* The buffer of psi_write in kernel/sched/psi.c, with the NUL that ends it. */
#define TRIGGER_MAX_BYTES 32

static const LxCgroupFile files[LX_N_PRESSURES] = {
	[LX_PRESSURE_CPU] = LX_CGROUP_CPU_PRESSURE,
	[LX_PRESSURE_IO] = LX_CGROUP_IO_PRESSURE,
	[LX_PRESSURE_MEMORY] = LX_CGROUP_MEMORY_PRESSURE,
	[LX_PRESSURE_IRQ] = LX_CGROUP_IRQ_PRESSURE,
};

static const char *name_of(LxPressure which)
{
	return lx_cgroup_file_name(files[which]);
}

bool lx_pressure_read(LxCgroup *cgroup, LxPressure which, LxText *out, GError **error)
{
	LxLevel *level = lx_cgroup_level(cgroup, LX_CONTROLLER_PRESSURE);
	g_auto(LxText) text = {0};

	if (!level) { /* at the root, where the pressure is the host's */
		lx_error_set(error, ENOTSUP,
			"reading %s: the container has no cgroup of its own in a v2 hierarchy",
			name_of(which));
		return false;
	}
	if (!lx_level_read(level, files[which], &text, error))
		return false;
	if (!text.bytes) {
		lx_error_set(error, ENOTSUP, "reading %s of the cgroup %s: this kernel has none",
			name_of(which), lx_level_path(level));
		return false;
	}
	if (text.length > TEXT_MAX_BYTES) {
		lx_error_set(error, EFBIG, "reading %s of the cgroup %s: longer than %d bytes",
			name_of(which), lx_level_path(level), TEXT_MAX_BYTES);
		return false;
	}
	lx_text_clear(out);
	*out = text;
	text = (LxText){0};
	return true;
}

/* "12.34" is 1234. */
static bool parse_percentage(LxSlice text, unsigned *out)
{
	LxSlice whole;
	uint64_t percent, hundredths;

	if (!lx_scan_until(&text, '.', &whole) || text.length != 2 ||
		!lx_slice_u64(whole, &percent) || !lx_slice_u64(text, &hundredths) || percent > 100)
		return false;
	*out = (unsigned)(percent * 100 + hundredths);
	return true;
}

/* "some avg10=0.00 avg60=0.00 avg300=0.00 total=0"; what begins with another word is passed over.
 */
static bool parse_line(LxSlice line, LxPressureFacts *facts)
{
	static const char key[] = "avg10=";
	LxSlice name, average;
	bool full;

	if (!lx_scan_word(&line, &name))
		return true;
	full = lx_slice_equal(name, "full");
	if (!full && !lx_slice_equal(name, "some"))
		return true;
	if (!lx_scan_word(&line, &average) || !lx_slice_starts_with(average, key))
		return false;
	average = (LxSlice){average.at + strlen(key), average.length - strlen(key)};
	*(full ? &facts->have_full : &facts->have_some) = true;
	return parse_percentage(average, full ? &facts->full_hundredths : &facts->some_hundredths);
}

bool lx_pressure_parse(LxSlice text, const char *what, LxPressureFacts *out, GError **error)
{
	LxPressureFacts facts = {0};
	LxSlice line;

	while (lx_scan_line(&text, &line)) {
		if (parse_line(line, &facts))
			continue;
		lx_error_set(error, EINVAL, "parsing %s: \"%.*s\" has no avg10=PERCENT", what,
			(int)MIN(line.length, 80), line.at);
		return false;
	}
	*out = facts;
	return true;
}

/* From within a container: whatever it sends is checked before the kernel parses it. */
static bool check_trigger(LxSlice trigger, GError **error)
{
	if (trigger.length > 0 && trigger.length < TRIGGER_MAX_BYTES &&
		!memchr(trigger.at, '\0', trigger.length))
		return true;
	lx_error_set(error, EINVAL,
		"setting a pressure trigger: %zu bytes, expected 1 to %d without a NUL",
		trigger.length, TRIGGER_MAX_BYTES - 1);
	return false;
}

static LxSlice without_last_nul(LxSlice trigger)
{
	if (trigger.length > 0 && trigger.at[trigger.length - 1] == '\0')
		trigger.length--;
	return trigger;
}

/*
 * Written with a NUL behind it, which psi_write puts over the last byte of whatever it is given
 * (/proc/pressure); a cgroup's file takes it as the end.
 */
bool lx_pressure_write_trigger(
	int fd, const char *what, const char *text, size_t length, GError **error)
{
	LxSlice trigger = without_last_nul((LxSlice){text, length});
	char bytes[TRIGGER_MAX_BYTES] = "";

	if (!check_trigger(trigger, error))
		return false;
	memcpy(bytes, trigger.at, trigger.length);
	if (write(fd, bytes, trigger.length + 1) >= 0)
		return true;
	lx_error_set_errno(
		error, errno == ENODEV ? ENOENT : errno, "setting a trigger on %s", what);
	return false;
}

int lx_pressure_set_trigger(
	LxCgroup *cgroup, LxPressure which, const char *text, size_t length, GError **error)
{
	LxLevel *level = lx_cgroup_level(cgroup, LX_CONTROLLER_PRESSURE);
	g_auto(LxText) present = {0};
	g_auto(LxFd) fd = -1;

	/* Reading tells a cgroup that has gone from one without the file; opening cannot. */
	if (!lx_pressure_read(cgroup, which, &present, error))
		return -1;
	fd = lx_level_open(level, name_of(which), O_RDWR, error);
	if (fd < 0 || !lx_pressure_write_trigger(fd, name_of(which), text, length, error))
		return -1;
	return lx_fd_steal(&fd);
}
