/* SPDX-License-Identifier: Apache-2.0 */

/* Peers of a random scenario that misbehave, all of them before the quiet time. */

#include "sim/swarm_parts.h"

/* The kinds, one for each way of writing it. */
typedef enum Kind {
    KIND_INVALID_BLOCK,
    KIND_BURIED_BLOCK, /* an invalid one behind more notices than a session remembers */
    KIND_JUNK_NOTICES,
    KIND_CLAIMS,
    KIND_FLOOD,
    KIND_DOUBLE_HELLO,
    KIND_MALFORMED,
    KIND_REPLAY,
    KIND_TRX_NOTICES,
    KIND_ECHO,
    KIND_FORGET,
    KIND_NO_PONG,
    KIND_WRONG_PONG,
    KIND_MUTE,
    KIND_SLOW_READER,
    KIND_HELLO,
    KIND_EARLY,
    KIND_SECRET_BRANCH, /* from here on for producers */
    KIND_DOUBLE_PRODUCTION,
    KIND_WITHHOLD,
    KINDS,
} Kind;

/* When one misbehaves. */
typedef struct Span {
    uint32_t after_ms;
    uint32_t until_ms;
} Span;

static Span draw_span(const Swarm *swarm, SimRandom *random)
{
    uint32_t after_ms = swarm_chance(random, 300) ? 0 : swarm_below(random, swarm->quiet_ms - 1);
    return (Span){
        .after_ms = after_ms,
        .until_ms = swarm_between(random, after_ms + 1, swarm->quiet_ms),
    };
}

static const char *pick(SimRandom *random, const char *const *words, uint32_t n_words)
{
    return words[swarm_below(random, n_words)];
}

/* One that acts, again and again. */
static void put_acts(Swarm *swarm, SimRandom *random, Span span, const char *what)
{
    swarm_text_put(&swarm->text, NULL,
                   "{'kind': %s, 'after': '%ums', 'until': '%ums', 'every': '%ums'}", what,
                   span.after_ms, span.until_ms, swarm_between(random, 1000, 20000));
}

static void put_lasts(Swarm *swarm, Span span, const char *what)
{
    swarm_text_put(&swarm->text, NULL, "{'kind': %s, 'after': '%ums', 'until': '%ums'}", what,
                   span.after_ms, span.until_ms);
}

static void put_invalid_block(Swarm *swarm, SimRandom *random, Span span)
{
    static const char *const faults[] = {"timestamp", "producer", "signature", "unlinkable"};
    g_autofree char *what = g_strdup_printf("'invalid-block', 'fault': '%s'",
                                            pick(random, faults, G_N_ELEMENTS(faults)));
    put_acts(swarm, random, span, what);
}

static void put_buried_block(Swarm *swarm, SimRandom *random, Span span)
{
    swarm_text_put(&swarm->text, NULL,
                   "{'kind': 'junk-notices', 'count': %u, 'after': '%ums', 'until': '%ums'}",
                   swarm_between(random, 2049, 3000), span.after_ms, span.until_ms);
    span.after_ms += swarm_below(random, span.until_ms - span.after_ms);
    put_lasts(swarm, span, "'invalid-block', 'fault': 'signature'");
}

static void put_flood(Swarm *swarm, SimRandom *random, Span span)
{
    static const char *const words[] = {"valid", "expired", "duplicate"};
    uint32_t count = swarm_between(random, 1, 100);
    swarm->load += count * 200;
    g_autofree char *what = g_strdup_printf("'flood', 'count': %u, 'transactions': '%s'", count,
                                            pick(random, words, G_N_ELEMENTS(words)));
    put_acts(swarm, random, span, what);
}

static void put_malformed(Swarm *swarm, SimRandom *random, Span span)
{
    static const char *const words[] = {"random",   "truncated", "unknown",
                                        "trailing", "text",      "two-notices"};
    g_autofree char *what =
        g_strdup_printf("'malformed', 'bytes': '%s'", pick(random, words, G_N_ELEMENTS(words)));
    put_acts(swarm, random, span, what);
}

static void put_replay(Swarm *swarm, SimRandom *random, Span span)
{
    static const char *const words[] = {"recent", "irreversible", "stale"};
    g_autofree char *what =
        g_strdup_printf("'replay', 'count': %u, 'blocks': '%s'", swarm_between(random, 1, 100),
                        pick(random, words, G_N_ELEMENTS(words)));
    put_acts(swarm, random, span, what);
}

static void put_hello(Swarm *swarm, SimRandom *random, Span span)
{
    static const char *const words[] = {"other-chain", "peer-id", "old-version", "unknown-ids"};
    g_autofree char *what =
        g_strdup_printf("'hello', 'says': '%s'", pick(random, words, G_N_ELEMENTS(words)));
    put_lasts(swarm, span, what);
}

/* It takes a turn to begin with and some more to be found. */
static void put_secret_branch(Swarm *swarm, SimRandom *random, Span span)
{
    span.until_ms = swarm->quiet_ms;
    g_autofree char *what = g_strdup_printf("'invalid-block', 'fault': 'content', 'depth': %u",
                                            swarm_between(random, 2, 11));
    put_acts(swarm, random, span, what);
}

static void put_kind(Swarm *swarm, SimRandom *random, Kind kind)
{
    Span span = draw_span(swarm, random);
    switch (kind) {
    case KIND_INVALID_BLOCK:
        put_invalid_block(swarm, random, span);
        break;
    case KIND_BURIED_BLOCK:
        put_buried_block(swarm, random, span);
        break;
    case KIND_JUNK_NOTICES:
        put_acts(swarm, random, span, "'junk-notices', 'count': 1000");
        break;
    case KIND_CLAIMS:
        put_acts(swarm, random, span, "'claims'");
        break;
    case KIND_FLOOD:
        put_flood(swarm, random, span);
        break;
    case KIND_DOUBLE_HELLO:
        put_acts(swarm, random, span, "'double-hello'");
        break;
    case KIND_MALFORMED:
        put_malformed(swarm, random, span);
        break;
    case KIND_REPLAY:
        put_replay(swarm, random, span);
        break;
    case KIND_TRX_NOTICES:
        put_acts(swarm, random, span, "'trx-notices'");
        break;
    case KIND_ECHO:
        put_lasts(swarm, span, "'echo'");
        break;
    case KIND_FORGET:
        put_lasts(swarm, span, "'forget'");
        break;
    case KIND_NO_PONG:
        put_lasts(swarm, span, "'no-pong'");
        break;
    case KIND_WRONG_PONG:
        put_lasts(swarm, span, "'wrong-pong'");
        break;
    case KIND_MUTE:
        put_lasts(swarm, span, "'mute'");
        break;
    case KIND_SLOW_READER:
        put_acts(swarm, random, span, "'slow-reader'");
        break;
    case KIND_HELLO:
        put_hello(swarm, random, span);
        break;
    case KIND_EARLY:
        put_lasts(swarm, span, "'early'");
        break;
    case KIND_SECRET_BRANCH:
        put_secret_branch(swarm, random, span);
        break;
    case KIND_DOUBLE_PRODUCTION:
        put_acts(swarm, random, span, "'double-production'");
        break;
    case KIND_WITHHOLD:
        put_lasts(swarm, span, "'withhold'");
        break;
    case KINDS:
        g_assert_not_reached();
    }
}

void swarm_put_personas(Swarm *swarm, const SwarmGroup *group)
{
    /* Whoever makes invalid blocks believes those of others, from the start on. */
    if (group->is_accomplice) {
        swarm_text_put(&swarm->text, "persona",
                       "{'kind': 'invalid-block', 'fault': 'signature', 'after': '%ums', 'until': "
                       "'%ums'}",
                       swarm->quiet_ms - 1000, swarm->quiet_ms);
        return;
    }
    SimRandom random = swarm_random(swarm, SWARM_PART_PERSONAS);
    const uint32_t n_kinds = group->produces ? KINDS : KIND_SECRET_BRANCH;
    uint32_t taken = 0;
    swarm_text_open(&swarm->text, "persona", '[');
    for (uint32_t n = swarm_between(&random, 1, 3); n > 0; n--) {
        bool is_directed = swarm_chance(&random, group->produces ? 600 : 200);
        Kind kind = is_directed ? (Kind)(group->produces ? KIND_SECRET_BRANCH : KIND_BURIED_BLOCK)
                                : (Kind)swarm_below(&random, n_kinds);
        if ((taken >> kind & 1) == 0) {
            taken |= 1u << kind;
            put_kind(swarm, &random, kind);
        }
    }
    swarm_text_close(&swarm->text, ']');
}
