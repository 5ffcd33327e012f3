/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/cli/explore_hazards.h"

#include "sim/cli/cli.h"
#include "sim/cli/explore_runs.h"
#include "sim/run.h"

/* The search for one. */
typedef struct Hunt {
    const ExploreHazards *hazards;
    SimSwarmPlugin plugin;
    uint32_t bit;
    uint64_t seeds; /* that have been run */
    bool is_found;
} Hunt;

/* Whether the run of the seed fails without the quirk, too. */
static bool fails_as_documented(const Hunt *hunt, uint64_t seed)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Scenario) scenario = explore_load(seed, (SimSwarmPlugin){0}, &error);
    SimRunOptions options = {.stop = hunt->hazards->stop};
    g_autoptr(SimResult) result = scenario != NULL ? sim_run(scenario, &options, &error) : NULL;
    if (error != NULL) {
        hunt->hazards->erred(hunt->hazards->user_data, seed, error);
    }
    return result == NULL || result->verdict == SIM_VERDICT_FAIL;
}

static void tell(const Hunt *hunt, const SimResult *found)
{
    g_autofree char *command =
        found != NULL ? explore_command(cli_program(), hunt->plugin, found->seed) : NULL;
    ReportHazard hazard = {
        .quirk = bnet_quirk_name(hunt->bit),
        .seeds = hunt->seeds,
        .found = found,
        .command = command,
    };
    hunt->hazards->done(hunt->hazards->user_data, &hazard);
}

static bool on_done(void *user_data, uint64_t seed, const ExploreRun *run)
{
    Hunt *hunt = user_data;
    if (run->error != NULL) {
        hunt->hazards->erred(hunt->hazards->user_data, seed, run->error);
    }
    hunt->seeds++;
    if (run->result == NULL || run->result->verdict != SIM_VERDICT_FAIL ||
        fails_as_documented(hunt, seed)) {
        return true;
    }
    /* Stopped, the run as documented would have passed for want of time. */
    if (g_atomic_int_get(hunt->hazards->stop) == 0) {
        hunt->is_found = true;
        tell(hunt, run->result);
    }
    return false;
}

static void on_wait(void *user_data, uint64_t finished, uint64_t failed)
{
    const Hunt *hunt = user_data;
    (void)finished;
    (void)failed;
    hunt->hazards->wait(hunt->hazards->user_data);
}

static void look_for(const ExploreHazards *hazards, uint32_t bit)
{
    Hunt hunt = {
        .hazards = hazards,
        .plugin = {.quirks = (BnetQuirks)1 << bit},
        .bit = bit,
    };
    ExploreOptions options = {
        .plugin = hunt.plugin,
        .first = hazards->first,
        .seeds = hazards->seeds,
        .jobs = hazards->jobs,
        .stop = hazards->stop,
        .done = on_done,
        .wait = on_wait,
        .user_data = &hunt,
    };
    explore_run(&options);
    if (!hunt.is_found && g_atomic_int_get(hazards->stop) == 0) {
        tell(&hunt, NULL);
    }
}

void explore_hazards(const ExploreHazards *hazards)
{
    for (uint32_t bit = 0; bit < BNET_QUIRKS; bit++) {
        if ((hazards->quirks >> bit & 1) != 0 && g_atomic_int_get(hazards->stop) == 0) {
            look_for(hazards, bit);
        }
    }
}
