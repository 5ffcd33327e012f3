/* SPDX-License-Identifier: Apache-2.0 */
/*
 * S1 linkable: when X sends block b to Y, b's parent is in Y's fork database, or at or below Y's
 * LIB on the same chain, or earlier in flight on that connection, or was so and Y has pruned it
 * since; and b is above the LIB that Y has told X.
 *
 * Told of blocks whose parent did not go over the connection in either direction: what Y has sent
 * itself it had. Judged between honest peers, while their LIBs do not conflict: across a finality
 * conflict neither side can know what the other can link.
 */
#include "sim/check.h"
#include "sim/record.h"
#include "sim/shards.h"

typedef struct CheckS1 {
    SimCheck check;
    GArray **tips; /* [ends]: where a branch of older blocks than the record keeps ends that were
                    * sent on the connection; NULL: there was none yet, at that end or at all */
    uint32_t n_ends;
    GHashTable *pruned; /* set of peer << 32 | block; only looked up */
} CheckS1;

static gint64 pruned_key(uint32_t peer, BnetBlock block)
{
    return (gint64)((uint64_t)peer << 32 | block);
}

/* The parent, which the record has no place for, was sent on this connection, or is below what was
 * sent. Then the block is its branch's new tip. */
static bool was_in_flight(CheckS1 *self, const BnetStore *store, uint32_t end, BnetBlock block)
{
    BnetBlock parent = bnet_store_block(store, block)->parent;
    if (!self->tips)
        self->tips = g_new0(GArray *, self->n_ends);
    if (!self->tips[end])
        self->tips[end] = g_array_new(FALSE, FALSE, sizeof(BnetBlock));
    GArray *tips = self->tips[end];
    for (guint i = tips->len; i > 0; i--) {
        BnetBlock *tip = &g_array_index(tips, BnetBlock, i - 1);
        if (!bnet_store_is_ancestor(store, parent, *tip))
            continue;
        if (parent == *tip)
            *tip = block;
        else
            g_array_append_val(tips, block);
        return true;
    }
    g_array_append_val(tips, block);
    return false;
}

/* The parent is there, was in flight, or was there and is pruned; or the record has had to forget
 * whether it was in flight. */
static bool is_linked(CheckS1 *self, SimWorld *world, const SimHappening *happening,
                      const SimEndRecord *end)
{
    const BnetStore *store = sim_world_store(world);
    BnetBlock block = happening->message->u.block;
    BnetBlock parent = bnet_store_block(store, block)->parent;
    gint64 key = pruned_key(happening->remote, parent);
    bool is_old = sim_block_set_evicted(&end->blocks, parent);
    if (is_old && sim_shard_refuses_now(world, "a block is older than the record"))
        return true;
    bool in_flight = is_old ? was_in_flight(self, store, happening->end, block)
                            : sim_record_was_sent(end, store, parent);
    return in_flight || sim_block_set_has(&end->blocks, SIM_RECORD_TAKEN, parent) ||
           (is_old && sim_block_set_forgot(&end->blocks)) ||
           sim_shard_looks_later(world, happening->remote, parent) ||
           bnet_view_has(&sim_world_node(world, happening->remote)->view, parent) ||
           g_hash_table_contains(self->pruned, &key);
}

static void cannot_link(CheckS1 *self, SimWorld *world, const SimSubject *subject)
{
    if (sim_check_is_one_more(&self->check))
        return;
    const BnetStore *store = sim_world_store(world);
    const BnetView *theirs = &sim_world_node(world, subject->remote)->view;
    BnetBlock common = bnet_store_common(store, subject->block, theirs->head);
    sim_check_violation_of(&self->check, world, subject,
                           "%s sent block %u to %s, which has not got its parent and cannot link "
                           "it: of this branch it has what is up to block %u, and its head is %u",
                           sim_world_peer_name(world, subject->peer),
                           bnet_store_number(store, subject->block),
                           sim_world_peer_name(world, subject->remote),
                           bnet_store_number(store, common), bnet_view_head_number(theirs));
}

static void sent_block(CheckS1 *self, SimWorld *world, const SimHappening *happening)
{
    const BnetStore *store = sim_world_store(world);
    const SimEndRecord *end = sim_record_end(sim_world_record(world), happening->end);
    BnetBlock block = happening->message->u.block;
    if (block == BNET_GENESIS || !end->between_honest)
        return; /* block 1 everybody has */
    SimSubject subject = sim_subject_of(happening, block, BNET_NO_TRX);
    if (bnet_store_number(store, block) <= end->peer_lib) {
        sim_check_violation_of(
            &self->check, world, &subject, "%s sent block %u to %s, whose LIB is %u as it had said",
            sim_world_peer_name(world, happening->peer), bnet_store_number(store, block),
            sim_world_peer_name(world, happening->remote), end->peer_lib);
        return;
    }
    if (is_linked(self, world, happening, end))
        return;
    /* A message to an end that is closed is lost anyhow. */
    if (!sim_world_end_is_open(world, happening->end ^ 1) ||
        sim_world_libs_conflict(world, happening->peer, happening->remote))
        return;
    subject.also = SIM_ALSO_TALK;
    cannot_link(self, world, &subject);
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    CheckS1 *self = (CheckS1 *)observer;
    if (happening->kind == SIM_SENT) {
        sent_block(self, world, happening);
        return;
    }
    if (happening->kind == SIM_OPENED) {
        if (self->tips && self->tips[happening->end])
            g_array_set_size(self->tips[happening->end], 0);
        return;
    }
    gint64 *key = g_new(gint64, 1);
    *key = pruned_key(happening->peer, happening->block);
    g_hash_table_add(self->pruned, key);
}

static void check_free(SimCheck *check)
{
    CheckS1 *self = (CheckS1 *)check;
    for (uint32_t e = 0; self->tips && e < self->n_ends; e++)
        if (self->tips[e])
            g_array_unref(self->tips[e]);
    g_free(self->tips);
    g_hash_table_unref(self->pruned);
    g_free(self);
}

SimCheck *sim_check_s1_new(SimWorld *world)
{
    CheckS1 *self = g_new0(CheckS1, 1);
    self->n_ends = sim_world_ends(world);
    self->check.id = "S1";
    self->check.title = "a block that is sent can be linked";
    self->check.judges_sent_between = 1u << BNET_MESSAGE_BLOCK;
    self->check.observer.mask = 1u << SIM_OPENED | 1u << SIM_PRUNED;
    self->check.observer.traits = SIM_TRAIT_UNLINKED;
    self->check.observer.later = 1u << SIM_PRUNED;
    self->check.observer.near = 1u << SIM_SENT;
    self->check.observer.happened = happened;
    self->check.free = check_free;
    self->pruned = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    return &self->check;
}
