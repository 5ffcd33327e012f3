/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/run.h"

#include <string.h>

#include "sim/internal.h"
#include "sim/shards.h"
#include "sim/story.h"

/* Events between two looks at the stop flag and two calls of progress. */
#define EVENTS_PER_LOOK 4096u

/* --- the run --------------------------------------------------------------------------------- */

/* Of the stretches that failed, so many are done by one thread; then the whole run is. */
#define FAILURES_MAX 4u

/* That much of the run is done by one thread where a stretch has failed. */
#define ALONE_NS BNET_NS_PER_S

/* One go of a run. */
typedef struct Go {
    const SimRunOptions *options; /* (nullable) */
    bool remembers;               /* what led to what, whatever the options say */
    uint64_t events_max;          /* a multiple of EVENTS_PER_LOOK, if options are there */
    uint32_t n_threads;
    int64_t alone_ns[FAILURES_MAX]; /* from then on one thread is at work, for ALONE_NS */
    uint32_t n_alone;
    SimShards *shards; /* NULL: one thread */
    uint32_t looks;
    const char *one_thread_because; /* static; NULL: nobody asked for more, or there are more */
    uint32_t n_failed;              /* stretches */
    bool ret_failed; /* a stretch has, and the go is void: the next one has it in alone_ns */
    bool ret_untold; /* what led to a violation is to be told, and nobody remembers */
} Go;

static bool hears_checkpoints(const SimObserver *observer)
{
    return observer && observer->checkpoint;
}

static void prepare(SimWorld *world, const SimRunOptions *options)
{
    if (!options)
        return;
    if (options->trace)
        sim_world_observe(world, options->trace);
    if (hears_checkpoints(options->trace) || hears_checkpoints(options->checkpoints))
        sim_hash_steps(world);
    if (options->shuffle_ties)
        world->ties = sim_ties_of(options->ties_seed);
}

static void begin(SimWorld *world)
{
    if (world->checks)
        sim_expect_begin(world);
    sim_clocks_begin(world);
    sim_faults_begin(world);
    sim_workload_begin(world);
    sim_persona_begin(world);
}

/* Notes the checkpoints up to until_ns: all events until then are over. O(peers) for each. */
static G_GNUC_NO_INLINE void note_checkpoints(SimWorld *world, const SimRunOptions *options,
                                              int64_t until_ns)
{
    for (; world->checkpoint_ns <= until_ns; world->checkpoint_ns += BNET_NS_PER_S) {
        world->now_ns = world->checkpoint_ns;
        SimCheckpoint checkpoint = {
            .time_ns = world->now_ns,
            .hash = sim_hash_of_world(world),
            .steps = world->steps.hash,
        };
        g_array_append_val(world->checkpoints, checkpoint.hash);
        if (options && hears_checkpoints(options->trace))
            options->trace->checkpoint(options->trace, &checkpoint);
        if (options && hears_checkpoints(options->checkpoints))
            options->checkpoints->checkpoint(options->checkpoints, &checkpoint);
    }
}

/* The events until last_ns, included. True: stopped from outside, or after so many events, a
 * multiple of EVENTS_PER_LOOK. */
static bool run_events(SimWorld *world, const Go *go, int64_t last_ns)
{
    const SimRunOptions *options = go->options;
    int64_t end_ns = world->scenario->duration_ns;
    const SimQueueEvent *next;
    while (!world->stopped && (next = sim_queue_peek(&world->queue)) && next->time_ns <= last_ns) {
        SimQueueEvent event;
        sim_queue_pop(&world->queue, &event);
        sim_events_fetch(world);
        if (event.time_ns > world->checkpoint_ns)
            note_checkpoints(world, options, event.time_ns - 1);
        world->now_ns = event.time_ns;
        world->events++;
        sim_event_happens(world, &event);
        if (world->rounds.due_ns <= world->now_ns)
            sim_checks_look(world);
        if (world->expect_watches)
            sim_expect_watches_look(world->expect_watches, world);
        if (!options || world->events % EVENTS_PER_LOOK != 0)
            continue;
        if (options->progress)
            options->progress(options->progress_data, world->now_ns, end_ns);
        if ((options->stop && g_atomic_int_get(options->stop)) || world->events == go->events_max)
            return true;
    }
    return false;
}

/* --- several threads ------------------------------------------------------------------------- */

/* How long one thread is at work at the beginning and after something that is not ordinary, besides
 * a few latencies; and where things take longer. */
#define SETTLE_NS (100 * BNET_NS_PER_MS)
#define SETTLE_LATENCIES 4
#define SETTLE_MAX_NS (5 * BNET_NS_PER_S)

/* How often progress is told, in looks: windows and what is between them. */
#define LOOKS_PER_PROGRESS 256u

/* What a stretch needs to know of its go. */
typedef struct Stretch {
    SimWorld *world;
    Go *go;
} Stretch;

static bool stretch_look(void *user_data)
{
    const Stretch *stretch = user_data;
    const SimRunOptions *options = stretch->go->options;
    if (options->progress && stretch->go->looks++ % LOOKS_PER_PROGRESS == 0)
        options->progress(options->progress_data, stretch->world->now_ns,
                          stretch->world->scenario->duration_ns);
    return options->stop && g_atomic_int_get(options->stop);
}

static void stretch_checkpoint(void *user_data, int64_t until_ns)
{
    const Stretch *stretch = user_data;
    note_checkpoints(stretch->world, stretch->go->options, until_ns);
}

/* One thread is at work until then, if it is at `time_ns`. */
static int64_t alone_until(const Go *go, int64_t time_ns)
{
    for (uint32_t i = 0; i < go->n_alone; i++)
        if (go->alone_ns[i] <= time_ns && time_ns < go->alone_ns[i] + ALONE_NS)
            time_ns = go->alone_ns[i] + ALONE_NS;
    return time_ns;
}

/* The last time before one thread is to be at work again. */
static int64_t shared_until(const Go *go, int64_t time_ns, int64_t end_ns)
{
    for (uint32_t i = 0; i < go->n_alone; i++)
        if (go->alone_ns[i] > time_ns)
            end_ns = MIN(end_ns, go->alone_ns[i] - 1);
    return end_ns;
}

static void note_failure(Go *go)
{
    go->ret_failed = true;
    go->n_failed++;
    if (go->n_alone < FAILURES_MAX) {
        go->alone_ns[go->n_alone++] = sim_shards_failed_ns(go->shards);
    } else {
        go->n_threads = 1;
        go->one_thread_because = "too much happened that is not ordinary";
    }
    g_debug("%s at %" G_GINT64_FORMAT " ns: done again by one thread there",
            sim_shards_failure(go->shards), sim_shards_failed_ns(go->shards));
}

/* As run_events() to the end, in stretches where that can be. */
static bool run_shared(SimWorld *world, Go *go)
{
    Stretch stretch = {world, go};
    int64_t end_ns = world->scenario->duration_ns;
    int64_t alone_ns = SETTLE_NS;
    int64_t settle_ns = SETTLE_NS;
    for (;;) {
        alone_ns = MIN(alone_until(go, alone_ns), end_ns);
        if (run_events(world, go, alone_ns))
            return true;
        if (world->stopped || alone_ns == end_ns)
            return false;
        SimStretchSpec spec = {
            .last_ns = shared_until(go, alone_ns, end_ns),
            .look = stretch_look,
            .checkpoint = stretch_checkpoint,
            .user_data = &stretch,
        };
        switch (sim_shards_run(go->shards, &spec)) {
        case SIM_STRETCH_FAILED:
            note_failure(go);
            return true;
        case SIM_STRETCH_STOPPED: /* which is looked at after a whole number of events */
            alone_ns = end_ns;
            break;
        case SIM_STRETCH_REFUSED:
            settle_ns = MIN(2 * settle_ns, SETTLE_MAX_NS);
            alone_ns += settle_ns;
            break;
        case SIM_STRETCH_OVER: {
            const SimQueueEvent *next = sim_queue_peek(&world->queue);
            settle_ns = SETTLE_NS;
            alone_ns = next ? MIN(next->time_ns, end_ns) + settle_ns +
                                  SETTLE_LATENCIES * world->longest_latency_ns
                            : end_ns;
            break;
        }
        }
    }
}

/* True: stopped from outside, or failed. */
static bool run_all(SimWorld *world, Go *go)
{
    int64_t end_ns = world->scenario->duration_ns;
    bool interrupted = go->shards ? run_shared(world, go) : run_events(world, go, end_ns);
    if (interrupted || world->stopped)
        return interrupted;
    note_checkpoints(world, go->options, end_ns);
    world->now_ns = end_ns;
    return false;
}

/* --- the result ------------------------------------------------------------------------------ */

static void fill_peer(const SimWorld *world, uint32_t index, SimPeerResult *result)
{
    const SimPeer *peer = &world->peers[index];
    const BnetView *view = &peer->node.view;
    *result = (SimPeerResult){
        .name = g_strdup(peer->name),
        .up = peer->up,
        .honest = peer->honest,
        .fork_switches = peer->fork_switches,
        .bytes_received = peer->received_bytes,
    };
    for (uint32_t k = 0; k <= BNET_MESSAGE_KINDS; k++)
        result->messages_received += peer->received[k];
    for (uint32_t s = 0; s < peer->n_ends; s++)
        result->sessions += world->ends[sim_peer_end(world, index, s)].open;
    if (view->head == BNET_NO_BLOCK) /* it has never started */
        return;
    result->head_number = bnet_view_head_number(view);
    result->head_id = bnet_store_block(&world->store, view->head)->id;
    result->lib_number = bnet_view_lib_number(view);
    if (view->lib != BNET_NO_BLOCK)
        result->lib_id = bnet_store_block(&world->store, view->lib)->id;
}

/* More letters of names than these are not told. */
#define NAMES_MAX 160u

/* (transfer full) */
static char *names_of(const SimWorld *world, GArray *peers)
{
    char *names = sim_peers_text(world, (const uint32_t *)(void *)peers->data, peers->len, ", ");
    if (strlen(names) <= NAMES_MAX)
        return names;
    g_free(names);
    return g_strdup_printf("%u peers", peers->len);
}

/* Why an honest peer that runs is not among those that L1 judges. */
typedef enum Absence {
    ABSENT_CUT_OFF,
    ABSENT_PAUSED,
    ABSENT_LOST, /* its LIB conflicts with theirs */
    ABSENCES,
} Absence;

/* A link of the peer with one of those is not cut. */
static bool is_linked(const SimWorld *world, const SimCheck *l1, uint32_t peer)
{
    for (uint32_t s = 0; s < world->peers[peer].n_ends; s++) {
        uint32_t end = sim_peer_end(world, peer, s);
        if (sim_check_l1_is_member(l1, world->ends[end ^ 1].peer) &&
            !sim_world_end_is_cut(world, end))
            return true;
    }
    return false;
}

static Absence absence_of(const SimWorld *world, const SimCheck *l1, uint32_t peer,
                          const GArray *members)
{
    if (!sim_world_is_running(world, peer))
        return ABSENT_PAUSED;
    return is_linked(world, l1, peer) && members->len > 0 &&
                   sim_world_libs_conflict(world, peer, g_array_index(members, uint32_t, 0))
               ? ABSENT_LOST
               : ABSENT_CUT_OFF;
}

/* Who L1 judges in `ret_members`, and how the others are: "; cut off: bp[0]", "". (transfer full)
 */
static char *absent_text(const SimWorld *world, const SimCheck *l1, GArray *ret_members)
{
    static const char *const words[ABSENCES] = {"cut off", "paused", "left by a finality conflict"};
    GString *text = g_string_new(NULL);
    for (uint32_t p = 0; p < world->n_peers; p++)
        if (sim_check_l1_is_member(l1, p))
            g_array_append_val(ret_members, p);
    for (Absence a = 0; a < ABSENCES; a++) {
        g_autoptr(GArray) absent = g_array_new(FALSE, FALSE, sizeof(uint32_t));
        for (uint32_t p = 0; p < world->n_peers; p++)
            if (world->peers[p].up && world->peers[p].honest &&
                !world->peers[p].node.self.follow_irreversible && !sim_check_l1_is_member(l1, p) &&
                absence_of(world, l1, p, ret_members) == a)
                g_array_append_val(absent, p);
        g_autofree char *names = names_of(world, absent);
        if (absent->len > 0)
            g_string_append_printf(text, "; %s: %s", words[a], names);
    }
    return g_string_free(text, FALSE);
}

/* Convergence is judged of those that can reach each other: if that is not everybody, it is told
 * who. */
static void tell_convergence(const SimWorld *world, SimStory *story, const SimCheck *l1)
{
    int64_t heads_ns = sim_check_l1_heads_ns(l1);
    int64_t libs_ns = sim_check_l1_libs_ns(l1);
    if (sim_check_l1_fault_ns(l1) == 0)
        return;
    g_autoptr(GArray) members = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    g_autofree char *absent = absent_text(world, l1, members);
    g_autofree char *names = names_of(world, members);
    bool all = absent[0] == '\0';
    g_autofree char *heads = g_strdup_printf("%s agree%s on a block made after the last fault%s",
                                             all ? "all honest peers" : names,
                                             !all && members->len == 1 ? "s" : "", absent);
    g_autofree char *libs =
        all ? g_strdup("all their LIBs have passed what was there at the last fault")
            : g_strdup_printf("the LIB%s of %s %s passed what was there at the last fault",
                              members->len == 1 ? "" : "s", names,
                              members->len == 1 ? "has" : "have");
    if (heads_ns != SCENARIO_TIME_NONE)
        sim_story_add(story, heads_ns, heads);
    if (libs_ns != SCENARIO_TIME_NONE)
        sim_story_add(story, libs_ns, libs);
}

/* What the checks found out belongs to the story. */
static void tell_checks(SimWorld *world, SimStory *story)
{
    for (guint i = 0; i < world->checks->len; i++) {
        const SimCheck *check = world->checks->pdata[i];
        if (check->finding_ns > 0)
            sim_story_add(story, check->finding_ns, check->note->str);
        if (check->finding_ns > 0 && g_str_equal(check->id, "S8"))
            sim_probe(&world->probes, SIM_PROBE_FINALITY_CONFLICT);
        if (g_str_equal(check->id, "L1"))
            tell_convergence(world, story, check);
    }
}

static SimResult *result_of(SimWorld *world, SimStory *story, bool interrupted)
{
    const Scenario *scenario = world->scenario;
    SimResult *result = g_new0(SimResult, 1);
    result->name = g_strdup(scenario->name);
    result->description = g_strdup(scenario->description);
    result->path = g_strdup(scenario->path);
    result->seed = scenario->seed;
    result->interrupted = interrupted;
    result->trace_hash = sim_hash_of_world(world);
    result->steps_hash = world->steps.hash;
    result->n_checkpoints = world->checkpoints->len;
    result->checkpoints = (uint64_t *)g_array_steal(world->checkpoints, NULL);
    result->shuffled_ties = world->ties.shuffled;
    result->simulated_ns = world->now_ns;
    result->events = world->events;
    result->messages_delivered = world->messages_delivered;
    result->bytes_delivered = world->bytes_delivered;
    result->blocks_produced = world->blocks_produced;
    result->transactions_created = world->transactions_created;
    result->n_peers = world->n_peers;
    result->peers = g_new0(SimPeerResult, world->n_peers);
    for (uint32_t p = 0; p < world->n_peers; p++) {
        fill_peer(world, p, &result->peers[p]);
        result->fork_switches += world->peers[p].fork_switches;
        result->transactions_refused += world->peers[p].node.trxs.refused;
    }
    if (world->checks)
        tell_checks(world, story);
    result->n_probes = SIM_PROBES_ALL;
    result->probes = g_new(uint64_t, SIM_PROBES_ALL);
    for (uint32_t i = 0; i < SIM_PROBES_ALL; i++)
        result->probes[i] = sim_probes_hits(&world->probes, i);
    sim_story_finish(story, result);
    result->verdict = SIM_VERDICT_NOT_JUDGED;
    if (!world->checks)
        return result;
    sim_metrics_finish(world->metrics, world, result);
    sim_judge(world, result);
    return result;
}

/* Clocks that are wrong from the beginning are no event, and part of the story all the same. */
static void tell_clocks(const Scenario *scenario, SimStory *story)
{
    for (uint32_t i = 0; i < scenario->n_groups; i++) {
        g_autofree char *clock = sim_clocks_describe_group(&scenario->groups[i]);
        if (clock)
            sim_story_add(story, 0, clock);
    }
}

static SimWorld *world_of(const Scenario *scenario, const Go *go, GError **error)
{
    if (go->options && go->options->unwatched)
        return sim_world_new_unwatched(scenario, error);
    SimWorld *world = sim_world_new(scenario, error);
    if (world && (go->remembers || (go->options && go->options->remembers)))
        sim_world_remember(world);
    return world;
}

/* (nullable) */
static SimShards *shards_of(SimWorld *world, Go *go)
{
    if (go->n_threads <= 1)
        return NULL;
    if (go->options->trace || go->options->checkpoints) {
        go->one_thread_because = "every step is written down";
        return NULL;
    }
    return sim_shards_new(world, go->n_threads, &go->one_thread_because);
}

static void fill_go(SimResult *result, const Go *go)
{
    result->ties_seed = go->options ? go->options->ties_seed : 0;
    result->windows = go->shards ? sim_shards_windows(go->shards) : 0;
    result->threads = result->windows > 0 ? sim_shards_threads(go->shards) : 1;
    result->failed_stretches = go->n_failed;
    result->one_thread_because = go->one_thread_because;
    if (go->shards && result->windows == 0)
        result->one_thread_because = "at no time was the network in an ordinary state";
}

static SimResult *run_once(const Scenario *scenario, Go *go, GError **error)
{
    SimWorld *world = world_of(scenario, go, error);
    if (!world)
        return NULL;
    SimStory *story = sim_story_new(world);
    if (world->checks)
        sim_world_observe(world, sim_story_observer(story));
    prepare(world, go->options);
    g_autofree char *chain = sim_start_describe(world);
    if (chain)
        sim_story_add(story, 0, chain);
    tell_clocks(scenario, story);
    begin(world);
    go->ret_failed = false;
    go->shards = shards_of(world, go);
    bool interrupted = run_all(world, go);
    sim_queue_finish(&world->queue); /* nothing more happens; the result has its room */
    SimResult *result = go->ret_failed ? NULL : result_of(world, story, interrupted);
    if (result)
        fill_go(result, go);
    go->ret_untold = world->untold;
    sim_shards_free(go->shards);
    sim_story_free(story);
    sim_world_free(world);
    return result;
}

static bool is_same(const SimResult *a, const SimResult *b)
{
    bool same = a->trace_hash == b->trace_hash && a->events == b->events &&
                a->interrupted == b->interrupted && a->n_checks == b->n_checks;
    for (uint32_t i = 0; same && i < a->n_checks; i++)
        same = a->checks[i].violations == b->checks[i].violations;
    return same;
}

/* The same run again, in which it is remembered what leads to what. Stopped from outside, or broken
 * by an observer, it is another one, and says nothing. Takes the result over. (transfer full) */
static SimResult *retold(const Scenario *scenario, const SimRunOptions *options, SimResult *result)
{
    const SimRunOptions again = {
        .shuffle_ties = result->shuffled_ties,
        .ties_seed = result->ties_seed,
        .stop = options ? options->stop : NULL,
    };
    Go go = {.options = &again,
             .remembers = true,
             .events_max = result->interrupted ? result->events : UINT64_MAX};
    SimResult *told = run_once(scenario, &go, NULL);
    if (told && is_same(told, result)) {
        told->steps_hash = result->steps_hash; /* for which nobody has asked again */
        told->threads = result->threads;
        told->windows = result->windows;
        told->failed_stretches = result->failed_stretches;
        told->one_thread_because = result->one_thread_because;
        sim_result_free(result);
        return told;
    }
    sim_result_free(told);
    return result;
}

SimResult *sim_run(const Scenario *scenario, const SimRunOptions *options, GError **error)
{
    Go go = {
        .options = options, .events_max = UINT64_MAX, .n_threads = options ? options->threads : 1};
    SimResult *result = run_once(scenario, &go, error);
    while (go.ret_failed)
        result = run_once(scenario, &go, error);
    return result && go.ret_untold ? retold(scenario, options, result) : result;
}
