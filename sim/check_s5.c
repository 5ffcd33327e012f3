/* SPDX-License-Identifier: Apache-2.0 */
/*
 * S5: notice > pong > ping > block > transaction; a transaction only when no block is sendable, and
 * the oldest unexpired one first (protocol section 5).
 *
 * Judged when the choice is made: for a block that is when the session asks its chain for it, for
 * all else when it is sent. What waits to be sent is worked out from what went over the connection
 * and from the chain of the peer: it may miss something (notices beyond the last 16 headers), and
 * never makes anything up. Told where the record says that something may wait.
 */
#include "sim/check.h"
#include "sim/record.h"
#include "sim/trx_record.h"

/* What was chosen. (transfer full) */
static char *choice_text(const SimWorld *world, const SimHappening *happening)
{
    if (happening->kind == SIM_ASKED)
        return g_strdup_printf("chose block %u", happening->number);
    if (happening->message->kind != BNET_MESSAGE_TRX)
        return g_strdup_printf("sent a %s", bnet_message_name(happening->message->kind));
    g_autofree char *name = sim_trx_name(world, happening->message->u.trx);
    return g_strdup_printf("sent transaction %s", name);
}

/* Something that goes before what was chosen; `block`: of a notice or a block. */
static void passed_over(SimCheck *self, SimWorld *world, const SimHappening *happening,
                        const char *what, BnetBlock block)
{
    const BnetView *view = &sim_world_node(world, happening->peer)->view;
    bool is_trx = happening->kind == SIM_SENT && happening->message->kind == BNET_MESSAGE_TRX;
    g_autofree char *choice = choice_text(world, happening);
    SimSubject subject =
        sim_subject_of(happening, block, is_trx ? happening->message->u.trx : BNET_NO_TRX);
    subject.also = block == BNET_NO_BLOCK ? SIM_ALSO_TALK : SIM_ALSO_APPLIED;
    if (happening->kind == SIM_ASKED)
        subject.other_block = bnet_view_at(view, happening->number);
    sim_check_violation_of(self, world, &subject, "%s %s in its session with %s before %s",
                           sim_world_peer_name(world, happening->peer), choice,
                           sim_world_peer_name(world, happening->remote), what);
}

/* --- notices --------------------------------------------------------------------------------- */

/* The other side is to be told of the block, for it has neither sent it nor been sent it. */
static bool is_news(const SimEndRecord *end, BnetBlock block)
{
    return !sim_block_set_evicted(&end->blocks, block) &&
           !sim_block_set_has(&end->blocks, SIM_RECORD_SENT, block) &&
           !sim_block_set_has(&end->blocks, SIM_RECORD_FROM_PEER, block);
}

/* A young header came since the last notice; BNET_NO_BLOCK: none. What is no news now never
 * becomes news: it is not looked at again. */
static BnetBlock header_waits(const SimPeerRecord *peer, SimEndRecord *end)
{
    if (peer->n_headers - end->noticed > SIM_RECORD_HEADERS)
        end->noticed = peer->n_headers - SIM_RECORD_HEADERS;
    for (; end->noticed != peer->n_headers; end->noticed++) {
        BnetBlock block = peer->headers[end->noticed % SIM_RECORD_HEADERS];
        if (is_news(end, block))
            return block;
    }
    return BNET_NO_BLOCK;
}

/* The same of blocks that became irreversible. */
static BnetBlock irreversible_waits(const BnetView *view, SimEndRecord *end)
{
    for (; end->noticed < view->announced; end->noticed++) {
        BnetBlock block = bnet_view_at(view, end->noticed + 1);
        if (block != BNET_NO_BLOCK && is_news(end, block))
            return block;
    }
    return BNET_NO_BLOCK;
}

static bool notice_waits(SimCheck *self, SimWorld *world, const SimHappening *happening,
                         SimEndRecord *end)
{
    const SimRecord *record = sim_world_record(world);
    BnetBlock block = end->wants_irreversible
                          ? irreversible_waits(&sim_world_node(world, happening->peer)->view, end)
                          : header_waits(&record->peers[happening->peer], end);
    if (block == BNET_NO_BLOCK)
        return false;
    g_autofree char *what =
        g_strdup_printf("the notice of block %u", bnet_store_number(sim_world_store(world), block));
    passed_over(self, world, happening, what, block);
    return true;
}

/* --- blocks and transactions ----------------------------------------------------------------- */

/* Number of a block that can be sent now, or one above it; 0: none, as far as can be told. */
static uint32_t sendable_block(const SimEndRecord *end, const BnetView *view)
{
    uint32_t last = end->wants_irreversible ? view->announced : bnet_view_head_number(view);
    return sim_record_lacks(end, view, last) ? last : 0;
}

static void judge_trx(SimCheck *self, SimWorld *world, const SimHappening *happening,
                      const SimEndRecord *end)
{
    const BnetView *view = &sim_world_node(world, happening->peer)->view;
    SimTrxRecord *record = sim_world_trx_record(world);
    BnetTrx trx = happening->message->u.trx;
    uint32_t number = sendable_block(end, view);
    if (number != 0) {
        g_autofree char *what = g_strdup_printf("block %u", number);
        passed_over(self, world, happening, what, bnet_view_at(view, number));
        return;
    }
    if (sim_trx_record_is_vague(record, world, happening->peer, trx) ||
        sim_trx_record_is_known(record, happening->end, trx) ||
        sim_trx_record_expired(world, happening->peer, trx))
        return; /* S6 judges that */
    bool returned = false;
    BnetTrx oldest = sim_trx_record_oldest(record, world, happening->end, &returned);
    if (oldest == trx || (returned && sim_trx_record_returned(record, happening->peer, trx)))
        return;
    g_autofree char *sent_name = sim_trx_name(world, trx);
    g_autofree char *oldest_name = oldest == BNET_NO_TRX ? NULL : sim_trx_name(world, oldest);
    SimSubject subject = sim_subject_of(happening, BNET_NO_BLOCK, trx);
    subject.other_trx = oldest;
    sim_check_violation_of(self, world, &subject, "%s sent transaction %s to %s %s%s",
                           sim_world_peer_name(world, happening->peer), sent_name,
                           sim_world_peer_name(world, happening->remote),
                           oldest_name ? "before the older " : "which it has not accepted",
                           oldest_name ? oldest_name : "");
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    SimCheck *self = (SimCheck *)observer;
    bool asked = happening->kind == SIM_ASKED;
    BnetMessageKind kind = asked ? BNET_MESSAGE_BLOCK : happening->message->kind;
    if (!sim_world_is_honest(world, happening->peer))
        return;
    SimEndRecord *end = &sim_world_record(world)->ends[happening->end];
    if (!sim_record_is_ready(end))
        return; /* C1 judges that */
    if (notice_waits(self, world, happening, end) || kind == BNET_MESSAGE_PONG)
        return;
    if (end->pong_due)
        passed_over(self, world, happening, "the pong that it owes", BNET_NO_BLOCK);
    else if (kind == BNET_MESSAGE_PING)
        return;
    else if (sim_record_ping_is_due(end, happening->time_ns))
        passed_over(self, world, happening, "the ping that is due", BNET_NO_BLOCK);
    else if (kind == BNET_MESSAGE_TRX)
        judge_trx(self, world, happening, end);
}

SimCheck *sim_check_s5_new(SimWorld *world)
{
    (void)world;
    SimCheck *self = g_new0(SimCheck, 1);
    self->id = "S5";
    self->title = "notices, pongs, pings, blocks, transactions are sent in this order";
    self->judges_sent = 1u << BNET_MESSAGE_PONG | 1u << BNET_MESSAGE_PING | 1u << BNET_MESSAGE_TRX;
    self->observer.sent = 1u << BNET_MESSAGE_TRX;
    self->observer.traits = SIM_TRAIT_OVERTAKES;
    self->observer.near = 1u << SIM_SENT | 1u << SIM_ASKED;
    self->observer.happened = happened;
    return self;
}
