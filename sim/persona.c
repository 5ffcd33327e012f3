/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When personas act, and where they stand between the core and the world (persona.h).
 */
#include "sim/persona.h"

#include "scenarios/keys.h"

/* What an event of a persona is about: code, or index of the persona and code. */
#define EVENT_BEGIN 0x00u
#define EVENT_LOOK 0x10u
#define EVENT_END 0x20u
#define EVENT_READ 0x30u /* of a slow reader's slot: slot << 8 */

G_STATIC_ASSERT(SCENARIO_PERSONAS_MAX <= EVENT_LOOK);

/* --- what all of them use -------------------------------------------------------------------- */

void sim_persona_inject(SimWorld *world, uint32_t end, BnetMessage *message)
{
    SimEnd *e = &world->ends[end];
    if (!e->open) {
        bnet_message_finish(message, &world->pool);
        return;
    }
    uint32_t bytes = bnet_message_size(message, &world->store);
    sim_world_tell_sent(world, end, message, bytes);
    /* Nobody waits for this write. */
    bool blocked = e->blocked;
    sim_wire_send(world, end, message, bytes);
    e->blocked = blocked;
}

bool sim_persona_means(const SimWorld *world, uint32_t end, const SimPersona *persona)
{
    return persona->spec->to_all ||
           sim_faults_is_member(&persona->spec->to, world->ends[end ^ 1].peer);
}

bool sim_persona_can_send(const SimWorld *world, uint32_t end, const SimPersona *persona)
{
    const SimEnd *e = &world->ends[end];
    const BnetSession *session = bnet_node_session(&world->peers[e->peer].node, e->slot);
    return e->open && session->state == BNET_SESSION_READY && sim_wire_has_room(world, end) &&
           sim_persona_means(world, end, persona);
}

void sim_persona_tell(SimWorld *world, uint32_t peer, SimPersona *persona, const char *text)
{
    if (!persona->told)
        sim_world_tell_fault(world, peer, "%s %s", world->peers[peer].name, text);
    persona->told = true;
}

BnetId sim_persona_random_id(SimPersonas *personas)
{
    BnetId id;
    for (unsigned i = 0; i < sizeof id.bytes; i += 8)
        bnet_put_little(&id.bytes[i], sim_random_u64(&personas->random), 8);
    return id;
}

/* The peer's persona of that kind, if it is at it, and means the other side of the end. */
static SimPersona *active(const SimWorld *world, uint32_t end, ScenarioPersonaKind kind)
{
    const SimPersonas *personas = world->peers[world->ends[end].peer].personas;
    for (uint32_t i = 0; personas && i < personas->n; i++) {
        SimPersona *persona = &personas->items[i];
        if (persona->spec->kind == kind && persona->begun && !persona->over &&
            sim_persona_means(world, end, persona))
            return persona;
    }
    return NULL;
}

/* A slow reader may read again. */
static void read_again(SimWorld *world, uint32_t index, uint32_t slot)
{
    if (!world->peers[index].up || world->peers[index].paused)
        return;
    sim_peer_todo(world, SIM_TODO_READ, sim_peer_end(world, index, slot));
    sim_peer_settle(world, index);
}

static void finish_slow_reader(SimWorld *world, uint32_t index, SimPersona *persona)
{
    (void)persona;
    SimPersonas *personas = world->peers[index].personas;
    for (uint32_t slot = 0; slot < personas->n_ends; slot++) {
        personas->ends[slot].read_ns = 0;
        read_again(world, index, slot);
    }
}

static const SimPersonaActs acts[SCENARIO_PERSONA_KINDS] = {
    [SCENARIO_PERSONA_INVALID_BLOCK] = {.act = sim_persona_act_invalid_block,
                                        .send = sim_persona_send_invalid_block,
                                        .spare = sim_persona_spare_invalid_block},
    [SCENARIO_PERSONA_DOUBLE_PRODUCTION] = {.act = sim_persona_act_double,
                                            .send = sim_persona_send_double},
    [SCENARIO_PERSONA_WITHHOLD] = {.text = "holds back the blocks that it makes",
                                   .send = sim_persona_send_withhold,
                                   .finish = sim_persona_finish_withhold},
    [SCENARIO_PERSONA_JUNK_NOTICES] = {.text = "notices blocks that do not exist",
                                       .act = sim_persona_act_junk},
    [SCENARIO_PERSONA_CLAIMS] = {.text = "claims to have blocks that it has not got",
                                 .act = sim_persona_act_claims,
                                 .send = sim_persona_send_claims},
    [SCENARIO_PERSONA_ECHO] = {.text = "sends transactions back"},
    [SCENARIO_PERSONA_FLOOD] = {.text = "floods its neighbours with transactions",
                                .act = sim_persona_act_flood},
    [SCENARIO_PERSONA_FORGET] = {.text = "forgets the blocks that it receives"},
    [SCENARIO_PERSONA_NO_PONG] = {.text = "answers no ping", .send = sim_persona_send_no_pong},
    [SCENARIO_PERSONA_WRONG_PONG] = {.text = "answers pings with another code",
                                     .send = sim_persona_send_wrong_pong},
    [SCENARIO_PERSONA_MUTE] = {.text = "says nothing after hello", .send = sim_persona_send_mute},
    [SCENARIO_PERSONA_SLOW_READER] = {.text = "reads slowly", .finish = finish_slow_reader},
    [SCENARIO_PERSONA_HELLO] = {.text = "lies in its hello", .send = sim_persona_send_hello},
    [SCENARIO_PERSONA_DOUBLE_HELLO] = {.text = "says hello again",
                                       .act = sim_persona_act_double_hello},
    [SCENARIO_PERSONA_EARLY] = {.text = "sends a ping before its hello",
                                .send = sim_persona_send_early},
    [SCENARIO_PERSONA_MALFORMED] = {.text = "sends bytes that are no message",
                                    .act = sim_persona_act_malformed},
    [SCENARIO_PERSONA_REPLAY] = {.text = "sends old blocks again", .act = sim_persona_act_replay},
    [SCENARIO_PERSONA_TRX_NOTICES] = {.text = "notices transactions",
                                      .act = sim_persona_act_trx_notices},
};

/* --- acting ---------------------------------------------------------------------------------- */

static void schedule(SimWorld *world, uint32_t peer, uint32_t index, uint32_t code, int64_t at_ns)
{
    sim_world_schedule(world, at_ns, SIM_EVENT_PERSONA, peer, code | index);
}

/* Looks for a chance, and again in each slot until it has acted: its process may be down, nobody
 * connected, or the slot may be somebody else's. */
static void look(SimWorld *world, uint32_t index, uint32_t i)
{
    SimPeer *peer = &world->peers[index];
    SimPersona *persona = &peer->personas->items[i];
    const SimPersonaActs *kind = &acts[persona->spec->kind];
    uint32_t slot = bnet_store_slot_at(&world->store, world->now_ns);
    if (!persona->armed || persona->over)
        return;
    persona->look_ns = bnet_store_slot_time_ns(&world->store, slot + 1);
    schedule(world, index, i, EVENT_LOOK, persona->look_ns);
    if (!peer->up || peer->paused)
        return;
    persona->slot = slot;
    if (kind->act(world, index, persona)) {
        persona->armed = false;
        sim_persona_tell(world, index, persona, kind->text);
    }
    sim_peer_settle(world, index);
}

static void begin(SimWorld *world, uint32_t index, uint32_t i)
{
    SimPersona *persona = &world->peers[index].personas->items[i];
    const ScenarioPersona *spec = persona->spec;
    if (persona->over || world->now_ns >= spec->until_ns)
        return;
    persona->begun = true;
    if (!acts[spec->kind].act) {
        sim_persona_tell(world, index, persona, acts[spec->kind].text);
        return;
    }
    if (spec->every_ns > 0)
        schedule(world, index, i, EVENT_BEGIN, world->now_ns + spec->every_ns);
    persona->armed = true;
    look(world, index, i);
}

void sim_persona_end_soon(SimWorld *world, uint32_t peer, uint32_t index)
{
    schedule(world, peer, index, EVENT_END, world->now_ns);
}

static void end(SimWorld *world, uint32_t index, uint32_t i)
{
    SimPersona *persona = &world->peers[index].personas->items[i];
    const SimPersonaActs *kind = &acts[persona->spec->kind];
    if (persona->over)
        return;
    persona->over = true;
    sim_world_tell_fault(world, index, "%s ends what it did: %s", world->peers[index].name,
                         scenario_persona_kind_words.words[persona->spec->kind].word);
    if (kind->finish)
        kind->finish(world, index, persona);
}

void sim_persona_event(SimWorld *world, uint32_t index, uint32_t arg)
{
    uint32_t i = arg & (EVENT_LOOK - 1);
    switch (arg & EVENT_READ) {
    case EVENT_BEGIN:
        begin(world, index, i);
        break;
    case EVENT_LOOK:
        if (world->peers[index].personas->items[i].look_ns == world->now_ns)
            look(world, index, i);
        break;
    case EVENT_END:
        end(world, index, i);
        break;
    case EVENT_READ:
        read_again(world, index, arg >> 8);
        break;
    }
}

/* --- between the core and the world ---------------------------------------------------------- */

static void note_hello(SimPersonaEnd *end, const BnetMessage *message)
{
    if (message->kind != BNET_MESSAGE_HELLO)
        return;
    end->hello = message->u.hello;
    end->has_hello = true;
}

bool sim_persona_sends(SimWorld *world, uint32_t end, BnetMessage *message)
{
    SimEnd *e = &world->ends[end];
    SimPersonas *personas = world->peers[e->peer].personas;
    if (message->kind == BNET_MESSAGE_HELLO && personas->ends[e->slot].unsent)
        g_array_set_size(personas->ends[e->slot].unsent, 0); /* a new connection */
    for (uint32_t i = 0; i < personas->n; i++) {
        SimPersona *persona = &personas->items[i];
        const SimPersonaActs *kind = &acts[persona->spec->kind];
        bool meant = sim_persona_means(world, end, persona);
        bool (*change)(SimWorld *, uint32_t, SimPersona *, BnetMessage *) =
            meant ? kind->send : kind->spare;
        if (persona->begun && change && !change(world, end, persona, message))
            return false;
    }
    note_hello(&personas->ends[e->slot], message);
    return true;
}

bool sim_persona_takes_block(const SimWorld *world, uint32_t end)
{
    return active(world, end, SCENARIO_PERSONA_FORGET) == NULL;
}

void sim_persona_takes_trx(SimWorld *world, uint32_t end, BnetTrx trx)
{
    const SimPersona *echo = active(world, end, SCENARIO_PERSONA_ECHO);
    if (echo && sim_persona_can_send(world, end, echo))
        sim_persona_inject(world, end, &(BnetMessage){.kind = BNET_MESSAGE_TRX, .u.trx = trx});
}

bool sim_persona_may_read(const SimWorld *world, uint32_t end)
{
    const SimEnd *e = &world->ends[end];
    return world->now_ns >= world->peers[e->peer].personas->ends[e->slot].read_ns;
}

void sim_persona_has_read(SimWorld *world, uint32_t end)
{
    const SimEnd *e = &world->ends[end];
    const SimPersona *reader = active(world, end, SCENARIO_PERSONA_SLOW_READER);
    if (!reader)
        return;
    int64_t at_ns = world->now_ns + reader->spec->every_ns;
    world->peers[e->peer].personas->ends[e->slot].read_ns = at_ns;
    sim_world_schedule(world, at_ns, SIM_EVENT_PERSONA, e->peer, e->slot << 8 | EVENT_READ);
}

/* --- life ------------------------------------------------------------------------------------ */

static bool is_credulous(const ScenarioGroup *group)
{
    for (uint32_t i = 0; i < group->n_personas; i++)
        if (group->personas[i].kind == SCENARIO_PERSONA_INVALID_BLOCK)
            return true;
    return false;
}

void sim_persona_init(SimWorld *world, uint32_t index)
{
    SimPeer *peer = &world->peers[index];
    const ScenarioGroup *group = scenario_group_of(world->scenario, index);
    if (group->n_personas == 0)
        return;
    SimPersonas *personas = g_new0(SimPersonas, 1);
    personas->n = group->n_personas;
    personas->items = g_new0(SimPersona, personas->n);
    personas->n_ends = peer->n_ends;
    personas->ends = g_new0(SimPersonaEnd, peer->n_ends);
    personas->secrets = g_array_new(FALSE, FALSE, sizeof(BnetBlock));
    personas->twins = g_array_new(FALSE, FALSE, sizeof(BnetBlock));
    personas->junk = g_array_new(FALSE, FALSE, sizeof(BnetBlock));
    personas->random = sim_random_stream(world->scenario->seed, SIM_RANDOM_PERSONA, index);
    for (uint32_t i = 0; i < personas->n; i++) {
        personas->items[i].spec = &group->personas[i];
        personas->items[i].look_ns = BNET_TIME_NEVER;
    }
    peer->personas = personas;
    peer->node.view.credulous = is_credulous(group);
}

void sim_persona_begin(SimWorld *world)
{
    for (uint32_t p = 0; p < world->n_peers; p++) {
        const SimPersonas *personas = world->peers[p].personas;
        for (uint32_t i = 0; personas && i < personas->n; i++) {
            const ScenarioPersona *spec = personas->items[i].spec;
            schedule(world, p, i, EVENT_BEGIN, spec->after_ns);
            if (spec->until_ns != SCENARIO_TIME_NONE)
                schedule(world, p, i, EVENT_END, spec->until_ns);
        }
    }
}

void sim_persona_free(SimPersonas *personas)
{
    if (!personas)
        return;
    for (uint32_t s = 0; s < personas->n_ends; s++)
        if (personas->ends[s].unsent)
            g_array_unref(personas->ends[s].unsent);
    g_array_unref(personas->secrets);
    g_array_unref(personas->twins);
    g_array_unref(personas->junk);
    g_free(personas->ends);
    g_free(personas->items);
    g_free(personas);
}
