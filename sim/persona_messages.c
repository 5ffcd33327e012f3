/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Personas that send what they should not, and do not send what they should.
 */
#include "core/wire.h"
#include "sim/persona.h"

/* Bytes of a ping: what a persona truncates, or lengthens. */
#define PING_BYTES 45u

/* Bytes of a block notice of one id. */
#define NOTICE_BYTES 34u

/* Bytes of `{"type":"hello"}`, sent as text. */
#define TEXT_BYTES 16u

/* Smallest transaction but a little; that of a usual transfer. */
#define FLOOD_TRX_BYTES 200u

/* Numbers of transactions that personas make up, apart from those of the workload. */
#define FLOOD_NONCE(peer) ((UINT64_C(1) << 63) | (uint64_t)(peer) << 40)

typedef bool SendTo(SimWorld *world, uint32_t end, SimPersona *persona);

/* Sends to each end that can take something now; false: to none. */
static bool to_all(SimWorld *world, uint32_t peer, SimPersona *persona, SendTo *send_to)
{
    bool sent = false;
    for (uint32_t slot = 0; slot < world->peers[peer].n_ends; slot++) {
        uint32_t end = sim_peer_end(world, peer, slot);
        if (sim_persona_can_send(world, end, persona) && send_to(world, end, persona))
            sent = true;
    }
    return sent;
}

static SimPersonas *personas_of(const SimWorld *world, uint32_t end)
{
    return world->peers[world->ends[end].peer].personas;
}

/* --- blocks that nobody has ------------------------------------------------------------------ */

/* A block that was made up, with an id that nobody has seen. */
static BnetBlock make_up_block(SimWorld *world, SimPersonas *personas, BnetBlock parent)
{
    const BnetBlockInfo *above = bnet_store_block(&world->store, parent);
    const BnetBlockSpec spec = {
        .parent = parent,
        .slot = above->slot + 1,
        .producer = bnet_store_scheduled(&world->store, parent, above->slot + 1),
        .schedule_version = bnet_store_schedule(&world->store, parent)->version,
        .content_valid = true,
        .variant = sim_random_u64(&personas->random) | 1,
    };
    return bnet_store_add_block(&world->store, &spec);
}

static bool send_notice(SimWorld *world, uint32_t end, BnetRing *notice)
{
    BnetMessage message = {.kind = BNET_MESSAGE_BLOCK_NOTICE, .u.notice = *notice};
    sim_persona_inject(world, end, &message);
    return true;
}

static void add_notice(SimWorld *world, BnetRing *notice, BnetBlock block)
{
    bnet_pool_reserve(&world->pool, 1);
    bnet_ring_push(notice, &world->pool, block);
}

static bool send_junk(SimWorld *world, uint32_t end, SimPersona *persona)
{
    (void)persona;
    const GArray *junk = personas_of(world, end)->junk;
    BnetRing notice = {0};
    for (guint i = 0; i < junk->len; i++)
        add_notice(world, &notice, g_array_index(junk, BnetBlock, i));
    return send_notice(world, end, &notice);
}

/* Their only ancestor is block 1, so that whoever believes the notice learns nothing from it. */
bool sim_persona_act_junk(SimWorld *world, uint32_t peer, SimPersona *persona)
{
    SimPersonas *personas = world->peers[peer].personas;
    g_array_set_size(personas->junk, 0);
    for (uint32_t i = 0; i < persona->spec->count; i++) {
        BnetBlock block = make_up_block(world, personas, BNET_GENESIS);
        g_array_append_val(personas->junk, block);
    }
    return to_all(world, peer, persona, send_junk);
}

static bool send_block(SimWorld *world, uint32_t end, BnetBlock block)
{
    sim_persona_inject(world, end, &(BnetMessage){.kind = BNET_MESSAGE_BLOCK, .u.block = block});
    return true;
}

static bool send_made_up(SimWorld *world, uint32_t end, SimPersona *persona)
{
    return send_block(world, end, persona->block);
}

/* The newest of a branch that nobody has, on the persona's head. */
bool sim_persona_act_unlinkable(SimWorld *world, uint32_t peer, SimPersona *persona)
{
    SimPersonas *personas = world->peers[peer].personas;
    BnetBlock block = world->peers[peer].node.view.head;
    uint32_t slot = bnet_store_block(&world->store, block)->slot;
    for (uint32_t i = 0; i <= persona->spec->depth; i++) {
        const BnetBlockSpec spec = {
            .parent = block,
            .slot = slot,
            .producer = bnet_store_scheduled(&world->store, block, slot),
            .schedule_version = bnet_store_schedule(&world->store, block)->version,
            .content_valid = true,
            .variant = sim_random_u64(&personas->random) | 1,
        };
        block = bnet_store_add_block(&world->store, &spec);
    }
    persona->block = block;
    bool sent = to_all(world, peer, persona, send_made_up);
    persona->block = BNET_NO_BLOCK;
    if (sent)
        sim_persona_tell(world, peer, persona, "sends a block whose parent nobody has");
    return sent;
}

/* --- blocks of others ------------------------------------------------------------------------ */

/* The newest block of whoever is at the other side; BNET_NO_BLOCK: it has not started. */
static BnetBlock head_of_remote(const SimWorld *world, uint32_t end)
{
    return world->peers[world->ends[end ^ 1].peer].node.view.head;
}

static bool send_claim(SimWorld *world, uint32_t end, SimPersona *persona)
{
    (void)persona;
    BnetRing notice = {0};
    BnetBlock head = head_of_remote(world, end);
    if (head == BNET_NO_BLOCK ||
        bnet_view_has(&world->peers[world->ends[end].peer].node.view, head))
        return false;
    add_notice(world, &notice, head);
    return send_notice(world, end, &notice);
}

bool sim_persona_act_claims(SimWorld *world, uint32_t peer, SimPersona *persona)
{
    return to_all(world, peer, persona, send_claim);
}

bool sim_persona_send_claims(SimWorld *world, uint32_t end, SimPersona *persona,
                             BnetMessage *message)
{
    BnetBlock head = head_of_remote(world, end);
    if (persona->over || message->kind != BNET_MESSAGE_HELLO || head == BNET_NO_BLOCK)
        return true;
    uint32_t lib = MAX(bnet_store_block(&world->store, head)->lib, 1);
    message->u.hello.head = head;
    message->u.hello.first = bnet_store_ancestor(&world->store, head, lib);
    return true;
}

/* A made-up block with the number of the LIB. */
static BnetBlock make_stale(SimWorld *world, uint32_t end, BnetBlock lib)
{
    BnetBlock parent = bnet_store_block(&world->store, lib)->parent;
    return make_up_block(world, personas_of(world, end), parent);
}

/* The newest block that is sent again; BNET_NO_BLOCK: there is none. */
static BnetBlock newest_replayed(const SimWorld *world, uint32_t peer, const SimPersona *persona)
{
    const BnetView *view = &world->peers[peer].node.view;
    bool recent = persona->spec->replay == SCENARIO_REPLAY_RECENT;
    return recent ? view->head : view->lib;
}

/* Block 1 is never sent. */
static bool send_old(SimWorld *world, uint32_t end, SimPersona *persona)
{
    uint32_t peer = world->ends[end].peer;
    BnetBlock block = newest_replayed(world, peer, persona);
    bool sent = false;
    for (uint32_t i = 0; i < persona->spec->count && bnet_store_number(&world->store, block) > 1;
         i++) {
        bool stale = persona->spec->replay == SCENARIO_REPLAY_STALE;
        sent = send_block(world, end, stale ? make_stale(world, end, block) : block);
        block = bnet_store_block(&world->store, block)->parent;
    }
    return sent;
}

bool sim_persona_act_replay(SimWorld *world, uint32_t peer, SimPersona *persona)
{
    return to_all(world, peer, persona, send_old);
}

/* --- transactions ---------------------------------------------------------------------------- */

static BnetTrx make_up_trx(SimWorld *world, uint32_t peer, const SimPersona *persona, bool fresh)
{
    SimPersonas *personas = world->peers[peer].personas;
    bool expired = persona->spec->flood == SCENARIO_FLOOD_EXPIRED;
    int64_t life_ns = expired ? -10 * BNET_NS_PER_S : 30 * BNET_NS_PER_S;
    if (fresh)
        personas->n_trxs++;
    return bnet_store_add_trx(&world->store, FLOOD_NONCE(peer) | personas->n_trxs,
                              bnet_store_second_after(&world->store, world->now_ns + life_ns),
                              FLOOD_TRX_BYTES);
}

static bool send_flood(SimWorld *world, uint32_t end, SimPersona *persona)
{
    uint32_t peer = world->ends[end].peer;
    bool duplicate = persona->spec->flood == SCENARIO_FLOOD_DUPLICATE;
    for (uint32_t i = 0; i < persona->spec->count; i++) {
        if (!sim_persona_can_send(world, end, persona))
            return true;
        BnetTrx trx = make_up_trx(world, peer, persona, i == 0 || !duplicate);
        sim_persona_inject(world, end, &(BnetMessage){.kind = BNET_MESSAGE_TRX, .u.trx = trx});
    }
    return true;
}

bool sim_persona_act_flood(SimWorld *world, uint32_t peer, SimPersona *persona)
{
    return to_all(world, peer, persona, send_flood);
}

/* Most transactions that a notice names. */
#define NOTICED_TRXS_MAX 100u

static bool send_trx_notice(SimWorld *world, uint32_t end, SimPersona *persona)
{
    const BnetNode *node = &world->peers[world->ends[end].peer].node;
    BnetMessage message = {.kind = BNET_MESSAGE_TRX_NOTICE};
    uint32_t cursor = 0;
    (void)persona;
    for (uint32_t i = 0; i < NOTICED_TRXS_MAX; i++) {
        BnetTrx trx = bnet_trxs_next(&node->trxs, BNET_NO_SESSION, &cursor, world->now_ns);
        if (trx == BNET_NO_TRX)
            break;
        add_notice(world, &message.u.notice, trx);
        cursor++;
    }
    sim_persona_inject(world, end, &message);
    return true;
}

bool sim_persona_act_trx_notices(SimWorld *world, uint32_t peer, SimPersona *persona)
{
    return to_all(world, peer, persona, send_trx_notice);
}

/* --- hello ----------------------------------------------------------------------------------- */

static bool send_hello_again(SimWorld *world, uint32_t end, SimPersona *persona)
{
    (void)persona;
    const SimPersonaEnd *state = &personas_of(world, end)->ends[world->ends[end].slot];
    BnetMessage message = {.kind = BNET_MESSAGE_HELLO, .u.hello = state->hello};
    sim_persona_inject(world, end, &message);
    return true;
}

bool sim_persona_act_double_hello(SimWorld *world, uint32_t peer, SimPersona *persona)
{
    return to_all(world, peer, persona, send_hello_again);
}

static void make_malformed(BnetMessage *message, ScenarioMalformed what, uint32_t bytes,
                           uint64_t seed)
{
    *message = (BnetMessage){.kind = BNET_MESSAGE_MALFORMED};
    message->u.malformed = (BnetMalformed){.bytes = bytes, .what = what, .seed = seed};
}

/* Beyond the longest message its bytes are not looked at. */
static void add_unknown_ids(const SimWorld *world, BnetMessage *message, uint32_t count)
{
    message->u.hello.unknown_ids = count;
    uint32_t bytes = bnet_message_size(message, &world->store);
    if (bytes > BNET_WIRE_MESSAGE_BYTES_MAX)
        make_malformed(message, SCENARIO_MALFORMED_TOO_LONG, bytes, 0);
}

bool sim_persona_send_hello(SimWorld *world, uint32_t end, SimPersona *persona,
                            BnetMessage *message)
{
    uint32_t remote = world->ends[end ^ 1].peer;
    if (persona->over || message->kind != BNET_MESSAGE_HELLO)
        return true;
    switch (persona->spec->lie) {
    case SCENARIO_LIE_OTHER_CHAIN:
        message->u.hello.chain_id = sim_persona_random_id(personas_of(world, end));
        break;
    case SCENARIO_LIE_PEER_ID:
        if (persona->spec->peer != SIM_NONE)
            remote = persona->spec->peer;
        message->u.hello.peer_id = world->peers[remote].node.self.peer_id;
        break;
    case SCENARIO_LIE_OLD_VERSION: /* which has no extensions */
        message->u.hello.version_1_0_1 = false;
        message->u.hello.irreversible_only = false;
        break;
    case SCENARIO_LIE_UNKNOWN_IDS:
        add_unknown_ids(world, message, persona->spec->count);
        break;
    }
    return true;
}

bool sim_persona_send_early(SimWorld *world, uint32_t end, SimPersona *persona,
                            BnetMessage *message)
{
    if (persona->over || message->kind != BNET_MESSAGE_HELLO)
        return true;
    BnetMessage ping = {.kind = BNET_MESSAGE_PING};
    ping.u.ping.sent_ns = world->now_ns - world->now_ns % BNET_NS_PER_US;
    ping.u.ping.code = sim_persona_random_id(personas_of(world, end));
    ping.u.ping.lib_number = message->u.hello.lib_number;
    sim_persona_inject(world, end, &ping);
    return true;
}

/* --- bytes that are no message --------------------------------------------------------------- */

/* How many bytes there are; what they are, sim/bytes.c says. */
static uint32_t malformed_bytes(SimPersonas *personas, ScenarioMalformed what)
{
    switch (what) {
    case SCENARIO_MALFORMED_RANDOM:
    case SCENARIO_MALFORMED_UNKNOWN:
        return 1 + (uint32_t)sim_random_below(&personas->random, 100);
    case SCENARIO_MALFORMED_TRUNCATED:
        return 1 + (uint32_t)sim_random_below(&personas->random, PING_BYTES - 1);
    case SCENARIO_MALFORMED_TRAILING:
        return PING_BYTES + 1 + (uint32_t)sim_random_below(&personas->random, 100);
    case SCENARIO_MALFORMED_TEXT:
        return TEXT_BYTES;
    case SCENARIO_MALFORMED_TOO_LONG:
        return BNET_WIRE_MESSAGE_BYTES_MAX + 1;
    case SCENARIO_MALFORMED_TWO_NOTICES:
        return 2 * NOTICE_BYTES;
    }
    g_assert_not_reached();
}

static bool send_malformed(SimWorld *world, uint32_t end, SimPersona *persona)
{
    SimPersonas *personas = personas_of(world, end);
    uint32_t bytes = malformed_bytes(personas, persona->spec->malformed);
    BnetMessage message;
    make_malformed(&message, persona->spec->malformed, bytes, sim_random_u64(&personas->random));
    sim_persona_inject(world, end, &message);
    return true;
}

bool sim_persona_act_malformed(SimWorld *world, uint32_t peer, SimPersona *persona)
{
    return to_all(world, peer, persona, send_malformed);
}

/* --- what is not sent ------------------------------------------------------------------------ */

bool sim_persona_send_no_pong(SimWorld *world, uint32_t end, SimPersona *persona,
                              BnetMessage *message)
{
    (void)world;
    (void)end;
    return persona->over || message->kind != BNET_MESSAGE_PONG;
}

bool sim_persona_send_wrong_pong(SimWorld *world, uint32_t end, SimPersona *persona,
                                 BnetMessage *message)
{
    if (!persona->over && message->kind == BNET_MESSAGE_PONG)
        message->u.ping.code = sim_persona_random_id(personas_of(world, end));
    return true;
}

bool sim_persona_send_mute(SimWorld *world, uint32_t end, SimPersona *persona, BnetMessage *message)
{
    (void)end;
    if (persona->over || message->kind == BNET_MESSAGE_HELLO)
        return true;
    bnet_message_finish(message, &world->pool);
    return false;
}
