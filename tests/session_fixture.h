/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_TESTS_SESSION_FIXTURE_H
#define BNETLAB_TESTS_SESSION_FIXTURE_H

/*
 * A world that stands still (sim_fixture.h), in which tests tell what the sessions of honest peers
 * do: peers A and B, a FOLLOWER of irreversible blocks, and MALLORY with a persona, each linked to
 * all others. The ends' numbers stay; the time is 1.5 s.
 */

#include "tests/sim_fixture.h"

enum {
    A,
    B,
    FOLLOWER,
    MALLORY,
};

typedef struct SessionFixture {
    Scenario *scenario;
    SimWorld *world;
} SessionFixture;

static inline SessionFixture session_fixture(void)
{
    SessionFixture fixture = {0};
    fixture.scenario = fix_scenario(
        "{'duration': '100s', 'chain': {'irreversibility': {'depth': 2}}, 'peers':"
        " {'a': {'produces': true}, 'b': {}, 'follower': {'bnet-follow-irreversible': true},"
        " 'mallory': {'persona': {'kind': 'invalid-block', 'fault': 'producer', 'after': '1s'}}}}");
    fixture.world = fix_world(fixture.scenario);
    fixture.world->now_ns = 1500 * MS;
    return fixture;
}

static inline void session_fixture_finish(SessionFixture *fixture)
{
    sim_world_free(fixture->world);
    scenario_free(fixture->scenario);
}

/* What `peer` would say. */
static inline BnetMessage fix_hello(const SimWorld *world, uint32_t peer)
{
    const BnetNode *node = &world->peers[peer].node;
    uint32_t lib = bnet_view_lib_number(&node->view);
    return (BnetMessage){
        .kind = BNET_MESSAGE_HELLO,
        .u.hello =
            {
                .peer_id = node->self.peer_id,
                .chain_id = world->store.chain_id,
                .request_transactions = node->self.request_transactions,
                .irreversible_only = node->self.follow_irreversible,
                .version_1_0_1 = true,
                .lib_number = lib,
                .first = bnet_view_at(&node->view, MAX(lib, 1)),
                .head = node->view.head,
            },
    };
}

/* `peer` has a new session with `remote`, and both hellos are through. */
static inline void fix_handshake(SimWorld *world, uint32_t peer, uint32_t remote)
{
    BnetMessage ours = fix_hello(world, peer);
    BnetMessage theirs = fix_hello(world, remote);
    fix_tell(world, SIM_OPENED, peer, remote);
    fix_tell_message(world, SIM_SENT, peer, remote, &ours);
    fix_tell(world, SIM_WRITTEN, peer, remote);
    fix_tell_message(world, SIM_DELIVERED, peer, remote, &theirs);
}

static inline void fix_tell_closed(SimWorld *world, uint32_t by, uint32_t remote,
                                   BnetCloseReason reason)
{
    SimHappening happening = fix_happening(world, SIM_CLOSED, by, remote);
    happening.reason = reason;
    sim_world_tell(world, &happening);
}

static inline void fix_tell_kind(SimWorld *world, SimHappeningKind kind, uint32_t peer,
                                 uint32_t remote, BnetMessageKind message_kind)
{
    fix_tell_message(world, kind, peer, remote, &(BnetMessage){.kind = message_kind});
}

/* A ping with that code, and the LIB of the peer. */
static inline void fix_tell_ping(SimWorld *world, SimHappeningKind kind, uint32_t peer,
                                 uint32_t remote, uint8_t code)
{
    BnetMessage message = {.kind = BNET_MESSAGE_PING, .u.ping.code.bytes[3] = code};
    message.u.ping.lib_number = bnet_view_lib_number(&world->peers[peer].node.view);
    fix_tell_message(world, kind, peer, remote, &message);
}

static inline void fix_tell_pong(SimWorld *world, SimHappeningKind kind, uint32_t peer,
                                 uint32_t remote, uint8_t code)
{
    BnetMessage message = {.kind = BNET_MESSAGE_PONG, .u.ping.code.bytes[3] = code};
    fix_tell_message(world, kind, peer, remote, &message);
}

static inline void fix_tell_trx(SimWorld *world, SimHappeningKind kind, uint32_t peer,
                                uint32_t remote, BnetTrx trx)
{
    fix_tell_message(world, kind, peer, remote,
                     &(BnetMessage){.kind = BNET_MESSAGE_TRX, .u.trx = trx});
}

/* A notice of one thing; to be finished. */
static inline BnetMessage fix_notice(SimWorld *world, BnetMessageKind kind, uint32_t item)
{
    BnetMessage message = {.kind = kind};
    bnet_pool_reserve(&world->pool, 1);
    bnet_ring_push(&message.u.notice, &world->pool, item);
    return message;
}

static inline void fix_tell_block_notice(SimWorld *world, SimHappeningKind kind, uint32_t peer,
                                         uint32_t remote, BnetBlock block)
{
    BnetMessage message = fix_notice(world, BNET_MESSAGE_BLOCK_NOTICE, block);
    fix_tell_message(world, kind, peer, remote, &message);
    bnet_message_finish(&message, &world->pool);
}

static inline void fix_tell_trx_notice(SimWorld *world, SimHappeningKind kind, uint32_t peer,
                                       uint32_t remote, BnetTrx trx)
{
    BnetMessage message = fix_notice(world, BNET_MESSAGE_TRX_NOTICE, trx);
    fix_tell_message(world, kind, peer, remote, &message);
    bnet_message_finish(&message, &world->pool);
}

static inline void fix_tell_chain(SimWorld *world, uint32_t peer, const BnetChainEvent *event)
{
    SimHappening happening =
        sim_happening(event->kind == BNET_CHAIN_PRUNED ? SIM_PRUNED : SIM_CHAIN, peer);
    happening.event = event->kind;
    happening.block = event->block;
    happening.other = event->other;
    sim_world_tell(world, &happening);
}

/* The peer's chain takes a block in, and applies what follows. */
static inline void fix_take_block(SimWorld *world, uint32_t peer, BnetBlock block)
{
    BnetNode *node = &world->peers[peer].node;
    BnetChainEvent event = {.kind = BNET_CHAIN_HEADER, .block = block};
    ck_assert_int_eq(bnet_node_receive_block(node, block, BNET_NO_SESSION, world->now_ns),
                     BNET_VERDICT_ACCEPTED);
    fix_tell_chain(world, peer, &event);
    while (bnet_node_step(node, &event, world->now_ns))
        fix_tell_chain(world, peer, &event);
    bnet_node_actions_done(node);
}

/* A new transaction that expires so many seconds from now. */
static inline BnetTrx fix_trx(SimWorld *world, int64_t lifetime_s)
{
    uint32_t expiration_s =
        bnet_store_second_after(&world->store, world->now_ns + lifetime_s * BNET_NS_PER_S);
    return bnet_store_add_trx(&world->store, ++world->transactions_created, expiration_s, 200);
}

static inline void fix_accept_trx(SimWorld *world, uint32_t peer, BnetTrx trx)
{
    SimHappening happening = sim_happening(SIM_TRX, peer);
    happening.trx = trx;
    sim_world_tell(world, &happening);
}

#endif
