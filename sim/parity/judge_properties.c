/* SPDX-License-Identifier: Apache-2.0 */
/* Properties of sessions, from what each node has told of its own. */
#include <string.h>

#include "sim/live/node_process.h"
#include "sim/parity/judge.h"

/* One side of a connection as its own log shows it. */
typedef struct Side {
    GHashTable *sent;                  /* ids of blocks and transactions that went out */
    GHashTable *theirs;                /* ids that the other side has sent or noticed */
    GHashTable *bad;                   /* ids of bad blocks that the other side has sent */
    char listed[PARITY_ID_DIGITS + 1]; /* last block of its hello */
    uint32_t told_lib;
    bool has_said_hello;
    bool has_heard_hello;
    bool is_follower; /* the other side asks for irreversible blocks only */
    bool wants_trxs;
    bool is_guilty; /* what it has sent is invalid, and we know */
    bool is_closed;
} Side;

/* A peer as its own log shows it. */
typedef struct Own {
    char head[PARITY_ID_DIGITS + 1];
    uint32_t lib;
} Own;

typedef struct Judge {
    const ParityCase *of;
    ParityFinding *findings;
    Side *sides; /* by the number of the session */
    Own *peers;
    GHashTable *irreversible; /* number -> id, of all peers */
    const ParityEvent *event;
    const ParitySession *session; /* of the event */
    char **names;                 /* [n_peers] */
} Judge;

/* --- words ----------------------------------------------------------------------------------- */

static const char *other_of(const Judge *judge)
{
    const uint32_t other = judge->session->other;
    return other == PARITY_NOBODY ? "a stranger" : judge->names[other];
}

/* A violation of the event's session. */
static void blame(Judge *judge, ScenarioProperty property, const char *did, const char *which)
{
    parity_finding_add(&judge->findings[property], judge->event->time_ns,
                       "at %.3f s %s %s %s %.16s", (double)judge->event->time_ns / 1e9,
                       judge->names[judge->event->peer], did, other_of(judge), which);
}

/* What a node of the deployed profile tells of its LIB trails behind it (H18). */
static bool tells_lib(const Judge *judge)
{
    return scenario_group_of(judge->of->scenario, judge->event->peer)->quirks == 0;
}

static const char *text(const Judge *judge, const char *path)
{
    const char *value = node_process_get_text(judge->event->json, path);
    return value ? value : "";
}

static uint32_t number(const Judge *judge, const char *path)
{
    return (uint32_t)node_process_get_number(judge->event->json, path);
}

static Side *side_of(const Judge *judge)
{
    return &judge->sides[judge->session->number];
}

/* --- blocks ---------------------------------------------------------------------------------- */

/* `ancestor` is `id` or below it. */
static bool is_below(const ParityScript *script, const char *ancestor, const char *id)
{
    const ParityBlock *wanted = parity_script_block(script, ancestor);
    const ParityBlock *block = parity_script_block(script, id);
    while (wanted && block && block->number > wanted->number)
        block = parity_script_block(script, block->parent);
    return wanted && block == wanted;
}

static bool has_any_above(const ParityScript *script, GHashTable *ids, const char *ancestor)
{
    GHashTableIter iter;
    gpointer id;
    bool has = false;
    g_hash_table_iter_init(&iter, ids); /* any order finds the same */
    while (!has && g_hash_table_iter_next(&iter, &id, NULL))
        has = is_below(script, ancestor, id);
    return has;
}

/* The other side can link a child of that block. */
static bool has_parent(const Judge *judge, const Side *side, const ParityBlock *block)
{
    const ParityScript *script = judge->of->script;
    const ParityBlock *parent = parity_script_block(script, block->parent);
    return !parent || parent->number <= side->told_lib ||
           is_below(script, parent->id, side->listed) ||
           has_any_above(script, side->theirs, parent->id) ||
           g_hash_table_contains(side->sent, parent->id);
}

static void judge_block_sent(Judge *judge, Side *side, const char *id)
{
    const ParityBlock *block = parity_script_block(judge->of->script, id);
    ParityFinding *findings = judge->findings;
    findings[SCENARIO_PROPERTY_S1].is_judged = true;
    findings[SCENARIO_PROPERTY_S2].is_judged = true;
    findings[SCENARIO_PROPERTY_S3].is_judged = true;
    if (block && (!has_parent(judge, side, block) || block->number <= side->told_lib))
        blame(judge, SCENARIO_PROPERTY_S1, "sent, which cannot be linked, to", id);
    if (g_hash_table_contains(side->sent, id))
        blame(judge, SCENARIO_PROPERTY_S2, "sent twice to", id);
    if (g_hash_table_contains(side->theirs, id) || g_str_equal(side->listed, id))
        blame(judge, SCENARIO_PROPERTY_S3, "sent back to", id);
}

/* Of who follows irreversible blocks. */
static void judge_for_follower(Judge *judge, const char *id)
{
    const ParityBlock *block = parity_script_block(judge->of->script, id);
    if (!tells_lib(judge))
        return;
    judge->findings[SCENARIO_PROPERTY_S7].is_judged = true;
    if (block && block->number > judge->peers[judge->event->peer].lib)
        blame(judge, SCENARIO_PROPERTY_S7, "told, although it is reversible,", id);
}

static void judge_trx_sent(Judge *judge, Side *side, const char *id)
{
    judge->findings[SCENARIO_PROPERTY_S6].is_judged = true;
    if (!side->wants_trxs)
        blame(judge, SCENARIO_PROPERTY_S6, "sent, which nobody had asked for, to", id);
    if (g_hash_table_contains(side->sent, id) || g_hash_table_contains(side->theirs, id))
        blame(judge, SCENARIO_PROPERTY_S6, "sent once more to", id);
}

/* --- messages -------------------------------------------------------------------------------- */

static void note_id(GHashTable *set, const char *id)
{
    g_hash_table_add(set, g_strdup(id));
}

static void hello_sent(Judge *judge, Side *side)
{
    const Own *own = &judge->peers[judge->event->peer];
    side->has_said_hello = true;
    if (!tells_lib(judge))
        return;
    judge->findings[SCENARIO_PROPERTY_C2].is_judged = true;
    if (number(judge, "lib") != own->lib || !g_str_equal(text(judge, "head.id"), own->head))
        blame(judge, SCENARIO_PROPERTY_C2, "said a hello that is not its chain to",
              text(judge, "head.id"));
}

static void hello_received(const Judge *judge, Side *side)
{
    side->has_heard_hello = true;
    side->told_lib = number(judge, "lib");
    g_strlcpy(side->listed, text(judge, "head.id"), sizeof side->listed);
    side->is_follower = node_process_get_flag(judge->event->json, "irreversible_only");
    side->wants_trxs = node_process_get_flag(judge->event->json, "request_transactions");
}

static void for_each_id(Judge *judge, Side *side, void (*act)(Judge *, Side *, const char *))
{
    struct json_object *ids = node_process_get(judge->event->json, "ids");
    for (size_t i = 0; ids && i < json_object_array_length(ids); i++)
        act(judge, side, json_object_get_string(json_object_array_get_idx(ids, i)));
}

static void notice_sent(Judge *judge, Side *side, const char *id)
{
    if (side->is_follower)
        judge_for_follower(judge, id);
}

static void notice_received(Judge *judge, Side *side, const char *id)
{
    (void)judge;
    note_id(side->theirs, id);
}

/* Before hello, and after close, nothing else goes. */
static void judge_order(Judge *judge, const Side *side, bool is_hello)
{
    judge->findings[SCENARIO_PROPERTY_C1].is_judged = true;
    const bool is_in_order =
        is_hello ? !side->has_said_hello : side->has_said_hello && side->has_heard_hello;
    if (!is_in_order || side->is_closed)
        blame(judge, SCENARIO_PROPERTY_C1, "sent out of turn to", text(judge, "message"));
}

static void sent(Judge *judge)
{
    Side *side = side_of(judge);
    const char *message = text(judge, "message");
    const char *id = text(judge, "id");
    judge_order(judge, side, g_str_equal(message, "hello"));
    if (g_str_equal(message, "hello")) {
        hello_sent(judge, side);
    } else if (g_str_equal(message, "signed_block")) {
        judge_block_sent(judge, side, id);
        if (side->is_follower)
            judge_for_follower(judge, id);
        note_id(side->sent, id);
    } else if (g_str_equal(message, "packed_transaction")) {
        judge_trx_sent(judge, side, id);
        note_id(side->sent, id);
    } else if (g_str_equal(message, "block_notice")) {
        for_each_id(judge, side, notice_sent);
    } else if (g_str_equal(message, "ping") && tells_lib(judge)) {
        judge->findings[SCENARIO_PROPERTY_C3].is_judged = true;
        if (number(judge, "lib") != judge->peers[judge->event->peer].lib)
            blame(judge, SCENARIO_PROPERTY_C3, "told another LIB than its own to", "");
    }
}

static void received(Judge *judge)
{
    Side *side = side_of(judge);
    const char *message = text(judge, "message");
    const char *id = text(judge, "id");
    if (side->is_guilty)
        blame(judge, SCENARIO_PROPERTY_S4, "took a message in after an invalid block of", message);
    if (g_str_equal(message, "hello")) {
        hello_received(judge, side);
    } else if (g_str_equal(message, "signed_block")) {
        const ParityBlock *block = parity_script_block(judge->of->script, id);
        note_id(side->theirs, id);
        if (block && block->is_bad)
            note_id(side->bad, id);
    } else if (g_str_equal(message, "packed_transaction")) {
        note_id(side->theirs, id);
    } else if (g_str_equal(message, "block_notice")) {
        for_each_id(judge, side, notice_received);
    } else if (g_str_equal(message, "ping")) {
        side->told_lib = MAX(side->told_lib, number(judge, "lib"));
    }
}

/* --- blame ----------------------------------------------------------------------------------- */

/* The chain of the event's peer has found a block invalid: guilty is who has sent it, or one that
 * is built on it. */
static void found_invalid(Judge *judge, const char *id)
{
    const ParityLog *log = judge->of->log;
    for (guint i = 0; i < log->sessions->len; i++) {
        const ParitySession *session = g_ptr_array_index(log->sessions, i);
        Side *side = &judge->sides[i];
        if (session->peer != judge->event->peer || side->is_closed)
            continue;
        if (has_any_above(judge->of->script, side->bad, id)) {
            side->is_guilty = true;
            judge->findings[SCENARIO_PROPERTY_S4].is_judged = true;
        }
    }
}

static void closed(Judge *judge)
{
    Side *side = side_of(judge);
    const uint32_t other = judge->session->other;
    const bool is_for_block = g_str_equal(text(judge, "reason"), "bad-block");
    side->is_closed = true;
    if (!is_for_block) {
        side->is_guilty = side->is_guilty && !g_str_equal(text(judge, "reason"), "lost");
        if (side->is_guilty)
            blame(judge, SCENARIO_PROPERTY_S4,
                  "closed for another reason than its invalid block:", text(judge, "reason"));
        return;
    }
    judge->findings[SCENARIO_PROPERTY_S4].is_judged = true;
    if (!side->is_guilty)
        blame(judge, SCENARIO_PROPERTY_S4, "cut off, without an invalid block,", "");
    else if (other != PARITY_NOBODY && parity_is_honest(judge->of->scenario, other))
        blame(judge, SCENARIO_PROPERTY_S4, "cut off, which is honest,", "");
}

/* --- the chain ------------------------------------------------------------------------------- */

static void irreversible(Judge *judge)
{
    Own *own = &judge->peers[judge->event->peer];
    const uint32_t at = number(judge, "number");
    const char *id = text(judge, "id");
    const char *known = g_hash_table_lookup(judge->irreversible, GUINT_TO_POINTER(at));
    ParityFinding *finding = &judge->findings[SCENARIO_PROPERTY_S8];
    finding->is_judged = true;
    if (known && !g_str_equal(known, id))
        parity_finding_add(finding, judge->event->time_ns,
                           "at %.3f s block %u became irreversible at %s, another one elsewhere",
                           (double)judge->event->time_ns / 1e9, at,
                           judge->names[judge->event->peer]);
    if (at <= own->lib && tells_lib(judge))
        parity_finding_add(finding, judge->event->time_ns, "at %.3f s the LIB of %s moved back",
                           (double)judge->event->time_ns / 1e9, judge->names[judge->event->peer]);
    if (!known)
        g_hash_table_insert(judge->irreversible, GUINT_TO_POINTER(at), g_strdup(id));
    own->lib = at;
}

static void take_status(Judge *judge)
{
    Own *own = &judge->peers[judge->event->peer];
    own->lib = number(judge, "lib.number");
    g_strlcpy(own->head, text(judge, "head.id"), sizeof own->head);
}

static void chain_event(Judge *judge, const char *what)
{
    if (g_str_equal(what, "applied") || g_str_equal(what, "fork_switch"))
        g_strlcpy(judge->peers[judge->event->peer].head, text(judge, "id"), PARITY_ID_DIGITS + 1);
    else if (g_str_equal(what, "irreversible"))
        irreversible(judge);
    else if (g_str_equal(what, "rejected") ||
             (g_str_equal(what, "verdict") && g_str_equal(text(judge, "verdict"), "invalid")))
        found_invalid(judge, text(judge, "id"));
}

/* --- all of it ------------------------------------------------------------------------------- */

static void judge_event(Judge *judge)
{
    const char *what = text(judge, "what");
    if (node_process_get(judge->event->json, "ok"))
        take_status(judge);
    else if (!judge->session || g_str_equal(what, "verdict"))
        chain_event(judge, what);
    else if (g_str_equal(what, "sent"))
        sent(judge);
    else if (g_str_equal(what, "received"))
        received(judge);
    else if (g_str_equal(what, "closed"))
        closed(judge);
}

static void judge_rest(Judge *judge)
{
    for (guint i = 0; i < judge->of->log->sessions->len; i++) {
        judge->session = g_ptr_array_index(judge->of->log->sessions, i);
        if (judge->sides[i].is_guilty && !judge->sides[i].is_closed &&
            parity_is_honest(judge->of->scenario, judge->session->peer))
            parity_finding_add(&judge->findings[SCENARIO_PROPERTY_S4], INT64_MAX,
                               "%s still has a session with %s, which has sent an invalid block",
                               judge->names[judge->session->peer], other_of(judge));
    }
}

/* The process of a peer is new, or gone: so are its sessions. */
static void forget_sessions(const Judge *judge, uint32_t peer)
{
    for (guint i = 0; i < judge->of->log->sessions->len; i++) {
        const ParitySession *session = g_ptr_array_index(judge->of->log->sessions, i);
        /* Those that begin later have heard nothing yet. */
        if (session->peer == peer && judge->sides[i].has_said_hello)
            judge->sides[i].is_closed = true;
    }
}

static Side *sides_new(guint n)
{
    Side *sides = g_new0(Side, n + 1);
    for (guint i = 0; i < n; i++) {
        sides[i].sent = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        sides[i].theirs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        sides[i].bad = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    }
    return sides;
}

static void sides_free(Side *sides, guint n)
{
    for (guint i = 0; i < n; i++) {
        g_hash_table_unref(sides[i].sent);
        g_hash_table_unref(sides[i].theirs);
        g_hash_table_unref(sides[i].bad);
    }
    g_free(sides);
}

void parity_judge_sessions(const ParityCase *of, ParityFinding *findings)
{
    const guint n = of->log->sessions->len;
    const uint32_t n_peers = of->scenario->n_peers;
    g_auto(GStrv) names = g_new0(char *, n_peers + 1);
    for (uint32_t peer = 0; peer < n_peers; peer++)
        names[peer] = scenario_peer_name(of->scenario, peer);
    Judge judge = {
        .of = of,
        .findings = findings,
        .sides = sides_new(n),
        .peers = g_new0(Own, n_peers),
        .irreversible = g_hash_table_new_full(NULL, NULL, NULL, g_free),
        .names = names,
    };
    for (guint i = 0; i < of->network->events->len; i++) {
        judge.event = &g_array_index(of->network->events, ParityEvent, i);
        judge.session = of->log->of_event[i];
        if (!judge.event->json)
            forget_sessions(&judge, judge.event->peer);
        else if (parity_is_honest(of->scenario, judge.event->peer))
            judge_event(&judge);
    }
    judge_rest(&judge);
    sides_free(judge.sides, n);
    g_free(judge.peers);
    g_hash_table_unref(judge.irreversible);
}
