/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_INTERNAL_H
#define BNETLAB_SIM_INTERNAL_H

/*
 * What the files of the simulator do for each other, by file: with the state of a world (state.h),
 * and for nobody else.
 */

#include "sim/state.h"

/* --- world.c --------------------------------------------------------------------------------- */

void sim_world_schedule(SimWorld *world, int64_t time_ns, SimEventKind kind, uint32_t entity,
                        uint32_t arg);

/* --- events.c -------------------------------------------------------------------------------- */

/* What an event does that was taken out of the queue; the world's time is the event's. */
void sim_event_happens(SimWorld *world, const SimQueueEvent *event);

/* Fetches into the cache what the next events of the queue will touch. */
void sim_events_fetch(const SimWorld *world);

/* --- tell.c: who is told of what happens ----------------------------------------------------- */

/* Adds an observer, after those that are there. Its masks stay as they are. */
void sim_world_observe(SimWorld *world, SimObserver *observer);

void sim_audience_finish(SimAudience *audience);

/* Hashes a happening, tells it, and has it recorded. Fills in the time, and of a chain event how
 * the view stands. Not of the five kinds below, each of which has a function of its own. */
void sim_world_tell(SimWorld *world, SimHappening *happening);

/* The same of those of which there are many: a message of the end is sent, written, taken in; its
 * session asks for a block. */
void sim_world_tell_sent(SimWorld *world, uint32_t end, const BnetMessage *message, uint32_t bytes);
void sim_world_tell_written(SimWorld *world, uint32_t end);
void sim_world_tell_delivered(SimWorld *world, uint32_t end, const BnetMessage *message,
                              uint32_t bytes);
void sim_world_tell_asked(SimWorld *world, uint32_t end, uint32_t number);

/* The same of a chain event of the peer. */
void sim_world_tell_chain(SimWorld *world, uint32_t peer, const BnetChainEvent *event);

/* The same of a verdict; session: BNET_NO_SESSION: none. */
void sim_world_tell_verdict(SimWorld *world, uint32_t peer, uint32_t session, BnetBlock block,
                            BnetVerdict verdict);

/* A happening to a peer, with all other fields "none". */
static inline SimHappening sim_happening(SimHappeningKind kind, uint32_t peer)
{
    return (SimHappening){
        .kind = kind,
        .peer = peer,
        .remote = SIM_NONE,
        .end = SIM_NONE,
        .session = BNET_NO_SESSION,
    };
}

/* A happening to the session of an end, now, with all other fields "none". */
static inline SimHappening sim_session_happening(const SimWorld *world, SimHappeningKind kind,
                                                 uint32_t end)
{
    return (SimHappening){
        .kind = kind,
        .time_ns = world->now_ns,
        .peer = world->ends[end].peer,
        .remote = world->ends[end ^ 1].peer,
        .end = end,
        .session = world->ends[end].slot,
    };
}

/* A fault of the scenario; text is formatted. */
void sim_world_tell_fault(SimWorld *world, uint32_t peer, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* --- hash.c ---------------------------------------------------------------------------------- */

/* Takes a happening into the hash of the peer or network it concerns. */
void sim_hash_happening(SimWorld *world, const SimHappening *happening);

/* The same, now, of SIM_DELIVERED and of SIM_VERDICT. */
void sim_hash_delivered(SimWorld *world, uint32_t end, const BnetMessage *message);
void sim_hash_verdict(SimWorld *world, uint32_t peer, BnetBlock block, BnetVerdict verdict);

/* The trace hash of the run so far. O(peers). */
uint64_t sim_hash_of_world(const SimWorld *world);

/* From now on the steps are hashed, too. Before anything happens, once. */
void sim_hash_steps(SimWorld *world);

/* --- build.c --------------------------------------------------------------------------------- */

/* NULL and an error, if the scenario's blocks.log cannot be started from (start.h). */
SimWorld *sim_world_new(const Scenario *scenario, GError **error);

/* The same without anybody who watches: `checks`, the records and `metrics` are NULL. */
SimWorld *sim_world_new_unwatched(const Scenario *scenario, GError **error);

/* It is remembered what led to what (causes.h). Before anything happens. */
void sim_world_remember(SimWorld *world);

void sim_world_free(SimWorld *world);

/* How the next process of a peer presents itself: with a new key. */
BnetIdentity sim_build_identity(SimWorld *world, uint32_t index);

/* --- start.c: the chain that stands at the start --------------------------------------------- */

/* Makes the store, with that chain. False and an error: its file is of no use; the store is to be
 * finished all the same. */
bool sim_start_store(SimWorld *world, GError **error);

/* Tells the producing peers what they have produced on it. */
void sim_start_producers(SimWorld *world);

/* Which chain it is and who stands for its producers, in a line, if it came from a file; NULL: it
 * is modelled. (transfer full) (nullable) */
char *sim_start_describe(const SimWorld *world);

/* --- wire.c: what travels between two ends --------------------------------------------------- */

/* Puts a message of that size on the wire; true: the write is complete at once. Takes the message
 * over. */
bool sim_wire_send(SimWorld *world, uint32_t end, BnetMessage *message, uint32_t bytes);

/* What the end has written and the other side has not read is within the buffers. */
bool sim_wire_has_room(const SimWorld *world, uint32_t end);

/* For worlds that are divided (shards.h): the message of an item that is no signal, and its size;
 * an item that is put on the wire to `end`, after all that is there, and arrives then. */
uint32_t sim_wire_unpack(SimWorld *world, uint32_t item, BnetMessage *ret_message);
void sim_wire_comes(SimWorld *world, uint32_t end, uint32_t item, uint32_t bytes,
                    int64_t arrival_ns);

/* Puts SIM_ITEM_OPEN or SIM_ITEM_FIN on the wire. */
void sim_wire_signal(SimWorld *world, uint32_t end, uint32_t item);

/* An arrival event of an end, of the epoch in its argument; true: there is one more item to
 * read. */
bool sim_wire_arrival(SimWorld *world, uint32_t end, uint32_t epoch);

/* Takes the next arrived item; the caller owns the message, with its size, if it is one. Sibling
 * ends that wait for room may get a SIM_EVENT_ROOM. */
uint32_t sim_wire_take(SimWorld *world, uint32_t end, BnetMessage *ret_message,
                       uint32_t *ret_bytes);

/* A SIM_ITEM_OPEN is on its way to the end. O(items on the wire). */
bool sim_wire_has_open(const SimWorld *world, uint32_t end);

/* Drops all that is on the wire to an end. */
void sim_wire_clear(SimWorld *world, uint32_t end);

/* What waited for the link of this end to be mended sets out again. */
void sim_wire_mend(SimWorld *world, uint32_t end);

/* Both sides' buffers for what `end` sends. A write that waits may be complete with them. */
void sim_wire_set_buffers(SimWorld *world, uint32_t end, uint32_t bytes);

/* Time that bytes take at a rate, rounded up; 0 bytes a second: no time. */
int64_t sim_wire_transfer_ns(uint64_t bytes, uint64_t bytes_per_s);

/* The next item that this end has sent is to arrive then, or as soon after as order allows. */
void sim_wire_due(SimWorld *world, uint32_t end, int64_t arrival_ns);

/* The next item has come to this end, now: its arrival event is scheduled. */
void sim_wire_arrived(SimWorld *world, uint32_t end);

/* What is on its way to this end has come to a cut: it waits for the link to be mended. */
void sim_wire_miss(SimWorld *world, uint32_t end);

/* How much later than without losses a message of so many bytes of this end is there, which draws
 * that latency and takes span_ns from its first byte to its last. */
int64_t sim_wire_loss_ns(SimWorld *world, uint32_t end, uint32_t bytes, int64_t latency_ns,
                         int64_t span_ns);

/* One latency of what an end sends. */
int64_t sim_wire_latency(SimWorld *world, uint32_t end);

/* Each end gets a path, if they have none. */
void sim_wire_need_paths(SimWorld *world);

/* What an end sends has that latency from now on: the link's own, constant, or, if that is 0, the
 * distribution's. */
void sim_wire_set_latency(SimWorld *world, uint32_t end, const ScenarioLatency *latency,
                          int64_t edge_ns);

/* The bandwidth and loss of what an end sends. */
void sim_wire_shape(SimWorld *world, uint32_t end, const ScenarioWay *way);

/* --- bytes.c: messages as bytes -------------------------------------------------------------- */

/* Encodes a message, and makes it what the bytes are decoded to. A malformed one is made of bytes
 * that the decoder refuses. */
void sim_bytes_pass(SimWorld *world, BnetMessage *message);

void sim_bytes_finish(SimBytes *bytes);

/* --- connection.c: dialling, opening, closing ------------------------------------------------ */

void sim_connection_dial(SimWorld *world, uint32_t link);
void sim_connection_accept(SimWorld *world, uint32_t link, uint32_t attempt);

/* The end that dialled learns that the connection stands. */
void sim_connection_confirmed(SimWorld *world, uint32_t end);

/* This side closed, or lost, the connection. `signal`: the other side learns of it. */
void sim_connection_gone(SimWorld *world, uint32_t end, BnetCloseReason reason, bool signal);

/* The process of this end, which dialled and has not learnt of the connection yet, ends, or has
 * ended. */
void sim_connection_abandon(SimWorld *world, uint32_t end);

/* The dial that waits for a paused peer reaches it now. */
void sim_connection_awake(SimWorld *world, uint32_t link);

/* The connection of a link is reset: both sides lose it at once. */
void sim_connection_reset(SimWorld *world, uint32_t link);

/* --- changes.c: links, uplinks and downlinks that become others --------------------------------
 */

/* The event `index` changes links or peers, or its time is over; then sim_changes_end() of each end
 * or sim_changes_peer() of each peer. What holds is what the newest change in force says, else what
 * the links or the group say. O(changes in force) for each end or peer. */
void sim_changes_note(SimWorld *world, uint32_t index);
void sim_changes_end(SimWorld *world, uint32_t end, uint32_t index);
void sim_changes_peers(SimWorld *world, const ScenarioPeerSet *peers);

/* "change of latency and loss", or its end. (transfer full) */
char *sim_changes_describe(const ScenarioEvent *subject, bool ends);

/* What `end` sends is meant by an event that concerns links. */
bool sim_changes_concern(const SimWorld *world, const ScenarioEvent *event, uint32_t end);

/* --- release.c: links that are mended one at a time ------------------------------------------ */

/* The cut `event`, an index, is over: the first of its links is mended now. O(links). */
void sim_release_begin(SimWorld *world, uint32_t event);

/* The SIM_EVENT_RELEASE of a link. */
void sim_release_link(SimWorld *world, uint32_t link, uint32_t event);

/* --- faults.c: sets of peers, and links ------------------------------------------------------ */

bool sim_faults_is_member(const ScenarioPeerSet *set, uint32_t peer);

/* What the event `by` has cut of a link, and nothing else has since, is mended. */
void sim_faults_mend_link(SimWorld *world, uint32_t link, uint32_t by);

/* --- clocks.c: clocks that are wrong --------------------------------------------------------- */

/* Sets all clocks as the groups say. Before anything else happens. */
void sim_clocks_begin(SimWorld *world);

/* The event `index` sets the clocks of `peers`, or its time is over. */
void sim_clocks_skew(SimWorld *world, const ScenarioPeerSet *peers, uint32_t index);

/* "clock 8s ahead", of a skew_clock. (transfer full) */
char *sim_clocks_describe(const ScenarioEvent *event);

/* The same, of a group's clock; NULL: it is right. (transfer full) (nullable) */
char *sim_clocks_describe_group(const ScenarioGroup *group);

/* What the peer's clock shows. */
int64_t sim_clock_now(const SimWorld *world, uint32_t index);

/* The peer's clock shows the time of the run, and will. */
bool sim_clock_is_right(const SimPeer *peer);

/* A SIM_EVENT_TICK of the peer. */
void sim_clock_slot(SimWorld *world, uint32_t index, uint32_t settings);

/* --- peer.c: a peer's network and chain threads ---------------------------------------------- */

/* Does all that the peer can do at this instant. Called after each event of the peer. */
void sim_peer_settle(SimWorld *world, uint32_t index);

/* Carries out the actions of the peer's node. To be called after each input. */
void sim_peer_act(SimWorld *world, uint32_t peer);

/* Puts a message of the end's session on the wire, and takes it over. */
void sim_peer_send(SimWorld *world, uint32_t end, BnetMessage *message);

/* What came due for an end while its peer stood still comes now, in events of its own. */
void sim_peer_awake_end(SimWorld *world, uint32_t end);

/* Appends work for the chain thread. */
void sim_peer_add_job(SimPeer *peer, SimJob job);

/* Appends work for this instant. */
void sim_peer_todo(SimWorld *world, SimTodoKind kind, uint32_t end);

/* A work event of the process `identities`: the chain thread is done with its job, if the event
 * counts. */
void sim_peer_work_done(SimWorld *world, uint32_t index, uint32_t identities);

/* The process, which is up, stands still, and goes on. */
void sim_peer_pause(SimWorld *world, uint32_t index);
void sim_peer_resume(SimWorld *world, uint32_t index);

/* From now on the chain thread takes factor_ppm / 1e6 of its usual time. */
void sim_peer_set_speed(SimWorld *world, uint32_t index, uint32_t factor_ppm);

void sim_peer_start(SimWorld *world, uint32_t index, bool keep_chain);
void sim_peer_stop(SimWorld *world, uint32_t index);

/* Schedules the timer event of an open end, as its session wants it. To be called after what may
 * bring its deadline forward. */
void sim_peer_arm_timer(SimWorld *world, uint32_t end);

/* The end's timer event. */
void sim_peer_timer(SimWorld *world, uint32_t end);

/* The jobs of a session that is gone have nobody to report to. */
void sim_peer_forget_session(SimPeer *peer, uint32_t slot);

static inline uint32_t sim_peer_end(const SimWorld *world, uint32_t peer, uint32_t slot)
{
    return world->peer_ends[world->peers[peer].first_end + slot];
}

/* The end at which the same peer has the other connection with the same remote, where both dial;
 * SIM_NONE: there is one link only. */
static inline uint32_t sim_end_twin(const SimWorld *world, uint32_t end)
{
    return world->twins ? 2 * world->twins[end / 2] + (~end & 1) : SIM_NONE;
}

/* A link carries no protocol unless both its ways are whole. */
static inline bool sim_link_is_cut(const SimWorld *world, uint32_t link)
{
    return world->ends[2 * link].cut || world->ends[2 * link + 1].cut;
}

/* --- work.c ---------------------------------------------------------------------------------- */

/* The input of a message to the session of an end, whose cost is noted. */
void sim_work_message(SimWorld *world, uint32_t end, const BnetMessage *message);

/* --- transactions.c -------------------------------------------------------------------------- */

void sim_transactions_begin(SimWorld *world);

/* A SIM_EVENT_TRX of a stream. */
void sim_transactions_arrive(SimWorld *world, uint32_t stream, uint32_t arg);

/* Chooses what goes into a block that the peer makes: the filler, then what waits, in order of
 * acceptance, and does not expire before the block's time, up to the first that does not fit.
 * `spec->trxs` is valid until the next call. */
void sim_transactions_fill(SimWorld *world, uint32_t index, BnetBlockSpec *spec);

/* --- workload.c: producers ------------------------------------------------------------------- */

void sim_workload_begin(SimWorld *world);
void sim_workload_slot(SimWorld *world, uint32_t producer, uint32_t slot);

/* A slot of anybody begins by the clock of the peer, which is wrong. */
void sim_workload_own_slot(SimWorld *world, uint32_t index, uint32_t slot);

/* Makes the block of a PRODUCE job for that slot; BNET_NO_BLOCK: none is due. */
BnetBlock sim_workload_make_block(SimWorld *world, uint32_t index, uint32_t slot);

/* --- persona.c: peers that misbehave. All but the first three of one with a persona ----------- */

/* Makes what a peer's personas need, if its group has any. Its ends are dealt. */
void sim_persona_init(SimWorld *world, uint32_t index);
void sim_persona_begin(SimWorld *world);
void sim_persona_free(struct SimPersonas *personas);

/* A SIM_EVENT_PERSONA. */
void sim_persona_event(SimWorld *world, uint32_t index, uint32_t arg);

/* The core sends a message, which is changed; false: it is not sent, and finished. */
bool sim_persona_sends(SimWorld *world, uint32_t end, BnetMessage *message);

/* The end's session hands on a block; false: it is forgotten. */
bool sim_persona_takes_block(const SimWorld *world, uint32_t end);

/* The end's session hands on a transaction. */
void sim_persona_takes_trx(SimWorld *world, uint32_t end, BnetTrx trx);

/* The end may read a message now; an event comes when it may again. */
bool sim_persona_may_read(const SimWorld *world, uint32_t end);
void sim_persona_has_read(SimWorld *world, uint32_t end);

/* The peer is about to make that block in its slot; it has made it. */
void sim_persona_shape_block(SimWorld *world, uint32_t index, BnetBlockSpec *spec);
void sim_persona_made_block(SimWorld *world, uint32_t index, const BnetBlockSpec *spec,
                            BnetBlock block);

/* The block of a PERSONA job of the peer's persona `i`; BNET_NO_BLOCK: none. */
BnetBlock sim_persona_make_block(SimWorld *world, uint32_t index, uint32_t i);

/* --- faults.c -------------------------------------------------------------------------------- */

void sim_faults_begin(SimWorld *world);
void sim_faults_apply(SimWorld *world, uint32_t index);

/* --- check.c --------------------------------------------------------------------------------- */

void sim_checks_begin_rounds(SimWorld *world);

/* The looks that are due now. After a silence, in which nothing was to be seen, one at each peer.
 */
void sim_checks_look(SimWorld *world);

/* --- judge.c --------------------------------------------------------------------------------- */

/* Fills in the checks of the result and its verdict; all else is there already. */
void sim_judge(SimWorld *world, SimResult *result);

/* --- expect.c -------------------------------------------------------------------------------- */

/* Schedules and observes what the scenario expects. */
void sim_expect_begin(SimWorld *world);

/* Looks at a bound of the scenario, at its time; those beyond the bounds are watches that begin,
 * and those beyond them times from which convergence is measured. */
void sim_expect_look(SimWorld *world, uint32_t index);

/* Appends what the scenario expects to `checks`, an array of SimCheckResult. The disconnects of the
 * result are known already. Of a run that was stopped only what is known by then is judged. */
void sim_expect_judge(SimWorld *world, const SimResult *result, GArray *checks);

#endif
