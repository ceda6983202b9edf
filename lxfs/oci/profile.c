/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The seccomp profile in a bundle's config.json. */
#include "oci/profile.h"

#include "oci/json.h"
#include "oci/splice.h"

#include <errno.h>
#include <string.h>

#define NOTIFY "SCMP_ACT_NOTIFY"
#define RULE(names) "{\"names\":[" names "],\"action\":\"" NOTIFY "\"}"

static const char *const call_names[] = {"sysinfo", "sched_getaffinity"};
static const char *const call_rules[] = {
	[LX_PROFILE_SYSINFO] = RULE("\"sysinfo\""),
	[LX_PROFILE_AFFINITY] = RULE("\"sysinfo\",\"sched_getaffinity\""),
};

/* A filter ends programs of architectures that it does not name. */
#if defined(__x86_64__)
#define ARCHITECTURES "\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\""
#elif defined(__aarch64__)
#define ARCHITECTURES "\"SCMP_ARCH_AARCH64\",\"SCMP_ARCH_ARM\""
#elif defined(__s390x__)
#define ARCHITECTURES "\"SCMP_ARCH_S390X\",\"SCMP_ARCH_S390\""
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define ARCHITECTURES "\"SCMP_ARCH_PPC64LE\""
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURES "\"SCMP_ARCH_RISCV64\""
#else
#define ARCHITECTURES ""
#endif

/* ---- Reading ----------------------------------------------------------------------------- */

static bool allows(const char *action)
{
	return g_strcmp0(action, "SCMP_ACT_ALLOW") == 0 || g_strcmp0(action, "SCMP_ACT_LOG") == 0;
}

static bool names_call(json_object *rule, const char *call)
{
	json_object *names = lx_json_array(rule, "names");

	for (size_t i = 0; i < lx_json_length(names); i++)
		if (g_strcmp0(lx_json_string_at(names, i), call) == 0)
			return true;
	return false;
}

static bool has_conditions(json_object *rule)
{
	return lx_json_length(lx_json_array(rule, "args")) > 0;
}

/* What one rule makes of the verdict so far. */
static LxProfile judge_rule(json_object *rule, const char *call, LxProfile so_far)
{
	const char *action = rule ? lx_json_string(rule, "action") : NULL;

	if (!action || so_far == LX_PROFILE_NOTIFIES)
		return so_far;
	if (strcmp(action, NOTIFY) == 0)
		return LX_PROFILE_NOTIFIES;
	if (!names_call(rule, call))
		return so_far;
	return allows(action) && !has_conditions(rule) ? LX_PROFILE_ALLOWS : LX_PROFILE_DENIES;
}

/* Rules that contradict each other are not for us to weigh. */
static LxProfile judge_rules(json_object *rules, const char *call, LxProfile by_default)
{
	LxProfile verdict = by_default;
	bool denied = false;

	for (size_t i = 0; i < lx_json_length(rules); i++) {
		json_object *rule = lx_json_object_at(rules, i);

		verdict = judge_rule(rule, call, verdict);
		denied = denied || (rule && names_call(rule, call) && verdict == LX_PROFILE_DENIES);
	}
	return denied && verdict == LX_PROFILE_ALLOWS ? LX_PROFILE_DENIES : verdict;
}

static LxProfile judge(json_object *profile, LxProfileCalls calls)
{
	const char *action = lx_json_string(profile, "defaultAction");
	const char *listener = lx_json_string(profile, "listenerPath");
	LxProfile by_default = allows(action) ? LX_PROFILE_ALLOWS : LX_PROFILE_DENIES;
	LxProfile verdict = LX_PROFILE_ALLOWS;

	if (g_strcmp0(action, NOTIFY) == 0 || (listener && listener[0]))
		return LX_PROFILE_NOTIFIES;
	for (unsigned i = 0; i < calls && verdict == LX_PROFILE_ALLOWS; i++)
		verdict =
			judge_rules(lx_json_array(profile, "syscalls"), call_names[i], by_default);
	return verdict;
}

static json_object *find(json_object *root)
{
	json_object *on_linux = lx_json_object(root, "linux");

	return on_linux ? lx_json_object(on_linux, "seccomp") : NULL;
}

bool lx_profile_parse(
	const char *text, size_t length, LxProfileCalls calls, LxProfile *out, GError **error)
{
	g_autoptr(json_object) root = lx_json_parse(text, length, error);
	json_object *profile = root ? find(root) : NULL;

	if (!root)
		return false;
	*out = profile ? judge(profile, calls) : LX_PROFILE_NONE;
	return true;
}

bool lx_profile_is_ours(const char *text, size_t length, const char *listener)
{
	g_autoptr(json_object) root = lx_json_parse(text, length, NULL);
	json_object *profile = root ? find(root) : NULL;

	return profile && g_strcmp0(lx_json_string(profile, "listenerPath"), listener) == 0;
}

/* ---- Adding ------------------------------------------------------------------------------ */

static char *quote(const char *text)
{
	g_autoptr(json_object) string = lx_json_new_text(text);

	return lx_json_line(string);
}

static bool add_profile(GString *text, LxProfileCalls calls, const char *listener, GError **error)
{
	static const char *const place[] = {"linux", "seccomp", NULL};
	g_autofree char *profile = g_strdup_printf(
		"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[" ARCHITECTURES "],"
		"\"listenerPath\":%s,\"syscalls\":[%s]}",
		listener, call_rules[calls]);

	if (ARCHITECTURES[0])
		return lx_splice_set(text, place, profile, error);
	lx_error_set(error, ENOTSUP,
		"it has no seccomp profile, and what runs on this machine is "
		"not known");
	return false;
}

static bool add_rule(GString *text, LxProfileCalls calls, const char *listener, GError **error)
{
	static const char *const rules[] = {"linux", "seccomp", "syscalls", NULL};
	static const char *const path[] = {"linux", "seccomp", "listenerPath", NULL};

	return lx_splice_prepend(text, rules, call_rules[calls], error) &&
	       lx_splice_set(text, path, listener, error);
}

static bool add(GString *text, LxProfileCalls calls, LxProfile profile, const char *listener,
	GError **error)
{
	switch (profile) {
	case LX_PROFILE_NONE:
		return add_profile(text, calls, listener, error);
	case LX_PROFILE_ALLOWS:
		return add_rule(text, calls, listener, error);
	case LX_PROFILE_NOTIFIES:
		lx_error_set(error, EBUSY, "its seccomp profile notifies somebody else");
		return false;
	case LX_PROFILE_DENIES:
		break;
	}
	lx_error_set(error, EPERM, "its seccomp profile does not allow sysinfo(2)%s",
		calls == LX_PROFILE_AFFINITY ? ", or sched_getaffinity(2)" : "");
	return false;
}

/* What a parser makes of the result must be what was meant. */
static bool check_result(const GString *text, GError **error)
{
	LxProfile profile;

	if (!lx_profile_parse(text->str, text->len, LX_PROFILE_SYSINFO, &profile, error))
		return false;
	if (profile == LX_PROFILE_NOTIFIES)
		return true;
	lx_error_set(error, EINVAL, "its \"seccomp\" cannot be found");
	return false;
}

char *lx_profile_with_rule(
	const char *text, size_t length, LxProfileCalls calls, const char *listener, GError **error)
{
	g_autofree char *quoted = quote(listener);
	GString *result = g_string_new_len(text, (gssize)length);
	LxProfile profile;

	if (lx_profile_parse(text, length, calls, &profile, error) &&
		add(result, calls, profile, quoted, error) && check_result(result, error))
		return g_string_free(result, FALSE);
	g_string_free(result, TRUE);
	return NULL;
}
