/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who leads, by a Lease. */
#include "keeper/lease.h"

#include "writer.h"

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

static void add_metadata(LxInjectWriter *writer, JsonObject *object, const char *name)
{
	const char *version =
		lx_inject_json_string(lx_inject_json_object(object, "metadata"), "resourceVersion");

	lx_inject_writer_member(writer, "metadata");
	lx_inject_writer_begin_object(writer);
	lx_inject_writer_pair(writer, "name", name);
	if (version)
		lx_inject_writer_pair(writer, "resourceVersion", version);
	lx_inject_writer_end_object(writer);
}

char *lx_inject_lease_text(const LxInjectLease *lease, JsonObject *object, const char *name,
	const char *holder, gint64 real_usec)
{
	g_autoptr(LxInjectWriter) writer = lx_inject_writer_new();
	JsonObject *spec = lx_inject_json_object(object, "spec");
	const char *acquired = lx_inject_json_string(spec, "acquireTime");
	gint64 transitions = lx_inject_json_int(spec, "leaseTransitions", 0);
	bool same = strcmp(holder_of(object), holder) == 0;
	g_autofree char *now = time_text(real_usec);

	lx_inject_writer_begin_object(writer);
	lx_inject_writer_pair(writer, "apiVersion", "coordination.k8s.io/v1");
	lx_inject_writer_pair(writer, "kind", "Lease");
	add_metadata(writer, object, name);
	lx_inject_writer_member(writer, "spec");
	lx_inject_writer_begin_object(writer);
	lx_inject_writer_pair(writer, "holderIdentity", holder);
	lx_inject_writer_member(writer, "leaseDurationSeconds");
	lx_inject_writer_int(writer, lease->duration_sec);
	lx_inject_writer_pair(writer, "acquireTime", same && acquired ? acquired : now);
	lx_inject_writer_pair(writer, "renewTime", now);
	lx_inject_writer_member(writer, "leaseTransitions");
	lx_inject_writer_int(writer, transitions + (same ? 0 : 1));
	lx_inject_writer_end_object(writer);
	lx_inject_writer_end_object(writer);
	return lx_inject_writer_take(writer);
}
