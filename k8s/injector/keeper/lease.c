/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who leads, by a Lease. */
#include "keeper/lease.h"

#include <string.h>

void lx_inject_lease_clear(LxInjectLease *lease)
{
	g_clear_pointer(&lease->seen, g_free);
}

static const char *holder_of(JsonObject *object)
{
	const char *holder =
		lx_inject_json_string(lx_inject_json_object(object, "spec"), "holderIdentity");

	return holder ? holder : "";
}

/* Everything in it that changes when it is written. */
static char *face_of(JsonObject *object)
{
	const char *renewed =
		lx_inject_json_string(lx_inject_json_object(object, "spec"), "renewTime");
	const char *version =
		lx_inject_json_string(lx_inject_json_object(object, "metadata"), "resourceVersion");

	return g_strdup_printf(
		"%s %s %s", holder_of(object), renewed ? renewed : "", version ? version : "");
}

LxInjectLeaseTurn lx_inject_lease_look(
	LxInjectLease *lease, JsonObject *object, gint64 monotonic_usec)
{
	g_autofree char *face = face_of(object);

	if (g_strcmp0(face, lease->seen) != 0) {
		g_free(lease->seen);
		lease->seen = g_steal_pointer(&face);
		lease->seen_at = monotonic_usec;
	}
	if (*holder_of(object) == '\0')
		return LX_INJECT_LEASE_TAKE;
	if (strcmp(holder_of(object), lease->identity) == 0)
		return LX_INJECT_LEASE_HOLD;
	if (monotonic_usec - lease->seen_at > (gint64)lease->duration_sec * G_USEC_PER_SEC)
		return LX_INJECT_LEASE_TAKE;
	return LX_INJECT_LEASE_WAIT;
}

static char *time_text(gint64 real_usec)
{
	g_autoptr(GDateTime) seconds = g_date_time_new_from_unix_utc(real_usec / G_USEC_PER_SEC);
	g_autoptr(GDateTime) time =
		seconds ? g_date_time_add(seconds, real_usec % G_USEC_PER_SEC) : NULL;

	return time ? g_date_time_format(time, "%Y-%m-%dT%H:%M:%S.%fZ") : g_strdup("");
}

static void add_metadata(JsonBuilder *builder, JsonObject *object, const char *name)
{
	const char *version =
		lx_inject_json_string(lx_inject_json_object(object, "metadata"), "resourceVersion");

	json_builder_set_member_name(builder, "metadata");
	json_builder_begin_object(builder);
	lx_inject_json_add_string(builder, "name", name);
	if (version)
		lx_inject_json_add_string(builder, "resourceVersion", version);
	json_builder_end_object(builder);
}

char *lx_inject_lease_text(const LxInjectLease *lease, JsonObject *object, const char *name,
	const char *holder, gint64 real_usec)
{
	g_autoptr(JsonBuilder) builder = json_builder_new();
	JsonObject *spec = lx_inject_json_object(object, "spec");
	const char *acquired = lx_inject_json_string(spec, "acquireTime");
	gint64 transitions = lx_inject_json_int(spec, "leaseTransitions", 0);
	bool same = strcmp(holder_of(object), holder) == 0;
	g_autofree char *now = time_text(real_usec);

	json_builder_begin_object(builder);
	lx_inject_json_add_string(builder, "apiVersion", "coordination.k8s.io/v1");
	lx_inject_json_add_string(builder, "kind", "Lease");
	add_metadata(builder, object, name);
	json_builder_set_member_name(builder, "spec");
	json_builder_begin_object(builder);
	lx_inject_json_add_string(builder, "holderIdentity", holder);
	json_builder_set_member_name(builder, "leaseDurationSeconds");
	json_builder_add_int_value(builder, lease->duration_sec);
	lx_inject_json_add_string(builder, "acquireTime", same && acquired ? acquired : now);
	lx_inject_json_add_string(builder, "renewTime", now);
	json_builder_set_member_name(builder, "leaseTransitions");
	json_builder_add_int_value(builder, transitions + (same ? 0 : 1));
	json_builder_end_object(builder);
	json_builder_end_object(builder);
	return lx_inject_json_built(builder);
}
