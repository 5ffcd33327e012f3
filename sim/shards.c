/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stretches: windows, what lies between them, and the threads.
 */
#include "sim/shards.h"

#include "sim/internal.h"
#include "sim/shard_parts.h"

/* How often a thread looks whether the others have come before it sleeps, if each has a processor:
 * so often at most, and at least. Where they are kept waiting it is in vain, and done less. */
#define SPINS_MAX 4000u
#define SPINS_MIN 50u

/* --- refusing -------------------------------------------------------------------------------- */

bool sim_shard_refuses(SimWorld *world, const char *why)
{
    SimShard *shard = world->shard;
    if (!shard)
        return false;
    world->stopped = true; /* what is under way comes to its end soon */
    SimShards *shards = shard->shards;
    if (g_atomic_int_compare_and_exchange(&shards->is_failed, 0, 1)) {
        shards->failure = why;
    }
    return true;
}

bool sim_shard_refuses_now(SimWorld *world, const char *why)
{
    return world->shard && world->shard->in_window && sim_shard_refuses(world, why);
}

void sim_shard_made_block(SimWorld *world)
{
    if (world->shard)
        sim_shards_share(world->shard->shards, world->shard);
}

static bool has_failed(SimShards *shards)
{
    return g_atomic_int_get(&shards->is_failed);
}

/* --- the meeting of the threads -------------------------------------------------------------- */

static void relax(void)
{
#if defined __x86_64__ || defined __i386__
    __builtin_ia32_pause();
#endif
}

static void sleep_until_next(SimShards *shards, int generation)
{
    g_mutex_lock(&shards->mutex);
    while (g_atomic_int_get(&shards->generation) == generation)
        g_cond_wait(&shards->cond, &shards->mutex);
    g_mutex_unlock(&shards->mutex);
}

/* The others have come before it was too long to look for them. */
static bool look_for_others(SimShard *shard, int generation)
{
    SimShards *shards = shard->shards;
    for (uint32_t i = 0; i < shard->spins; i++) {
        if (g_atomic_int_get(&shards->generation) != generation) {
            shard->spins = MIN(2 * shard->spins, SPINS_MAX);
            return true;
        }
        relax();
    }
    shard->spins = shards->has_processors ? MAX(shard->spins / 2, SPINS_MIN) : 0;
    return false;
}

/* Returns when all threads have come. */
static void meet(SimShard *shard)
{
    SimShards *shards = shard->shards;
    int generation = g_atomic_int_get(&shards->generation);
    if (g_atomic_int_add(&shards->arrived, 1) + 1 == (int)shards->n) {
        g_atomic_int_set(&shards->arrived, 0);
        g_mutex_lock(&shards->mutex);
        g_atomic_int_inc(&shards->generation);
        g_cond_broadcast(&shards->cond);
        g_mutex_unlock(&shards->mutex);
        return;
    }
    if (!look_for_others(shard, generation))
        sleep_until_next(shards, generation);
}

/* --- windows --------------------------------------------------------------------------------- */

static void run_window(SimShard *shard)
{
    SimWorld *world = &shard->world;
    int64_t until_ns = shard->shards->until_ns;
    const SimQueueEvent *next;
    shard->in_window = true;
    while ((next = sim_queue_peek(&world->queue)) && next->time_ns < until_ns &&
           !has_failed(shard->shards)) {
        sim_queue_pop(&world->queue, &shard->event);
        sim_events_fetch(world);
        world->now_ns = shard->event.time_ns;
        world->events++;
        sim_event_happens(world, &shard->event);
    }
    if (world->work.steps > 0) /* which the next message of any shard would tell */
        sim_shard_refuses(world, "a message took much work");
    shard->in_window = false;
}

static void take_part(SimShard *shard)
{
    run_window(shard);
    meet(shard);
    if (!has_failed(shard->shards))
        sim_shard_take_mail(shard);
    sim_queue_peek(&shard->world.queue); /* what comes next is found out here, not by one for all */
    meet(shard);
}

static gpointer thread_main(gpointer data)
{
    SimShard *shard = data;
    for (;;) {
        meet(shard);
        if (g_atomic_int_get(&shard->shards->is_over))
            return NULL;
        take_part(shard);
    }
}

static void window(SimShards *shards, int64_t until_ns)
{
    shards->until_ns = until_ns;
    shards->windows++;
    meet(shards->shards[0]);
    take_part(shards->shards[0]);
    if (has_failed(shards))
        return;
    sim_shards_gather(shards);
    sim_shards_look(shards);
    sim_shards_tell(shards);
    shards->whole->now_ns = until_ns - 1;
}

/* --- between windows ------------------------------------------------------------------------- */

/* The next event of all. `ret_shard`: whose it is; NULL: the scenario's. NULL: there is none. */
static const SimQueueEvent *next_event(SimShards *shards, SimShard **ret_shard)
{
    const SimQueueEvent *first = sim_queue_peek(&shards->whole->queue);
    *ret_shard = NULL;
    for (uint32_t i = 0; i < shards->n; i++) {
        const SimQueueEvent *next = sim_queue_peek(&shards->shards[i]->world.queue);
        if (!next || (first && sim_queue_key(first) <= sim_queue_key(next)))
            continue;
        first = next;
        *ret_shard = shards->shards[i];
    }
    return first;
}

static bool has_block_to_make(const SimPeer *peer)
{
    for (uint32_t i = 0; i < peer->jobs.n; i++)
        if (peer->jobs.items[(peer->jobs.head + i) & (peer->jobs.capacity - 1)].kind ==
            SIM_JOB_PRODUCE)
            return true;
    return false;
}

/* A producer that was busy in its slot makes its block when it is done. */
static int64_t block_due_ns(const SimWorld *world)
{
    int64_t due_ns = BNET_TIME_NEVER;
    for (uint32_t i = 0; i < world->scenario->n_producers; i++) {
        const SimPeer *peer = &world->peers[world->scenario->producers[i]];
        if (has_block_to_make(peer))
            due_ns = MIN(due_ns, peer->busy ? peer->work_due_ns : 0);
    }
    return due_ns;
}

/* Before that time there is nothing but what shards can do by themselves. */
static int64_t next_cut(SimShards *shards, int64_t last_ns)
{
    SimWorld *whole = shards->whole;
    const SimQueueEvent *script = sim_queue_peek(&whole->queue);
    int64_t cut_ns = MIN(last_ns, whole->checkpoint_ns) + 1;
    cut_ns = MIN(cut_ns, whole->rounds.due_ns);
    if (script)
        cut_ns = MIN(cut_ns, script->time_ns);
    return MIN(cut_ns, block_due_ns(whole));
}

/* The peer of the scenario's event, if it is one of those that belong to a stretch. */
static SimShard *shard_of_script(const SimShards *shards, const SimQueueEvent *event)
{
    const Scenario *scenario = shards->whole->scenario;
    uint32_t producer = event->target & SIM_ENTITY_MAX;
    if (event->target >> SIM_ENTITY_BITS != SIM_EVENT_SLOT)
        return NULL;
    /* A chain from a file may have more producers than the scenario has peers for. */
    return producer < scenario->n_producers
               ? sim_shard_of_peer(shards, scenario->producers[producer])
               : shards->shards[0];
}

/* One event, with all others waiting. False: it is none of a stretch. */
static bool step(SimShards *shards)
{
    SimShard *owner;
    SimQueueEvent event = *next_event(shards, &owner);
    SimShard *shard = owner ? owner : shard_of_script(shards, &event);
    if (!shard)
        return false;
    SimWorld *world = &shard->world;
    sim_queue_pop(owner ? &world->queue : &shards->whole->queue, &event);
    world->now_ns = event.time_ns;
    world->events++;
    sim_event_happens(world, &event);
    if (has_failed(shards))
        return true;
    for (uint32_t i = 0; i < shards->n; i++)
        sim_shard_take_mail(shards->shards[i]);
    sim_shards_share(shards, shard);
    if (world->work.steps > 0)
        sim_shard_refuses(world, "a message took much work");
    if (shards->whole->rounds.due_ns <= event.time_ns)
        sim_checks_look(shards->whole);
    return true;
}

/* What comes next, once. True: the stretch goes on. */
static bool go_on(SimShards *shards, const SimStretchSpec *spec)
{
    SimShard *shard;
    const SimQueueEvent *next = next_event(shards, &shard);
    if (!next || next->time_ns > spec->last_ns)
        return false;
    int64_t next_ns = next->time_ns;
    if (next_ns > shards->whole->checkpoint_ns)
        spec->checkpoint(spec->user_data, next_ns - 1);
    shards->from_ns = next_ns;
    int64_t cut_ns = next_cut(shards, spec->last_ns);
    if (next_ns >= cut_ns)
        return step(shards);
    window(shards, MIN(cut_ns, next_ns + shards->lookahead_ns));
    return true;
}

SimStretch sim_shards_run(SimShards *shards, const SimStretchSpec *spec)
{
    if (!sim_shards_split(shards))
        return SIM_STRETCH_REFUSED;
    bool is_stopped = false;
    while (!has_failed(shards) && !is_stopped && go_on(shards, spec))
        is_stopped = shards->whole->stopped || spec->look(spec->user_data);
    if (has_failed(shards))
        return SIM_STRETCH_FAILED;
    sim_shards_join(shards);
    return is_stopped ? SIM_STRETCH_STOPPED : SIM_STRETCH_OVER;
}

/* --- life ------------------------------------------------------------------------------------ */

static SimShard *new_shard(SimShards *shards, uint32_t index)
{
    SimShard *shard = g_aligned_alloc0(1, sizeof *shard, 128);
    shard->shards = shards;
    shard->index = index;
    shard->spins = shards->has_processors ? SPINS_MAX : 0;
    shard->mail = g_new0(SimMail, shards->n);
    for (uint32_t i = 0; i < shards->n; i++)
        sim_mail_init(&shard->mail[i]);
    shard->notes = g_array_new(FALSE, FALSE, sizeof(SimNote));
    shard->beliefs = g_array_new(FALSE, FALSE, sizeof(SimBelief));
    bnet_pool_init(&shard->world.pool);
    bnet_actions_reserve(&shard->world.actions, shards->whole->actions.capacity);
    return shard;
}

static void free_shard(SimShard *shard, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        sim_mail_finish(&shard->mail[i]);
    g_free(shard->mail);
    g_array_unref(shard->notes);
    g_array_unref(shard->beliefs);
    bnet_pool_finish(&shard->world.pool);
    bnet_actions_finish(&shard->world.actions);
    sim_parcels_finish(&shard->world.parcels);
    g_free(shard->world.todo.items);
    sim_bytes_finish(&shard->world.bytes);
    sim_queue_finish(&shard->world.queue);
    g_aligned_free(shard);
}

/* Each has about the same number of ends. */
static void deal_peers(SimShards *shards)
{
    const SimWorld *world = shards->whole;
    uint64_t all = (uint64_t)world->n_ends + world->n_peers;
    uint64_t before = 0;
    for (uint32_t p = 0; p < world->n_peers; p++) {
        shards->shard_of[p] = (uint8_t)(before * shards->n / all);
        before += world->peers[p].n_ends + 1;
    }
}

SimShards *sim_shards_new(SimWorld *world, uint32_t n_threads, const char **ret_why)
{
    g_assert(n_threads >= 1 && n_threads <= SIM_THREADS_MAX);
    const char *why = sim_shards_obstacle(world);
    uint32_t n = MIN(n_threads, world->n_peers);
    if (!why && n < 2)
        why = "there is one peer";
    if (why) {
        *ret_why = why;
        return NULL;
    }
    SimShards *shards = g_new0(SimShards, 1);
    shards->whole = world;
    shards->n = n;
    shards->has_processors = n <= g_get_num_processors();
    shards->shard_of = g_new0(uint8_t, world->n_peers);
    shards->unread = g_new0(uint64_t, world->n_ends);
    deal_peers(shards);
    shards->shards = g_new0(SimShard *, n);
    for (uint32_t i = 0; i < n; i++)
        shards->shards[i] = new_shard(shards, i);
    shards->teller = new_shard(shards, n);
    shards->teller->in_window = true;
    g_mutex_init(&shards->mutex);
    g_cond_init(&shards->cond);
    shards->threads = g_new0(GThread *, n - 1);
    for (uint32_t i = 1; i < n; i++)
        shards->threads[i - 1] = g_thread_new("shard", thread_main, shards->shards[i]);
    return shards;
}

void sim_shards_free(SimShards *shards)
{
    if (!shards)
        return;
    g_atomic_int_set(&shards->is_over, 1);
    meet(shards->shards[0]);
    for (uint32_t i = 0; i + 1 < shards->n; i++)
        g_thread_join(shards->threads[i]);
    for (uint32_t i = 0; i < shards->n; i++)
        free_shard(shards->shards[i], shards->n);
    free_shard(shards->teller, shards->n);
    g_mutex_clear(&shards->mutex);
    g_cond_clear(&shards->cond);
    g_free(shards->shards);
    g_free(shards->threads);
    g_free(shards->shard_of);
    g_free(shards->unread);
    g_free(shards);
}

int64_t sim_shards_failed_ns(const SimShards *shards)
{
    return shards->from_ns;
}

const char *sim_shards_failure(const SimShards *shards)
{
    return shards->failure;
}

uint64_t sim_shards_windows(const SimShards *shards)
{
    return shards->windows;
}

uint32_t sim_shards_threads(const SimShards *shards)
{
    return shards->n;
}
