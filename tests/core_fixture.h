/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_TESTS_CORE_FIXTURE_H
#define BNETLAB_TESTS_CORE_FIXTURE_H

/*
 * What the tests of the core share: random numbers, small chains, and a bench for one node.
 *
 * The bench gives a node its inputs and writes down, as text, all that the node answers, so that a
 * test reads like a conversation: bench_message(...), then bench_expect(bench, "0 pong; 0 fetch
 * 7"). Slot 0 of the schedule begins at time 0. Blocks are written as their number, later ones of
 * that number as 7b, 7c. One thread; texts are at most sizeof bench->text long, which is checked.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <check.h>

#include "core/node.h"
#include "tests/run_suite.h"

/* --- random numbers -------------------------------------------------------------------------- */

/* Splitmix64: any seed will do. */
static inline uint64_t core_random(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* 0 to n - 1. */
static inline uint32_t core_below(uint64_t *state, uint32_t n)
{
    return (uint32_t)(core_random(state) % n);
}

/* --- broken invariants ----------------------------------------------------------------------- */

/* True if `run` ends its process as a broken invariant of the core does: exit status 3. */
static inline bool core_asserts(void (*run)(void))
{
    pid_t child = fork();
    if (child == 0) {
        if (freopen("/dev/null", "w", stderr))
            run();
        _exit(EXIT_SUCCESS);
    }
    int status = 0;
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
           WEXITSTATUS(status) == 3;
}

/* --- chains ---------------------------------------------------------------------------------- */

/* A store with the schedule "bpa", "bpb", ...; block 1 stands in slot 0. */
static inline void core_store_init(BnetStore *store, BnetRule rule, uint32_t depth,
                                   uint32_t n_producers)
{
    uint64_t producers[26];
    ck_assert_uint_le(n_producers, 26);
    for (uint32_t i = 0; i < n_producers; i++)
        producers[i] = bnet_name((char[]){'b', 'p', (char)('a' + i), '\0'});
    BnetChainConfig config = {
        .rule = rule,
        .depth = depth,
        .n_producers = n_producers,
        .producers = producers,
    };
    bnet_store_init(store, &config);
}

/* What a producer sets: the number of the parent less that of its last block; 0 on its first. */
static inline uint16_t core_confirmed(const BnetStore *store, BnetBlock parent, uint64_t producer)
{
    for (BnetBlock b = parent; b != BNET_GENESIS; b = bnet_store_block(store, b)->parent)
        if (bnet_store_block(store, b)->producer == producer)
            return (uint16_t)(bnet_store_number(store, parent) - bnet_store_number(store, b));
    return 0;
}

/* A valid, empty block in that slot. */
static inline BnetBlockSpec core_spec_at(const BnetStore *store, BnetBlock parent, uint32_t slot)
{
    uint64_t producer = bnet_store_scheduled(store, parent, slot);
    return (BnetBlockSpec){
        .parent = parent,
        .slot = slot,
        .producer = producer,
        .confirmed = core_confirmed(store, parent, producer),
        .signature_valid = true,
        .content_valid = true,
    };
}

/* A valid, empty block after `skip` slots without one. */
static inline BnetBlockSpec core_spec(const BnetStore *store, BnetBlock parent, uint32_t skip)
{
    return core_spec_at(store, parent, bnet_store_block(store, parent)->slot + 1 + skip);
}

static inline BnetBlock core_child(BnetStore *store, BnetBlock parent, uint32_t skip)
{
    BnetBlockSpec spec = core_spec(store, parent, skip);
    return bnet_store_add_block(store, &spec);
}

/* `n` blocks in a row, no slot missed; the last of them. */
static inline BnetBlock core_extend(BnetStore *store, BnetBlock parent, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        parent = core_child(store, parent, 0);
    return parent;
}

/* Up to that number, fast: nobody confirms anything. */
static inline BnetBlock core_extend_plainly(BnetStore *store, BnetBlock parent, uint32_t number)
{
    while (bnet_store_number(store, parent) < number) {
        uint32_t slot = bnet_store_block(store, parent)->slot + 1;
        parent =
            bnet_store_add_block(store, &(BnetBlockSpec){
                                            .parent = parent,
                                            .slot = slot,
                                            .producer = bnet_store_scheduled(store, parent, slot),
                                            .signature_valid = true,
                                            .content_valid = true,
                                        });
    }
    return parent;
}

/* A block that fails when it is applied. */
static inline BnetBlock core_bad_child(BnetStore *store, BnetBlock parent, uint32_t skip)
{
    BnetBlockSpec spec = core_spec(store, parent, skip);
    spec.content_valid = false;
    return bnet_store_add_block(store, &spec);
}

/* A block with an invalid signature. */
static inline BnetBlock core_unsigned_child(BnetStore *store, BnetBlock parent, uint32_t skip)
{
    BnetBlockSpec spec = core_spec(store, parent, skip);
    spec.signature_valid = false;
    return bnet_store_add_block(store, &spec);
}

static inline BnetBlock core_child_with(BnetStore *store, BnetBlock parent, uint32_t skip,
                                        BnetTrx trx)
{
    BnetBlockSpec spec = core_spec(store, parent, skip);
    spec.trxs = &trx;
    spec.n_trxs = 1;
    return bnet_store_add_block(store, &spec);
}

/* Slot 0 begins at that second since 1970. */
#define CORE_ZERO_S 946684800u

/* A transaction that expires so many seconds after time 0. */
static inline BnetTrx core_trx(BnetStore *store, uint32_t expires_s)
{
    return bnet_store_add_trx(store, store->n_trxs, CORE_ZERO_S + expires_s, 200);
}

static inline BnetKey core_key(uint8_t who)
{
    BnetKey key = {{0}};
    key.bytes[33] = who;
    return key;
}

/* --- the bench ------------------------------------------------------------------------------- */

#define BENCH_SESSIONS 4u
#define BENCH_SELF 100u /* our peer id; that of the peer in slot i is 101 + i */

typedef struct CoreBench {
    BnetStore store;
    BnetPool pool;
    BnetActions actions;
    BnetNode node;
    BnetIdentity self;
    int64_t now_ns;
    uint32_t fetching[BENCH_SESSIONS]; /* number that was asked for last */
    BnetPing pinged[BENCH_SESSIONS];   /* last ping that was sent */
    BnetPing ponged[BENCH_SESSIONS];   /* last pong that was sent */
    BnetHello hello[BENCH_SESSIONS];   /* that was sent */
    uint64_t n_codes;
    char text[8192];
} CoreBench;

static inline void bench_say(CoreBench *bench, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static inline void bench_say(CoreBench *bench, const char *format, ...)
{
    size_t used = strlen(bench->text);
    if (used > 0)
        used += (size_t)snprintf(bench->text + used, sizeof bench->text - used, "; ");
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(bench->text + used, sizeof bench->text - used, format, arguments);
    va_end(arguments);
    ck_assert(n >= 0 && used + (size_t)n < sizeof bench->text);
}

/* "7", or "7b" for the second block of that number. */
static inline const char *core_block_text(const BnetStore *store, BnetBlock block)
{
    static char texts[4][24];
    static unsigned next;
    char *text = texts[next++ % 4];
    uint32_t number = bnet_store_number(store, block);
    unsigned older = 0;
    for (BnetBlock b = BNET_GENESIS; b < block; b++)
        older += bnet_store_number(store, b) == number;
    if (older == 0)
        snprintf(text, sizeof texts[0], "%u", number);
    else
        snprintf(text, sizeof texts[0], "%u%c", number, (char)('a' + older % 26));
    return text;
}

static inline void bench_say_notice(CoreBench *bench, uint32_t slot, const BnetRing *notice)
{
    char ids[256] = "";
    BnetRingWalk walk = bnet_ring_walk(notice);
    BnetBlock block;
    while (bnet_ring_next(&walk, &bench->pool, &block)) {
        size_t used = strlen(ids);
        if (used < sizeof ids - 32)
            snprintf(ids + used, sizeof ids - used, " %s", core_block_text(&bench->store, block));
    }
    bench_say(bench, "%u notice%s%s", slot, ids, notice->count > 20 ? " and more" : "");
}

static inline void bench_say_message(CoreBench *bench, uint32_t slot, const BnetMessage *message)
{
    switch (message->kind) {
    case BNET_MESSAGE_HELLO:
        bench->hello[slot] = message->u.hello;
        bench_say(bench, "%u hello %u..%u", slot,
                  bnet_store_number(&bench->store, message->u.hello.first),
                  bnet_store_number(&bench->store, message->u.hello.head));
        break;
    case BNET_MESSAGE_TRX_NOTICE:
        ck_abort_msg("a trx_notice is never sent");
        break;
    case BNET_MESSAGE_BLOCK_NOTICE:
        bench_say_notice(bench, slot, &message->u.notice);
        break;
    case BNET_MESSAGE_BLOCK:
        bench_say(bench, "%u block %s", slot, core_block_text(&bench->store, message->u.block));
        break;
    case BNET_MESSAGE_TRX:
        bench_say(bench, "%u trx %u", slot, message->u.trx);
        break;
    case BNET_MESSAGE_PING:
        bench->pinged[slot] = message->u.ping;
        bench_say(bench, "%u ping %u", slot, message->u.ping.lib_number);
        break;
    case BNET_MESSAGE_PONG:
        bench->ponged[slot] = message->u.ping;
        bench_say(bench, "%u pong", slot);
        break;
    case BNET_MESSAGE_MALFORMED:
        ck_abort_msg("malformed bytes are never sent");
        break;
    }
}

static inline void bench_drain(CoreBench *bench)
{
    for (uint32_t i = 0; i < bench->node.actions->n; i++) {
        BnetAction *action = &bench->node.actions->items[i];
        uint32_t slot = action->session;
        switch (action->kind) {
        case BNET_ACTION_SEND:
            bench_say_message(bench, slot, &action->u.message);
            bnet_message_finish(&action->u.message, &bench->pool);
            break;
        case BNET_ACTION_FETCH_BLOCK:
            bench->fetching[slot] = action->u.number;
            bench_say(bench, "%u fetch %u", slot, action->u.number);
            break;
        case BNET_ACTION_PING_CODE:
            bench_say(bench, "%u code", slot);
            break;
        case BNET_ACTION_SUBMIT_BLOCK:
            bench_say(bench, "%u submit %s", slot, core_block_text(&bench->store, action->u.block));
            break;
        case BNET_ACTION_SUBMIT_TRX:
            bench_say(bench, "%u submit trx %u", slot, action->u.trx);
            break;
        case BNET_ACTION_CLOSE:
            bench_say(bench, "%u close %s", slot, bnet_close_reason_name(action->u.reason));
            break;
        }
    }
    bnet_node_actions_done(&bench->node);
}

/* All that the node did since the last look, in order. */
#define bench_expect(bench, expected)                                                              \
    do {                                                                                           \
        ck_assert_str_eq((bench)->text, (expected));                                               \
        (bench)->text[0] = '\0';                                                                   \
    } while (0)

static inline void bench_init(CoreBench *bench, BnetRule rule, uint32_t depth, uint32_t n_producers)
{
    memset(bench, 0, sizeof *bench);
    core_store_init(&bench->store, rule, depth, n_producers);
    bnet_pool_init(&bench->pool);
    bnet_node_init(&bench->node, &(BnetShared){&bench->store, &bench->pool, &bench->actions},
                   BENCH_SESSIONS);
    bench->self = (BnetIdentity){
        .peer_id = core_key(BENCH_SELF),
        .request_transactions = true,
        .idle_timeout_ns = BNET_IDLE_TIMEOUT_NS,
    };
    bench->now_ns = 1000 * BNET_NS_PER_S;
}

static inline void bench_start(CoreBench *bench, BnetBlock head)
{
    bnet_node_start(&bench->node, &bench->self, head);
}

/* A node with these quirks and blocks 1 to `number`; the LIB is `depth` blocks below the head, or
 * there is none. */
static inline BnetBlock bench_start_chain(CoreBench *bench, BnetQuirks quirks, uint32_t depth,
                                          uint32_t number)
{
    bench_init(bench, depth ? BNET_RULE_DEPTH : BNET_RULE_NONE, depth, 1);
    bench->self.quirks = quirks;
    BnetBlock head = core_extend(&bench->store, BNET_GENESIS, number - 1);
    bench_start(bench, head);
    return head;
}

static inline void bench_finish(CoreBench *bench)
{
    bnet_node_stop(&bench->node, bench->now_ns);
    /* All chunks are back in the pool: nothing leaks. */
    ck_assert_uint_eq(bench->pool.n_free, bench->pool.capacity ? bench->pool.capacity - 1 : 0);
    bnet_node_finish(&bench->node);
    bnet_actions_finish(&bench->actions);
    bnet_pool_finish(&bench->pool);
    bnet_store_finish(&bench->store);
}

static inline void bench_open(CoreBench *bench, uint32_t slot, bool dialled)
{
    bnet_node_open(&bench->node, slot, dialled, bench->now_ns);
    bench_drain(bench);
}

static inline void bench_message(CoreBench *bench, uint32_t slot, const BnetMessage *message)
{
    bnet_node_message(&bench->node, slot, message, bench->now_ns);
    bench_drain(bench);
}

/* The hello of the peer in a slot, whose chain goes from its LIB to `head`. */
static inline BnetMessage bench_hello_of(const CoreBench *bench, uint32_t slot, uint32_t lib,
                                         BnetBlock head)
{
    BnetMessage message = {.kind = BNET_MESSAGE_HELLO};
    message.u.hello = (BnetHello){
        .peer_id = core_key((uint8_t)(BENCH_SELF + 1 + slot)),
        .chain_id = bench->store.chain_id,
        .request_transactions = true,
        .version_1_0_1 = true,
        .lib_number = lib,
        .first = bnet_store_ancestor(&bench->store, head, lib ? lib : 1),
        .head = head,
    };
    return message;
}

static inline void bench_block(CoreBench *bench, uint32_t slot, BnetBlock block)
{
    bench_message(bench, slot, &(BnetMessage){.kind = BNET_MESSAGE_BLOCK, .u.block = block});
}

static inline void bench_trx(CoreBench *bench, uint32_t slot, BnetTrx trx)
{
    bench_message(bench, slot, &(BnetMessage){.kind = BNET_MESSAGE_TRX, .u.trx = trx});
}

/* A block_notice or trx_notice that names one handle. */
static inline void bench_notice(CoreBench *bench, uint32_t slot, BnetMessageKind kind,
                                uint32_t handle)
{
    BnetMessage message = {.kind = kind};
    bnet_pool_reserve(&bench->pool, 1);
    bnet_ring_push(&message.u.notice, &bench->pool, handle);
    bench_message(bench, slot, &message);
    bnet_message_finish(&message, &bench->pool);
}

static inline void bench_ping(CoreBench *bench, uint32_t slot, uint8_t code, uint32_t lib)
{
    BnetMessage message = {.kind = BNET_MESSAGE_PING};
    message.u.ping = (BnetPing){.sent_ns = 7, .code = {{code}}, .lib_number = lib};
    bench_message(bench, slot, &message);
}

/* The right answer to the last ping. */
static inline void bench_pong(CoreBench *bench, uint32_t slot)
{
    BnetMessage message = {.kind = BNET_MESSAGE_PONG, .u.ping = bench->pinged[slot]};
    bench_message(bench, slot, &message);
}

static inline void bench_written(CoreBench *bench, uint32_t slot)
{
    bnet_node_written(&bench->node, slot, bench->now_ns);
    bench_drain(bench);
}

static inline void bench_code(CoreBench *bench, uint32_t slot)
{
    BnetId code = {{0}};
    bench->n_codes++;
    memcpy(code.bytes, &bench->n_codes, sizeof bench->n_codes);
    bnet_node_ping_code(&bench->node, slot, &code, bench->now_ns);
    bench_drain(bench);
}

/* The answer to the last fetch: what stands at that number now. */
static inline void bench_fetched(CoreBench *bench, uint32_t slot)
{
    BnetBlock block = bnet_view_at(&bench->node.view, bench->fetching[slot]);
    bnet_node_fetched(&bench->node, slot, block, bench->now_ns);
    bench_drain(bench);
}

static inline void bench_timer(CoreBench *bench, uint32_t slot)
{
    bnet_node_timer(&bench->node, slot, bench->now_ns);
    bench_drain(bench);
}

/* One step of the chain; false: it has settled. */
static inline bool bench_step(CoreBench *bench)
{
    BnetChainEvent event;
    bool stepped = bnet_node_step(&bench->node, &event, bench->now_ns);
    if (stepped)
        bench_say(bench, "%s %s", bnet_chain_event_name(event.kind),
                  core_block_text(&bench->store, event.block));
    bench_drain(bench);
    return stepped;
}

/* The chain judges a block and settles. */
static inline BnetVerdict bench_chain(CoreBench *bench, uint32_t slot, BnetBlock block)
{
    BnetVerdict verdict = bnet_node_receive_block(&bench->node, block, slot, bench->now_ns);
    bench_say(bench, "%s %s", bnet_verdict_name(verdict), core_block_text(&bench->store, block));
    bench_drain(bench);
    while (bench_step(bench))
        continue;
    return verdict;
}

static inline void bench_accept_trx(CoreBench *bench, BnetTrx trx)
{
    ck_assert(bnet_node_receive_trx(&bench->node, trx, bench->now_ns));
    bench_drain(bench);
}

/* Connects a slot (dialled by the peer) to a peer with that chain, up to our first ping, which is
 * answered; then whatever comes next is asked for. */
static inline void bench_connect_with(CoreBench *bench, uint32_t slot, const BnetMessage *hello)
{
    bench_open(bench, slot, false);
    bench_written(bench, slot);
    bench_message(bench, slot, hello);
    bench_code(bench, slot);
    bench->text[0] = '\0';
    bench_pong(bench, slot);
    bench_written(bench, slot);
}

static inline void bench_connect(CoreBench *bench, uint32_t slot, uint32_t lib, BnetBlock head)
{
    BnetMessage hello = bench_hello_of(bench, slot, lib, head);
    bench_connect_with(bench, slot, &hello);
}

static inline const BnetSession *bench_session(const CoreBench *bench, uint32_t slot)
{
    return bnet_node_session(&bench->node, slot);
}

#endif
