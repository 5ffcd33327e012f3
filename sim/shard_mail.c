/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a shard hands over at the end of a window: messages to other shards, and happenings for
 * observers.
 */
#include "sim/internal.h"
#include "sim/shard_parts.h"

/* --- messages -------------------------------------------------------------------------------- */

void sim_mail_init(SimMail *mail)
{
    mail->posts = g_array_new(FALSE, FALSE, sizeof(SimPost));
    mail->parcels = g_array_new(FALSE, FALSE, sizeof(BnetMessage));
    mail->ids = g_array_new(FALSE, FALSE, sizeof(uint32_t));
}

void sim_mail_finish(SimMail *mail)
{
    g_array_unref(mail->posts);
    g_array_unref(mail->parcels);
    g_array_unref(mail->ids);
}

static bool has_list(const BnetMessage *message)
{
    return message->kind == BNET_MESSAGE_BLOCK_NOTICE || message->kind == BNET_MESSAGE_TRX_NOTICE;
}

/* The item that stands for the message, which is taken over. */
static uint32_t pack(SimMail *mail, BnetMessage *message, BnetPool *pool)
{
    if (message->kind == BNET_MESSAGE_BLOCK)
        return message->u.block | SIM_ITEM_BLOCK;
    if (message->kind == BNET_MESSAGE_TRX)
        return message->u.trx | SIM_ITEM_TRX;
    if (message->kind == BNET_MESSAGE_BLOCK_NOTICE && message->u.notice.count == 1)
        return bnet_ring_pop(&message->u.notice, pool) | SIM_ITEM_NOTICE;
    g_array_append_val(mail->parcels, *message);
    while (has_list(message) && message->u.notice.count > 0) {
        uint32_t id = bnet_ring_pop(&message->u.notice, pool);
        g_array_append_val(mail->ids, id);
    }
    return SIM_ITEM_PARCEL;
}

void sim_shard_send(SimWorld *world, const SimCrossing *crossing, BnetMessage *message)
{
    SimShard *shard = world->shard;
    SimShards *shards = shard->shards;
    uint32_t end = crossing->end;
    SimMail *mail = &shard->mail[shards->shard_of[world->ends[end ^ 1].peer]];
    SimPost post = {
        .arrival_ns = crossing->arrival_ns,
        .end = end ^ 1,
        .item = pack(mail, message, &world->pool),
        .bytes = crossing->bytes,
    };
    g_array_append_val(mail->posts, post);
    shards->unread[end] += crossing->bytes;
    if (shards->unread[end] > world->ends[end].buffer_bytes)
        sim_shard_refuses(world, "a write may have to wait for room");
    if (shard->in_window && crossing->arrival_ns < shards->until_ns)
        sim_shard_refuses(world, "a message may arrive too soon");
}

/* Where the next parcel of a mail stands. */
typedef struct Place {
    guint parcel;
    guint id;
} Place;

static uint32_t unpack(SimWorld *world, const SimMail *mail, const SimPost *post, Place *place)
{
    if (post->item != SIM_ITEM_PARCEL)
        return post->item;
    BnetMessage message = g_array_index(mail->parcels, BnetMessage, place->parcel++);
    if (has_list(&message)) {
        uint32_t n = message.u.notice.count;
        message.u.notice = (BnetRing){0};
        bnet_pool_reserve(&world->pool, n / BNET_CHUNK_ITEMS + 1);
        for (uint32_t i = 0; i < n; i++)
            bnet_ring_push(&message.u.notice, &world->pool,
                           g_array_index(mail->ids, uint32_t, place->id++));
    }
    return sim_parcels_pack(&world->parcels, &message, &world->store) | SIM_ITEM_PARCEL;
}

static void take_from(SimShard *shard, SimMail *mail)
{
    SimWorld *world = &shard->world;
    uint64_t *unread = shard->shards->unread;
    Place place = {0};
    for (guint i = 0; i < mail->posts->len; i++) {
        const SimPost *post = &g_array_index(mail->posts, SimPost, i);
        uint32_t item = unpack(world, mail, post, &place);
        sim_wire_comes(world, post->end, item, post->bytes, post->arrival_ns);
        unread[post->end ^ 1] = world->ends[post->end].wire_bytes;
    }
    g_array_set_size(mail->posts, 0);
    g_array_set_size(mail->parcels, 0);
    g_array_set_size(mail->ids, 0);
}

void sim_shard_take_mail(SimShard *shard)
{
    SimShards *shards = shard->shards;
    for (uint32_t i = 0; i < shards->n; i++)
        take_from(shard, &shards->shards[i]->mail[shard->index]);
}

void sim_shard_script(SimWorld *world, const SimQueueEvent *event)
{
    if (!sim_shard_refuses_now(world, "an event of the scenario is due to come"))
        sim_queue_push(&world->shard->shards->whole->queue, *event);
}

/* --- happenings ------------------------------------------------------------------------------ */

static SimNote note_of(const SimShard *shard, const SimHappening *happening)
{
    return (SimNote){
        .time_ns = shard->event.time_ns,
        .target = shard->event.target,
        .arg = shard->event.arg,
        .peer = happening->peer,
        .block = happening->block,
        .other = happening->other,
        .head = happening->head,
        .lib = happening->lib,
        .kind = (uint8_t)happening->kind,
        .event = (uint8_t)happening->event,
        .settled = happening->settled,
    };
}

bool sim_shard_tells(SimWorld *world, const SimAudience *audience, uint32_t traits,
                     const SimHappening *happening)
{
    static const uint32_t noted = 1u << SIM_CHAIN | 1u << SIM_PRUNED;
    SimShard *shard = world->shard;
    bool is_for_later = false;
    if (!shard->in_window)
        return false;
    for (uint32_t i = 0; i < audience->n; i++) {
        const SimListener *listener = &audience->listeners[i];
        SimObserver *observer = listener->observer;
        if (!(listener->traits & traits))
            continue;
        if (observer->near >> happening->kind & 1)
            observer->happened(observer, world, happening);
        else if ((listener->traits & SIM_TRAIT_ANY) &&
                 (observer->later & noted & 1u << happening->kind))
            is_for_later = true;
        else
            sim_shard_refuses(world, "an observer has to be told at once");
    }
    if (is_for_later) {
        SimNote note = note_of(shard, happening);
        g_array_append_val(shard->notes, note);
    }
    return true;
}

bool sim_shard_looks_later(SimWorld *world, uint32_t peer, BnetBlock block)
{
    SimShard *shard = world->shard;
    if (!shard || !shard->in_window || shard->shards->shard_of[peer] == shard->index)
        return false;
    SimBelief belief = {peer, block};
    g_array_append_val(shard->beliefs, belief);
    return true;
}

/* The peer has accepted the block in this window. */
static bool is_new(const SimShards *shards, const SimBelief *belief)
{
    const GArray *notes = sim_shard_of_peer(shards, belief->peer)->notes;
    for (guint i = 0; i < notes->len; i++) {
        const SimNote *note = &g_array_index(notes, SimNote, i);
        if (note->kind == SIM_CHAIN && note->event == BNET_CHAIN_HEADER &&
            note->peer == belief->peer && note->block == belief->block)
            return true;
    }
    return false;
}

static void look_at(SimShards *shards, const SimBelief *belief)
{
    SimWorld *world = &shards->shards[0]->world;
    if (!bnet_view_has(&world->peers[belief->peer].node.view, belief->block) ||
        is_new(shards, belief))
        sim_shard_refuses(world, "a block may not be linked");
}

void sim_shards_look(SimShards *shards)
{
    for (uint32_t i = 0; i < shards->n; i++) {
        GArray *beliefs = shards->shards[i]->beliefs;
        for (guint b = 0; b < beliefs->len; b++)
            look_at(shards, &g_array_index(beliefs, SimBelief, b));
        g_array_set_size(beliefs, 0);
    }
}

static void tell_note(SimWorld *world, const SimNote *note)
{
    SimHappening happening = sim_happening((SimHappeningKind)note->kind, note->peer);
    happening.time_ns = note->time_ns;
    happening.block = note->block;
    happening.other = note->other;
    happening.head = note->head;
    happening.lib = note->lib;
    happening.event = (BnetChainEventKind)note->event;
    happening.settled = note->settled;
    uint32_t index = note->kind == SIM_CHAIN ? SIM_AUDIENCE_CHAIN + note->event : note->kind;
    const SimAudience *audience = &world->audiences[index];
    world->now_ns = note->time_ns;
    for (uint32_t i = 0; i < audience->n_always; i++) {
        SimObserver *observer = audience->always[i];
        if (observer->later >> note->kind & 1)
            observer->happened(observer, world, &happening);
    }
}

static SimQueueKey key_of(const SimNote *note)
{
    return sim_queue_key(&(SimQueueEvent){note->time_ns, note->target, note->arg});
}

/* The shard whose next note comes first; NULL: there is none. */
static SimShard *first_of(const SimShards *shards, const guint *told)
{
    SimShard *first = NULL;
    SimQueueKey first_key = 0;
    for (uint32_t i = 0; i < shards->n; i++) {
        SimShard *shard = shards->shards[i];
        if (told[i] == shard->notes->len)
            continue;
        SimQueueKey key = key_of(&g_array_index(shard->notes, SimNote, told[i]));
        if (first && key >= first_key)
            continue;
        first = shard;
        first_key = key;
    }
    return first;
}

void sim_shards_tell(SimShards *shards)
{
    guint told[SIM_THREADS_MAX] = {0};
    SimWorld *world = shards->whole;
    SimShard *shard;
    world->shard = shards->teller;
    while ((shard = first_of(shards, told)) && !g_atomic_int_get(&shards->is_failed))
        tell_note(world, &g_array_index(shard->notes, SimNote, told[shard->index]++));
    world->shard = NULL;
    for (uint32_t i = 0; i < shards->n; i++)
        g_array_set_size(shards->shards[i]->notes, 0);
}
