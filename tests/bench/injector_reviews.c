/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a review costs without the network: injector_reviews REVIEWS FILE... prints a table. */
#include "review/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LOOKS 5

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static long resident_kib(void)
{
	g_autofree char *text = NULL;
	const char *line;

	if (!g_file_get_contents("/proc/self/status", &text, NULL, NULL))
		return 0;
	line = strstr(text, "VmRSS:");
	return line ? strtol(line + strlen("VmRSS:"), NULL, 10) : 0;
}

static bool review_once(const char *text, gsize size, const LxInjectPolicy *policy)
{
	g_autoptr(LxInjectReview) review = lx_inject_review_parse(text, size, NULL);
	g_autoptr(LxInjectDecision) decision = NULL;
	g_autoptr(JsonObject) labels = json_object_new();
	g_autofree char *answer = NULL;

	if (!review)
		return false;
	decision = lx_inject_decision_make(review, labels, policy);
	answer = lx_inject_answer_make(review, decision, policy);
	return answer != NULL;
}

/* A row for each part: a leak is a last column that grows. */
static bool measure(const char *path, unsigned long reviews, const LxInjectPolicy *policy)
{
	g_autofree char *name = g_path_get_dirname(path);
	g_autofree char *text = NULL;
	gsize size;

	if (!g_file_get_contents(path, &text, &size, NULL))
		return false;
	for (int look = 0; look < LOOKS; look++) {
		double before = cpu_seconds();

		for (unsigned long i = 0; i < reviews / LOOKS; i++)
			if (!review_once(text, size, policy))
				return false;
		printf("%-24.24s %8zu %12.0f %10ld\n", strrchr(name, '/') + 1, size,
			(double)(reviews / LOOKS) / (cpu_seconds() - before), resident_kib());
		fflush(stdout);
	}
	return true;
}

int main(int argc, char **argv)
{
	unsigned long reviews = argc > 2 ? strtoul(argv[1], NULL, 10) : 0;
	g_auto(LxInjectPolicy) policy = {0};

	if (reviews < LOOKS) {
		fprintf(stderr, "usage: injector_reviews REVIEWS FILE...\n");
		return EXIT_FAILURE;
	}
	lx_inject_policy_init(&policy);
	policy.opt_out = true; /* no label is needed */
	printf("%-24s %8s %12s %10s\n", "review", "bytes", "reviews/s", "KiB held");
	for (int i = 2; i < argc; i++) {
		if (measure(argv[i], reviews, &policy))
			continue;
		fprintf(stderr, "%s is no review\n", argv[i]);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
