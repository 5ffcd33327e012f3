/* SPDX-License-Identifier: Apache-2.0 */
/*
 * R3: the transaction status of a node has at most 65,536 entries, and what has expired is
 * forgotten.
 *
 * The number is looked at for each transaction that a peer accepts or takes in. Of the entries one
 * is looked at in turn for each transaction that the peer sends, and 16 for each ping: one that
 * expired 2 s ago or more has survived a sweep.
 */
#include "sim/check.h"
#include "sim/look.h"

#define ENTRIES_MAX 65536u
#define SWEPT_NS (2 * BNET_NS_PER_S)
#define ENTRIES_PER_PING 16u

typedef struct CheckR3 {
    SimCheck check;
    uint32_t turn;
} CheckR3;

static void judge_number(CheckR3 *self, SimWorld *world, uint32_t peer)
{
    uint32_t n = sim_world_node(world, peer)->trxs.n_entries;
    self->check.judged = true;
    if (n > ENTRIES_MAX)
        sim_check_violation(&self->check, world, "%s keeps a status of %u transactions, above %u",
                            sim_world_peer_name(world, peer), n, ENTRIES_MAX);
}

static void judge_entry(CheckR3 *self, SimWorld *world, uint32_t peer)
{
    const BnetTrxs *trxs = &sim_world_node(world, peer)->trxs;
    if (trxs->n_entries == 0)
        return;
    const BnetTrxEntry *entry = &trxs->entries[self->turn++ & (trxs->capacity - 1)];
    int64_t wall_ns = sim_world_now_ns(world) + sim_look_skew_ns(world, peer);
    if (entry->trx == BNET_NO_TRX || wall_ns - entry->expires_ns <= SWEPT_NS)
        return;
    SimSubject subject = {.peer = peer, .remote = UINT32_MAX, .trx = entry->trx};
    g_autofree char *name = sim_trx_name(world, entry->trx);
    sim_check_violation_of(&self->check, world, &subject,
                           "%s keeps the status of transaction %s, which has expired",
                           sim_world_peer_name(world, peer), name);
}

static void sent(CheckR3 *self, SimWorld *world, const SimHappening *happening)
{
    BnetMessageKind kind = happening->message->kind;
    uint32_t n = kind == BNET_MESSAGE_TRX ? 1 : kind == BNET_MESSAGE_PING ? ENTRIES_PER_PING : 0;
    for (uint32_t i = 0; i < n; i++)
        judge_entry(self, world, happening->peer);
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    CheckR3 *self = (CheckR3 *)observer;
    if (!sim_world_is_honest(world, happening->peer))
        return;
    if (happening->kind == SIM_SENT)
        sent(self, world, happening);
    else if (happening->kind == SIM_TRX ||
             (happening->kind == SIM_DELIVERED && happening->message->kind == BNET_MESSAGE_TRX))
        judge_number(self, world, happening->peer);
}

SimCheck *sim_check_r3_new(SimWorld *world)
{
    (void)world;
    CheckR3 *self = g_new0(CheckR3, 1);
    self->check.id = "R3";
    self->check.title = "transaction status is bounded";
    self->check.observer.mask = 1u << SIM_TRX;
    self->check.observer.sent = 1u << BNET_MESSAGE_TRX;
    self->check.observer.traits = SIM_TRAIT_CONTENT;
    self->check.observer.delivered = 1u << BNET_MESSAGE_TRX;
    self->check.observer.happened = happened;
    return &self->check;
}
