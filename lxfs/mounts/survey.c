/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How many views there are in all mount namespaces, served and dead. */
#include "mounts/survey.h"

#include "mounts/anchors.h"
#include "mounts/mntns.h"
#include "mounts/probe.h"
#include "mounts/suspects.h"
#include "path.h"

#include <string.h>

#define PROBE_MSEC 1000

static bool is_spared(const LxSurveyRules *rules, const LxMount *mount)
{
	for (const char *const *spared = rules->spared; spared && *spared; spared++)
		if (lx_path_is_within(mount->mountpoint, *spared))
			return true;
	return false;
}

static bool is_of_lxcfs(const LxMount *mount)
{
	return strcmp(mount->fstype, "fuse.lxcfs") == 0;
}

static void count_living(LxSurvey *survey, const LxSurveyRules *rules, const LxMountinfo *info)
{
	const LxMount *mount;

	for (unsigned i = 0; (mount = lx_mountinfo_at(info, i)) != NULL; i++) {
		if (mount->covered_by || is_spared(rules, mount))
			continue;
		survey->lxcfs += is_of_lxcfs(mount);
		survey->served += rules->served && lx_served_contains(rules->served, mount);
	}
}

/* Whether an LXCFS lives only its own mount tells; those are left to `lxfs heal`, which asks. */
static unsigned count_dead(const LxSurveyRules *rules, const LxMountinfo *info)
{
	const LxSuspectRules suspicious = {
		.served = rules->served, .spared = rules->spared, .devices = rules->devices};
	g_autoptr(GArray) suspects = lx_suspects_find(info, &suspicious);
	unsigned n = 0;

	for (unsigned i = 0; i < suspects->len; i++)
		n += !is_of_lxcfs(g_array_index(suspects, LxSuspect, i).view);
	return n;
}

void lx_survey_add(LxSurvey *survey, const LxSurveyRules *rules, const LxMountinfo *info, pid_t pid)
{
	unsigned dead = count_dead(rules, info);

	survey->namespaces++;
	survey->dead += dead;
	survey->namespaces_dead += dead > 0;
	if (dead && !survey->example)
		survey->example = pid;
	count_living(survey, rules, info);
}

static void add_namespace(LxSurvey *survey, const LxSurveyRules *rules, const LxMntns *space)
{
	pid_t pid;
	g_autoptr(LxMountinfo) info = lx_mntns_mounts(space, &pid, NULL);

	if (info)
		lx_survey_add(survey, rules, info, pid);
}

/* A server that is silent may answer yet; one that has died leaves its mount behind. */
static bool is_served(const LxMountinfo *own, const char *mountpoint, LxServed *out)
{
	return lx_served_find(own, mountpoint, out) &&
	       lx_probe_path(mountpoint, PROBE_MSEC) != LX_PROBE_DEAD;
}

bool lx_survey_take(const char *runtime_dir, const char *mountpoint, LxSurvey *out, GError **error)
{
	g_autofree char *anchors = lx_anchors_folder(runtime_dir);
	const char *spared[] = {mountpoint, anchors, NULL};
	g_autoptr(GArray) devices = lx_generations_read(runtime_dir);
	g_autoptr(LxMountinfo) own = lx_mountinfo_read(getpid(), error);
	g_autoptr(GArray) spaces = own ? lx_mntns_find(error) : NULL;
	LxSurveyRules rules = {.devices = devices, .spared = spared};
	LxSurvey survey = {0};
	LxServed served;

	if (!spaces)
		return false;
	if (is_served(own, mountpoint, &served))
		rules.served = &served;
	for (unsigned i = 0; i < spaces->len; i++)
		add_namespace(&survey, &rules, &g_array_index(spaces, LxMntns, i));
	*out = survey;
	return true;
}
