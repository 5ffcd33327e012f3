/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is told of what happens.
 *
 * The happenings of each message have a function of their own: it finds out what is remarkable
 * about them, makes a SimHappening only if somebody wants to be told, and lets the record note
 * them.
 */
#include "sim/internal.h"
#include "sim/shards.h"

/* --- audiences ------------------------------------------------------------------------------- */

static void listen(SimAudience *audience, SimObserver *observer, uint32_t traits)
{
    if (traits == 0)
        return;
    audience->listeners = g_renew(SimListener, audience->listeners, audience->n + 1);
    audience->listeners[audience->n++] = (SimListener){observer, traits};
    audience->wanted |= traits;
    if (!(traits & SIM_TRAIT_ANY))
        return;
    audience->always = g_renew(SimObserver *, audience->always, audience->n_always + 1);
    audience->always[audience->n_always++] = observer;
}

void sim_audience_finish(SimAudience *audience)
{
    g_free(audience->listeners);
    g_free(audience->always);
}

/* Of `n` audiences from `first` on, one for each kind: those in the mask are told whatever it is.
 */
static void listen_all(SimWorld *world, SimObserver *observer, uint32_t first, uint32_t n,
                       uint32_t mask)
{
    for (uint32_t k = 0; k < n; k++)
        listen(&world->audiences[first + k], observer,
               mask >> k & 1 ? SIM_TRAIT_ANY : observer->traits);
}

/* All of a kind, or those that a mask of their kinds names. */
static uint32_t kinds_of(const SimObserver *observer, SimHappeningKind kind, uint32_t kinds)
{
    return observer->mask >> kind & 1 ? UINT32_MAX : kinds;
}

void sim_world_observe(SimWorld *world, SimObserver *observer)
{
    static const uint32_t have_kinds = 1u << SIM_SENT | 1u << SIM_DELIVERED | 1u << SIM_CHAIN;
    static const uint32_t have_traits = 1u << SIM_ASKED | 1u << SIM_VERDICT;
    for (uint32_t k = 0; k < SIM_HAPPENING_KINDS; k++) {
        if (have_kinds >> k & 1)
            continue;
        listen(&world->audiences[k], observer,
               observer->mask >> k & 1 ? SIM_TRAIT_ANY
               : have_traits >> k & 1  ? observer->traits
                                       : 0);
    }
    listen_all(world, observer, SIM_AUDIENCE_SENT, SIM_MESSAGE_KINDS,
               kinds_of(observer, SIM_SENT, observer->sent));
    listen_all(world, observer, SIM_AUDIENCE_DELIVERED, SIM_MESSAGE_KINDS,
               kinds_of(observer, SIM_DELIVERED, observer->delivered));
    listen_all(world, observer, SIM_AUDIENCE_CHAIN, SIM_CHAIN_KINDS,
               kinds_of(observer, SIM_CHAIN, observer->chain));
}

/* --- telling --------------------------------------------------------------------------------- */

static void tell(SimWorld *world, const SimAudience *audience, uint32_t traits,
                 const SimHappening *happening)
{
    if (G_UNLIKELY(world->shard != NULL) && sim_shard_tells(world, audience, traits, happening))
        return;
    if ((audience->wanted & traits) == SIM_TRAIT_ANY) {
        for (uint32_t i = 0; i < audience->n_always; i++)
            audience->always[i]->happened(audience->always[i], world, happening);
        return;
    }
    for (uint32_t i = 0; i < audience->n; i++) {
        const SimListener *listener = &audience->listeners[i];
        if (listener->traits & traits)
            listener->observer->happened(listener->observer, world, happening);
    }
}

/* Kinds that are told by a function of their own. */
#define HAVE_FUNCTIONS                                                                             \
    (1u << SIM_SENT | 1u << SIM_WRITTEN | 1u << SIM_DELIVERED | 1u << SIM_ASKED | 1u << SIM_VERDICT)

/* How the view of the peer stands. */
static void fill_view(const SimWorld *world, SimHappening *happening)
{
    const BnetView *view = &world->peers[happening->peer].node.view;
    happening->head = view->head;
    happening->lib = view->lib;
    happening->settled = view->head == view->target;
}

void sim_world_tell(SimWorld *world, SimHappening *happening)
{
    uint32_t traits = SIM_TRAIT_ANY;
    uint32_t audience =
        happening->kind == SIM_CHAIN ? SIM_AUDIENCE_CHAIN + happening->event : happening->kind;
    g_assert(!(HAVE_FUNCTIONS >> happening->kind & 1));
    happening->time_ns = world->now_ns;
    if (happening->kind == SIM_CHAIN)
        fill_view(world, happening);
    sim_hash_happening(world, happening);
    if (world->record)
        traits |= sim_record_traits(world->record, world, happening);
    tell(world, &world->audiences[audience], traits, happening);
    if (world->record)
        sim_record_note(world->record, world, happening);
}

void sim_world_tell_chain(SimWorld *world, uint32_t peer, const BnetChainEvent *event)
{
    SimHappening happening =
        sim_happening(event->kind == BNET_CHAIN_PRUNED ? SIM_PRUNED : SIM_CHAIN, peer);
    happening.event = event->kind;
    happening.block = event->block;
    happening.other = event->other;
    sim_world_tell(world, &happening);
}

void sim_world_tell_sent(SimWorld *world, uint32_t end, const BnetMessage *message, uint32_t bytes)
{
    const SimAudience *audience = &world->audiences[SIM_AUDIENCE_SENT + message->kind];
    uint32_t traits = SIM_TRAIT_ANY;
    if (world->record)
        traits |= sim_record_sent_traits(world->record, world, end, message);
    if (audience->wanted & traits) {
        SimHappening happening = sim_session_happening(world, SIM_SENT, end);
        happening.message = message;
        happening.bytes = bytes;
        tell(world, audience, traits, &happening);
    }
    if (world->record)
        sim_record_sent(world->record, world, end, message);
}

void sim_world_tell_written(SimWorld *world, uint32_t end)
{
    const SimAudience *audience = &world->audiences[SIM_WRITTEN];
    if (audience->wanted) {
        SimHappening happening = sim_session_happening(world, SIM_WRITTEN, end);
        tell(world, audience, SIM_TRAIT_ANY, &happening);
    }
    if (world->record)
        sim_record_written(world->record, world, end);
}

void sim_world_tell_delivered(SimWorld *world, uint32_t end, const BnetMessage *message,
                              uint32_t bytes)
{
    const SimAudience *audience = &world->audiences[SIM_AUDIENCE_DELIVERED + message->kind];
    uint32_t traits = SIM_TRAIT_ANY;
    sim_hash_delivered(world, end, message);
    if (world->record)
        traits |= sim_record_delivered_traits(world->record, world, end, message);
    if (audience->wanted & traits) {
        SimHappening happening = sim_session_happening(world, SIM_DELIVERED, end);
        happening.message = message;
        happening.bytes = bytes;
        tell(world, audience, traits, &happening);
    }
    if (world->record && sim_record_delivered(world->record, world, end, message))
        sim_probe(&world->probes, SIM_PROBE_BLOCK_CROSSING);
}

void sim_world_tell_asked(SimWorld *world, uint32_t end, uint32_t number)
{
    const SimAudience *audience = &world->audiences[SIM_ASKED];
    uint32_t traits = SIM_TRAIT_ANY;
    if (world->record)
        traits |= sim_record_asked_traits(world->record, world, end);
    if (audience->wanted & traits) {
        SimHappening happening = sim_session_happening(world, SIM_ASKED, end);
        happening.number = number;
        tell(world, audience, traits, &happening);
    }
    if (world->record)
        sim_record_asked(world->record, end);
}

void sim_world_tell_verdict(SimWorld *world, uint32_t peer, uint32_t session, BnetBlock block,
                            BnetVerdict verdict)
{
    const SimAudience *audience = &world->audiences[SIM_VERDICT];
    uint32_t traits = SIM_TRAIT_ANY;
    world->verdicts[verdict] += world->peers[peer].honest;
    sim_hash_verdict(world, peer, block, verdict);
    if (world->record)
        traits |= sim_record_verdict_traits(world->record, verdict);
    if (!(audience->wanted & traits))
        return;
    SimHappening happening = sim_happening(SIM_VERDICT, peer);
    happening.time_ns = world->now_ns;
    happening.session = session;
    happening.block = block;
    happening.verdict = verdict;
    tell(world, audience, traits, &happening);
}

void sim_world_tell_fault(SimWorld *world, uint32_t peer, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    SimHappening happening = sim_happening(SIM_FAULT, peer);
    happening.text = text;
    happening.fault = world->fault;
    sim_world_tell(world, &happening);
}
