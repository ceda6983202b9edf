/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The context: all rooms of liblxfs, wired together once. */
#include "tree/context.h"

#include "tree/round.h"

#include <errno.h>
#include <sys/mman.h>

/* History, loads and names lie one behind the other in the memory, each on a page of its own. */
#define ALIGNMENT 4096u

typedef struct {
	size_t history;
	size_t load;
	size_t names;
} Shares;

static size_t aligned(size_t bytes)
{
	return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static Shares shares_for(unsigned n_containers, unsigned n_cpus)
{
	return (Shares){
		.history = aligned(lx_history_bytes(n_containers, n_cpus)),
		.load = aligned(lx_load_bytes(n_containers)),
		.names = aligned(lx_names_bytes()),
	};
}

static size_t total(const Shares *shares)
{
	return shares->history + shares->load + shares->names;
}

/* How many CPUs the machine can ever have; 1 more than the largest number. */
static unsigned count_cpus(LxHost *host)
{
	LxCpuset possible;

	if (!lx_host_cpus(host, LX_HOST_CPU_POSSIBLE, &possible, NULL))
		return LX_CPUSET_MAX;
	return MAX(lx_cpuset_end(&possible), 1);
}

void lx_settings_init(LxSettings *settings)
{
	*settings = (LxSettings){
		.cpu_view = LX_CPU_VIEW_QUOTA,
		.cpu_numbers = LX_CPU_NUMBERS_REAL,
		.cpu_possible = LX_CPU_POSSIBLE_HOST,
		.unknown_caller = LX_UNKNOWN_CALLER_HOST,
		.cgroup_view = LX_CGROUP_VIEW_OWN,
		.swap = true,
		.load_average = true,
		.max_containers = 4096,
		.sysroot = "/",
	};
}

size_t lx_context_memory_bytes(const LxSettings *settings)
{
	g_autoptr(LxSysroot) root = lx_sysroot_new(settings->sysroot, NULL);
	g_autoptr(LxHost) host = NULL;
	Shares shares;

	if (!root)
		return 0;
	host = lx_host_new(root);
	shares = shares_for(settings->max_containers, count_cpus(host));
	return total(&shares);
}

/* Pages that are never touched cost nothing: anonymous memory is as sparse as a memfd. */
static void *own_memory(size_t bytes, GError **error)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory != MAP_FAILED)
		return memory;
	lx_error_set_errno(error, errno, "mapping %zu bytes for histories", bytes);
	return NULL;
}

/* Memory from a predecessor with a smaller max_containers has room for as many as before. */
static Shares shares_within(const LxSettings *settings, unsigned n_cpus)
{
	unsigned n_containers = settings->max_containers;
	Shares shares = shares_for(n_containers, n_cpus);

	while (settings->memory && n_containers > 1 && total(&shares) > settings->memory_bytes)
		shares = shares_for(--n_containers, n_cpus);
	if (n_containers < settings->max_containers)
		g_warning("remembering %u containers, not %u, until lxfs is stopped for good and "
			  "started, ignoring",
			n_containers, settings->max_containers);
	return shares;
}

static bool divide_memory(LxContext *context, GError **error)
{
	unsigned n_cpus = count_cpus(context->host);
	Shares shares = shares_within(&context->settings, n_cpus);
	char *memory = context->settings.memory;

	if (memory && context->settings.memory_bytes < total(&shares)) {
		lx_error_set(error, EINVAL, "using %zu bytes for histories: %zu are needed",
			context->settings.memory_bytes, total(&shares));
		return false;
	}
	if (!memory) {
		memory = context->own_memory = own_memory(total(&shares), error);
		context->own_memory_bytes = total(&shares);
	}
	if (!memory)
		return false;
	context->history = lx_history_new(memory, shares.history, n_cpus);
	context->load = lx_load_new(memory + shares.history, shares.load);
	context->names = lx_names_new(memory + shares.history + shares.load, shares.names);
	return true;
}

static bool release(gpointer data)
{
	LxContext *context = data;
	bool watched = lx_load_release(context->load), kept = lx_view_release(context->view);

	return watched || kept;
}

/* Left out when everybody gets the host's own text: then nothing of a container can matter. */
static bool find_containers(LxContext *context, GError **error)
{
	context->layout = lx_layout_new(context->root, error);
	if (!context->layout)
		return false;
	context->levels = lx_levels_new(context->root, context->layout);
	context->identity = lx_identity_new(context->root, context->layout, context->levels,
		&context->clock, context->settings.max_containers, error);
	if (!context->identity)
		return false;
	context->sweep = lx_sweep_new(context->root, context->layout);
	lx_identity_on_shortage(context->identity, release, context);
	return true;
}

/* The rest goes without it. */
static void open_view(LxContext *context)
{
	LxCgroupView kind = context->settings.cgroup_view;
	g_autoptr(GError) failure = NULL;

	if (!context->identity || kind == LX_CGROUP_VIEW_OFF)
		return;
	context->view = lx_view_new(context->root, context->layout, context->identity,
		kind == LX_CGROUP_VIEW_EFFECTIVE, &failure);
	if (!context->view)
		g_warning("no cgroup view: %s, ignoring", failure->message);
}

LxContext *lx_context_new(const LxSettings *settings, GError **error)
{
	g_autoptr(LxContext) context = g_new0(LxContext, 1);

	context->settings = *settings;
	context->settings.sysroot = NULL;
	context->clock = settings->clock;
	context->root = lx_sysroot_new(settings->sysroot, error);
	if (!context->root)
		return NULL;
	context->host = lx_host_new(context->root);
	if (!divide_memory(context, error))
		return NULL;
	if (!settings->host_only && !find_containers(context, error))
		return NULL;
	open_view(context);
	return g_steal_pointer(&context);
}

void lx_context_free(LxContext *context)
{
	if (!context)
		return;
	lx_names_free(context->names);
	lx_load_free(context->load);
	lx_history_free(context->history);
	lx_view_free(context->view);
	lx_sweep_free(context->sweep);
	lx_identity_free(context->identity);
	lx_levels_free(context->levels);
	lx_layout_free(context->layout);
	lx_host_free(context->host);
	lx_sysroot_free(context->root);
	if (context->own_memory)
		munmap(context->own_memory, context->own_memory_bytes);
	g_free(context);
}

const char *lx_context_cgroup_layout(const LxContext *context)
{
	return context->layout ? lx_layout_name(context->layout) : "none";
}

LxCgroupTree *lx_context_view(const LxContext *context)
{
	return context->view;
}

int lx_context_watch_fd(const LxContext *context)
{
	return context->identity ? lx_identity_watch_fd(context->identity) : -1;
}

void lx_context_dispatch(LxContext *context)
{
	if (context->identity)
		lx_identity_dispatch(context->identity);
}

void lx_context_statistics(const LxContext *context, LxStatistics *out)
{
	LxCacheFigures figures;

	*out = (LxStatistics){0};
	if (!context->identity)
		return;
	figures = lx_identity_figures(context->identity);
	*out = (LxStatistics){
		.entries = lx_identity_n_cached(context->identity),
		.hits = figures.hits,
		.misses = figures.misses,
		.dropped = figures.dropped,
	};
}

void lx_context_sample(LxContext *context)
{
	g_auto(LxRound) round = lx_round_begin(context);

	lx_load_sample(
		context->load, lx_clock_boottime_nsec(&context->clock), &lx_round_counter, &round);
}
