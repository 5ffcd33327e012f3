/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_TESTS_LEFT_FIXTURE_H
#define BNETLAB_TESTS_LEFT_FIXTURE_H

/*
 * How many blocks peers gave up in fork switches: of a trace, or of a run that is watched, which is
 * much faster and so for sweeps over a value. One thread.
 */

#include "core/store.h"
#include "sim/world.h"
#include "tests/trace_fixture.h"

#define MS INT64_C(1000000)
#define S (1000 * MS)

/* All that the peer gave up in a run with a trace. */
static inline int64_t left_in_trace(const TraceRun *run, const char *peer)
{
    const char *const *pairs = TRACE("what", "chain", "event", "fork_switch", "peer", peer);
    int64_t n = 0;

    for (guint i = trace_find(run, 0, pairs); i < run->lines->len;
         i = trace_find(run, i + 1, pairs)) {
        const struct json_object *line = run->lines->pdata[i];

        n += trace_number(line, "left_number") - trace_number(line, "number");
    }
    return n;
}

/* A run with one value set, as by --set. */
typedef struct LeftRun {
    const char *path;
    const char *pointer;
    const char *value; /* as in a scenario; a string without its quotation marks */
    int64_t from_ns;   /* what is given up before does not count */
    int64_t most_ns;   /* the run ends by then */
} LeftRun;

typedef struct LeftObserver {
    SimObserver observer;
    int64_t from_ns;
    const char *peers[2];
    int64_t left[2];
} LeftObserver;

static inline void left_happened(SimObserver *observer, SimWorld *world,
                                 const SimHappening *happening)
{
    LeftObserver *self = (LeftObserver *)observer;
    const BnetStore *store = sim_world_store(world);

    if (happening->event != BNET_CHAIN_SWITCH || happening->time_ns < self->from_ns)
        return;
    for (int i = 0; i < 2; i++)
        if (g_strcmp0(self->peers[i], sim_world_peer_name(world, happening->peer)) == 0)
            self->left[i] += bnet_store_number(store, happening->other) -
                             bnet_store_number(store, happening->block);
}

/* (transfer full) */
static inline Scenario *left_scenario(const LeftRun *run)
{
    const ScenarioOverride override = {run->pointer, run->value};
    g_autoptr(GError) error = NULL;
    Scenario *scenario = scenario_load(run->path, &override, 1, &error);

    ck_assert_msg(scenario != NULL, "%s", error ? error->message : "");
    scenario->duration_ns = MIN(scenario->duration_ns, run->most_ns);
    return scenario;
}

/* What a peer gave up, and (nullable) another one into *ret_other. */
static inline int64_t left_by(const LeftRun *run, const char *peer, const char *other,
                              int64_t *ret_other)
{
    LeftObserver self = {
        .observer = {.mask = 1u << SIM_CHAIN, .happened = left_happened},
        .from_ns = run->from_ns,
        .peers = {peer, other},
    };
    const SimRunOptions options = {.trace = &self.observer};
    g_autoptr(Scenario) scenario = left_scenario(run);
    g_autoptr(SimResult) result = sim_run(scenario, &options, NULL);

    ck_assert_ptr_nonnull(result);
    if (ret_other != NULL)
        *ret_other = self.left[1];
    return self.left[0];
}

#endif
