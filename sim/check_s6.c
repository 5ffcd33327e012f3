/* SPDX-License-Identifier: Apache-2.0 */
/*
 * S6: no transaction is sent that has expired by the sender's clock; none to a peer that asked for
 * none; none back to where it came from; at most one copy a session.
 */
#include "sim/check.h"
#include "sim/record.h"
#include "sim/trx_record.h"

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    SimCheck *self = (SimCheck *)observer;
    if (!sim_world_is_honest(world, happening->peer))
        return;
    self->judged = true;
    const SimEndRecord *end = sim_record_end(sim_world_record(world), happening->end);
    const SimTrxRecord *trxs = sim_world_trx_record(world);
    BnetTrx trx = happening->message->u.trx;
    const char *why = NULL;
    if (bnet_store_trx(sim_world_store(world), trx)->expires_ns <
        sim_world_clock_ns(world, happening->peer))
        why = "after it had expired";
    else if (!end->wants_trxs)
        why = "which had asked for none";
    else if (sim_trx_record_is_known(trxs, happening->end, trx) &&
             !sim_trx_record_is_vague(trxs, world, happening->peer, trx) &&
             !sim_trx_record_expired(world, happening->peer, trx))
        why = "which had sent it, noticed it, or been sent it, alone or in a block";
    if (!why)
        return;
    g_autofree char *name = sim_trx_name(world, trx);
    SimSubject subject = sim_subject_of(happening, BNET_NO_BLOCK, trx);
    sim_check_violation_of(self, world, &subject, "%s sent transaction %s to %s, %s",
                           sim_world_peer_name(world, happening->peer), name,
                           sim_world_peer_name(world, happening->remote), why);
}

SimCheck *sim_check_s6_new(SimWorld *world)
{
    (void)world;
    SimCheck *self = g_new0(SimCheck, 1);
    self->id = "S6";
    self->title = "transactions are sent once, in time, and to who asks for them";
    self->observer.sent = 1u << BNET_MESSAGE_TRX;
    self->observer.happened = happened;
    return self;
}
