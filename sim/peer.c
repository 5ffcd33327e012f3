/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A peer: a network thread that never takes time, and a chain thread that does its jobs in order,
 * each in the time that the scenario says.
 *
 * A session that has taken a message in reads the next only after the chain thread has done what
 * was waiting then (protocol section 2). A received block takes two steps: its header is checked,
 * then all is applied that follows from it; the sessions learn of each when it is done.
 */
#include "sim/deployed.h"
#include "sim/internal.h"
#include "sim/quantity.h"
#include "sim/shards.h"

/* --- jobs ------------------------------------------------------------------------------------ */

void sim_peer_add_job(SimPeer *peer, SimJob job)
{
    SimJobs *jobs = &peer->jobs;
    if (jobs->n == jobs->capacity) {
        uint32_t capacity = jobs->capacity ? jobs->capacity * 2 : 8;
        SimJob *items = g_new(SimJob, capacity);
        for (uint32_t i = 0; i < jobs->n; i++)
            items[i] = jobs->items[(jobs->head + i) & (jobs->capacity - 1)];
        g_free(jobs->items);
        *jobs = (SimJobs){.items = items, .capacity = capacity, .n = jobs->n};
    }
    jobs->items[(jobs->head + jobs->n++) & (jobs->capacity - 1)] = job;
}

static SimJob next_job(SimJobs *jobs)
{
    SimJob job = jobs->items[jobs->head];
    jobs->head = (jobs->head + 1) & (jobs->capacity - 1);
    jobs->n--;
    return job;
}

void sim_peer_forget_session(SimPeer *peer, uint32_t slot)
{
    for (uint32_t i = 0; i < peer->jobs.n; i++) {
        SimJob *job = &peer->jobs.items[(peer->jobs.head + i) & (peer->jobs.capacity - 1)];
        if (job->slot == slot)
            job->slot = BNET_NO_SESSION;
    }
    if (peer->busy && peer->job.slot == slot)
        peer->job.slot = BNET_NO_SESSION;
}

void sim_peer_todo(SimWorld *world, SimTodoKind kind, uint32_t end)
{
    SimTodos *todo = &world->todo;
    if (todo->n == todo->capacity) {
        todo->capacity = todo->capacity ? todo->capacity * 2 : 16;
        todo->items = g_renew(SimTodo, todo->items, todo->capacity);
    }
    todo->items[todo->n++] = (SimTodo){kind, end};
}

/* --- actions --------------------------------------------------------------------------------- */

void sim_peer_send(SimWorld *world, uint32_t end, BnetMessage *message)
{
    const SimPeer *peer = &world->peers[world->ends[end].peer];
    if (peer->deployed && sim_deployed_holds(world, end, message))
        return;
    if (peer->personas && !sim_persona_sends(world, end, message)) {
        sim_peer_todo(world, SIM_TODO_WRITTEN, end);
        return;
    }
    uint32_t bytes = bnet_message_size(message, &world->store);
    sim_world_tell_sent(world, end, message, bytes);
    if (sim_wire_send(world, end, message, bytes))
        sim_peer_todo(world, SIM_TODO_WRITTEN, end);
}

static void ask_for_block(SimWorld *world, uint32_t end, uint32_t number)
{
    sim_world_tell_asked(world, end, number);
    SimEnd *e = &world->ends[end];
    sim_peer_add_job(&world->peers[e->peer], (SimJob){SIM_JOB_FETCH, e->slot, number});
}

static void carry_out(SimWorld *world, uint32_t peer, BnetAction *action)
{
    uint32_t end = sim_peer_end(world, peer, action->session);
    switch (action->kind) {
    case BNET_ACTION_SEND:
        sim_peer_send(world, end, &action->u.message);
        break;
    case BNET_ACTION_FETCH_BLOCK:
        ask_for_block(world, end, action->u.number);
        break;
    case BNET_ACTION_PING_CODE:
        sim_peer_todo(world, SIM_TODO_CODE, end);
        break;
    case BNET_ACTION_SUBMIT_BLOCK:
        if (!world->peers[peer].personas || sim_persona_takes_block(world, end))
            sim_peer_add_job(&world->peers[peer],
                             (SimJob){SIM_JOB_BLOCK, action->session, action->u.block});
        break;
    case BNET_ACTION_SUBMIT_TRX:
        if (world->peers[peer].personas)
            sim_persona_takes_trx(world, end, action->u.trx);
        sim_peer_add_job(&world->peers[peer],
                         (SimJob){SIM_JOB_TRX, action->session, action->u.trx});
        break;
    case BNET_ACTION_CLOSE:
        sim_connection_gone(world, end, action->u.reason, true);
        break;
    }
}

void sim_peer_act(SimWorld *world, uint32_t peer)
{
    BnetNode *node = &world->peers[peer].node;
    for (uint32_t i = 0; i < node->actions->n; i++)
        carry_out(world, peer, &node->actions->items[i]);
    bnet_node_actions_done(node);
}

/* --- timers ---------------------------------------------------------------------------------- */

/* One timer event counts for each end. It is set at most a ping interval ahead, so that the
 * deadline rarely moves before it. */
void sim_peer_arm_timer(SimWorld *world, uint32_t end)
{
    SimEnd *e = &world->ends[end];
    if (!e->open)
        return;
    /* Nothing but a ping can become due before the timer that is set. */
    const BnetNode *node = &world->peers[e->peer].node;
    const BnetSession *session = bnet_node_session(node, e->slot);
    bool is_set = e->timer_ns != BNET_TIME_NEVER;
    if (is_set && bnet_time_after(session->last_ping_ns, BNET_PING_INTERVAL_NS) >= e->timer_ns)
        return;
    int64_t due_ns = bnet_node_deadline(node, e->slot);
    due_ns = MIN(due_ns, world->now_ns + BNET_PING_INTERVAL_NS);
    due_ns = MAX(due_ns, world->now_ns);
    if (due_ns >= e->timer_ns)
        return;
    e->timer_ns = due_ns;
    sim_world_schedule(world, due_ns, SIM_EVENT_TIMER, e->position, 0);
}

void sim_peer_timer(SimWorld *world, uint32_t end)
{
    SimEnd *e = &world->ends[end];
    if (!e->open || e->timer_ns != world->now_ns || sim_deployed_stands(&world->peers[e->peer]))
        return;
    e->timer_ns = BNET_TIME_NEVER;
    BnetNode *node = &world->peers[e->peer].node;
    if (bnet_node_deadline(node, e->slot) <= world->now_ns) {
        bnet_node_timer(node, e->slot, world->now_ns);
        sim_peer_act(world, e->peer);
        sim_peer_settle(world, e->peer);
    }
    sim_peer_arm_timer(world, end);
}

/* --- the chain thread ------------------------------------------------------------------------ */

/* A block of the present shows a producer that its chain is not stale. */
static void look_fresh(SimWorld *world, uint32_t index, BnetBlock head)
{
    uint32_t slot = bnet_store_block(&world->store, head)->slot;
    if (bnet_store_slot_time_ns(&world->store, slot + 1) >= sim_clock_now(world, index))
        world->peers[index].fresh = true;
}

static void do_steps(SimWorld *world, uint32_t index)
{
    SimPeer *peer = &world->peers[index];
    BnetChainEvent event;
    while (bnet_node_step(&peer->node, &event, world->now_ns)) {
        sim_quantity_note(world, index, &event);
        if (event.kind == BNET_CHAIN_APPLIED)
            look_fresh(world, index, event.block);
        sim_world_tell_chain(world, index, &event);
        sim_peer_act(world, index);
    }
    sim_peer_act(world, index);
}

static void receive_block(SimWorld *world, uint32_t index, BnetBlock block, uint32_t slot)
{
    SimPeer *peer = &world->peers[index];
    BnetVerdict verdict = bnet_node_receive_block(&peer->node, block, slot, world->now_ns);
    sim_world_tell_verdict(world, index, slot, block, verdict);
    if (verdict == BNET_VERDICT_ACCEPTED)
        sim_world_tell_chain(world, index,
                             &(BnetChainEvent){.kind = BNET_CHAIN_HEADER, .block = block});
    sim_peer_act(world, index);
}

static void make_block(SimWorld *world, uint32_t index, const SimJob *job)
{
    if (sim_shard_refuses_now(world, "a block is made"))
        return;
    BnetBlock block = job->kind == SIM_JOB_PERSONA
                          ? sim_persona_make_block(world, index, job->arg)
                          : sim_workload_make_block(world, index, job->arg);
    if (block == BNET_NO_BLOCK)
        return;
    sim_shard_made_block(world);
    SimHappening happening = sim_happening(SIM_PRODUCED, index);
    happening.block = block;
    world->blocks_produced++;
    sim_world_tell(world, &happening);
    receive_block(world, index, block, BNET_NO_SESSION);
}

static void receive_trx(SimWorld *world, uint32_t index, BnetTrx trx)
{
    if (!bnet_node_receive_trx(&world->peers[index].node, trx, world->now_ns))
        return;
    SimHappening happening = sim_happening(SIM_TRX, index);
    happening.trx = trx;
    sim_world_tell(world, &happening);
    sim_peer_act(world, index);
}

static void answer_fetch(SimWorld *world, uint32_t index, const SimJob *job)
{
    BnetNode *node = &world->peers[index].node;
    bnet_node_fetched(node, job->slot, bnet_view_at(&node->view, job->arg), world->now_ns);
    sim_peer_act(world, index);
    sim_peer_arm_timer(world, sim_peer_end(world, index, job->slot));
}

static void resume(SimWorld *world, uint32_t end)
{
    world->ends[end].paused = false;
    sim_peer_todo(world, SIM_TODO_READ, end);
}

static void do_job(SimWorld *world, uint32_t index, const SimJob *job)
{
    bool orphan = job->slot == BNET_NO_SESSION;
    switch (job->kind) {
    case SIM_JOB_BLOCK:
        receive_block(world, index, job->arg, job->slot);
        break;
    case SIM_JOB_APPLY:
        do_steps(world, index);
        break;
    case SIM_JOB_TRX:
        receive_trx(world, index, job->arg);
        break;
    case SIM_JOB_FETCH:
        if (!orphan)
            answer_fetch(world, index, job);
        break;
    case SIM_JOB_RESUME:
        if (orphan)
            break;
        resume(world, sim_peer_end(world, index, job->slot));
        break;
    case SIM_JOB_PRODUCE:
    case SIM_JOB_PERSONA:
        make_block(world, index, job);
        break;
    }
}

/* What applying all pending blocks takes. */
static int64_t apply_ns(const SimWorld *world, const SimPeer *peer, const ScenarioProcessing *cost)
{
    const BnetView *view = &peer->node.view;
    uint32_t n = bnet_view_pending(view);
    bool blocks_differ = cost->transaction_ns > 0 || cost->kilobyte_ns > 0;
    __int128 ns = (__int128)n * cost->block_ns;
    BnetBlock block = view->target;
    for (uint32_t i = 0; i < n && blocks_differ; i++) {
        const BnetBlockInfo *info = bnet_store_block(&world->store, block);
        ns += (__int128)info->n_trx * cost->transaction_ns;
        ns += (__int128)info->size * cost->kilobyte_ns / 1000;
        block = info->parent;
    }
    return (int64_t)MIN(ns, 2 * SCENARIO_DURATION_MAX_NS);
}

static int64_t job_ns(const SimWorld *world, uint32_t index, const SimJob *job)
{
    const SimPeer *peer = &world->peers[index];
    const ScenarioProcessing *cost = peer->processing;
    switch (job->kind) {
    case SIM_JOB_BLOCK:
        return cost->header_ns;
    case SIM_JOB_APPLY:
        return apply_ns(world, peer, cost);
    case SIM_JOB_TRX:
        return cost->transaction_ns;
    case SIM_JOB_FETCH:
        return job->slot == BNET_NO_SESSION ? 0 : cost->fetch_ns;
    case SIM_JOB_RESUME:
    case SIM_JOB_PRODUCE: /* made and applied while its slot was being waited for */
    case SIM_JOB_PERSONA:
        return 0;
    }
    g_assert_not_reached();
}

/* What follows from a judged block is part of the same work: it goes before all waiting jobs. */
static bool has_steps(const SimPeer *peer)
{
    const BnetView *view = &peer->node.view;
    return view->head != view->target || view->returned.n > 0;
}

/* Time at the usual speed, in the peer's own; never beyond all runs. */
static int64_t slowed_ns(const SimPeer *peer, int64_t ns)
{
    if (peer->factor_ppm == SIM_USUAL_FACTOR_PPM)
        return ns;
    __int128 slowed =
        ((__int128)ns * peer->factor_ppm + SIM_USUAL_FACTOR_PPM - 1) / SIM_USUAL_FACTOR_PPM;
    return (int64_t)MIN(slowed, 2 * SCENARIO_DURATION_MAX_NS);
}

/* The job is gone on with, from what is left of it. */
static void work_on(SimWorld *world, uint32_t index)
{
    SimPeer *peer = &world->peers[index];
    peer->work_since_ns = world->now_ns;
    peer->work_due_ns = world->now_ns + slowed_ns(peer, peer->work_left_ns);
    sim_world_schedule(world, peer->work_due_ns, SIM_EVENT_WORK, index, peer->identities);
}

/* What of the job has been done up to now counts. */
static void note_work(const SimWorld *world, SimPeer *peer)
{
    __int128 worked_ns = world->now_ns - peer->work_since_ns;
    int64_t done_ns = (int64_t)(worked_ns * SIM_USUAL_FACTOR_PPM / peer->factor_ppm);
    peer->work_left_ns -= MIN(done_ns, peer->work_left_ns);
}

void sim_peer_set_speed(SimWorld *world, uint32_t index, uint32_t factor_ppm)
{
    SimPeer *peer = &world->peers[index];
    bool works = peer->busy && !peer->paused;
    if (works)
        note_work(world, peer);
    peer->factor_ppm = factor_ppm;
    if (works)
        work_on(world, index);
}

static void start_job(SimWorld *world, uint32_t index)
{
    SimPeer *peer = &world->peers[index];
    bool own = peer->job.kind == SIM_JOB_PRODUCE || peer->job.kind == SIM_JOB_PERSONA;
    int64_t ns = 0;
    if (has_steps(peer)) {
        peer->job = (SimJob){.kind = SIM_JOB_APPLY, .slot = BNET_NO_SESSION};
        ns = own ? 0 : job_ns(world, index, &peer->job);
    } else {
        peer->job = next_job(&peer->jobs);
        ns = job_ns(world, index, &peer->job);
    }
    if (ns == 0) {
        SimJob job = peer->job;
        do_job(world, index, &job);
        return;
    }
    peer->busy = true;
    peer->work_left_ns = ns;
    work_on(world, index);
}

void sim_peer_work_done(SimWorld *world, uint32_t index, uint32_t identities)
{
    SimPeer *peer = &world->peers[index];
    if (!peer->busy || peer->paused || peer->identities != identities ||
        peer->work_due_ns != world->now_ns)
        return;
    SimJob job = peer->job;
    peer->busy = false;
    do_job(world, index, &job);
    sim_peer_settle(world, index);
}

/* --- the network thread ---------------------------------------------------------------------- */

static void take_message_in(SimWorld *world, uint32_t end, BnetMessage *message, uint32_t bytes)
{
    SimEnd *e = &world->ends[end];
    SimPeer *peer = &world->peers[e->peer];
    world->messages_delivered++;
    world->bytes_delivered += bytes;
    peer->received[message->kind]++;
    peer->received_bytes += bytes;
    sim_world_tell_delivered(world, end, message, bytes);
    sim_work_message(world, end, message);
    bnet_message_finish(message, &world->pool);
    sim_peer_act(world, e->peer);
    sim_peer_arm_timer(world, end);
    /* The next read waits until the chain thread has come up for air. */
    if (e->open && (peer->busy || peer->jobs.n > 0 || has_steps(peer))) {
        e->paused = true;
        sim_peer_add_job(peer, (SimJob){.kind = SIM_JOB_RESUME, .slot = e->slot});
    }
}

/* Takes in one item, if the session may read; then looks again. */
static void read_one(SimWorld *world, uint32_t end)
{
    SimEnd *e = &world->ends[end];
    if (e->paused || e->arrived == 0 || sim_deployed_stands(&world->peers[e->peer])) {
        if (e->arrived > 0)
            sim_probe(&world->probes, SIM_PROBE_READ_HELD);
        return;
    }
    bool has_persona = world->peers[e->peer].personas && e->open;
    if (has_persona && !sim_persona_may_read(world, end))
        return;
    BnetMessage message;
    uint32_t bytes;
    uint32_t item = sim_wire_take(world, end, &message, &bytes);
    if (item == SIM_ITEM_OPEN)
        sim_connection_confirmed(world, end);
    else if (item == SIM_ITEM_FIN) {
        if (e->open)
            sim_connection_gone(world, end, BNET_CLOSE_LOST, false);
        sim_deployed_answer(world, end);
    } else if (e->open) {
        if (world->peers[e->peer].deployed)
            sim_deployed_read(world, end, &message);
        take_message_in(world, end, &message, bytes);
        if (has_persona)
            sim_persona_has_read(world, end);
    } else {
        sim_probe(&world->probes, SIM_PROBE_SENT_TO_CLOSED);
        bnet_message_finish(&message, &world->pool);
    }
    if (e->arrived > 0 && !e->paused)
        sim_peer_todo(world, SIM_TODO_READ, end);
}

/* A code that nobody can foresee: drawn from a stream of its own. */
static BnetId ping_code(SimPeer *peer)
{
    BnetId code = {{0}};
    bnet_put_little(code.bytes, sim_random_u64(&peer->random_ping), 8);
    return code;
}

static void do_todo(SimWorld *world, uint32_t index, SimTodo todo)
{
    SimPeer *peer = &world->peers[index];
    const uint32_t end = todo.end;
    const uint32_t slot = world->ends[end].slot;
    if (todo.kind == SIM_TODO_READ) {
        read_one(world, end);
        return;
    }
    if (!world->ends[end].open)
        return;
    if (todo.kind == SIM_TODO_WRITTEN && sim_deployed_stands(peer)) {
        world->ends[end].room_due = true;
        return;
    }
    if (todo.kind == SIM_TODO_WRITTEN) {
        sim_world_tell_written(world, end);
        bnet_node_written(&peer->node, slot, world->now_ns);
    } else {
        BnetId code = ping_code(peer);
        bnet_node_ping_code(&peer->node, slot, &code, world->now_ns);
    }
    sim_peer_act(world, index);
    sim_peer_arm_timer(world, end);
}

void sim_peer_settle(SimWorld *world, uint32_t index)
{
    SimPeer *peer = &world->peers[index];
    while (!world->stopped) {
        if (world->todo.done < world->todo.n)
            do_todo(world, index, world->todo.items[world->todo.done++]);
        else if (peer->up && !peer->paused && !peer->busy && (has_steps(peer) || peer->jobs.n > 0))
            start_job(world, index);
        else
            break;
    }
    world->todo.n = world->todo.done = 0;
}

/* --- life of the process --------------------------------------------------------------------- */

void sim_peer_start(SimWorld *world, uint32_t index, bool keep_chain)
{
    SimPeer *peer = &world->peers[index];
    const ScenarioGroup *group = scenario_group_of(world->scenario, index);
    BnetIdentity self = sim_build_identity(world, index);
    bool first = peer->identities == 0;
    peer->identities++;
    peer->up = true;
    if (!first)
        sim_probe(&world->probes,
                  keep_chain ? SIM_PROBE_RESTART_WITH_CHAIN : SIM_PROBE_RESTART_FROM_START);
    if (keep_chain)
        bnet_node_restart(&peer->node, &self);
    else
        bnet_node_start(&peer->node, &self, group->from_genesis ? BNET_GENESIS : world->start_head);
    /* At time 0 all wake up together; later, nobody produces on a chain that may be stale. */
    peer->fresh = first && world->now_ns == 0;
    SimHappening happening = sim_happening(SIM_STARTED, index);
    sim_world_tell(world, &happening);
    sim_deployed_start(world, index);
    for (uint32_t s = 0; s < peer->n_ends; s++) {
        uint32_t end = sim_peer_end(world, index, s);
        if (end % 2 == 1)
            continue;
        sim_connection_abandon(world, end); /* what the process before has dialled */
        sim_connection_dial(world, end / 2);
    }
    sim_peer_settle(world, index);
}

void sim_peer_pause(SimWorld *world, uint32_t index)
{
    SimPeer *peer = &world->peers[index];
    g_assert(peer->up && !peer->paused);
    if (peer->busy)
        note_work(world, peer);
    peer->paused = true;
}

void sim_peer_awake_end(SimWorld *world, uint32_t end)
{
    SimEnd *e = &world->ends[end];
    SimLink *link = &world->links[end / 2];
    if (end % 2 == 1)
        sim_connection_awake(world, end / 2);
    else if (link->dial_due != 0 && link->dial_due == link->attempt)
        sim_world_schedule(world, world->now_ns, SIM_EVENT_DIAL, end / 2, link->attempt);
    if (end % 2 == 0)
        link->dial_due = 0;
    if (e->open && e->room_due)
        sim_world_schedule(world, world->now_ns, SIM_EVENT_ROOM, e->position, link->connection);
    e->room_due = false;
    if (e->open && e->timer_ns <= world->now_ns) {
        e->timer_ns = world->now_ns;
        sim_world_schedule(world, world->now_ns, SIM_EVENT_TIMER, e->position, 0);
    }
    if (e->arrived > 0 && !e->paused)
        sim_peer_todo(world, SIM_TODO_READ, end);
}

void sim_peer_resume(SimWorld *world, uint32_t index)
{
    SimPeer *peer = &world->peers[index];
    g_assert(peer->up && peer->paused);
    peer->paused = false;
    peer->resumed_ns = world->now_ns;
    if (peer->busy)
        work_on(world, index);
    bool is_due = peer->slot_due != SIM_NONE && peer->producing &&
                  bnet_store_slot_time_ns(&world->store, peer->slot_due) <=
                      sim_clock_now(world, index); /* its clock may have been set back */
    if (is_due) {
        sim_probe(&world->probes, SIM_PROBE_SLOT_LATE);
        sim_peer_add_job(peer, (SimJob){SIM_JOB_PRODUCE, BNET_NO_SESSION, peer->slot_due});
    }
    peer->slot_due = SIM_NONE;
    for (uint32_t s = 0; s < peer->n_ends; s++)
        sim_peer_awake_end(world, sim_peer_end(world, index, s));
    sim_peer_settle(world, index);
}

void sim_peer_stop(SimWorld *world, uint32_t index)
{
    SimPeer *peer = &world->peers[index];
    peer->up = false;
    peer->paused = false;
    peer->slot_due = SIM_NONE;
    peer->busy = false;
    peer->jobs.n = 0;
    peer->job = (SimJob){0};
    peer->has_produced = false;
    bnet_node_stop(&peer->node, world->now_ns);
    for (uint32_t s = 0; s < peer->n_ends; s++) {
        uint32_t end = sim_peer_end(world, index, s);
        if (world->ends[end].open)
            sim_connection_gone(world, end, BNET_CLOSE_SHUTDOWN, true);
        else
            sim_connection_abandon(world, end);
        if (end % 2 == 1)
            sim_connection_awake(world, end / 2); /* it fails */
    }
    sim_deployed_stop(world, index);
    SimHappening happening = sim_happening(SIM_STOPPED, index);
    sim_world_tell(world, &happening);
}
