/* SPDX-License-Identifier: Apache-2.0 */
/*
 * S8: LIBs of honest peers never conflict at any height; a LIB never moves back, neither the one
 * that a peer holds nor that of the head which it takes for the best.
 *
 * One exception, which is a finding about the chain rule and no fault of the protocol: a finality
 * conflict, in which all conditions of the rule were met on both sides.
 */
#include "sim/check.h"

typedef struct CheckS8 {
    SimCheck check;
    BnetBlock *lib;  /* [peers]: of the last event; BNET_NO_BLOCK: none in this life of the chain */
    BnetBlock *held; /* [peers]: LIB of its view when last looked at */
    BnetBlock top;   /* highest LIB of an honest peer */
    uint32_t holder; /* who had it first */
} CheckS8;

/* The block is irreversible by the rule for the chain that the peer has applied. */
static bool rule_is_met(const BnetStore *store, const SimHappening *happening)
{
    BnetBlock lib = happening->block;
    return bnet_store_number(store, lib) <= bnet_store_block(store, happening->head)->lib &&
           bnet_store_is_ancestor(store, lib, happening->head);
}

static void conflict(CheckS8 *self, SimWorld *world, const SimHappening *happening)
{
    const BnetStore *store = sim_world_store(world);
    const char *a = sim_world_peer_name(world, happening->peer);
    const char *b = sim_world_peer_name(world, self->holder);
    uint32_t number = bnet_store_number(store, happening->block);
    if (!rule_is_met(store, happening)) {
        SimSubject subject = {.peer = happening->peer,
                              .remote = self->holder,
                              .end = UINT32_MAX,
                              .block = happening->block,
                              .other_block = self->top};
        sim_check_violation_of(&self->check, world, &subject,
                               "block %u became irreversible at %s against the LIB of %s", number,
                               a, b);
        return;
    }
    if (self->check.note)
        return;
    self->check.finding_ns = happening->time_ns;
    self->check.note = g_string_new(NULL);
    g_string_printf(self->check.note,
                    "finality conflict: the chain rule made block %u irreversible at %s against "
                    "the LIB of %s",
                    number, a, b);
}

/* Then of two LIBs that conflict later each has met it. */
static void judge_rule(CheckS8 *self, SimWorld *world, const SimHappening *happening)
{
    if (!rule_is_met(sim_world_store(world), happening))
        sim_check_violation_of(
            &self->check, world,
            &(SimSubject){.peer = happening->peer, .remote = UINT32_MAX, .block = happening->block},
            "block %u became irreversible at %s, against the chain rule",
            bnet_store_number(sim_world_store(world), happening->block),
            sim_world_peer_name(world, happening->peer));
}

static void moved_back(CheckS8 *self, SimWorld *world, uint32_t peer, BnetBlock from, BnetBlock to)
{
    const BnetStore *store = sim_world_store(world);
    SimSubject subject = {.peer = peer, .remote = UINT32_MAX, .block = from, .other_block = to};
    sim_check_violation_of(&self->check, world, &subject,
                           "the LIB of %s moved back from block %u to block %u",
                           sim_world_peer_name(world, peer), bnet_store_number(store, from),
                           bnet_store_number(store, to));
}

static void irreversible(CheckS8 *self, SimWorld *world, const SimHappening *happening)
{
    const BnetStore *store = sim_world_store(world);
    const uint32_t peer = happening->peer;
    const BnetBlock block = happening->block;
    self->check.judged = true;
    BnetBlock last = self->lib[peer];
    self->lib[peer] = block;
    if (last != BNET_NO_BLOCK && !bnet_store_is_ancestor(store, last, block))
        moved_back(self, world, peer, last, block);
    bool top_is_below =
        self->top == BNET_NO_BLOCK || bnet_store_is_ancestor(store, self->top, block);
    if (!top_is_below && !bnet_store_is_ancestor(store, block, self->top))
        conflict(self, world, happening);
    else
        judge_rule(self, world, happening);
    if (top_is_below) {
        if (self->top != block)
            self->holder = peer;
        self->top = block;
    }
}

/* Whatever it tells, the LIB that a peer holds only moves up its own chain. */
static void look_at_lib(CheckS8 *self, SimWorld *world, const SimHappening *happening)
{
    BnetBlock held = self->held[happening->peer];
    if (happening->lib == held)
        return;
    self->held[happening->peer] = happening->lib;
    if (held != BNET_NO_BLOCK &&
        (happening->lib == BNET_NO_BLOCK ||
         !bnet_store_is_ancestor(sim_world_store(world), held, happening->lib)))
        moved_back(self, world, happening->peer, held, happening->lib);
}

/* Whoever has a head with an LIB never takes one with a lower LIB for the better one. */
static void look_at_head(CheckS8 *self, SimWorld *world, const SimHappening *happening)
{
    const BnetStore *store = sim_world_store(world);
    const BnetBlockInfo *head = bnet_store_block(store, happening->head);
    BnetBlock held_block = self->held[happening->peer];
    uint32_t held = bnet_store_number(store, held_block);
    if (!happening->settled || head->lib >= held)
        return;
    SimSubject subject = {.peer = happening->peer,
                          .remote = UINT32_MAX,
                          .block = happening->head,
                          .other_block = held_block};
    sim_check_violation_of(&self->check, world, &subject,
                           "%s has settled on block %u, a head with LIB %u, although its LIB is %u",
                           sim_world_peer_name(world, happening->peer), head->number, head->lib,
                           held);
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    CheckS8 *self = (CheckS8 *)observer;
    if (!sim_world_is_honest(world, happening->peer))
        return;
    if (happening->kind == SIM_STARTED) {
        const BnetView *view = &sim_world_node(world, happening->peer)->view;
        self->lib[happening->peer] = bnet_view_at(view, view->announced); /* events may trail */
        self->held[happening->peer] = view->lib;
        return;
    }
    look_at_lib(self, world, happening);
    if (happening->event == BNET_CHAIN_APPLIED)
        look_at_head(self, world, happening);
    if (happening->event == BNET_CHAIN_IRREVERSIBLE)
        irreversible(self, world, happening);
}

static void check_free(SimCheck *check)
{
    CheckS8 *self = (CheckS8 *)check;
    g_free(self->lib);
    g_free(self->held);
    g_free(self);
}

SimCheck *sim_check_s8_new(SimWorld *world)
{
    CheckS8 *self = g_new0(CheckS8, 1);
    self->check.id = "S8";
    self->check.title = "LIBs agree and never move back";
    self->check.observer.mask = 1u << SIM_STARTED;
    self->check.observer.chain = ~(1u << BNET_CHAIN_HEADER); /* which moves nothing */
    self->check.observer.later = 1u << SIM_CHAIN;
    self->check.observer.happened = happened;
    self->check.free = check_free;
    self->lib = g_new0(BnetBlock, sim_world_peers(world));
    self->held = g_new0(BnetBlock, sim_world_peers(world));
    return &self->check;
}
