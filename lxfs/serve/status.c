/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RUNTIME/status: what other programs may know of the supervisor. */
#include "serve/status.h"

#include "metrics/published.h"
#include "runtime.h"

#include <errno.h>
#include <string.h>

#define NAME "status"
#define GROUP "lxfs"

static const char *const outcomes[] = {
	[LX_RELOAD_NONE] = "none",
	[LX_RELOAD_UNDER_WAY] = "under-way",
	[LX_RELOAD_DONE] = "done",
	[LX_RELOAD_REFUSED] = "refused",
	[LX_RELOAD_ROLLED_BACK] = "rolled-back",
};

static const char *outcome_name(uint32_t outcome)
{
	return outcome < G_N_ELEMENTS(outcomes) ? outcomes[outcome] : "unknown";
}

static LxReloadOutcome outcome_of(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(outcomes); i++)
		if (g_strcmp0(outcomes[i], name) == 0)
			return (LxReloadOutcome)i;
	return LX_RELOAD_NONE;
}

void lx_status_clear(LxStatus *status)
{
	g_clear_pointer(&status->version, g_free);
	g_clear_pointer(&status->message, g_free);
}

void lx_status_conclude_reload(LxEstateHeader *header, LxReloadOutcome outcome, const char *message)
{
	header->reload.serial++;
	if (outcome < LX_N_RELOAD_OUTCOMES)
		header->reload.counts[outcome]++;
	header->reload.outcome = outcome;
	g_strlcpy(header->reload.message, message, sizeof header->reload.message);
}

void lx_status_write(const char *runtime_dir, const LxEstateHeader *header)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autofree char *message = g_strndup(header->reload.message, LX_RELOAD_MESSAGE_BYTES);
	g_autofree char *text = NULL;

	g_key_file_set_string(file, GROUP, "version", LXFS_VERSION);
	g_key_file_set_uint64(file, GROUP, "generation", header->generation);
	g_key_file_set_uint64(file, GROUP, "reloads", header->reload.serial);
	g_key_file_set_string(file, GROUP, "last-reload", outcome_name(header->reload.outcome));
	g_key_file_set_string(file, GROUP, "last-reload-message", message);
	text = g_key_file_to_data(file, NULL, NULL);
	lx_runtime_write(runtime_dir, NAME, text);
}

void lx_status_remove(const char *runtime_dir)
{
	lx_runtime_remove(runtime_dir, NAME);
	lx_runtime_remove(runtime_dir, LX_PUBLISHED_NAME);
}

bool lx_status_read(const char *runtime_dir, LxStatus *out, GError **error)
{
	g_autofree char *path = g_build_filename(runtime_dir, NAME, NULL);
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autoptr(GError) failure = NULL;
	g_autofree char *outcome = NULL;

	if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &failure)) {
		lx_error_set(error, ENOENT, "reading %s: %s", path, failure->message);
		return false;
	}
	outcome = g_key_file_get_string(file, GROUP, "last-reload", NULL);
	*out = (LxStatus){
		.version = g_key_file_get_string(file, GROUP, "version", NULL),
		.generation = g_key_file_get_uint64(file, GROUP, "generation", NULL),
		.reloads = g_key_file_get_uint64(file, GROUP, "reloads", NULL),
		.outcome = outcome_of(outcome),
		.message = g_key_file_get_string(file, GROUP, "last-reload-message", NULL),
	};
	return true;
}
