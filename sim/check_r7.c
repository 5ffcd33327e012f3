/* SPDX-License-Identifier: Apache-2.0 */
/*
 * R7: the work for one input is bounded. Judged for messages, by the steps of loops that taking one
 * in costs (BnetProbes.steps): a number that grows with the logarithm of the blocks there are, for
 * the message and for each id that it names or transaction that its block holds; and besides the
 * transactions that wait, which choosing the next one may pass over, once each.
 *
 * A message that took many steps is judged when the next one is taken in, by whomever.
 */
#include "sim/check.h"
#include "sim/look.h"

static void judge(SimCheck *self, SimWorld *world)
{
    const SimWork *work = sim_look_work(world);
    if (work->steps == 0)
        return;
    uint32_t peer = sim_world_end_peer(world, work->end);
    if (!sim_world_is_honest(world, peer))
        return;
    const BnetTrxs *trxs = &sim_world_node(world, peer)->trxs;
    uint64_t bits = (uint64_t)g_bit_storage(sim_world_store(world)->n_blocks);
    uint64_t most = (work->items + SIM_WORK_ITEMS) * bits * SIM_WORK_STEPS_PER_BIT +
                    (trxs->next_position - trxs->first_position) + trxs->capacity;
    self->judged = true;
    if (work->steps <= most)
        return;
    SimSubject subject = sim_subject_of_end(world, work->end);
    sim_check_violation_of(self, world, &subject,
                           "%s has taken %" G_GUINT64_FORMAT
                           " steps for a message of %s (%s, %u items), above %" G_GUINT64_FORMAT,
                           sim_world_peer_name(world, peer), work->steps,
                           sim_world_peer_name(world, subject.remote),
                           bnet_message_name(work->kind), work->items, most);
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    SimCheck *self = (SimCheck *)observer;
    self->judged |= sim_world_is_honest(world, happening->peer);
    judge(self, world);
}

SimCheck *sim_check_r7_new(SimWorld *world)
{
    (void)world;
    SimCheck *self = g_new0(SimCheck, 1);
    self->id = "R7";
    self->title = "the work for a message is bounded";
    self->observer.delivered = 1u << BNET_MESSAGE_HELLO;
    self->observer.traits = SIM_TRAIT_TOIL;
    self->observer.happened = happened;
    self->finish = judge;
    return self;
}
