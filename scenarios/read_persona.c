/* SPDX-License-Identifier: Apache-2.0 */
/* How the peers of a group misbehave: one object, or an array of them. */
#include "scenarios/kind_keys.h"
#include "scenarios/parts.h"
#include "scenarios/selector.h"

#define NS_PER_MS INT64_C(1000000)

#define EVERY_MIN_NS NS_PER_MS
#define GOOD_BLOCKS_MAX 11u /* on top of a bad one: the other slots of a turn */
#define HIDDEN_BLOCKS_MAX 1000u
#define HIDDEN_BLOCKS 20u
#define COUNT_MAX 10000u
#define IDS_MAX 1000000u

typedef struct PersonaReader {
    ScenarioReader *reader;
    const ScenarioGroup *group;
    ScenarioPersonaKeys keys;
    ScenarioPersona *persona;
} PersonaReader;

/* ---- Which kind takes which key -------------------------------------------------------------- */

#define KIND(kind) (1u << SCENARIO_PERSONA_##kind)

/* Kinds that act at a moment, and may again; the others are something for a while. */
#define ACTS                                                                                       \
    (KIND(INVALID_BLOCK) | KIND(DOUBLE_PRODUCTION) | KIND(JUNK_NOTICES) | KIND(CLAIMS) |           \
     KIND(FLOOD) | KIND(DOUBLE_HELLO) | KIND(MALFORMED) | KIND(REPLAY) | KIND(TRX_NOTICES))

#define USE(key, by, needed_by) SCENARIO_KIND_KEY(ScenarioPersonaKeys, key, by, needed_by)

static const ScenarioKindKey kind_keys[] = {
    USE(every, ACTS | KIND(SLOW_READER), KIND(SLOW_READER)),
    USE(fault, KIND(INVALID_BLOCK), KIND(INVALID_BLOCK)),
    USE(depth, KIND(INVALID_BLOCK), 0),
    USE(count, KIND(WITHHOLD) | KIND(JUNK_NOTICES) | KIND(FLOOD) | KIND(HELLO) | KIND(REPLAY), 0),
    USE(says, KIND(HELLO), KIND(HELLO)),
    USE(peer, KIND(HELLO), 0),
    USE(bytes, KIND(MALFORMED), 0),
    USE(transactions, KIND(FLOOD), 0),
    USE(blocks, KIND(REPLAY), 0),
};

static const ScenarioKindKeyTable kind_key_table = {
    .words = &scenario_persona_kind_words, .keys = kind_keys, .n_keys = G_N_ELEMENTS(kind_keys)};

/* ---- When and to whom ------------------------------------------------------------------------ */

static void read_times(const PersonaReader *from)
{
    ScenarioPersona *persona = from->persona;
    const int64_t duration_ns = from->reader->scenario->duration_ns;

    scenario_reader_duration(from->reader, from->keys.after, 0, duration_ns, &persona->after_ns);
    if (scenario_reader_duration(from->reader, from->keys.until, 0, duration_ns,
                                 &persona->until_ns) &&
        persona->until_ns <= persona->after_ns) {
        scenario_reader_fail(from->reader, from->keys.until, "must be later than \"after\"");
    }
    scenario_reader_duration(from->reader, from->keys.every, EVERY_MIN_NS, SCENARIO_DURATION_MAX_NS,
                             &persona->every_ns);
}

static void read_to(const PersonaReader *from)
{
    from->persona->to_all = from->keys.to == SCENARIO_NODE_NONE;
    scenario_selector_set(from->reader, from->keys.to, false, &from->persona->to);
}

/* ---- The kinds ------------------------------------------------------------------------------- */

static bool needs_turns(const ScenarioPersona *persona)
{
    return persona->kind == SCENARIO_PERSONA_DOUBLE_PRODUCTION ||
           persona->kind == SCENARIO_PERSONA_WITHHOLD;
}

static void read_depth(const PersonaReader *from)
{
    ScenarioPersona *persona = from->persona;
    const uint32_t node = from->keys.depth;

    if (persona->fault == SCENARIO_FAULT_UNLINKABLE) {
        persona->depth = HIDDEN_BLOCKS;
        scenario_reader_uint32(from->reader, node, 1, HIDDEN_BLOCKS_MAX, &persona->depth);
    } else if (persona->fault == SCENARIO_FAULT_CONTENT) {
        scenario_reader_uint32(from->reader, node, 0, GOOD_BLOCKS_MAX, &persona->depth);
    } else if (node != SCENARIO_NODE_NONE) {
        scenario_reader_fail(from->reader, node,
                             "is allowed with \"fault\": \"content\" or \"unlinkable\" alone");
    }
}

static void read_invalid_block(const PersonaReader *from)
{
    int fault = SCENARIO_FAULT_TIMESTAMP;

    if (!scenario_reader_word(from->reader, from->keys.fault, &scenario_fault_words, &fault)) {
        return;
    }
    from->persona->fault = (ScenarioFault)fault;
    if (fault == SCENARIO_FAULT_CONTENT && !from->group->produces) {
        scenario_reader_fail(from->reader, from->keys.fault,
                             "the fault \"content\" needs \"produces\": true; only a scheduled "
                             "producer can make a block whose header is valid");
    }
    read_depth(from);
}

static void read_hello(const PersonaReader *from)
{
    ScenarioPersona *persona = from->persona;
    int lie = SCENARIO_LIE_OTHER_CHAIN;

    scenario_reader_word(from->reader, from->keys.says, &scenario_lie_words, &lie);
    persona->lie = (ScenarioLie)lie;
    persona->peer = UINT32_MAX;
    if (from->keys.peer != SCENARIO_NODE_NONE && lie != SCENARIO_LIE_PEER_ID) {
        scenario_reader_fail(from->reader, from->keys.peer,
                             "is allowed with \"says\": \"peer-id\" alone");
    }
    scenario_selector_one(from->reader, from->keys.peer, &persona->peer);
    if (from->keys.count != SCENARIO_NODE_NONE && lie != SCENARIO_LIE_UNKNOWN_IDS) {
        scenario_reader_fail(from->reader, from->keys.count,
                             "is allowed with \"says\": \"unknown-ids\" alone");
    }
    persona->count = 1000;
    scenario_reader_uint32(from->reader, from->keys.count, 1, IDS_MAX, &persona->count);
}

static void read_count(const PersonaReader *from, uint32_t count)
{
    from->persona->count = count;
    scenario_reader_uint32(from->reader, from->keys.count, 1, COUNT_MAX, &from->persona->count);
}

static void read_kind(const PersonaReader *from)
{
    ScenarioPersona *persona = from->persona;
    int word = 0;

    if (persona->kind == SCENARIO_PERSONA_INVALID_BLOCK) {
        read_invalid_block(from);
    } else if (persona->kind == SCENARIO_PERSONA_HELLO) {
        read_hello(from);
    } else if (persona->kind == SCENARIO_PERSONA_MALFORMED) {
        scenario_reader_word(from->reader, from->keys.bytes, &scenario_malformed_words, &word);
        persona->malformed = (ScenarioMalformed)word;
    } else if (persona->kind == SCENARIO_PERSONA_FLOOD) {
        scenario_reader_word(from->reader, from->keys.transactions, &scenario_flood_words, &word);
        persona->flood = (ScenarioFlood)word;
        read_count(from, 100);
    } else if (persona->kind == SCENARIO_PERSONA_REPLAY) {
        scenario_reader_word(from->reader, from->keys.blocks, &scenario_replay_words, &word);
        persona->replay = (ScenarioReplay)word;
        read_count(from, 10);
    } else if (persona->kind == SCENARIO_PERSONA_JUNK_NOTICES) {
        read_count(from, 100);
    } else if (persona->kind == SCENARIO_PERSONA_WITHHOLD) {
        read_count(from, 0);
    }
    if (needs_turns(persona) && !from->group->produces) {
        scenario_reader_fail(from->reader, from->keys.kind,
                             "\"%s\" needs \"produces\": true; only a producer makes blocks",
                             scenario_kind_word(&scenario_persona_kind_words, persona->kind));
    }
}

static void read_persona(ScenarioReader *reader, uint32_t node, ScenarioGroup *group)
{
    ScenarioPersona *persona = &group->personas[group->n_personas++];
    PersonaReader from = {.reader = reader, .group = group, .persona = persona};
    int kind = SCENARIO_PERSONA_INVALID_BLOCK;

    *persona = (ScenarioPersona){.to_all = true, .until_ns = SCENARIO_TIME_NONE};
    if (!scenario_reader_object(reader, node, &scenario_persona_table, &from.keys) &&
        from.keys.kind == SCENARIO_NODE_NONE) {
        return;
    }
    if (!scenario_reader_word(reader, from.keys.kind, &scenario_persona_kind_words, &kind)) {
        return;
    }
    persona->kind = (ScenarioPersonaKind)kind;
    if (scenario_kind_keys_check(reader, node, &kind_key_table, persona->kind, &from.keys)) {
        read_times(&from);
        read_to(&from);
        read_kind(&from);
    }
}

void scenario_read_persona(ScenarioReader *reader, uint32_t node, ScenarioGroup *group)
{
    if (scenario_reader_node(reader, node)->kind != SCENARIO_NODE_OBJECT) {
        return; /* noted already */
    }
    const uint32_t persona = scenario_document_member(reader->document, node, "persona");

    if (persona == SCENARIO_NODE_NONE) {
        return;
    }
    const ScenarioNodeKind kind = scenario_reader_node(reader, persona)->kind;

    if (kind != SCENARIO_NODE_ARRAY && kind != SCENARIO_NODE_OBJECT) {
        scenario_reader_wrong_type(reader, persona, "an object or an array of objects");
        return;
    }
    if (kind == SCENARIO_NODE_OBJECT) {
        group->personas = g_new0(ScenarioPersona, 1);
        read_persona(reader, persona, group);
        return;
    }
    const ScenarioNode *array =
        scenario_reader_array(reader, persona, "personas", SCENARIO_PERSONAS_MAX);

    if (array == NULL) {
        return;
    }
    group->personas = g_new0(ScenarioPersona, array->n_children);
    for (uint32_t i = array->first; i != SCENARIO_NODE_NONE;
         i = scenario_reader_node(reader, i)->next) {
        read_persona(reader, i, group);
    }
}
