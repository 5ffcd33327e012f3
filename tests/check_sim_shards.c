/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a stretch refuses: each state of a world in which none begins, and each thing that makes it
 * fail where it comes up in a window. An observer that is told in the window bends the world.
 */
#include "sim/look.h"
#include "sim/shards.h"
#include "tests/sim_fixture.h"

#define N_PEERS 8u

/* On a ring and two threads the peers 0 to 3 are one's, 4 to 7 the other's. */
#define HERE 3u
#define THERE 4u
#define FAR 6u

/* Nobody has it, nor what is built on it. */
static BnetBlock orphan;

typedef struct Bender {
    SimObserver observer;
    void (*bend)(SimWorld *world, const SimHappening *happening);
} Bender;

/* Somebody else's block comes to HERE: that is in a window. */
static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    const SimPeer *peer = &world->peers[happening->peer];
    bool is_own = bnet_store_block(&world->store, happening->block)->producer ==
                  world->producers[peer->producer];
    if (world->shard && happening->peer == HERE && !is_own)
        ((Bender *)observer)->bend(world, happening);
}

/* Its own block, which it makes between two windows. */
static void made(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    if (world->shard && happening->peer == HERE)
        ((Bender *)observer)->bend(world, happening);
}

static Scenario *scenario_of(const char *topology)
{
    return fix_scenario_of("{'duration': '60s', 'chain': {'start_height': 5000,"
                           "'irreversibility': 'none'}, 'peers': {'bp': {'count': %u, 'produces':"
                           "true}}, 'topology': {'kind': '%s'}, 'links': {'latency': '30ms'}}",
                           N_PEERS, topology);
}

static void run_until(SimWorld *world, int64_t time_ns)
{
    const SimQueueEvent *next;
    while ((next = sim_queue_peek(&world->queue)) && next->time_ns <= time_ns) {
        SimQueueEvent event;
        sim_queue_pop(&world->queue, &event);
        world->now_ns = event.time_ns;
        sim_event_happens(world, &event);
        if (world->rounds.due_ns <= world->now_ns)
            sim_checks_look(world);
    }
}

/* All have converged by then. */
#define SETTLED_NS (3 * S)

static SimWorld *settled_world(const Scenario *scenario, SimObserver *observer, bool watched)
{
    SimWorld *world =
        watched ? sim_world_new(scenario, NULL) : sim_world_new_unwatched(scenario, NULL);
    orphan = fix_child(world, BNET_GENESIS, 7);
    if (observer)
        sim_world_observe(world, observer);
    sim_workload_begin(world);
    for (uint32_t p = 0; p < world->n_peers; p++)
        sim_peer_start(world, p, false);
    run_until(world, SETTLED_NS);
    return world;
}

static SimShards *two_shards(SimWorld *world)
{
    const char *why = NULL;
    SimShards *shards = sim_shards_new(world, 2, &why);
    ck_assert_ptr_nonnull(shards);
    return shards;
}

static bool go_on(void *user_data)
{
    (void)user_data;
    return false;
}

static void no_checkpoint(void *user_data, int64_t until_ns)
{
    SimWorld *world = user_data;
    for (; world->checkpoint_ns <= until_ns; world->checkpoint_ns += S)
        continue;
}

static SimStretch run_stretch(SimShards *shards, SimWorld *world, int64_t last_ns)
{
    return sim_shards_run(shards, &(SimStretchSpec){.last_ns = last_ns,
                                                    .look = go_on,
                                                    .checkpoint = no_checkpoint,
                                                    .user_data = world});
}

/* --- in a window ----------------------------------------------------------------------------- */

static void bend_nothing(SimWorld *world, const SimHappening *happening)
{
    (void)world;
    (void)happening;
}

static void bend_latency(SimWorld *world, const SimHappening *happening)
{
    (void)happening;
    world->ends[fix_end(world, HERE, THERE)].u.constant_ns = 1;
}

static void bend_buffer(SimWorld *world, const SimHappening *happening)
{
    (void)happening;
    world->ends[fix_end(world, HERE, THERE)].buffer_bytes = 100;
}

static void bend_schedule(SimWorld *world, const SimHappening *happening)
{
    sim_world_schedule(world, happening->time_ns + S, SIM_EVENT_START, 0, 0);
}

static void bend_session(SimWorld *world, const SimHappening *happening)
{
    (void)happening;
    sim_connection_gone(world, fix_end(world, HERE, HERE - 1), BNET_CLOSE_LOST, false);
}

static void bend_job(SimWorld *world, const SimHappening *happening)
{
    uint32_t slot = bnet_store_block(&world->store, happening->block)->slot;
    sim_peer_add_job(&world->peers[HERE], (SimJob){SIM_JOB_PRODUCE, BNET_NO_SESSION, slot});
}

static void bend_check(SimWorld *world, const SimHappening *happening)
{
    (void)happening;
    sim_check_violation(fix_check_of(world, "R2"), world, "bent");
}

static void bend_subject(SimWorld *world, const SimHappening *happening)
{
    SimSubject subject = sim_subject_of(happening, happening->block, BNET_NO_TRX);
    sim_check_violation_of(fix_check_of(world, "R2"), world, &subject, "bent");
}

static void bend_verdict(SimWorld *world, const SimHappening *happening)
{
    sim_world_tell_verdict(world, HERE, BNET_NO_SESSION, happening->block, BNET_VERDICT_INVALID);
}

static void bend_record(SimWorld *world, const SimHappening *happening)
{
    const BnetMessage message = {.kind = BNET_MESSAGE_BLOCK, .u.block = 3};
    (void)happening;
    sim_world_tell_sent(world, fix_end(world, HERE, THERE), &message, 100);
}

static void believe_nothing_new(SimWorld *world, const SimHappening *happening)
{
    (void)happening;
    ck_assert(sim_shard_looks_later(world, FAR, world->start_head));
    ck_assert(!sim_shard_looks_later(world, HERE - 1, orphan));
}

static void believe_orphan(SimWorld *world, const SimHappening *happening)
{
    (void)happening;
    sim_shard_looks_later(world, FAR, orphan);
}

static void believe_new(SimWorld *world, const SimHappening *happening)
{
    sim_shard_looks_later(world, FAR, happening->block);
}

/* The last that a shard does in a window is to apply a block. */
static void bend_work(SimWorld *world, const SimHappening *happening)
{
    (void)happening;
    world->work.steps = 1;
}

typedef struct Case {
    const char *topology;
    BnetChainEventKind event;
    void (*bend)(SimWorld *world, const SimHappening *happening);
    const char *failure; /* NULL: there is none */
    bool is_far;         /* the observer says not when it may be told */
    bool unwatched;
} Case;

static const Case cases[] = {
    {"ring", BNET_CHAIN_HEADER, bend_nothing, NULL, false, false},
    {"ring", BNET_CHAIN_HEADER, bend_nothing, "an observer has to be told at once", true, false},
    {"ring", BNET_CHAIN_HEADER, bend_latency, "a message may arrive too soon", false, false},
    {"ring", BNET_CHAIN_HEADER, bend_buffer, "a write may have to wait for room", false, false},
    {"ring", BNET_CHAIN_HEADER, bend_schedule, "an event of the scenario is due to come", false,
     false},
    {"ring", BNET_CHAIN_HEADER, bend_session, "a session closes", false, false},
    {"ring", BNET_CHAIN_HEADER, bend_session, "a session closes", false, true},
    {"ring", BNET_CHAIN_HEADER, bend_job, "a block is made", false, false},
    {"ring", BNET_CHAIN_HEADER, bend_check, "a check has failed", false, false},
    {"ring", BNET_CHAIN_HEADER, bend_subject, "a check has failed", false, false},
    {"ring", BNET_CHAIN_HEADER, bend_verdict, "a block is invalid", false, false},
    {"ring", BNET_CHAIN_HEADER, bend_record, "a block is older than the record", false, false},
    {"ring", BNET_CHAIN_HEADER, believe_nothing_new, NULL, false, false},
    {"ring", BNET_CHAIN_HEADER, believe_orphan, "a block may not be linked", false, false},
    {"full-mesh", BNET_CHAIN_HEADER, believe_new, "a block may not be linked", false, false},
    {"ring", BNET_CHAIN_APPLIED, bend_work, "a message took much work", false, true},
};

START_TEST(test_window)
{
    const Case *it = &cases[_i];
    Bender bender = {.bend = it->bend};
    bender.observer.chain = 1u << it->event;
    bender.observer.near = it->is_far ? 0 : 1u << SIM_CHAIN;
    bender.observer.happened = happened;
    g_autoptr(Scenario) scenario = scenario_of(it->topology);
    SimWorld *world = settled_world(scenario, &bender.observer, !it->unwatched);
    SimShards *shards = two_shards(world);
    SimStretch stretch = run_stretch(shards, world, SETTLED_NS + 4 * S);
    ck_assert_uint_gt(sim_shards_windows(shards), 0);
    ck_assert_int_eq(stretch, it->failure ? SIM_STRETCH_FAILED : SIM_STRETCH_OVER);
    if (it->failure)
        ck_assert_str_eq(sim_shards_failure(shards), it->failure);
    else
        ck_assert_ptr_null(sim_shards_failure(shards));
    ck_assert_int_gt(sim_shards_failed_ns(shards), SETTLED_NS);
    sim_shards_free(shards);
    sim_world_free(world);
}
END_TEST

/* Between two windows a check may fail: what it tells is to be told with its causes. */
START_TEST(test_between_windows)
{
    Bender bender = {.bend = bend_subject};
    bender.observer.mask = 1u << SIM_PRODUCED;
    bender.observer.happened = made;
    g_autoptr(Scenario) scenario = scenario_of("ring");
    SimWorld *world = settled_world(scenario, &bender.observer, true);
    SimShards *shards = two_shards(world);
    ck_assert(!world->untold);
    ck_assert_int_eq(run_stretch(shards, world, SETTLED_NS + 48 * S), SIM_STRETCH_OVER);
    ck_assert_uint_eq(fix_check_of(world, "R2")->violations, 12);
    ck_assert(world->untold);
    sim_shards_free(shards);
    sim_world_free(world);
}
END_TEST

/* --- before ---------------------------------------------------------------------------------- */

/* Ends of the link between the threads, and of one within one. */
static SimEnd *across(SimWorld *world)
{
    return &world->ends[fix_end(world, HERE, THERE)];
}

static SimEnd *within(SimWorld *world)
{
    return &world->ends[fix_end(world, HERE, HERE - 1)];
}

static void assert_refused(SimShards *shards, SimWorld *world)
{
    size_t size = sim_queue_size(&world->queue);
    ck_assert_int_eq(run_stretch(shards, world, SETTLED_NS + S), SIM_STRETCH_REFUSED);
    ck_assert_uint_eq(sim_queue_size(&world->queue), size);
    ck_assert_uint_eq(sim_shards_windows(shards), 0);
}

static void refuses_ends(SimShards *shards, SimWorld *world)
{
    SimEnd *end = within(world);
    SimEnd *other = &world->ends[fix_end(world, HERE - 1, HERE)];
    end->cut = true;
    assert_refused(shards, world);
    end->cut = false;
    end->missed = 1;
    assert_refused(shards, world);
    end->missed = 0;
    end->open = false;
    assert_refused(shards, world);
    other->open = false;
    end->wire.count++;
    assert_refused(shards, world);
    end->wire.count--;
    end->open = other->open = true;
    across(world)->blocked = true;
    assert_refused(shards, world);
    across(world)->blocked = false;
}

static void refuses_records(SimShards *shards, SimWorld *world)
{
    SimEndRecord *end = &world->record->ends[fix_end(world, HERE, HERE - 1)];
    end->hello_taken = false;
    assert_refused(shards, world);
    end->hello_taken = true;
    end->hello_written = false;
    assert_refused(shards, world);
    end->hello_written = true;
    world->record->traits = SIM_TRAIT_AFTERMATH;
    assert_refused(shards, world);
    world->record->traits = 0;
    world->work.steps = 1;
    assert_refused(shards, world);
    world->work.steps = 0;
}

START_TEST(test_refused)
{
    g_autoptr(Scenario) scenario = scenario_of("ring");
    SimWorld *world = settled_world(scenario, NULL, true);
    SimShards *shards = two_shards(world);
    refuses_ends(shards, world);
    refuses_records(shards, world);
    across(world)->u.constant_ns = 99999;
    assert_refused(shards, world);
    across(world)->u.constant_ns = 100000;
    within(world)->u.constant_ns = 1;
    within(world)->blocked = true;
    ck_assert_int_eq(run_stretch(shards, world, SETTLED_NS + 100 * MS), SIM_STRETCH_OVER);
    ck_assert_uint_gt(sim_shards_windows(shards), 0);
    sim_shards_free(shards);
    sim_world_free(world);
}
END_TEST

/* Who may still converge is looked at step by step. */
START_TEST(test_refused_after_a_fault)
{
    g_autoptr(Scenario) scenario = scenario_of("ring");
    SimWorld *world = settled_world(scenario, NULL, true);
    SimShards *shards = two_shards(world);
    sim_world_tell_fault(world, SIM_NONE, "a fault");
    assert_refused(shards, world);
    run_until(world, SETTLED_NS + 2 * S);
    ck_assert_int_eq(run_stretch(shards, world, SETTLED_NS + 3 * S), SIM_STRETCH_OVER);
    ck_assert_uint_gt(sim_shards_windows(shards), 0);
    sim_shards_free(shards);
    sim_world_free(world);
}
END_TEST

/* --- beside one thread ----------------------------------------------------------------------- */

/* Pongs, and long notices on a wire, that wait in the world. */
static void count_lists(const SimWorld *world, uint32_t *pongs, uint32_t *notices)
{
    for (uint32_t e = 0; e < world->n_ends; e++) {
        const SimEnd *end = &world->ends[e];
        const BnetRing *wire = &end->wire;
        BnetRingWalk walk = bnet_ring_walk(wire);
        uint32_t item;
        *pongs += sim_look_session(world, e)->pong != 0;
        while (bnet_ring_next(&walk, &world->pool, &item)) {
            BnetMessage message = {0};
            if ((item & SIM_ITEM_KIND) == SIM_ITEM_PARCEL)
                sim_parcels_look(&world->parcels, item & ~SIM_ITEM_KIND, &world->store, &message);
            *notices += message.kind == BNET_MESSAGE_BLOCK_NOTICE &&
                        bnet_ring_chunks(&message.u.notice) > 0;
        }
    }
}

/* A write that has to wait keeps notices and pongs back: they change hands with their sessions. */
static void narrow(SimWorld *world)
{
    for (uint32_t e = 0; e < world->n_ends; e++) {
        uint32_t low = MIN(world->ends[e].peer, world->ends[e ^ 1].peer);
        uint32_t high = MAX(world->ends[e].peer, world->ends[e ^ 1].peer);
        if (high - low == 1 && (high < 5 || low > 7)) {
            world->ends[e].buffer_bytes = 50;
            world->ends[e].drawn = false;
            world->ends[e].u.constant_ns = 1500 * MS;
        }
    }
}

/* Where a stretch ends, the world stands as if one thread had come there, and can be gone on with.
 * Stretches and one thread take turns. */
START_TEST(test_world_after_a_stretch)
{
    g_autoptr(Scenario) scenario = fix_scenario(
        "{'duration': '60s', 'peers': {'bp': {'count': 5, 'produces': true}, 'node': {'count': 8}},"
        "'topology': {'kind': 'ring'}, 'links': {'latency': {'uniform': ['100ms', '600ms']}}}");
    SimWorld *alone = settled_world(scenario, NULL, true);
    SimWorld *shared = settled_world(scenario, NULL, true);
    SimShards *shards = two_shards(shared);
    const int64_t begin_ns = 12 * S;
    uint32_t pongs = 0;
    uint32_t notices = 0;
    bool is_shared = false;
    run_until(alone, begin_ns);
    run_until(shared, begin_ns);
    narrow(alone);
    narrow(shared);
    for (int64_t until_ns = begin_ns; until_ns < begin_ns + 20 * S; until_ns += 43 * MS) {
        run_until(alone, until_ns);
        count_lists(alone, &pongs, &notices);
        is_shared = !is_shared;
        if (is_shared)
            ck_assert_int_eq(run_stretch(shards, shared, until_ns), SIM_STRETCH_OVER);
        else
            run_until(shared, until_ns);
        alone->now_ns = shared->now_ns = until_ns;
        ck_assert_uint_eq(sim_hash_of_world(alone), sim_hash_of_world(shared));
        ck_assert_uint_eq(sim_queue_size(&alone->queue), sim_queue_size(&shared->queue));
        ck_assert_int_eq(alone->rounds.due_ns, shared->rounds.due_ns);
        ck_assert_uint_eq(alone->rounds.part, shared->rounds.part);
        ck_assert_uint_eq(alone->highest_head, shared->highest_head);
        ck_assert_int_eq(alone->longest_latency_ns, shared->longest_latency_ns);
        ck_assert_uint_eq(alone->messages_delivered, shared->messages_delivered);
        ck_assert_mem_eq(&alone->probes, &shared->probes, sizeof alone->probes);
    }
    ck_assert_uint_gt(sim_shards_windows(shards), 40);
    ck_assert_uint_gt(pongs, 0);
    ck_assert_uint_gt(notices, 0);
    sim_shards_free(shards);
    sim_world_free(alone);
    sim_world_free(shared);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_shards");
    TCase *tcase = tcase_create("refusals");
    tcase_set_timeout(tcase, 0);
    tcase_add_loop_test(tcase, test_window, 0, G_N_ELEMENTS(cases));
    tcase_add_test(tcase, test_between_windows);
    tcase_add_test(tcase, test_refused);
    tcase_add_test(tcase, test_refused_after_a_fault);
    tcase_add_test(tcase, test_world_after_a_stretch);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
