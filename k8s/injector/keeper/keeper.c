/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Keeps the certificates.
 *
 * A pass reads everything anew and remembers nothing but the last news, so that it does not matter
 * what another replica, an operator or a restored backup has done in between. Every write has the
 * version of what was read as its precondition: of two that take themselves for the leader one is
 * told of a conflict, and looks again in its next pass.
 */
#include "keeper/keeper.h"

#include "keeper/cluster.h"
#include "log.h"

#include <errno.h>
#include <string.h>

#define PERIOD_SEC 10
#define PERIODS_OF_LIFE 30 /* looks in the life of a certificate, at least */
#define LEASE_SEC 30
#define DUES_MAX 4 /* in one pass */
#define NAMES 4

struct LxInjectKeeper {
	LxInjectKeeperSettings settings;
	LxInjectKeeperTell tell;
	gpointer data;
	GThread *thread;
	GMainContext *main;
	GCancellable *cancellable;

	/* The thread's own. */
	LxInjectLease lease;
	char *names[NAMES];
	char *last_certificate; /* that was told */
	char *last_trouble;     /* that was logged */
};

/* ---- News ---------------------------------------------------------------------------------- */

/* It may come after the keeper's end: what it needs is its own. */
typedef struct {
	GCancellable *cancellable;
	LxInjectKeeperTell tell;
	gpointer data;
	LxInjectNews news;
} Letter;

static void letter_free(gpointer data)
{
	Letter *letter = data;

	lx_inject_pair_clear(&letter->news.serving);
	g_free(letter->news.obstacle);
	g_object_unref(letter->cancellable);
	g_free(letter);
}

static gboolean deliver(gpointer data)
{
	Letter *letter = data;

	if (!g_cancellable_is_cancelled(letter->cancellable))
		letter->tell(&letter->news, letter->data);
	return G_SOURCE_REMOVE;
}

static void tell(
	LxInjectKeeper *keeper, const LxInjectVault *vault, const char *obstacle, bool leader)
{
	Letter *letter = g_new0(Letter, 1);

	letter->cancellable = g_object_ref(keeper->cancellable);
	letter->tell = keeper->tell;
	letter->data = keeper->data;
	letter->news.leader = leader;
	letter->news.obstacle = g_strdup(obstacle);
	if (lx_inject_facts_of_pair(&vault->serving).present &&
		g_strcmp0(vault->serving.certificate, keeper->last_certificate) != 0) {
		letter->news.serving.certificate = g_strdup(vault->serving.certificate);
		letter->news.serving.key = g_strdup(vault->serving.key);
		g_free(keeper->last_certificate);
		keeper->last_certificate = g_strdup(vault->serving.certificate);
	}
	g_main_context_invoke_full(keeper->main, G_PRIORITY_DEFAULT, deliver, letter, letter_free);
}

/* Once, not every ten seconds; and when it is over. */
static void log_trouble(LxInjectKeeper *keeper, const char *trouble)
{
	if (g_strcmp0(trouble, keeper->last_trouble) == 0)
		return;
	if (trouble)
		lx_inject_log("warning", "keeping the certificates", "why", trouble);
	else
		lx_inject_log("info", "keeping the certificates works again");
	g_free(keeper->last_trouble);
	keeper->last_trouble = g_strdup(trouble);
}

/* ---- What is due --------------------------------------------------------------------------- */

static const char *const due_texts[] = {
	[LX_INJECT_DUE_START] = "a new authority and a certificate of it",
	[LX_INJECT_DUE_SERVING] = "a new certificate",
	[LX_INJECT_DUE_NEXT] = "an authority to be, trusted from now on",
	[LX_INJECT_DUE_PROMOTE] = "the authority to be signs from now on",
	[LX_INJECT_DUE_DROP] = "the old authority is trusted no longer",
};

/* Changes the vault as far as it must be; *out_changed says whether. */
static bool do_dues(LxInjectKeeper *keeper, LxInjectVault *vault, bool trusted, bool *out_changed,
	GError **error)
{
	const LxInjectTerms terms = {
		(const char *const *)keeper->names, keeper->settings.lifetimes};

	*out_changed = false;
	for (unsigned i = 0; i < DUES_MAX; i++) {
		gint64 now = g_get_real_time() / G_USEC_PER_SEC;
		LxInjectHoldings holdings;
		LxInjectDue due;

		lx_inject_vault_hold(vault, terms.names, trusted, &holdings);
		due = lx_inject_due_find(&holdings, &terms.lifetimes, now);
		if (due == LX_INJECT_DUE_NOTHING)
			return true;
		if (!lx_inject_vault_do(vault, due, &terms, now, error))
			return false;
		lx_inject_log("info", "certificates", "what", due_texts[due]);
		*out_changed = true;
		trusted = false; /* of what is new the API server knows nothing yet */
	}
	return true;
}

/* ---- One pass ------------------------------------------------------------------------------ */

typedef struct {
	LxInjectCluster cluster;
	LxInjectVault vault;
	LxInjectTrust trust;
	char *version;
	char *bundle;
	bool leader;
} Pass;

static void pass_clear(Pass *pass)
{
	lx_inject_vault_clear(&pass->vault);
	lx_inject_trust_clear(&pass->trust);
	g_clear_pointer(&pass->version, g_free);
	g_clear_pointer(&pass->bundle, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Pass, pass_clear)

static bool look(Pass *pass, GError **error)
{
	g_free(pass->bundle);
	pass->bundle = lx_inject_vault_bundle(&pass->vault);
	lx_inject_trust_clear(&pass->trust);
	pass->trust = (LxInjectTrust){0};
	return lx_inject_cluster_look(&pass->cluster, pass->bundle,
		pass->vault.authority.certificate, &pass->trust, error);
}

/* A configuration that is missing keeps nobody from having a certificate ready for it. */
static bool renew(LxInjectKeeper *keeper, Pass *pass, GError **error)
{
	bool changed = false;
	bool trusted = look(pass, NULL) && pass->trust.is_current;

	if (!do_dues(keeper, &pass->vault, trusted, &changed, error))
		return false;
	return !changed ||
	       lx_inject_cluster_save(&pass->cluster, &pass->vault, pass->version, error);
}

static bool spread_trust(Pass *pass, GError **error)
{
	if (!look(pass, error))
		return false;
	if (!pass->leader || pass->trust.is_current)
		return true;
	return lx_inject_cluster_trust(&pass->cluster, &pass->trust, pass->bundle, error) &&
	       look(pass, error);
}

static bool make_pass(LxInjectKeeper *keeper, Pass *pass, GError **error)
{
	g_autoptr(GError) failure = NULL;

	if (!lx_inject_cluster_load(&pass->cluster, &pass->vault, &pass->version, error) ||
		!lx_inject_cluster_elect(&pass->cluster, &keeper->lease, &pass->leader, error))
		return false;
	if (pass->leader && !renew(keeper, pass, &failure)) {
		/* What could not be saved is shown by nobody. */
		lx_inject_vault_clear(&pass->vault);
		g_propagate_error(error, g_steal_pointer(&failure));
		return false;
	}
	return spread_trust(pass, error);
}

static const char *obstacle_of(const Pass *pass, const GError *error)
{
	if (!lx_inject_facts_of_pair(&pass->vault.serving).present)
		return error ? error->message : "there is no certificate yet";
	if (!pass->trust.object)
		return error ? error->message : "the webhook configuration could not be read";
	return pass->trust.is_trusting
		       ? NULL
		       : "the webhook configuration's caBundle does not have our authority yet";
}

static void pass_once(LxInjectKeeper *keeper, LxInjectClient *client)
{
	const LxInjectKeeperSettings *settings = &keeper->settings;
	g_autoptr(GError) error = NULL;
	g_auto(Pass) pass = {
		.cluster = {client, keeper->cancellable, settings->namespace_name, settings->secret,
			settings->lease, settings->webhook},
	};

	if (make_pass(keeper, &pass, &error))
		log_trouble(keeper, NULL);
	else if (lx_error_code(error) != EAGAIN)
		log_trouble(keeper, error->message);
	tell(keeper, &pass.vault, obstacle_of(&pass, error), pass.leader);
}

/* ---- The thread ---------------------------------------------------------------------------- */

static unsigned period_sec(const LxInjectLifetimes *lifetimes)
{
	return (unsigned)CLAMP(lifetimes->serving_sec / PERIODS_OF_LIFE, 1, PERIOD_SEC);
}

/* Until the next pass, or until it is all over. */
static void rest(LxInjectKeeper *keeper)
{
	GPollFD fd;

	if (!g_cancellable_make_pollfd(keeper->cancellable, &fd))
		return;
	g_poll(&fd, 1, (gint)period_sec(&keeper->settings.lifetimes) * 1000);
	g_cancellable_release_fd(keeper->cancellable);
}

static gpointer run(gpointer data)
{
	LxInjectKeeper *keeper = data;
	const LxInjectKeeperSettings *settings = &keeper->settings;
	g_autoptr(GMainContext) own = g_main_context_new();
	LxInjectClient *client;

	g_main_context_push_thread_default(own);
	client = lx_inject_client_new(settings->access);
	while (!g_cancellable_is_cancelled(keeper->cancellable)) {
		pass_once(keeper, client);
		rest(keeper);
	}
	lx_inject_cluster_resign(&(LxInjectCluster){client, NULL, settings->namespace_name,
					 settings->secret, settings->lease, settings->webhook},
		&keeper->lease);
	lx_inject_client_free(client);
	g_main_context_pop_thread_default(own);
	return NULL;
}

static void make_names(LxInjectKeeper *keeper)
{
	const char *service = keeper->settings.service;
	const char *namespace_name = keeper->settings.namespace_name;

	keeper->names[0] = g_strdup_printf("%s.%s.svc", service, namespace_name);
	keeper->names[1] = g_strdup_printf("%s.%s.svc.cluster.local", service, namespace_name);
	keeper->names[2] = g_strdup_printf("%s.%s", service, namespace_name);
}

LxInjectKeeper *lx_inject_keeper_new(
	const LxInjectKeeperSettings *settings, LxInjectKeeperTell tell_main, gpointer data)
{
	LxInjectKeeper *keeper = g_new0(LxInjectKeeper, 1);

	keeper->settings = *settings;
	keeper->tell = tell_main;
	keeper->data = data;
	keeper->main = g_main_context_ref_thread_default();
	keeper->cancellable = g_cancellable_new();
	keeper->lease.identity = settings->identity;
	keeper->lease.duration_sec = LEASE_SEC;
	make_names(keeper);
	keeper->thread = g_thread_new("keeper", run, keeper);
	return keeper;
}

void lx_inject_keeper_free(LxInjectKeeper *keeper)
{
	if (!keeper)
		return;
	g_cancellable_cancel(keeper->cancellable);
	g_thread_join(keeper->thread);
	for (unsigned i = 0; i < NAMES; i++)
		g_free(keeper->names[i]);
	lx_inject_lease_clear(&keeper->lease);
	g_free(keeper->last_certificate);
	g_free(keeper->last_trouble);
	g_object_unref(keeper->cancellable);
	g_main_context_unref(keeper->main);
	g_free(keeper);
}
