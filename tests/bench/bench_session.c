/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an input of a node costs, without a simulator: one node with some sessions is given what its
 * driver would give it, and nothing else is done.
 *
 *     live    20,000 blocks, two a second: one peer notices the block and sends it, another one has
 *             noticed it before; all others get it. Each write is complete at once, each block that
 *             is asked for is there, all pings of either side are answered.
 *     pings   the same without blocks
 *     sync    a peer sends 100,000 blocks one after the other, and nobody else needs them
 *
 * An input is a call of bnet_node_*() that a driver makes: a message, a write that is complete, a
 * block fetched, a code, a timer, a block that reaches the chain, and each step of the chain. What
 * the node does in answer is hashed; a repetition that comes to another hash or number of inputs
 * than this file says ends the program with status 1.
 *
 * Usage: bench_session [-n REPETITIONS] [--json]
 */

#include <stdint.h>
#include <string.h>

#include <glib.h>

#include "core/node.h"
#include "tests/bench/bench.h"

#define REPETITIONS_DEFAULT 5u
#define SESSIONS_MAX 64u
#define LIB_DEPTH 330u /* blocks that are not irreversible, as with 21 producers */
#define ROUNDS_OF_PINGS 6u
#define PENDING_MAX 1024u

typedef struct Case {
    const char *name;
    uint32_t sessions;
    uint32_t rounds;
    bool has_blocks;
    bool is_sync;
    uint64_t inputs;
    uint64_t hash;
} Case;

static const Case CASES[] = {
    {"live, 8 sessions", 8, 20000, true, false, 633014, UINT64_C(0x675a11d6deffc13b)},
    {"live, 64 sessions", 64, 20000, true, false, 4926422, UINT64_C(0x7ececb68af2cd11a)},
    {"pings, 8 sessions", 8, 200000, false, false, 1333368, UINT64_C(0xf68c561aac4e517e)},
    {"sync, 8 sessions", 8, 100000, true, true, 401723, UINT64_C(0x2cf50725abf3ddb3)},
};

/* A node and its driver. */
typedef struct Driver {
    BnetStore store;
    BnetPool pool;
    BnetActions actions;
    BnetNode node;
    BnetBlock *blocks; /* by number, from 1 */
    int64_t now_ns;
    BnetAction pending[PENDING_MAX]; /* to be carried out, a ring */
    uint32_t first;
    uint32_t n;
    uint64_t inputs;
    uint64_t hash;
    uint64_t codes;
} Driver;

/* --- actions --------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9fb21c651e98df25);
    return hash ^ hash >> 29;
}

static uint64_t mix_action(uint64_t hash, const BnetAction *action)
{
    hash = mix(hash, (uint64_t)action->kind << 32 | action->session);
    if (action->kind == BNET_ACTION_FETCH_BLOCK)
        return mix(hash, action->u.number);
    if (action->kind == BNET_ACTION_SUBMIT_BLOCK)
        return mix(hash, action->u.block);
    if (action->kind != BNET_ACTION_SEND)
        return hash;
    const BnetMessage *message = &action->u.message;
    hash = mix(hash, message->kind);
    return message->kind == BNET_MESSAGE_BLOCK ? mix(hash, message->u.block) : hash;
}

/* After each input: takes over what the node has left. */
static void done(Driver *driver)
{
    driver->inputs++;
    for (uint32_t i = 0; i < driver->actions.n; i++) {
        const BnetAction *action = &driver->actions.items[i];
        driver->hash = mix_action(driver->hash, action);
        g_assert(driver->n < PENDING_MAX);
        driver->pending[(driver->first + driver->n++) % PENDING_MAX] = *action;
    }
    bnet_node_actions_done(&driver->node);
}

static void submit(Driver *driver, BnetBlock block, uint32_t slot)
{
    BnetChainEvent event;
    bnet_node_receive_block(&driver->node, block, slot, driver->now_ns);
    done(driver);
    while (bnet_node_step(&driver->node, &event, driver->now_ns)) {
        driver->hash = mix(driver->hash, (uint64_t)event.kind << 32 | event.block);
        done(driver);
    }
}

static void message(Driver *driver, uint32_t slot, const BnetMessage *what)
{
    bnet_node_message(&driver->node, slot, what, driver->now_ns);
    done(driver);
}

/* The peer answers a ping, and nothing else. */
static void sent(Driver *driver, uint32_t slot, BnetMessage *what)
{
    bnet_node_written(&driver->node, slot, driver->now_ns);
    done(driver);
    if (what->kind == BNET_MESSAGE_PING)
        message(driver, slot, &(BnetMessage){.kind = BNET_MESSAGE_PONG, .u.ping = what->u.ping});
    bnet_message_finish(what, &driver->pool);
}

static void carry_out(Driver *driver, BnetAction *action)
{
    uint32_t slot = action->session;
    BnetId code = {{0}};
    switch (action->kind) {
    case BNET_ACTION_SEND:
        sent(driver, slot, &action->u.message);
        break;
    case BNET_ACTION_FETCH_BLOCK:
        bnet_node_fetched(&driver->node, slot, driver->blocks[action->u.number], driver->now_ns);
        done(driver);
        break;
    case BNET_ACTION_PING_CODE:
        driver->codes++;
        memcpy(code.bytes, &driver->codes, sizeof driver->codes);
        bnet_node_ping_code(&driver->node, slot, &code, driver->now_ns);
        done(driver);
        break;
    case BNET_ACTION_SUBMIT_BLOCK:
        submit(driver, action->u.block, slot);
        break;
    case BNET_ACTION_SUBMIT_TRX:
    case BNET_ACTION_CLOSE:
        bench_fail("the node does what it must not");
    }
}

static void settle(Driver *driver)
{
    while (driver->n > 0) {
        BnetAction action = driver->pending[driver->first];
        driver->first = (driver->first + 1) % PENDING_MAX;
        driver->n--;
        carry_out(driver, &action);
    }
}

/* --- inputs ---------------------------------------------------------------------------------- */

static void notice(Driver *driver, uint32_t slot, BnetBlock block)
{
    BnetMessage what = {.kind = BNET_MESSAGE_BLOCK_NOTICE};
    bnet_pool_reserve(&driver->pool, 1);
    bnet_ring_push(&what.u.notice, &driver->pool, block);
    message(driver, slot, &what);
    bnet_message_finish(&what, &driver->pool);
    settle(driver);
}

static void send_block(Driver *driver, uint32_t slot, BnetBlock block)
{
    message(driver, slot, &(BnetMessage){.kind = BNET_MESSAGE_BLOCK, .u.block = block});
    settle(driver);
}

/* All peers ping, and all timers that are due go off. */
static void ping_all(Driver *driver, uint32_t lib)
{
    for (uint32_t slot = 0; slot < driver->node.n_sessions; slot++) {
        BnetMessage what = {.kind = BNET_MESSAGE_PING};
        what.u.ping =
            (BnetPing){.sent_ns = driver->now_ns, .code = {{(uint8_t)slot, 1}}, .lib_number = lib};
        message(driver, slot, &what);
        settle(driver);
        if (bnet_node_deadline(&driver->node, slot) > driver->now_ns)
            continue;
        bnet_node_timer(&driver->node, slot, driver->now_ns);
        done(driver);
        settle(driver);
    }
}

/* The peers have what the node has at the start; while it syncs, the first has all. */
static void open_all(Driver *driver, const Case *bench_case)
{
    for (uint32_t slot = 0; slot < driver->node.n_sessions; slot++) {
        BnetMessage hello = {.kind = BNET_MESSAGE_HELLO};
        hello.u.hello = (BnetHello){
            .chain_id = driver->store.chain_id,
            .request_transactions = true,
            .version_1_0_1 = true,
            .first = BNET_GENESIS,
            .head = BNET_GENESIS,
        };
        hello.u.hello.peer_id.bytes[33] = (uint8_t)(slot + 2);
        if (bench_case->is_sync && slot > 0) {
            hello.u.hello.lib_number = bench_case->rounds;
            hello.u.hello.first = hello.u.hello.head = driver->blocks[bench_case->rounds];
        }
        bnet_node_open(&driver->node, slot, slot % 2 == 0, driver->now_ns);
        done(driver);
        settle(driver);
        message(driver, slot, &hello);
        settle(driver);
    }
}

static void feed(Driver *driver, const Case *bench_case)
{
    const uint32_t n = bench_case->sessions;
    open_all(driver, bench_case);
    for (uint32_t number = 2; number <= bench_case->rounds; number++) {
        const uint32_t source = bench_case->is_sync ? 0 : number % n;
        driver->now_ns = (bench_case->is_sync ? bench_case->rounds : number) * BNET_SLOT_NS +
                         (bench_case->is_sync ? number * INT64_C(500000) : 0);
        if (bench_case->has_blocks && !bench_case->is_sync) {
            notice(driver, (source + 1) % n, driver->blocks[number]);
            notice(driver, source, driver->blocks[number]);
        }
        if (bench_case->has_blocks)
            send_block(driver, source, driver->blocks[number]);
        if (number % (bench_case->is_sync ? 1000 : ROUNDS_OF_PINGS) == 0)
            ping_all(driver, number > LIB_DEPTH && bench_case->has_blocks ? number - LIB_DEPTH : 0);
    }
}

/* --- measuring ------------------------------------------------------------------------------- */

static void driver_init(Driver *driver, const Case *bench_case)
{
    const uint64_t producer = bnet_name("bp");
    const BnetChainConfig config = {
        .rule = BNET_RULE_DEPTH, .depth = LIB_DEPTH, .n_producers = 1, .producers = &producer};
    memset(driver, 0, sizeof *driver);
    bnet_store_init(&driver->store, &config);
    driver->blocks = g_new0(BnetBlock, bench_case->rounds + 1);
    driver->blocks[1] = BNET_GENESIS;
    for (uint32_t i = 2; i <= bench_case->rounds; i++) {
        const BnetBlockSpec spec = {
            .parent = driver->blocks[i - 1],
            .slot = i - 1,
            .producer = producer,
            .signature_valid = true,
            .content_valid = true,
        };
        driver->blocks[i] = bnet_store_add_block(&driver->store, &spec);
    }
    bnet_pool_init(&driver->pool);
    bnet_node_init(&driver->node, &(BnetShared){&driver->store, &driver->pool, &driver->actions},
                   bench_case->sessions);
    BnetIdentity self = {.request_transactions = true, .idle_timeout_ns = BNET_TIME_NEVER};
    self.peer_id.bytes[33] = 1;
    bnet_node_start(&driver->node, &self, BNET_GENESIS);
}

static void driver_finish(Driver *driver)
{
    bnet_node_stop(&driver->node, driver->now_ns);
    bnet_node_finish(&driver->node);
    bnet_actions_finish(&driver->actions);
    bnet_pool_finish(&driver->pool);
    bnet_store_finish(&driver->store);
    g_free(driver->blocks);
}

static void bench(const Case *bench_case, uint32_t repetitions)
{
    static Driver driver;
    BenchTimes ns = {.n = 0};
    BenchTimes rate = {.n = 0};
    for (uint32_t i = 0; i < repetitions; i++) {
        driver_init(&driver, bench_case);
        const double start_ns = bench_now_ns();
        feed(&driver, bench_case);
        const double took_ns = bench_now_ns() - start_ns;
        bench_add(&ns, took_ns / (double)driver.inputs);
        bench_add(&rate, 1e9 * (double)driver.inputs / took_ns);
        bench_expect(bench_case->name, driver.inputs, bench_case->inputs, "inputs");
        bench_expect(bench_case->name, driver.hash, bench_case->hash, "the hash");
        driver_finish(&driver);
    }
    bench_figure(bench_case->name, "an input", "ns", &ns);
    bench_figure(bench_case->name, "inputs", "1/s", &rate);
}

int main(int argc, char **argv)
{
    const uint32_t repetitions = bench_repetitions(REPETITIONS_DEFAULT, &argc, argv);
    bench_begin("session", "A node with its sessions, without a simulator.", argc, argv);
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++)
        bench(&CASES[i], repetitions);
    bench_end();
    return 0;
}
