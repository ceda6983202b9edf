/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A review from anybody who reaches the port: parsed, decided and answered, whatever it says. */
#include "review/answer.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *answer(const LxInjectReview *review, bool opt_out)
{
	g_auto(LxInjectPolicy) policy = {0};
	g_autoptr(LxInjectDecision) decision = NULL;
	g_autoptr(JsonObject) labels = json_object_new();

	lx_inject_policy_init(&policy);
	policy.opt_out = opt_out;
	policy.any_path = opt_out;
	decision = lx_inject_decision_make(review, opt_out ? labels : NULL, &policy);
	return lx_inject_answer_make(review, decision, &policy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(LxInjectReview) review = lx_inject_review_parse((const char *)data, size, NULL);

	for (int opt_out = 0; review && opt_out <= 1; opt_out++) {
		g_autofree char *first = answer(review, opt_out);
		g_autofree char *second = answer(review, opt_out);
		g_autoptr(JsonNode) node = lx_inject_json_parse(first, strlen(first), NULL);

		/* An answer that is not JSON, or another one the second time, is a finding. */
		if (!node || strcmp(first, second) != 0)
			abort();
	}
	return 0;
}
