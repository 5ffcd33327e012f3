/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Personas that make blocks: invalid ones, two in one slot, and such that are held back.
 *
 * A block that is held back (a secret) is on the chain of its producer and passes for sent in the
 * sessions; notices and hellos do not name it. When it is released, all ends get what was kept from
 * them, in order.
 */
#include "sim/persona.h"

/* --- secrets --------------------------------------------------------------------------------- */

static bool is_secret(const SimPersonas *personas, BnetBlock block)
{
    for (guint i = personas->secrets->len; i > 0; i--)
        if (g_array_index(personas->secrets, BnetBlock, i - 1) == block)
            return true;
    return false;
}

static void keep_unsent(SimPersonaEnd *end, BnetBlock block)
{
    if (!end->unsent)
        end->unsent = g_array_new(FALSE, FALSE, sizeof(BnetBlock));
    g_array_append_val(end->unsent, block);
}

static void inject_block(SimWorld *world, uint32_t end, BnetBlock block)
{
    sim_persona_inject(world, end, &(BnetMessage){.kind = BNET_MESSAGE_BLOCK, .u.block = block});
}

/* Sends what was held back. */
static void release(SimWorld *world, uint32_t peer)
{
    SimPersonas *personas = world->peers[peer].personas;
    for (uint32_t slot = 0; slot < personas->n_ends; slot++) {
        GArray *unsent = personas->ends[slot].unsent;
        for (guint i = 0; unsent && i < unsent->len; i++)
            inject_block(world, sim_peer_end(world, peer, slot),
                         g_array_index(unsent, BnetBlock, i));
        if (unsent)
            g_array_set_size(unsent, 0);
    }
    g_array_set_size(personas->secrets, 0);
}

/* The hello ends before the secrets. */
static void hide_in_hello(const SimWorld *world, const SimPersonas *personas, BnetHello *hello)
{
    while (hello->head != BNET_NO_BLOCK && is_secret(personas, hello->head)) {
        if (hello->head == hello->first)
            hello->first = BNET_NO_BLOCK;
        hello->head = bnet_store_block(&world->store, hello->head)->parent;
    }
    if (hello->first == BNET_NO_BLOCK)
        hello->head = BNET_NO_BLOCK;
}

/* Takes those ids out of a notice that `hide` says; false: none is left, and it is finished. */
static bool hide_in_notice(SimWorld *world, BnetMessage *message,
                           bool (*hide)(const SimWorld *, const SimPersonas *, BnetBlock),
                           const SimPersonas *personas)
{
    BnetRing left = {0};
    while (message->u.notice.count > 0) {
        BnetBlock block = bnet_ring_pop(&message->u.notice, &world->pool);
        if (hide(world, personas, block))
            continue;
        bnet_pool_reserve(&world->pool, 1);
        bnet_ring_push(&left, &world->pool, block);
    }
    message->u.notice = left;
    return left.count > 0;
}

static bool hides_secret(const SimWorld *world, const SimPersonas *personas, BnetBlock block)
{
    (void)world;
    return is_secret(personas, block);
}

/* Keeps the secrets from whoever is at that end. */
static bool keep_secrets(SimWorld *world, uint32_t end, BnetMessage *message)
{
    const SimEnd *e = &world->ends[end];
    SimPersonas *personas = world->peers[e->peer].personas;
    if (personas->secrets->len == 0)
        return true;
    if (message->kind == BNET_MESSAGE_HELLO)
        hide_in_hello(world, personas, &message->u.hello);
    if (message->kind == BNET_MESSAGE_BLOCK_NOTICE)
        return hide_in_notice(world, message, hides_secret, personas);
    if (message->kind != BNET_MESSAGE_BLOCK || !is_secret(personas, message->u.block))
        return true;
    keep_unsent(&personas->ends[e->slot], message->u.block);
    return false;
}

/* --- invalid blocks -------------------------------------------------------------------------- */

/* As many slots of the turn follow as it takes blocks. */
static bool has_turn_for(uint32_t slot, uint32_t blocks)
{
    return slot % BNET_SLOTS_PER_TURN + blocks < BNET_SLOTS_PER_TURN;
}

/* Others have come so far on another branch that the bad block will be taken in on a side branch,
 * its content unseen. */
static bool is_passed(const SimWorld *world, uint32_t peer, const SimPersona *persona)
{
    const BnetView *view = &world->peers[peer].node.view;
    uint32_t number = bnet_store_number(&world->store, persona->block) + persona->spec->depth / 2;
    if (!bnet_view_applied(view, persona->block))
        return true;
    for (uint32_t i = 0; i < view->side.n; i++)
        if (bnet_store_number(&world->store, view->side.items[i]) >= number)
            return true;
    return false;
}

static bool act_deep(SimWorld *world, uint32_t peer, SimPersona *persona)
{
    if (persona->block == BNET_NO_BLOCK || persona->n_blocks < persona->spec->depth ||
        !is_passed(world, peer, persona))
        return false;
    sim_world_tell_fault(world, peer, "%s sends the bad block and %u that are built on it",
                         world->peers[peer].name, persona->n_blocks);
    persona->block = BNET_NO_BLOCK;
    release(world, peer);
    return true;
}

/* A bad content is made in the peer's own slot (shape_block), a bad header at once. */
bool sim_persona_act_invalid_block(SimWorld *world, uint32_t peer, SimPersona *persona)
{
    switch (persona->spec->fault) {
    case SCENARIO_FAULT_UNLINKABLE:
        return sim_persona_act_unlinkable(world, peer, persona);
    case SCENARIO_FAULT_CONTENT:
        return persona->spec->depth > 0 && act_deep(world, peer, persona);
    case SCENARIO_FAULT_TIMESTAMP:
    case SCENARIO_FAULT_PRODUCER:
    case SCENARIO_FAULT_SIGNATURE:
        break;
    }
    SimPersonas *personas = world->peers[peer].personas;
    uint32_t i = (uint32_t)(persona - personas->items);
    sim_peer_add_job(&world->peers[peer], (SimJob){SIM_JOB_PERSONA, BNET_NO_SESSION, i});
    return false;
}

static bool hides_bad(const SimWorld *world, const SimPersonas *personas, BnetBlock block)
{
    (void)personas;
    return bnet_store_block(&world->store, block)->is_bad;
}

/* Whom the persona does not mean gets none of it. */
bool sim_persona_spare_invalid_block(SimWorld *world, uint32_t end, SimPersona *persona,
                                     BnetMessage *message)
{
    (void)persona;
    const SimPersonas *personas = world->peers[world->ends[end].peer].personas;
    if (message->kind == BNET_MESSAGE_BLOCK)
        return !hides_bad(world, personas, message->u.block);
    if (message->kind == BNET_MESSAGE_BLOCK_NOTICE)
        return hide_in_notice(world, message, hides_bad, personas);
    return true;
}

bool sim_persona_send_invalid_block(SimWorld *world, uint32_t end, SimPersona *persona,
                                    BnetMessage *message)
{
    return persona->block == BNET_NO_BLOCK || keep_secrets(world, end, message);
}

/* A block on the persona's head whose header is at fault. */
static BnetBlock make_bad_header(SimWorld *world, uint32_t index, SimPersona *persona)
{
    const SimPeer *peer = &world->peers[index];
    const BnetStore *store = &world->store;
    BnetBlock head = peer->node.view.head;
    if (!persona->armed || bnet_store_block(store, head)->slot >= persona->slot)
        return BNET_NO_BLOCK;
    BnetBlockSpec spec = {
        .parent = head,
        .slot = persona->slot,
        .producer = bnet_store_scheduled(store, head, persona->slot),
        .schedule_version = bnet_store_schedule(store, head)->version,
        .signature_valid = true,
        .content_valid = true,
        .variant = index + 1,
    };
    const char *text = "makes a block in the name of the scheduled producer";
    if (persona->spec->fault == SCENARIO_FAULT_TIMESTAMP) {
        spec.slot = bnet_store_block(store, head)->slot;
        spec.producer = bnet_store_scheduled(store, head, spec.slot);
        text = "makes a block that is not later than its parent";
    } else if (persona->spec->fault == SCENARIO_FAULT_PRODUCER) {
        spec.producer = bnet_name("mallory");
        text = "makes a block that it is not scheduled for";
    } else {
        spec.signature_valid = false;
    }
    persona->armed = false;
    sim_persona_tell(world, index, persona, text);
    return bnet_store_add_block(&world->store, &spec);
}

/* --- the peer's own slots -------------------------------------------------------------------- */

void sim_persona_shape_block(SimWorld *world, uint32_t index, BnetBlockSpec *spec)
{
    SimPersonas *personas = world->peers[index].personas;
    for (uint32_t i = 0; i < personas->n; i++) {
        SimPersona *persona = &personas->items[i];
        const ScenarioPersona *said = persona->spec;
        if (said->kind != SCENARIO_PERSONA_INVALID_BLOCK || said->fault != SCENARIO_FAULT_CONTENT ||
            !persona->armed || persona->over || persona->block != BNET_NO_BLOCK ||
            !has_turn_for(spec->slot, said->depth))
            continue;
        spec->content_valid = false;
        spec->variant = index + 1;
        sim_persona_tell(world, index, persona, "makes a block whose content fails when applied");
    }
}

/* A bad content is out, or is the first of the blocks that are held back. */
static void made_invalid(SimWorld *world, SimPersonas *personas, SimPersona *persona,
                         BnetBlock block)
{
    bool is_bad = bnet_store_block(&world->store, block)->content_fault != BNET_FAULT_NONE;
    if (persona->spec->depth == 0) {
        persona->armed = persona->armed && !is_bad;
        return;
    }
    if (persona->block == BNET_NO_BLOCK && is_bad) {
        persona->block = block;
        persona->n_blocks = 0;
    } else if (persona->block != BNET_NO_BLOCK &&
               bnet_store_is_ancestor(&world->store, persona->block, block)) {
        persona->n_blocks++;
    } else {
        return;
    }
    g_array_append_val(personas->secrets, block);
}

/* Another valid block of the same slot. */
static void make_twin(SimWorld *world, uint32_t index, SimPersona *persona,
                      const BnetBlockSpec *spec, BnetBlock block)
{
    SimPeer *peer = &world->peers[index];
    BnetBlockSpec other = *spec;
    other.variant = index + 1;
    other.n_trxs = 0;
    persona->block = bnet_store_add_block(&world->store, &other);
    persona->armed = false;
    g_array_append_val(peer->personas->twins, block);
    g_array_append_val(peer->personas->twins, persona->block);
    uint32_t i = (uint32_t)(persona - peer->personas->items);
    sim_peer_add_job(peer, (SimJob){SIM_JOB_PERSONA, BNET_NO_SESSION, i});
    sim_persona_tell(world, index, persona, "makes two blocks in one slot");
}

/* All that was asked for is held back: it goes out when the block has been applied. */
static void made_withheld(SimWorld *world, uint32_t index, SimPersona *persona, BnetBlock block)
{
    SimPersonas *personas = world->peers[index].personas;
    g_array_append_val(personas->secrets, block);
    persona->n_blocks++;
    if (persona->n_blocks == persona->spec->count)
        sim_persona_end_soon(world, index, (uint32_t)(persona - personas->items));
}

void sim_persona_made_block(SimWorld *world, uint32_t index, const BnetBlockSpec *spec,
                            BnetBlock block)
{
    SimPersonas *personas = world->peers[index].personas;
    for (uint32_t i = 0; i < personas->n; i++) {
        SimPersona *persona = &personas->items[i];
        if (!persona->begun || persona->over)
            continue;
        if (persona->spec->kind == SCENARIO_PERSONA_INVALID_BLOCK)
            made_invalid(world, personas, persona, block);
        else if (persona->spec->kind == SCENARIO_PERSONA_DOUBLE_PRODUCTION && persona->armed)
            make_twin(world, index, persona, spec, block);
        else if (persona->spec->kind == SCENARIO_PERSONA_WITHHOLD)
            made_withheld(world, index, persona, block);
    }
}

BnetBlock sim_persona_make_block(SimWorld *world, uint32_t index, uint32_t i)
{
    SimPersona *persona = &world->peers[index].personas->items[i];
    if (persona->spec->kind == SCENARIO_PERSONA_DOUBLE_PRODUCTION)
        return persona->block;
    return make_bad_header(world, index, persona);
}

/* --- two blocks in one slot ------------------------------------------------------------------ */

/* It acts when it has made a block of its own. */
bool sim_persona_act_double(SimWorld *world, uint32_t peer, SimPersona *persona)
{
    (void)world;
    (void)peer;
    (void)persona;
    return false;
}

static BnetBlock twin_of(const SimPersonas *personas, BnetBlock block)
{
    for (guint i = personas->twins->len; i > 0; i -= 2)
        if (g_array_index(personas->twins, BnetBlock, i - 2) == block)
            return g_array_index(personas->twins, BnetBlock, i - 1);
    return BNET_NO_BLOCK;
}

/* Every other of those whom the persona means. */
static bool is_other_half(const SimWorld *world, uint32_t end, const SimPersona *persona)
{
    const SimEnd *e = &world->ends[end];
    uint32_t before = 0;
    for (uint32_t slot = 0; slot < e->slot; slot++)
        before += sim_persona_means(world, sim_peer_end(world, e->peer, slot), persona);
    return before % 2 == 1;
}

/* The parent that its session believes to have sent goes before the child. */
static void send_parent(SimWorld *world, uint32_t end, BnetBlock block)
{
    const SimEnd *e = &world->ends[end];
    GArray *unsent = world->peers[e->peer].personas->ends[e->slot].unsent;
    BnetBlock parent = bnet_store_block(&world->store, block)->parent;
    for (guint i = 0; unsent && i < unsent->len; i++) {
        if (g_array_index(unsent, BnetBlock, i) != parent)
            continue;
        g_array_remove_index(unsent, i);
        inject_block(world, end, parent);
        return;
    }
}

bool sim_persona_send_double(SimWorld *world, uint32_t end, SimPersona *persona,
                             BnetMessage *message)
{
    const SimEnd *e = &world->ends[end];
    SimPersonas *personas = world->peers[e->peer].personas;
    if (message->kind != BNET_MESSAGE_BLOCK || !is_other_half(world, end, persona))
        return true;
    send_parent(world, end, message->u.block);
    BnetBlock twin = twin_of(personas, message->u.block);
    if (twin == BNET_NO_BLOCK)
        return true;
    keep_unsent(&personas->ends[e->slot], message->u.block);
    message->u.block = twin;
    return true;
}

/* --- blocks that are held back --------------------------------------------------------------- */

bool sim_persona_send_withhold(SimWorld *world, uint32_t end, SimPersona *persona,
                               BnetMessage *message)
{
    return persona->over || keep_secrets(world, end, message);
}

void sim_persona_finish_withhold(SimWorld *world, uint32_t peer, SimPersona *persona)
{
    (void)persona;
    release(world, peer);
}
