/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Acting with somebody else's credentials, so that the kernel decides what he may do. */
#include "view/credentials.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BIT(capability) (UINT64_C(1) << (capability))

/* Those that capable_wrt_inode_uidgid asks for. */
#define FILE_CAPABILITIES \
	(BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_DAC_READ_SEARCH) | BIT(CAP_FOWNER) | \
		BIT(CAP_FSETID))

#define UNCHANGED ((uid_t)-1)

static void clear_array(GArray **array)
{
	g_clear_pointer(array, g_array_unref);
}

void lx_credentials_clear(LxCredentials *credentials)
{
	clear_array(&credentials->groups);
	clear_array(&credentials->uid_map);
	clear_array(&credentials->gid_map);
}

/* ---- What a task may do ------------------------------------------------------------------ */

static bool parse_groups(LxSlice rest, GArray **out)
{
	g_autoptr(GArray) groups = g_array_new(FALSE, FALSE, sizeof(gid_t));
	uint64_t number;

	while (lx_scan_u64(&rest, &number)) {
		gid_t group = (gid_t)number;

		g_array_append_val(groups, group);
	}
	*out = g_steal_pointer(&groups);
	return lx_slice_trim(rest).length == 0;
}

static bool parse_hexadecimal(LxSlice rest, uint64_t *out)
{
	g_autofree char *text = lx_slice_dup(lx_slice_trim(rest));
	guint64 number;

	if (!g_ascii_string_to_unsigned(text, 16, 0, G_MAXUINT64, &number, NULL))
		return false;
	*out = number;
	return true;
}

bool lx_credentials_parse(LxSlice status, const char *what, LxCredentials *out, GError **error)
{
	g_autoptr(GArray) groups = NULL;
	uint64_t capabilities = 0;
	bool has_groups = false, has_capabilities = false;
	LxSlice rest = status, line, key;

	while (lx_scan_line(&rest, &line)) {
		if (!lx_scan_until(&line, ':', &key))
			continue;
		if (lx_slice_equal(key, "Groups") && !has_groups)
			has_groups = parse_groups(line, &groups);
		else if (lx_slice_equal(key, "CapEff"))
			has_capabilities = parse_hexadecimal(line, &capabilities);
	}
	if (!has_groups || !has_capabilities) {
		lx_error_set(error, EINVAL, "parsing %s: no groups or no capabilities", what);
		return false;
	}
	clear_array(&out->groups);
	out->groups = g_steal_pointer(&groups);
	out->capabilities = capabilities;
	return true;
}

static bool parse_range(LxSlice line, LxIdRange *out)
{
	uint64_t inside, outside, count;

	if (!lx_scan_u64(&line, &inside) || !lx_scan_u64(&line, &outside) ||
		!lx_scan_u64(&line, &count) || MAX(MAX(inside, outside), count) > UINT32_MAX)
		return false;
	*out = (LxIdRange){(uint32_t)inside, (uint32_t)outside, (uint32_t)count};
	return true;
}

GArray *lx_credentials_parse_map(LxSlice text, const char *what, GError **error)
{
	g_autoptr(GArray) map = g_array_new(FALSE, FALSE, sizeof(LxIdRange));
	LxSlice rest = text, line;
	LxIdRange range;

	while (lx_scan_line(&rest, &line)) {
		if (!parse_range(line, &range)) {
			lx_error_set(error, EINVAL, "parsing %s: \"%.*s\" is no range", what,
				(int)MIN(line.length, 100), line.at);
			return NULL;
		}
		g_array_append_val(map, range);
	}
	return g_steal_pointer(&map);
}

static bool is_mapped(const GArray *map, uint32_t id)
{
	for (guint i = 0; map && i < map->len; i++) {
		const LxIdRange *range = &g_array_index(map, LxIdRange, i);

		if (id >= range->outside && id - range->outside < range->count)
			return true;
	}
	return false;
}

uint64_t lx_credentials_over(const LxCredentials *credentials, const struct stat *on)
{
	if (!credentials->foreign)
		return credentials->capabilities;
	if (!is_mapped(credentials->uid_map, on->st_uid) ||
		!is_mapped(credentials->gid_map, on->st_gid))
		return 0;
	return credentials->capabilities & FILE_CAPABILITIES;
}

/* ---- Acting ------------------------------------------------------------------------------ */

static struct __user_cap_header_struct header_of_thread(void)
{
	return (struct __user_cap_header_struct){.version = _LINUX_CAPABILITY_VERSION_3};
}

/* Of what is permitted to us, `wanted` becomes effective. */
static bool set_effective(uint64_t wanted)
{
	struct __user_cap_header_struct header = header_of_thread();
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data) < 0)
		return false;
	data[0].effective = (uint32_t)wanted & data[0].permitted;
	data[1].effective = (uint32_t)(wanted >> 32) & data[1].permitted;
	return syscall(SYS_capset, &header, data) == 0;
}

static bool assume(const LxCredentials *credentials, uint64_t capabilities)
{
	return syscall(SYS_setgroups, credentials->groups->len, credentials->groups->data) == 0 &&
	       syscall(SYS_setresgid, UNCHANGED, credentials->gid, UNCHANGED) == 0 &&
	       syscall(SYS_setresuid, UNCHANGED, credentials->uid, UNCHANGED) == 0 &&
	       set_effective(capabilities);
}

bool lx_credentials_assume(const LxCredentials *credentials, uint64_t capabilities, GError **error)
{
	int code;

	if (assume(credentials, capabilities))
		return true;
	code = errno;
	lx_credentials_drop();
	lx_error_set_errno(error, code, "acting as user %u", (unsigned)credentials->uid);
	return false;
}

/*
 * All this is allowed to whoever has our real ids and permitted capabilities, and fails only for
 * want of memory. To go on with the wrong ones would be worse than to try until there is some.
 */
void lx_credentials_drop(void)
{
	int code = errno;

	while (!set_effective(UINT64_MAX) ||
		syscall(SYS_setresuid, UNCHANGED, getuid(), UNCHANGED) < 0 ||
		syscall(SYS_setresgid, UNCHANGED, getgid(), UNCHANGED) < 0 ||
		syscall(SYS_setgroups, 0, NULL) < 0)
		g_usleep(1000);
	set_effective(UINT64_MAX);
	errno = code;
}
