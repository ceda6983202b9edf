/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the operator has decided about pods: the settings of the decision and of the patch. */
#include "review/policy.h"

void lx_inject_policy_init(LxInjectPolicy *policy)
{
	*policy = (LxInjectPolicy){
		.anchors = g_strdup("/run/lxfs/anchors"),
		.views = lx_inject_views_of_runc(),
		.excluded_namespaces = lx_inject_policy_parse_list(
			"kube-system,kube-public,kube-node-lease,lxfs-system"),
		.runtime_classes = lx_inject_policy_parse_list("kata*,gvisor*,runsc*"),
		.virtual_nodes = lx_inject_policy_parse_list("virtual-kubelet.io/provider"),
		.pod_security = g_strdup("privileged"),
	};
}

void lx_inject_policy_clear(LxInjectPolicy *policy)
{
	g_clear_pointer(&policy->anchors, g_free);
	g_clear_pointer(&policy->excluded_namespaces, g_strfreev);
	g_clear_pointer(&policy->runtime_classes, g_strfreev);
	g_clear_pointer(&policy->virtual_nodes, g_strfreev);
	g_clear_pointer(&policy->pod_security, g_free);
}

GStrv lx_inject_policy_parse_list(const char *list)
{
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
	g_auto(GStrv) parts = g_strsplit(list, ",", -1);

	for (char **part = parts; *part; part++)
		if (*g_strstrip(*part))
			g_strv_builder_add(builder, *part);
	return g_strv_builder_end(builder);
}

char *lx_inject_policy_parse_views(const char *list, LxInjectViews *out)
{
	g_auto(GStrv) names = lx_inject_policy_parse_list(list);
	g_autofree char *unknown = NULL;
	LxInjectViews set = 0;

	for (char **name = names; *name; name++) {
		LxInjectViews named = lx_inject_views_named(*name);

		if (named == 0 && !unknown)
			unknown = g_strdup(*name);
		set |= named;
	}
	*out = set;
	return g_steal_pointer(&unknown);
}
