/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line of lxfs-injector. */
#include "settings.h"

#include <errno.h>
#include <string.h>

#define DAY_SEC (24 * 60 * 60)
#define LIFETIME_MIN_SEC 3
#define OVERLAPS_OF_LIFE 90 /* a day of 90 */

/* ---- Options that are more than a text ----------------------------------------------------- */

static bool refuse(const char *option, const char *value, const char *takes, GError **error)
{
	lx_error_set(error, EINVAL, "%s takes %s, not \"%s\"", option, takes, value);
	return false;
}

static gboolean set_mode(const char *option, const char *value, gpointer data, GError **error)
{
	LxInjectSettings *settings = data;

	settings->policy.opt_out = strcmp(value, "opt-out") == 0;
	return settings->policy.opt_out || strcmp(value, "opt-in") == 0 ||
	       refuse(option, value, "opt-in or opt-out", error);
}

static gboolean set_runtime(const char *option, const char *value, gpointer data, GError **error)
{
	LxInjectSettings *settings = data;

	settings->policy.any_path = strcmp(value, "crun") == 0;
	return settings->policy.any_path || strcmp(value, "runc") == 0 ||
	       refuse(option, value, "runc or crun", error);
}

static gboolean set_views(const char *option, const char *value, gpointer data, GError **error)
{
	LxInjectSettings *settings = data;
	g_autofree char *unknown = lx_inject_policy_parse_views(value, &settings->policy.views);

	if (unknown || !settings->policy.views)
		return refuse(option, unknown ? unknown : value,
			"names of views, minimal, runc or full", error);
	return true;
}

static gboolean set_level(const char *option, const char *value, gpointer data, GError **error)
{
	static const char *const levels[] = {"privileged", "baseline", "restricted", NULL};
	LxInjectSettings *settings = data;

	if (!g_strv_contains(levels, value))
		return refuse(option, value, "privileged, baseline or restricted", error);
	g_free(settings->policy.pod_security);
	settings->policy.pod_security = g_strdup(value);
	return true;
}

static gboolean set_anchors(const char *option, const char *value, gpointer data, GError **error)
{
	LxInjectSettings *settings = data;

	if (value[0] != '/')
		return refuse(option, value, "an absolute path", error);
	g_free(settings->policy.anchors);
	settings->policy.anchors = g_canonicalize_filename(value, "/");
	return true;
}

static gboolean set_list(const char *option, const char *value, gpointer data, GError **error)
{
	LxInjectPolicy *policy = &((LxInjectSettings *)data)->policy;
	const struct {
		const char *option;
		GStrv *list;
	} lists[] = {
		{"--exclude-namespaces", &policy->excluded_namespaces},
		{"--skip-runtime-classes", &policy->runtime_classes},
		{"--virtual-node-taints", &policy->virtual_nodes},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
		if (strcmp(lists[i].option, option) != 0)
			continue;
		g_strfreev(*lists[i].list);
		*lists[i].list = lx_inject_policy_parse_list(value);
	}
	return true;
}

/* ---- The table ----------------------------------------------------------------------------- */

#define CALL(function) G_OPTION_ARG_CALLBACK, (gpointer)(function)

static GOptionGroup *policy_options(LxInjectSettings *settings)
{
	const GOptionEntry entries[] = {
		{"mode", 0, 0, CALL(set_mode), "who gets views: opt-in (default) or opt-out",
			"MODE"},
		{"views", 0, 0, CALL(set_views), "which: minimal, runc (default), full, or names",
			"LIST"},
		{"runtime", 0, 0, CALL(set_runtime),
			"the nodes' runtime: runc (default), or crun, which takes every path",
			"NAME"},
		{"anchors", 0, 0, CALL(set_anchors),
			"the anchors on the nodes (default: /run/lxfs/anchors)", "DIR"},
		{"pod-security", 0, 0, CALL(set_level),
			"the level of namespaces without a label (default: privileged)", "LEVEL"},
		{"exclude-namespaces", 0, 0, CALL(set_list), "namespaces left alone", "LIST"},
		{"skip-runtime-classes", 0, 0, CALL(set_list),
			"patterns of runtimeClassNames left alone", "LIST"},
		{"virtual-node-taints", 0, 0, CALL(set_list),
			"pods that tolerate one are left alone", "LIST"},
		{"user-namespaces", 0, 0, G_OPTION_ARG_NONE, &settings->policy.user_namespaces,
			"pods with hostUsers: false get views too", NULL},
		{NULL},
	};
	GOptionGroup *group = g_option_group_new(
		"policy", "Which pods get which views:", "Which pods", settings, NULL);

	g_option_group_add_entries(group, entries);
	return group;
}

static GOptionGroup *certificate_options(LxInjectSettings *settings)
{
	const GOptionEntry entries[] = {
		{"certificate", 0, 0, G_OPTION_ARG_FILENAME, &settings->certificate,
			"from this file, kept by somebody else (default: one of our own)", "FILE"},
		{"key", 0, 0, G_OPTION_ARG_FILENAME, &settings->key, "its key", "FILE"},
		{"certificate-lifetime", 0, 0, G_OPTION_ARG_INT64, &settings->serving_sec,
			"of a certificate of our own (default: 7776000, 90 days)", "SECONDS"},
		{"authority-lifetime", 0, 0, G_OPTION_ARG_INT64, &settings->authority_sec,
			"of the authority that signs it (default: 315360000, 10 years)", "SECONDS"},
		{NULL},
	};
	GOptionGroup *group = g_option_group_new(
		"certificates", "What is shown to the API server:", "Certificates", NULL, NULL);

	g_option_group_add_entries(group, entries);
	return group;
}

static GOptionGroup *cluster_options(LxInjectSettings *settings)
{
	const GOptionEntry entries[] = {
		{"namespace", 0, 0, G_OPTION_ARG_STRING, &settings->namespace_name,
			"where we run (default: the pod's)", "NAME"},
		{"service", 0, 0, G_OPTION_ARG_STRING, &settings->service,
			"the Service in front of us (default: lxfs-injector)", "NAME"},
		{"secret", 0, 0, G_OPTION_ARG_STRING, &settings->secret,
			"the Secret for certificates (default: lxfs-injector-tls)", "NAME"},
		{"lease", 0, 0, G_OPTION_ARG_STRING, &settings->lease,
			"the Lease of the replica that renews them (default: lxfs-injector)",
			"NAME"},
		{"webhook", 0, 0, G_OPTION_ARG_STRING, &settings->webhook,
			"the MutatingWebhookConfiguration (default: lxfs-injector)", "NAME"},
		{"identity", 0, 0, G_OPTION_ARG_STRING, &settings->identity,
			"this replica's name (default: the host's)", "NAME"},
		{"api-server", 0, 0, G_OPTION_ARG_STRING, &settings->access.url,
			"the API server (default: the pod's)", "URL"},
		{"api-token", 0, 0, G_OPTION_ARG_FILENAME, &settings->access.token_file,
			"who we are to it (default: the pod's service account)", "FILE"},
		{"api-authority", 0, 0, G_OPTION_ARG_FILENAME, &settings->access.ca_file,
			"who signs its certificate (default: the pod's)", "FILE"},
		{NULL},
	};
	GOptionGroup *group = g_option_group_new(
		"cluster", "What things are called in the cluster:", "Cluster", NULL, NULL);

	g_option_group_add_entries(group, entries);
	return group;
}

static bool parse(LxInjectSettings *settings, int argc, char **argv, GError **error)
{
	g_autoptr(GOptionContext) options =
		g_option_context_new("- gives pods lxfs's views when they are created");
	g_autoptr(GError) failure = NULL;
	const GOptionEntry entries[] = {
		{"listen", 0, 0, G_OPTION_ARG_STRING, &settings->listen,
			"where to serve (default: [::]:8443)", "ADDRESS:PORT"},
		{"drain", 0, 0, G_OPTION_ARG_INT, &settings->drain_sec,
			"serve on after SIGTERM, until the cluster knows (default: 5)", "SECONDS"},
		{"review", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &settings->reviews,
			"answer the AdmissionReview in FILE on standard output, and end", "FILE"},
		{"labels", 0, 0, G_OPTION_ARG_STRING, &settings->labels,
			"the labels of its namespace, for --review", "NAME=VALUE,..."},
		{"version", 0, 0, G_OPTION_ARG_NONE, &settings->version, "print the version", NULL},
		{NULL},
	};

	g_option_context_add_main_entries(options, entries, NULL);
	g_option_context_add_group(options, policy_options(settings));
	g_option_context_add_group(options, certificate_options(settings));
	g_option_context_add_group(options, cluster_options(settings));
	if (!g_option_context_parse(options, &argc, &argv, &failure)) {
		lx_error_set(error, EINVAL, "%s", failure->message);
		return false;
	}
	if (argc == 1)
		return true;
	lx_error_set(error, EINVAL, "\"%s\" is no option", argv[1]);
	return false;
}

static bool check(const LxInjectSettings *settings, GError **error)
{
	if (!settings->certificate != !settings->key)
		lx_error_set(error, EINVAL, "--certificate and --key go together");
	else if (settings->drain_sec < 0)
		lx_error_set(error, EINVAL, "--drain takes seconds, not less than none");
	else if (settings->serving_sec < LIFETIME_MIN_SEC ||
		 settings->authority_sec < settings->serving_sec)
		lx_error_set(error, EINVAL,
			"--certificate-lifetime takes at least %d seconds, and "
			"--authority-lifetime no less than it",
			LIFETIME_MIN_SEC);
	else
		return true;
	return false;
}

static void set_default(char **field, const char *value)
{
	if (!*field)
		*field = g_strdup(value);
}

static void complete(LxInjectSettings *settings)
{
	if (!settings->namespace_name)
		settings->namespace_name = lx_inject_access_namespace();
	set_default(&settings->namespace_name, "lxfs-system");
	set_default(&settings->listen, "[::]:8443");
	set_default(&settings->identity, g_get_host_name());
	set_default(&settings->service, "lxfs-injector");
	set_default(&settings->secret, "lxfs-injector-tls");
	set_default(&settings->lease, "lxfs-injector");
	set_default(&settings->webhook, "lxfs-injector");
}

bool lx_inject_settings_parse(LxInjectSettings *settings, int argc, char **argv, GError **error)
{
	*settings = (LxInjectSettings){
		.drain_sec = 5, .serving_sec = 90 * DAY_SEC, .authority_sec = 3650 * DAY_SEC};
	lx_inject_policy_init(&settings->policy);
	if (parse(settings, argc, argv, error) && check(settings, error)) {
		complete(settings);
		return true;
	}
	lx_inject_settings_clear(settings);
	return false;
}

void lx_inject_settings_clear(LxInjectSettings *settings)
{
	lx_inject_policy_clear(&settings->policy);
	lx_inject_access_clear(&settings->access);
	g_clear_pointer(&settings->reviews, g_strfreev);
	g_clear_pointer(&settings->labels, g_free);
	g_clear_pointer(&settings->listen, g_free);
	g_clear_pointer(&settings->certificate, g_free);
	g_clear_pointer(&settings->key, g_free);
	g_clear_pointer(&settings->identity, g_free);
	g_clear_pointer(&settings->namespace_name, g_free);
	g_clear_pointer(&settings->service, g_free);
	g_clear_pointer(&settings->secret, g_free);
	g_clear_pointer(&settings->lease, g_free);
	g_clear_pointer(&settings->webhook, g_free);
}

LxInjectLifetimes lx_inject_settings_lifetimes(const LxInjectSettings *settings)
{
	return (LxInjectLifetimes){
		.serving_sec = settings->serving_sec,
		.authority_sec = settings->authority_sec,
		.overlap_sec = MAX(settings->serving_sec / OVERLAPS_OF_LIFE, 1),
	};
}
