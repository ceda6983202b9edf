/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a decision is told as: the status annotation, warnings, audit annotations. */
#include "review/status.h"

#include "writer.h"

#define WARNINGS_MAX 8
#define WARNING_CHARACTERS_MAX 120 /* longer ones are cut by clients */
#define NAME_CHARACTERS_MAX 24
#define SKIPS_CHARACTERS_MAX 1024
#define HASH_DIGITS 12

static void add_names(LxInjectWriter *writer, LxInjectViews set)
{
	const LxInjectView *view;

	lx_inject_writer_member(writer, "files");
	lx_inject_writer_begin_array(writer);
	for (unsigned i = 0; (view = lx_inject_views_at(i)) != NULL; i++)
		if (set >> i & 1)
			lx_inject_writer_string(writer, view->name);
	lx_inject_writer_end_array(writer);
}

/* Without files it is about all that were wanted. */
static void add_skip(LxInjectWriter *writer, const LxInjectContainer *container,
	LxInjectReason reason, LxInjectViews wanted)
{
	lx_inject_writer_begin_object(writer);
	lx_inject_writer_pair(writer, "container", container->name);
	lx_inject_writer_pair(writer, "why", lx_inject_reason_name(reason));
	if (container->skipped[reason] != wanted)
		add_names(writer, container->skipped[reason]);
	lx_inject_writer_end_object(writer);
}

static void add_skips(LxInjectWriter *writer, const LxInjectDecision *decision)
{
	lx_inject_writer_member(writer, "skipped");
	lx_inject_writer_begin_array(writer);
	for (unsigned i = 0; i < decision->containers->len; i++) {
		const LxInjectContainer *at = lx_inject_decision_container(decision, i);

		for (unsigned reason = 0; reason < LX_INJECT_N_REASONS; reason++)
			if (at->skipped[reason])
				add_skip(writer, at, reason, decision->wanted);
	}
	lx_inject_writer_end_array(writer);
}

/* Names the configuration: whoever changes it can find pods that were made with another one. */
static char *hash_of(const LxInjectDecision *decision, const LxInjectPolicy *policy)
{
	g_autofree char *text = g_strdup_printf("%s %x", policy->anchors, decision->wanted);
	char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);

	digest[HASH_DIGITS] = '\0';
	return digest;
}

/* The pod has been looked at container by container. */
static bool is_about_containers(LxInjectReason verdict)
{
	return verdict == LX_INJECT_INJECTED || verdict == LX_INJECT_ALREADY ||
	       verdict == LX_INJECT_NOTHING_LEFT;
}

char *lx_inject_status_annotation(const LxInjectDecision *decision, const LxInjectPolicy *policy)
{
	g_autoptr(LxInjectWriter) writer = NULL;
	LxInjectReason verdict = decision->verdict;
	g_autofree char *hash = NULL;

	if (verdict <= LX_INJECT_NOT_OPTED_IN)
		return NULL; /* nobody asked for views */
	writer = lx_inject_writer_new();
	hash = hash_of(decision, policy);
	if (verdict == LX_INJECT_ALREADY)
		verdict = LX_INJECT_INJECTED; /* the second pass says what the first one said */
	lx_inject_writer_begin_object(writer);
	lx_inject_writer_member(writer, "v");
	lx_inject_writer_int(writer, 1);
	lx_inject_writer_pair(writer, "decision", lx_inject_reason_name(verdict));
	if (is_about_containers(verdict)) {
		lx_inject_writer_pair(writer, "hash", hash);
		add_names(writer, decision->wanted);
		add_skips(writer, decision);
	}
	lx_inject_writer_end_object(writer);
	return lx_inject_writer_take(writer);
}

/* ---- Warnings ------------------------------------------------------------------------------ */

/* ": proc/meminfo,proc/stat"; "" when it is about all that were wanted. */
static char *names_of(LxInjectViews set, LxInjectViews wanted)
{
	g_autoptr(GString) text = g_string_new(NULL);
	const LxInjectView *view;

	for (unsigned i = 0; (view = lx_inject_views_at(i)) != NULL; i++)
		if (set != wanted && (set >> i & 1))
			g_string_append_printf(text, "%s%s", text->len ? "," : ": ", view->name);
	return g_string_free(g_steal_pointer(&text), FALSE);
}

/* One line of a bounded length, whatever a pod has been given for names. */
static char *fit(const char *text, glong limit)
{
	char *line = g_utf8_strlen(text, -1) <= limit ? g_strdup(text)
						      : g_utf8_substring(text, 0, limit);

	for (char *at = line; *at; at++)
		if (g_ascii_iscntrl(*at))
			*at = ' ';
	return line;
}

static void warn(GPtrArray *lines, const char *text)
{
	if (lines->len < WARNINGS_MAX)
		g_ptr_array_add(lines, fit(text, WARNING_CHARACTERS_MAX));
}

static void warn_of_container(
	GPtrArray *lines, const LxInjectContainer *container, LxInjectViews wanted)
{
	g_autofree char *name = fit(container->name, NAME_CHARACTERS_MAX);

	for (unsigned reason = 0; reason < LX_INJECT_N_REASONS; reason++) {
		LxInjectViews set = container->skipped[reason];
		g_autofree char *names = NULL;
		g_autofree char *line = NULL;

		if (!set || !lx_inject_reason_warning(reason))
			continue;
		names = names_of(set, wanted);
		line = g_strdup_printf(
			"lxfs: container %s: %s%s", name, lx_inject_reason_warning(reason), names);
		warn(lines, line);
	}
}

GStrv lx_inject_status_warnings(const LxInjectDecision *decision)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new();
	const char *about = lx_inject_reason_warning(decision->verdict);
	g_autofree char *line =
		about ? g_strdup_printf("lxfs: the pod gets no views: %s", about) : NULL;

	if (line)
		warn(lines, line);
	for (unsigned i = 0; i < decision->notes->len; i++) {
		g_autofree char *told = g_strdup_printf(
			"lxfs: %s", (const char *)g_ptr_array_index(decision->notes, i));

		warn(lines, told);
	}
	for (unsigned i = 0; i < decision->containers->len; i++)
		warn_of_container(
			lines, lx_inject_decision_container(decision, i), decision->wanted);
	g_ptr_array_add(lines, NULL);
	return (GStrv)g_ptr_array_free(g_steal_pointer(&lines), FALSE);
}

char *lx_inject_status_skips(const LxInjectDecision *decision)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (unsigned i = 0; i < decision->containers->len; i++) {
		const LxInjectContainer *at = lx_inject_decision_container(decision, i);

		for (unsigned reason = 0; reason < LX_INJECT_N_REASONS; reason++) {
			g_autofree char *names = NULL;

			if (!at->skipped[reason])
				continue;
			names = names_of(at->skipped[reason], decision->wanted);
			g_string_append_printf(text, "%s%s: %s%s", text->len ? "; " : "", at->name,
				lx_inject_reason_name(reason), names);
		}
	}
	return fit(text->str, SKIPS_CHARACTERS_MAX);
}
