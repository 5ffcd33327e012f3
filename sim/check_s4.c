/* SPDX-License-Identifier: Apache-2.0 */
/*
 * S4 blame, the disconnect-on-invalid-block rule, both ways: a session is closed with bad-block if
 * and only if that peer sent the full block, or a full block built on it, and the chain found it
 * invalid; every guilty session, before the session next takes a message in; never an honest peer.
 *
 * The check knows from the block store which blocks are invalid, whatever the peers think. It is
 * told of blocks from the first invalid one on, and of all that a guilty session takes in. 24 bytes
 * a session end, once there was such a block.
 */
#include "sim/check.h"
#include "sim/record.h"
#include "sim/shards.h"

/* Why a session must be closed before the next message. */
typedef struct Guilt {
    BnetBlock sent;    /* what was sent; BNET_NO_BLOCK: it need not be closed */
    BnetBlock invalid; /* what was found invalid: that, or a block before it */
    int64_t found_ns;
} Guilt;

typedef struct Suspicion {
    GArray *tainted; /* invalid blocks that were delivered there; NULL: none */
    Guilt guilt;
} Suspicion;

typedef struct CheckS4 {
    SimCheck check;
    Suspicion *ends; /* [n_ends]; NULL: there was no invalid block yet */
    uint32_t n_ends;
    BnetBlock found;   /* what was found invalid last, by anybody; BNET_NO_BLOCK: nothing */
    GByteArray *taint; /* [blocks]: is_tainted() */
} CheckS4;

/* The block, or one that it is built on, is invalid. Known of all blocks older than the newest that
 * was asked for; a parent has a lower handle. */
static bool is_tainted(CheckS4 *self, const BnetStore *store, BnetBlock block)
{
    GByteArray *taint = self->taint;
    while (taint->len <= block) {
        const BnetBlockInfo *info = bnet_store_block(store, taint->len);
        guint8 tainted = info->header_fault != BNET_FAULT_NONE || info->content_fault ||
                         taint->data[info->parent];
        g_byte_array_append(taint, &tainted, 1);
    }
    return taint->data[block];
}

static void set_guilt(CheckS4 *self, SimWorld *world, uint32_t end, const Guilt *guilt)
{
    uint8_t *condemned = &sim_world_record(world)->ends[end].condemned;
    self->ends[end].guilt = *guilt;
    if (guilt->sent != BNET_NO_BLOCK)
        *condemned |= (uint8_t)SIM_CONDEMNER_S4;
    else
        *condemned &= (uint8_t)~SIM_CONDEMNER_S4;
}

/* "block 230, which is built on block 229, found invalid at 23.046 s: it is not signed by its
 * producer" */
static char *guilt_text(const SimWorld *world, const Guilt *guilt)
{
    const BnetStore *store = sim_world_store(world);
    g_autofree char *found = sim_time_text(guilt->found_ns);
    g_autofree char *sent = guilt->sent == guilt->invalid
                                ? g_strdup("")
                                : g_strdup_printf("block %u, which is built on ",
                                                  bnet_store_number(store, guilt->sent));
    const BnetBlockInfo *info = bnet_store_block(store, guilt->invalid);
    uint8_t own = info->header_fault ? info->header_fault : info->content_fault;
    return g_strdup_printf("%sblock %u, found invalid at %s: %s", sent, info->number, found,
                           bnet_fault_text(own ? (BnetFault)own : BNET_FAULT_DUPLICATE));
}

/* Who is guilty goes on. */
static void not_closed(CheckS4 *self, SimWorld *world, uint32_t end, const char *what)
{
    if (sim_check_is_one_more(&self->check))
        return;
    const Guilt *guilt = &self->ends[end].guilt;
    g_autofree char *why = guilt_text(world, guilt);
    SimSubject subject = {.peer = sim_world_end_peer(world, end),
                          .remote = sim_world_end_peer(world, end ^ 1),
                          .end = end,
                          .also = SIM_ALSO_NOTICES | SIM_ALSO_BLAME,
                          .block = guilt->invalid,
                          .other_block =
                              guilt->sent == guilt->invalid ? BNET_NO_BLOCK : guilt->sent};
    sim_check_violation_of(&self->check, world, &subject, "%s %s %s, which had sent it %s",
                           sim_world_peer_name(world, subject.peer), what,
                           sim_world_peer_name(world, subject.remote), why);
}

static const Guilt innocent = {BNET_NO_BLOCK, BNET_NO_BLOCK, 0};

/* The block is tainted. The first invalid block, and all after it, are to be told. */
static bool judge_block(CheckS4 *self, SimWorld *world, BnetBlock block)
{
    SimRecord *record = sim_world_record(world);
    bool tainted = is_tainted(self, sim_world_store(world), block);
    while (record->sound_below < self->taint->len && !self->taint->data[record->sound_below])
        record->sound_below++;
    return tainted;
}

void sim_check_s4_judge_blocks(SimCheck *check, SimWorld *world)
{
    judge_block((CheckS4 *)check, world, sim_world_store(world)->n_blocks - 1);
}

static void delivered_block(CheckS4 *self, SimWorld *world, uint32_t end, BnetBlock block)
{
    if (!judge_block(self, world, block))
        return;
    self->check.judged = true;
    if (!self->ends)
        self->ends = g_new0(Suspicion, self->n_ends);
    if (!self->ends[end].tainted)
        self->ends[end].tainted = g_array_new(FALSE, FALSE, sizeof(BnetBlock));
    g_array_append_val(self->ends[end].tainted, block);
}

static void delivered(CheckS4 *self, SimWorld *world, const SimHappening *happening)
{
    uint32_t end = happening->end;
    if (self->ends && self->ends[end].guilt.sent != BNET_NO_BLOCK &&
        sim_world_is_honest(world, happening->peer)) {
        g_autofree char *what =
            g_strdup_printf("took a %s in from", bnet_message_name(happening->message->kind));
        not_closed(self, world, end, what);
        set_guilt(self, world, end, &innocent);
    }
    if (happening->message->kind == BNET_MESSAGE_BLOCK)
        delivered_block(self, world, end, happening->message->u.block);
}

/* The peer's chain found the block invalid: who sent it, or a block built on it, is guilty. */
static void found_invalid(CheckS4 *self, SimWorld *world, uint32_t peer, BnetBlock block)
{
    const BnetStore *store = sim_world_store(world);
    uint32_t n_sessions = self->ends ? sim_world_node(world, peer)->n_sessions : 0;
    if (sim_shard_refuses_now(world, "a block is invalid"))
        return;
    self->found = block;
    for (uint32_t s = 0; s < n_sessions; s++) {
        uint32_t end = sim_world_session_end(world, peer, s);
        const Suspicion *it = &self->ends[end];
        for (guint i = 0; it->tainted && i < it->tainted->len && it->guilt.sent == BNET_NO_BLOCK;
             i++) {
            BnetBlock sent = g_array_index(it->tainted, BnetBlock, i);
            if (bnet_store_is_ancestor(store, block, sent))
                set_guilt(self, world, end, &(Guilt){sent, block, sim_world_now_ns(world)});
        }
    }
}

static void cut_off(CheckS4 *self, SimWorld *world, const SimHappening *happening)
{
    const Guilt *guilt = self->ends ? &self->ends[happening->end].guilt : &innocent;
    const char *by = sim_world_peer_name(world, happening->peer);
    const char *whom = sim_world_peer_name(world, happening->remote);
    if (guilt->sent == BNET_NO_BLOCK) {
        SimSubject subject = sim_subject_of_end(world, happening->end);
        subject.block = self->found;
        sim_check_violation_of(&self->check, world, &subject,
                               "%s cut off %s, which had sent it no block found invalid", by, whom);
    } else if (sim_world_is_honest(world, happening->remote)) {
        SimSubject subject = sim_subject_of(happening, guilt->invalid, BNET_NO_TRX);
        g_autofree char *why = guilt_text(world, guilt);
        sim_check_violation_of(&self->check, world, &subject,
                               "%s cut off %s, an honest peer, for %s", by, whom, why);
    }
}

static void closed(CheckS4 *self, SimWorld *world, const SimHappening *happening)
{
    uint32_t end = happening->end;
    bool blamed = happening->reason == BNET_CLOSE_BAD_BLOCK;
    if (blamed && sim_world_is_honest(world, happening->peer)) {
        self->check.judged = true;
        cut_off(self, world, happening);
    }
    if (!self->ends)
        return;
    set_guilt(self, world, end, &innocent);
    if (self->ends[end].tainted)
        g_array_set_size(self->ends[end].tainted, 0);
}

/* Dropped without a verdict: nobody is blamed for that copy. */
static bool is_dropped(const SimHappening *happening)
{
    return happening->kind == SIM_VERDICT &&
           (happening->verdict == BNET_VERDICT_UNLINKABLE ||
            happening->verdict == BNET_VERDICT_FUTURE || happening->verdict == BNET_VERDICT_STALE);
}

static void copy_dropped(CheckS4 *self, SimWorld *world, const SimHappening *happening)
{
    if (happening->session == BNET_NO_SESSION || !self->ends)
        return;
    uint32_t end = sim_world_session_end(world, happening->peer, happening->session);
    GArray *tainted = self->ends[end].tainted;
    for (guint i = 0; tainted && i < tainted->len; i++) {
        if (g_array_index(tainted, BnetBlock, i) != happening->block)
            continue;
        g_array_remove_index(tainted, i);
        return;
    }
}

static bool says_invalid(const SimHappening *happening)
{
    if (happening->kind == SIM_VERDICT)
        return happening->verdict == BNET_VERDICT_INVALID;
    return happening->kind == SIM_CHAIN && happening->event == BNET_CHAIN_REJECTED;
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    CheckS4 *self = (CheckS4 *)observer;
    if (happening->kind == SIM_DELIVERED)
        delivered(self, world, happening);
    else if (happening->kind == SIM_CLOSED)
        closed(self, world, happening);
    else if (is_dropped(happening))
        copy_dropped(self, world, happening);
    else if (says_invalid(happening))
        found_invalid(self, world, happening->peer, happening->block);
}

static void finish(SimCheck *check, SimWorld *world)
{
    CheckS4 *self = (CheckS4 *)check;
    for (uint32_t end = 0; self->ends && end < self->n_ends; end++) {
        uint32_t peer = sim_world_end_peer(world, end);
        if (self->ends[end].guilt.sent != BNET_NO_BLOCK && sim_world_is_honest(world, peer))
            not_closed(self, world, end, "still holds the session with");
    }
}

static void check_free(SimCheck *check)
{
    CheckS4 *self = (CheckS4 *)check;
    for (uint32_t e = 0; self->ends && e < self->n_ends; e++)
        if (self->ends[e].tainted)
            g_array_unref(self->ends[e].tainted);
    g_byte_array_unref(self->taint);
    g_free(self->ends);
    g_free(self);
}

SimCheck *sim_check_s4_new(SimWorld *world)
{
    CheckS4 *self = g_new0(CheckS4, 1);
    self->check.id = "S4";
    self->check.title = "who sends an invalid block, and nobody else, is cut off";
    self->check.observer.mask = 1u << SIM_CLOSED;
    self->check.observer.chain = 1u << BNET_CHAIN_REJECTED;
    self->check.observer.traits = SIM_TRAIT_UNSOUND | SIM_TRAIT_CONDEMNED | SIM_TRAIT_DROPPED;
    self->check.observer.near = 1u << SIM_VERDICT;
    self->check.observer.happened = happened;
    self->check.finish = finish;
    self->check.free = check_free;
    self->n_ends = sim_world_ends(world);
    self->taint = g_byte_array_new();
    const guint8 no_block = 0;
    g_byte_array_append(self->taint, &no_block, 1);
    return &self->check;
}
