/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The containers of this host with all that an operator wants to know of each.
 *
 * Most of it is reading small files of the kernel, for each container the same ones, so threads
 * share the rows out among themselves. Meanwhile one child asks whoever serves for the load
 * averages; where it gets none, they are counted here.
 */
#include "roster/roster.h"

#include "clock.h"
#include "mounts/generations.h"
#include "roster/loads.h"

#include <errno.h>
#include <string.h>

#define LOADS_LIMIT_MSEC 2000
#define THREADS_MAX 8u

typedef struct {
	const LxRosterTerms *terms;
	LxRoster *roster;
	LxAttachedRules rules;
	LxServed served;
	GArray *devices;
	LxMountinfo *own;
	LxShelf *shelf;
	LxLabelsPlace place;
	unsigned n_views;
} Survey;

/* What is done for each row, by several threads. */
typedef struct {
	Survey *survey;
	void (*visit)(const Survey *survey, unsigned index);
	guint next; /* atomic; the row to be visited next */
	GThread *threads[THREADS_MAX];
} Round;

static void row_clear(gpointer data)
{
	LxRosterRow *row = data;

	lx_labels_clear(&row->labels);
	g_free(row->failure);
}

void lx_roster_free(LxRoster *roster)
{
	if (!roster)
		return;
	g_array_unref(roster->rows);
	lx_inventory_free(roster->inventory);
	g_free(roster);
}

/* ---- Views ------------------------------------------------------------------------------- */

static const char *const health_names[] = {
	[LX_HEALTH_NONE] = "none",
	[LX_HEALTH_FOREIGN] = "foreign",
	[LX_HEALTH_HEALTHY] = "healthy",
	[LX_HEALTH_WAITING] = "waiting",
	[LX_HEALTH_DEAD] = "dead",
};

const char *lx_roster_health_name(LxHealth health)
{
	return health_names[health];
}

static LxHealth health_of(LxAttachedState state, bool served)
{
	switch (state) {
	case LX_ATTACHED_HEALTHY:
		return served ? LX_HEALTH_HEALTHY : LX_HEALTH_DEAD;
	case LX_ATTACHED_WAITING:
		return LX_HEALTH_WAITING;
	case LX_ATTACHED_DEAD:
		return LX_HEALTH_DEAD;
	case LX_ATTACHED_FOREIGN:
		return LX_HEALTH_FOREIGN;
	case LX_ATTACHED_ABSENT:
	case LX_ATTACHED_COVERED:
		break;
	}
	return LX_HEALTH_NONE;
}

LxHealth lx_roster_judge(const LxAttachedState *states, bool served)
{
	LxHealth worst = LX_HEALTH_NONE;

	for (unsigned i = 0; i < LX_VIEWS_N; i++)
		worst = MAX(worst, health_of(states[i], served));
	return worst;
}

static unsigned count_host_views(void)
{
	const LxView *view;
	unsigned n = 0;

	for (unsigned i = 0; (view = lx_views_at(i)) != NULL; i++) {
		g_autofree char *path = lx_views_host_path(view);

		n += g_file_test(path, G_FILE_TEST_EXISTS);
	}
	return n;
}

static void look_at_views(const Survey *survey, const LxMountinfo *mounts, LxRosterRow *row)
{
	LxAttached attached;

	lx_attached_find(mounts, &survey->rules, &attached);
	for (unsigned i = 0; i < LX_VIEWS_N; i++) {
		row->states[i] = attached.views[i].state;
		row->n_attached += health_of(row->states[i], true) != LX_HEALTH_NONE;
	}
	row->cgroup = attached.cgroup;
}

/* ---- One container ----------------------------------------------------------------------- */

static void read_figures(const Survey *survey, unsigned index, unsigned wanted, LxRosterRow *row)
{
	g_autoptr(GError) failure = NULL;
	LxFigures figures;

	if (!lx_inventory_read(survey->roster->inventory, index, wanted, &figures, &failure)) {
		row->ended = lx_error_code(failure) == ENOENT;
		row->failure = g_strdup(failure->message);
		return;
	}
	row->figures = figures;
}

static void look_at(const Survey *survey, unsigned index)
{
	LxRosterRow *row = &g_array_index(survey->roster->rows, LxRosterRow, index);
	g_autoptr(LxMountinfo) mounts = NULL;

	read_figures(survey, index, survey->terms->wanted & ~(unsigned)LX_FIGURE_LOAD, row);
	mounts = row->info->init_pid ? lx_mountinfo_read(row->info->init_pid, NULL) : NULL;
	row->n_views = survey->n_views;
	if (mounts)
		look_at_views(survey, mounts, row);
	lx_labels_find(&survey->place, row->info, lx_labels_hostname(mounts), &row->labels);
}

/* ---- Rounds ------------------------------------------------------------------------------ */

static gpointer visit_some(gpointer data)
{
	Round *round = data;
	guint index;

	while ((index = (guint)g_atomic_int_add(&round->next, 1)) <
		round->survey->roster->rows->len)
		round->visit(round->survey, index);
	return NULL;
}

/* Threads that cannot be had are done without. */
static void round_start(Round *round)
{
	unsigned n = MIN(g_get_num_processors(), THREADS_MAX);

	for (unsigned i = 0; i < n; i++)
		round->threads[i] = g_thread_try_new("lxfs-roster", visit_some, round, NULL);
}

static void round_end(Round *round)
{
	visit_some(round);
	for (unsigned i = 0; i < THREADS_MAX; i++)
		if (round->threads[i])
			g_thread_join(round->threads[i]);
}

/* ---- Load averages ----------------------------------------------------------------------- */

/* Where nobody knows better. */
static void count_load(const Survey *survey, unsigned index)
{
	LxRosterRow *row = &g_array_index(survey->roster->rows, LxRosterRow, index);
	LxFigures counted;

	if (row->failure || (row->figures.have & LX_FIGURE_LOAD) ||
		!lx_inventory_read(
			survey->roster->inventory, index, LX_FIGURE_LOAD, &counted, NULL))
		return;
	memcpy(row->figures.load_hundredths, counted.load_hundredths,
		sizeof counted.load_hundredths);
	row->figures.have |= counted.have;
}

static GHashTable *ask_for_loads(Survey *survey)
{
	LxRoster *roster = survey->roster;
	GHashTable *loads;

	roster->served = lx_loads_read(survey->terms->mountpoint, roster->rows->len,
				 LOADS_LIMIT_MSEC, &loads) == LX_LOADS_SERVED;
	return loads;
}

static void set_loads(LxRoster *roster, GHashTable *loads)
{
	for (guint i = 0; i < roster->rows->len; i++) {
		LxRosterRow *row = &g_array_index(roster->rows, LxRosterRow, i);
		const LxLoadReading *reading = lx_loads_find(loads, row->info->number);

		if (!reading)
			continue;
		memcpy(row->figures.load_hundredths, reading->hundredths,
			sizeof reading->hundredths);
		row->figures.have |= LX_FIGURE_LOAD;
	}
}

/* ---- All of them ------------------------------------------------------------------------- */

static void survey_clear(Survey *survey)
{
	lx_mountinfo_free(survey->own);
	lx_shelf_free(survey->shelf);
	g_clear_pointer(&survey->devices, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Survey, survey_clear)

static bool survey_init(Survey *survey, const LxRosterTerms *terms, GError **error)
{
	survey->terms = terms;
	survey->own = lx_mountinfo_read(getpid(), error);
	if (!survey->own)
		return false;
	survey->devices = lx_generations_read(terms->runtime_dir);
	survey->rules.devices = survey->devices;
	if (lx_served_find(survey->own, terms->mountpoint, &survey->served))
		survey->rules.served = &survey->served;
	survey->n_views = count_host_views();
	survey->shelf = lx_shelf_new("/");
	survey->place = (LxLabelsPlace){"/", survey->shelf, survey->own};
	return true;
}

static LxRoster *roster_new(const LxRosterTerms *terms, GError **error)
{
	LxInventory *inventory = lx_inventory_new(terms->context, error);
	const LxContainerInfo *info;
	LxRoster *roster;

	if (!inventory)
		return NULL;
	roster = g_new0(LxRoster, 1);
	roster->inventory = inventory;
	roster->rows = g_array_new(FALSE, TRUE, sizeof(LxRosterRow));
	g_array_set_clear_func(roster->rows, row_clear);
	for (unsigned i = 0; (info = lx_inventory_at(inventory, i)) != NULL; i++) {
		LxRosterRow row = {.info = info};

		g_array_append_val(roster->rows, row);
	}
	return roster;
}

static void survey_all(Survey *survey)
{
	Round looking = {.survey = survey, .visit = look_at};
	Round counting = {.survey = survey, .visit = count_load};
	g_autoptr(GHashTable) loads = NULL;

	round_start(&looking);
	loads = ask_for_loads(survey);
	round_end(&looking);
	set_loads(survey->roster, loads);
	round_start(&counting);
	round_end(&counting);
}

static void conclude(LxRoster *roster)
{
	roster->taken_nsec = lx_clock_now_nsec(CLOCK_MONOTONIC);
	for (guint i = roster->rows->len; i > 0; i--) {
		LxRosterRow *row = &g_array_index(roster->rows, LxRosterRow, i - 1);

		row->health = MAX(lx_roster_judge(row->states, roster->served),
			health_of(row->cgroup, roster->served));
		if (row->ended)
			g_array_remove_index(roster->rows, i - 1);
	}
}

LxRoster *lx_roster_new(const LxRosterTerms *terms, GError **error)
{
	g_auto(Survey) survey = {0};
	g_autoptr(LxRoster) roster = roster_new(terms, error);

	if (!roster || !survey_init(&survey, terms, error))
		return NULL;
	survey.roster = roster;
	survey_all(&survey);
	conclude(roster);
	return g_steal_pointer(&roster);
}

/* ---- Rates ------------------------------------------------------------------------------- */

static uint64_t per_second(uint64_t now, uint64_t before, uint64_t nsec)
{
	return now > before && nsec ? (uint64_t)((double)(now - before) * 1e9 / (double)nsec) : 0;
}

static LxRates rates_of(const LxFigures *now, const LxFigures *before, uint64_t nsec)
{
	return (LxRates){
		.known = true,
		.cpu_hundredths = per_second(now->cpu_nsec, before->cpu_nsec, nsec) / 100000,
		.read_bytes = per_second(now->read_bytes, before->read_bytes, nsec),
		.written_bytes = per_second(now->written_bytes, before->written_bytes, nsec),
	};
}

static GHashTable *by_number(const LxRoster *roster)
{
	GHashTable *rows = g_hash_table_new(g_int64_hash, g_int64_equal);

	for (guint i = 0; i < roster->rows->len; i++) {
		const LxRosterRow *row = lx_roster_at(roster, i);

		g_hash_table_insert(rows, (gpointer)&row->info->number, (gpointer)row);
	}
	return rows;
}

void lx_roster_compare(LxRoster *now, const LxRoster *before)
{
	g_autoptr(GHashTable) earlier = by_number(before);

	for (guint i = 0; i < now->rows->len; i++) {
		LxRosterRow *row = &g_array_index(now->rows, LxRosterRow, i);
		const LxRosterRow *old = g_hash_table_lookup(earlier, &row->info->number);

		if (old)
			row->rates = rates_of(
				&row->figures, &old->figures, now->taken_nsec - before->taken_nsec);
	}
}
