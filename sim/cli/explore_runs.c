/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/cli/explore_runs.h"

#include <string.h>

#include "scenarios/loader.h"
#include "sim/cli/progress.h"
#include "sim/run.h"

/* How far the threads may run ahead of what is handed over, for each of them. */
#define AHEAD 16u

typedef enum SlotState {
    SLOT_FREE,
    SLOT_DONE,
} SlotState;

/* A seed that a thread has done, until it is handed over. */
typedef struct Slot {
    SlotState state;
    ExploreRun run;
} Slot;

/* The mutex guards all that is not const. */
typedef struct Explorer {
    const ExploreOptions *options;
    Slot *slots; /* [n_slots]: run i is in slot i modulo n_slots */
    guint n_slots;
    uint64_t next;     /* the first run that no thread has begun */
    uint64_t handed;   /* so many have been handed over */
    uint64_t finished; /* so many went to their end */
    uint64_t failed;   /* of those */
    int64_t due_us;    /* when `wait` is called next; the calling thread's */
    GMutex mutex;
    GCond changed;
} Explorer;

Scenario *explore_load(uint64_t seed, SimSwarmPlugin plugin, GError **error)
{
    g_autofree char *text = sim_swarm_text(seed, plugin);
    g_autofree char *path = g_strdup_printf("explore-%" G_GUINT64_FORMAT ".json", seed);
    ScenarioText in_memory = {.path = path, .data = text, .length = strlen(text)};
    return scenario_load_data(&in_memory, NULL, 0, error);
}

static void append_quirks(GString *out, const char *option, BnetQuirks quirks)
{
    for (uint32_t bit = 0; bit < BNET_QUIRKS; bit++) {
        if ((quirks >> bit & 1) != 0) {
            g_string_append_printf(out, " %s %s", option, bnet_quirk_name(bit)->name);
        }
    }
}

char *explore_command(const char *program, SimSwarmPlugin plugin, uint64_t seed)
{
    GString *out = g_string_new(program);
    g_string_append(out, " explore");
    if (plugin.profile == SIM_SWARM_EOSIO_1_7) {
        g_string_append(out, " --profile eosio-1.7");
    }
    append_quirks(out, "--quirk", plugin.quirks);
    append_quirks(out, "--without", plugin.without);
    g_string_append_printf(out, " --seed %" G_GUINT64_FORMAT, seed);
    return g_string_free(out, FALSE);
}

/* --- threads --------------------------------------------------------------------------------- */

static void simulate(const ExploreOptions *options, uint64_t seed, ExploreRun *run)
{
    g_autoptr(Scenario) scenario = explore_load(seed, options->plugin, &run->error);
    if (scenario == NULL) {
        return;
    }
    SimSightings sightings;
    sim_sightings_init(&sightings);
    SimRunOptions run_options = {.trace = &sightings.observer, .stop = options->stop};
    cli_ties_apply(&options->ties, scenario, &run_options);
    run->result = sim_run(scenario, &run_options, &run->error);
    if (run->result != NULL && run->result->interrupted) {
        g_clear_pointer(&run->result, sim_result_free);
    }
    if (run->result != NULL) {
        sim_sightings_conclude(&sightings, run->result);
        memcpy(run->seen, sightings.seen, sizeof run->seen);
    }
    sim_sightings_finish(&sightings);
}

/* Waits for a slot and takes the next run. False: none is left. */
static bool begin(Explorer *explorer, uint64_t *ret_index)
{
    g_mutex_lock(&explorer->mutex);
    while (explorer->next < explorer->options->seeds &&
           explorer->next - explorer->handed >= explorer->n_slots) {
        g_cond_wait(&explorer->changed, &explorer->mutex);
    }
    bool is_left = explorer->next < explorer->options->seeds;
    if (is_left) {
        *ret_index = explorer->next++;
    }
    g_mutex_unlock(&explorer->mutex);
    return is_left;
}

static gpointer do_runs(gpointer data)
{
    Explorer *explorer = data;
    const ExploreOptions *options = explorer->options;
    uint64_t index = 0;
    while (begin(explorer, &index)) {
        ExploreRun run = {0};
        if (g_atomic_int_get(options->stop) == 0) {
            simulate(options, options->first + index, &run);
        }
        g_mutex_lock(&explorer->mutex);
        explorer->slots[index % explorer->n_slots] = (Slot){.state = SLOT_DONE, .run = run};
        explorer->finished += run.result != NULL;
        explorer->failed += run.result != NULL && run.result->verdict == SIM_VERDICT_FAIL;
        g_cond_broadcast(&explorer->changed);
        g_mutex_unlock(&explorer->mutex);
    }
    return NULL;
}

/* --- handing over ---------------------------------------------------------------------------- */

/* Waits until the run is done, at most until `wait` is due, and takes it. */
static bool take(Explorer *explorer, uint64_t index, ExploreRun *ret_run)
{
    Slot *slot = &explorer->slots[index % explorer->n_slots];
    bool is_in_time = true;
    g_mutex_lock(&explorer->mutex);
    while (slot->state != SLOT_DONE && is_in_time) {
        is_in_time = g_cond_wait_until(&explorer->changed, &explorer->mutex, explorer->due_us);
    }
    bool is_done = slot->state == SLOT_DONE;
    if (is_done) {
        *ret_run = slot->run;
        slot->state = SLOT_FREE;
        explorer->handed++;
        g_cond_broadcast(&explorer->changed);
    }
    g_mutex_unlock(&explorer->mutex);
    return is_done;
}

static void call_wait(Explorer *explorer)
{
    g_mutex_lock(&explorer->mutex);
    uint64_t finished = explorer->finished;
    uint64_t failed = explorer->failed;
    g_mutex_unlock(&explorer->mutex);
    explorer->options->wait(explorer->options->user_data, finished, failed);
    explorer->due_us = g_get_monotonic_time() + PROGRESS_PERIOD_US;
}

/* Tells of run i and releases it. False: no more are wanted. */
static bool hand_over(const ExploreOptions *options, uint64_t index, ExploreRun *run)
{
    bool is_wanted = options->done(options->user_data, options->first + index, run);
    sim_result_free(run->result);
    g_clear_error(&run->error);
    return is_wanted;
}

/* Until all are told, or it is stopped, or no more are wanted: then false. */
static bool hand_over_all(Explorer *explorer)
{
    const ExploreOptions *options = explorer->options;
    bool is_wanted = true;
    for (uint64_t i = 0; i < options->seeds && is_wanted && g_atomic_int_get(options->stop) == 0;
         i++) {
        ExploreRun run;
        while (!take(explorer, i, &run)) {
            call_wait(explorer);
        }
        is_wanted = hand_over(options, i, &run);
        if (g_get_monotonic_time() >= explorer->due_us) {
            call_wait(explorer);
        }
    }
    return is_wanted;
}

/* What is left is not begun. */
static void let_threads_end(Explorer *explorer, GThread **threads)
{
    g_mutex_lock(&explorer->mutex);
    explorer->next = explorer->options->seeds;
    g_cond_broadcast(&explorer->changed);
    g_mutex_unlock(&explorer->mutex);
    for (guint i = 0; i < explorer->options->jobs; i++) {
        (void)g_thread_join(threads[i]);
    }
}

/* The threads have ended. What waited for an earlier seed is told, if it is wanted. */
static void empty_slots(Explorer *explorer, bool is_wanted)
{
    for (uint64_t i = explorer->handed; i < explorer->handed + explorer->n_slots; i++) {
        Slot *slot = &explorer->slots[i % explorer->n_slots];
        if (slot->state != SLOT_DONE) {
            continue;
        }
        if (is_wanted) {
            is_wanted = hand_over(explorer->options, i, &slot->run);
        } else {
            sim_result_free(slot->run.result);
            g_clear_error(&slot->run.error);
        }
    }
}

void explore_run(const ExploreOptions *options)
{
    g_assert(options->jobs >= 1 && options->seeds >= 1);
    Explorer explorer = {
        .options = options,
        .n_slots = options->jobs * AHEAD,
        .slots = g_new0(Slot, (gsize)options->jobs * AHEAD),
        .due_us = g_get_monotonic_time() + PROGRESS_PERIOD_US,
    };
    g_mutex_init(&explorer.mutex);
    g_cond_init(&explorer.changed);
    g_autofree GThread **threads = g_new0(GThread *, options->jobs);
    for (guint i = 0; i < options->jobs; i++) {
        threads[i] = g_thread_new("explore", do_runs, &explorer);
    }
    bool is_wanted = hand_over_all(&explorer);
    let_threads_end(&explorer, threads);
    empty_slots(&explorer, is_wanted);
    g_cond_clear(&explorer.changed);
    g_mutex_clear(&explorer.mutex);
    g_free(explorer.slots);
}
