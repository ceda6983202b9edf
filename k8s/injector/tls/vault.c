/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the Secret of the injector holds, and how it changes. */
#include "tls/vault.h"

#include "tls/issue.h"
#include "writer.h"

#include <stddef.h>
#include <string.h>

#define FIELD(member) offsetof(LxInjectVault, member)

static const struct {
	const char *name;
	size_t offset;
} fields[] = {
	{"tls.crt", FIELD(serving.certificate)},
	{"tls.key", FIELD(serving.key)},
	{"ca.crt", FIELD(authority.certificate)},
	{"ca.key", FIELD(authority.key)},
	{"next-ca.crt", FIELD(next.certificate)},
	{"next-ca.key", FIELD(next.key)},
	{"old-ca.crt", FIELD(old.certificate)},
};

static char **field_of(const LxInjectVault *vault, size_t index)
{
	return (char **)((char *)vault + fields[index].offset);
}

void lx_inject_vault_clear(LxInjectVault *vault)
{
	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
		g_clear_pointer(field_of(vault, i), g_free);
}

/* ---- The Secret ---------------------------------------------------------------------------- */

static char *decode(const char *text)
{
	gsize size = 0;
	g_autofree guchar *bytes = text ? g_base64_decode(text, &size) : NULL;

	return bytes && size > 0 && g_utf8_validate((char *)bytes, (gssize)size, NULL)
		       ? g_strndup((char *)bytes, size)
		       : NULL;
}

void lx_inject_vault_read(LxInjectVault *vault, JsonObject *data)
{
	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
		*field_of(vault, i) = decode(lx_inject_json_string(data, fields[i].name));
}

void lx_inject_vault_write(const LxInjectVault *vault, LxInjectWriter *writer, bool for_patch)
{
	lx_inject_writer_member(writer, "data");
	lx_inject_writer_begin_object(writer);
	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
		const char *text = *field_of(vault, i);
		g_autofree char *encoded =
			text ? g_base64_encode((const guchar *)text, strlen(text)) : NULL;

		if (!encoded && !for_patch)
			continue;
		lx_inject_writer_pair(writer, fields[i].name, encoded);
	}
	lx_inject_writer_end_object(writer);
}

/* ---- What it comes to ---------------------------------------------------------------------- */

char *lx_inject_vault_bundle(const LxInjectVault *vault)
{
	const char *const parts[] = {
		vault->authority.certificate, vault->next.certificate, vault->old.certificate};
	g_autoptr(GString) bundle = g_string_new(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		if (!lx_inject_facts_of_certificate(parts[i]).present)
			continue;
		g_string_append(bundle, parts[i]);
		if (bundle->str[bundle->len - 1] != '\n')
			g_string_append_c(bundle, '\n');
	}
	return g_string_free(g_steal_pointer(&bundle), FALSE);
}

void lx_inject_vault_hold(
	const LxInjectVault *vault, const char *const *names, bool trusted, LxInjectHoldings *out)
{
	*out = (LxInjectHoldings){
		.serving = lx_inject_facts_of_pair(&vault->serving),
		.authority = lx_inject_facts_of_pair(&vault->authority),
		.next = lx_inject_facts_of_pair(&vault->next),
		.old = lx_inject_facts_of_certificate(vault->old.certificate),
		.signed_by_authority = lx_inject_facts_is_signed_by(
			vault->serving.certificate, vault->authority.certificate),
		.named = lx_inject_facts_has_names(vault->serving.certificate, names),
		.trusted = trusted,
	};
}

/* ---- Changes ------------------------------------------------------------------------------- */

static bool make_serving(LxInjectVault *vault, const LxInjectPair *authority,
	const LxInjectTerms *terms, gint64 now, GError **error)
{
	const gint64 times[2] = {now, now + terms->lifetimes.serving_sec};

	return lx_inject_issue_serving(authority, terms->names, times, &vault->serving, error);
}

/* The old authority, if there was one, may have been trusted: nobody who has it need fail. */
static bool start(LxInjectVault *vault, const LxInjectTerms *terms, gint64 now, GError **error)
{
	g_auto(LxInjectPair) authority = {0};

	if (!lx_inject_issue_authority(now, terms->lifetimes.authority_sec, &authority, error) ||
		!make_serving(vault, &authority, terms, now, error))
		return false;
	lx_inject_pair_move(&vault->authority, &authority);
	lx_inject_pair_clear(&vault->next);
	return true;
}

static bool promote(LxInjectVault *vault, const LxInjectTerms *terms, gint64 now, GError **error)
{
	if (!make_serving(vault, &vault->next, terms, now, error))
		return false;
	lx_inject_pair_move(&vault->old, &vault->authority);
	g_clear_pointer(&vault->old.key, g_free);
	lx_inject_pair_move(&vault->authority, &vault->next);
	return true;
}

bool lx_inject_vault_do(LxInjectVault *vault, LxInjectDue due, const LxInjectTerms *terms,
	gint64 now, GError **error)
{
	switch (due) {
	case LX_INJECT_DUE_START:
		return start(vault, terms, now, error);
	case LX_INJECT_DUE_SERVING:
		return make_serving(vault, &vault->authority, terms, now, error);
	case LX_INJECT_DUE_NEXT:
		return lx_inject_issue_authority(
			now, terms->lifetimes.authority_sec, &vault->next, error);
	case LX_INJECT_DUE_PROMOTE:
		return promote(vault, terms, now, error);
	case LX_INJECT_DUE_DROP:
		lx_inject_pair_clear(&vault->old);
		return true;
	default:
		return true;
	}
}
