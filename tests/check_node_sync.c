/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes that talk to each other, over connections without latency: first in a fixed order, with all
 * that is said written down; then in random order, with what must hold checked at every step.
 */
#include "core/node.h"
#include "tests/core_fixture.h"

#define NODES 3u
#define SLOTS 2u /* of node n, slot s is connected to node (n + 1 + s) % 3 */
#define TASKS 4096u
#define BLOCKS 1500u

typedef struct Task {
    uint32_t node;
    uint32_t slot;     /* BNET_NO_SESSION: of the chain */
    BnetAction action; /* what to do about it; SEND: the message has arrived from the other end */
    bool written;      /* instead: the write is complete */
} Task;

/* What is known of one end of a connection, kept apart from the session. */
typedef struct End {
    bool certain[BLOCKS]; /* the peer has it: it was sent, received, noticed or listed */
    bool sent[BLOCKS];
    bool trx_sent[BLOCKS];
    bool trx_known[BLOCKS];
    uint32_t peer_lib;
} End;

typedef struct Net {
    BnetStore store;
    BnetPool pool;
    BnetActions actions;
    BnetNode nodes[NODES];
    End ends[NODES][SLOTS];
    Task tasks[TASKS];
    uint32_t n_tasks;
    uint32_t n_open;
    int64_t now_ns;
    uint64_t codes;
    uint64_t random; /* 0: the oldest task is next */
    uint32_t n_blocks_sent;
    char text[16384];
} Net;

static uint32_t peer_of(uint32_t node, uint32_t slot)
{
    return (node + 1 + slot) % NODES;
}

static uint32_t slot_of(uint32_t node, uint32_t peer)
{
    return (peer + NODES - node - 1) % NODES;
}

static void say(Net *net, const char *what, uint32_t from, uint32_t to, const char *detail)
{
    size_t used = strlen(net->text);
    if (net->random == 0)
        ck_assert_int_gt(snprintf(net->text + used, sizeof net->text - used, "%s%c>%c %s%s",
                                  used ? "; " : "", 'A' + (char)from, 'A' + (char)to, what, detail),
                         0);
}

/* --- what must hold
 * ---------------------------------------------------------------------------------- */

/* The highest block of our best chain that the peer has with certainty, looked for among all. */
static BnetBlock naive_frontier(const Net *net, uint32_t node, uint32_t slot)
{
    const BnetView *view = &net->nodes[node].view;
    const End *end = &net->ends[node][slot];
    uint32_t lib = bnet_view_lib_number(view);
    uint32_t both = lib < end->peer_lib ? lib : end->peer_lib;
    BnetBlock best = both ? bnet_view_at(view, both) : BNET_GENESIS;
    for (BnetBlock b = 1; b < net->store.n_blocks; b++) {
        if (!end->certain[b])
            continue;
        BnetBlock common = bnet_store_common(&net->store, b, view->head);
        if (bnet_store_number(&net->store, common) > bnet_store_number(&net->store, best))
            best = common;
    }
    return best;
}

static void assert_frontiers(const Net *net, uint32_t node)
{
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        const BnetSession *session = bnet_node_session(&net->nodes[node], slot);
        if (bnet_session_is_open(session) && session->hello_received)
            ck_assert_uint_eq(session->frontier, naive_frontier(net, node, slot));
    }
}

/* A block that is sent links at the receiver, goes out once, and never to who has it. */
static void assert_block_sent(Net *net, uint32_t node, uint32_t slot, BnetBlock block)
{
    uint32_t peer = peer_of(node, slot);
    const End *end = &net->ends[node][slot];
    BnetBlock parent = bnet_store_block(&net->store, block)->parent;
    bool in_flight = end->sent[parent];
    ck_assert(in_flight || bnet_view_has(&net->nodes[peer].view, parent));
    ck_assert(!end->certain[block]);
    ck_assert(bnet_view_applied(&net->nodes[node].view, block));
    net->n_blocks_sent++;
}

static void note_sent(Net *net, uint32_t node, uint32_t slot, const BnetMessage *message)
{
    End *end = &net->ends[node][slot];
    if (message->kind == BNET_MESSAGE_BLOCK) {
        assert_block_sent(net, node, slot, message->u.block);
        end->certain[message->u.block] = end->sent[message->u.block] = true;
        const BnetTrx *trxs = bnet_store_block_trx(&net->store, message->u.block);
        for (uint32_t i = 0; i < bnet_store_block(&net->store, message->u.block)->n_trx; i++)
            end->trx_known[trxs[i]] = true;
    } else if (message->kind == BNET_MESSAGE_TRX) {
        ck_assert(!end->trx_known[message->u.trx]);
        end->trx_known[message->u.trx] = true;
    }
}

static void note_received(Net *net, uint32_t node, uint32_t slot, const BnetMessage *message)
{
    End *end = &net->ends[node][slot];
    if (message->kind == BNET_MESSAGE_BLOCK) {
        end->certain[message->u.block] = true;
    } else if (message->kind == BNET_MESSAGE_TRX) {
        end->trx_known[message->u.trx] = true;
    } else if (message->kind == BNET_MESSAGE_HELLO) {
        end->certain[message->u.hello.head] = true;
        end->peer_lib = message->u.hello.lib_number;
    } else if (message->kind == BNET_MESSAGE_PING) {
        if (message->u.ping.lib_number > end->peer_lib)
            end->peer_lib = message->u.ping.lib_number;
    } else if (message->kind == BNET_MESSAGE_BLOCK_NOTICE) {
        BnetRingWalk walk = bnet_ring_walk(&message->u.notice);
        BnetBlock block;
        while (bnet_ring_next(&walk, &net->pool, &block))
            end->certain[block] = true;
    }
}

/* --- the driver
 * ---------------------------------------------------------------------------------------- */

static void say_message(Net *net, uint32_t node, uint32_t peer, const BnetMessage *message)
{
    char detail[200] = "";
    BnetRingWalk walk = bnet_ring_walk(&message->u.notice);
    BnetBlock block;
    switch (message->kind) {
    case BNET_MESSAGE_HELLO:
        snprintf(detail, sizeof detail, " %s..%s",
                 core_block_text(&net->store, message->u.hello.first),
                 core_block_text(&net->store, message->u.hello.head));
        break;
    case BNET_MESSAGE_BLOCK:
        snprintf(detail, sizeof detail, " %s", core_block_text(&net->store, message->u.block));
        break;
    case BNET_MESSAGE_BLOCK_NOTICE:
        while (bnet_ring_next(&walk, &net->pool, &block))
            snprintf(detail + strlen(detail), sizeof detail - strlen(detail), " %s",
                     core_block_text(&net->store, block));
        break;
    case BNET_MESSAGE_TRX:
        snprintf(detail, sizeof detail, " %u", message->u.trx);
        break;
    case BNET_MESSAGE_TRX_NOTICE:
    case BNET_MESSAGE_PING:
    case BNET_MESSAGE_PONG:
    case BNET_MESSAGE_MALFORMED:
        break;
    }
    say(net, bnet_message_name(message->kind), node, peer, detail);
}

static void add_task(Net *net, const Task *task)
{
    ck_assert_uint_lt(net->n_tasks, TASKS);
    net->tasks[net->n_tasks++] = *task;
}

/* Turns what a node wants into tasks. */
static void drain(Net *net, uint32_t node)
{
    for (uint32_t i = 0; i < net->nodes[node].actions->n; i++) {
        BnetAction *action = &net->nodes[node].actions->items[i];
        Task task = {.node = node, .slot = action->session, .action = *action};
        ck_assert_int_ne(action->kind, BNET_ACTION_CLOSE);
        if (action->kind == BNET_ACTION_SEND) {
            note_sent(net, node, task.slot, &action->u.message);
            say_message(net, node, peer_of(node, task.slot), &action->u.message);
            task.node = peer_of(node, task.slot);
            task.slot = slot_of(task.node, node);
            add_task(net, &task);
            task = (Task){.node = node, .slot = action->session, .written = true};
        }
        add_task(net, &task);
    }
    bnet_node_actions_done(&net->nodes[node]);
    assert_frontiers(net, node);
}

static void settle(Net *net, uint32_t node)
{
    BnetChainEvent event;
    while (bnet_node_step(&net->nodes[node], &event, net->now_ns))
        drain(net, node);
    drain(net, node);
}

static void chain_takes(Net *net, uint32_t node, uint32_t slot, BnetBlock block)
{
    BnetVerdict verdict = bnet_node_receive_block(&net->nodes[node], block, slot, net->now_ns);
    ck_assert(verdict == BNET_VERDICT_ACCEPTED || verdict == BNET_VERDICT_KNOWN ||
              verdict == BNET_VERDICT_STALE);
    drain(net, node);
    settle(net, node);
}

static void receive_message(Net *net, Task *task)
{
    BnetMessage *message = &task->action.u.message;
    note_received(net, task->node, task->slot, message);
    bnet_node_message(&net->nodes[task->node], task->slot, message, net->now_ns);
    bnet_message_finish(message, &net->pool);
}

static void perform(Net *net, Task *task)
{
    BnetNode *node = &net->nodes[task->node];
    const BnetAction *action = &task->action;
    BnetId code = {{0}};
    if (task->written) {
        bnet_node_written(node, task->slot, net->now_ns);
        drain(net, task->node);
        return;
    }
    switch (action->kind) {
    case BNET_ACTION_SEND:
        receive_message(net, task);
        break;
    case BNET_ACTION_FETCH_BLOCK:
        bnet_node_fetched(node, task->slot, bnet_view_at(&node->view, action->u.number),
                          net->now_ns);
        break;
    case BNET_ACTION_PING_CODE:
        net->codes++;
        memcpy(code.bytes, &net->codes, sizeof net->codes);
        bnet_node_ping_code(node, task->slot, &code, net->now_ns);
        break;
    case BNET_ACTION_SUBMIT_BLOCK:
        chain_takes(net, task->node, task->slot, action->u.block);
        break;
    case BNET_ACTION_SUBMIT_TRX:
        bnet_node_receive_trx(node, action->u.trx, net->now_ns);
        break;
    case BNET_ACTION_CLOSE:
        break;
    }
    drain(net, task->node);
}

/* The oldest task; or the oldest of a session end that is drawn, so that each end keeps its
 * order. */
static void next_task(Net *net)
{
    uint32_t at = net->random ? core_below(&net->random, net->n_tasks) : 0;
    for (uint32_t i = 0; i < at; i++)
        if (net->tasks[i].node == net->tasks[at].node && net->tasks[i].slot == net->tasks[at].slot)
            at = i;
    Task task = net->tasks[at];
    net->n_tasks--;
    memmove(&net->tasks[at], &net->tasks[at + 1], (net->n_tasks - at) * sizeof task);
    perform(net, &task);
}

static void run(Net *net)
{
    while (net->n_tasks > 0)
        next_task(net);
}

static Net *new_net(BnetRule rule, uint32_t depth, uint64_t random)
{
    Net *net = calloc(1, sizeof *net);
    net->random = random;
    net->now_ns = 1000 * BNET_NS_PER_S;
    core_store_init(&net->store, rule, depth, 1);
    bnet_pool_init(&net->pool);
    return net;
}

static void start_node(Net *net, uint32_t node, BnetBlock head)
{
    BnetIdentity self = {
        .peer_id = core_key((uint8_t)('A' + node)),
        .request_transactions = true,
        .idle_timeout_ns = BNET_TIME_NEVER,
    };
    bnet_node_init(&net->nodes[node], &(BnetShared){&net->store, &net->pool, &net->actions}, SLOTS);
    bnet_node_start(&net->nodes[node], &self, head);
}

static void connect_nodes(Net *net, uint32_t a, uint32_t b)
{
    bnet_node_open(&net->nodes[a], slot_of(a, b), true, net->now_ns);
    drain(net, a);
    bnet_node_open(&net->nodes[b], slot_of(b, a), false, net->now_ns);
    drain(net, b);
}

static void free_net(Net *net)
{
    for (uint32_t node = 0; node < NODES; node++)
        if (net->nodes[node].sessions)
            bnet_node_stop(&net->nodes[node], net->now_ns);
    ck_assert_uint_eq(net->pool.n_free, net->pool.capacity - 1);
    for (uint32_t node = 0; node < NODES; node++)
        bnet_node_finish(&net->nodes[node]);
    bnet_actions_finish(&net->actions);
    bnet_pool_finish(&net->pool);
    bnet_store_finish(&net->store);
    free(net);
}

#define expect_said(net, expected)                                                                 \
    do {                                                                                           \
        ck_assert_str_eq((net)->text, (expected));                                                 \
        (net)->text[0] = '\0';                                                                     \
    } while (0)

/* --- in a fixed order
 * --------------------------------------------------------------------------------- */

START_TEST(test_conversation)
{
    Net *net = new_net(BNET_RULE_DEPTH, 3, 0);
    BnetBlock head = core_extend(&net->store, BNET_GENESIS, 3);
    start_node(net, 0, head);
    start_node(net, 1, bnet_view_at(&net->nodes[0].view, 2));
    connect_nodes(net, 0, 1);
    run(net);
    expect_said(net, "A>B hello 1..4; B>A hello 1..2; A>B ping; B>A ping; B>A pong; "
                     "A>B signed_block 3; A>B pong; A>B signed_block 4");
    /* A makes a young block: the notice first, then the block; B's notice does not come back. */
    BnetBlockSpec spec = core_spec_at(&net->store, head, 2000);
    BnetBlock young = bnet_store_add_block(&net->store, &spec);
    chain_takes(net, 0, BNET_NO_SESSION, young);
    run(net);
    expect_said(net, "A>B block_notice 5; A>B signed_block 5");
    /* B makes another at the same height, which A hears of, then one on top of it: A switches. */
    spec.parent = head;
    spec.variant = 1;
    BnetBlock rival = bnet_store_add_block(&net->store, &spec);
    chain_takes(net, 1, BNET_NO_SESSION, rival);
    run(net);
    expect_said(net, "B>A block_notice 5b");
    BnetBlock top = core_child(&net->store, rival, 0);
    chain_takes(net, 1, BNET_NO_SESSION, top);
    run(net);
    expect_said(net, "B>A block_notice 6; B>A signed_block 5b; B>A signed_block 6");
    ck_assert_uint_eq(net->nodes[0].view.head, top);
    /* A transaction travels once. */
    BnetTrx trx = core_trx(&net->store, 5000);
    ck_assert(bnet_node_receive_trx(&net->nodes[1], trx, net->now_ns));
    drain(net, 1);
    run(net);
    expect_said(net, "B>A packed_transaction 1");
    free_net(net);
}
END_TEST

/* 100 blocks to a newcomer: each once, in order, and not one message more. */
START_TEST(test_sync_100_blocks)
{
    Net *net = new_net(BNET_RULE_DEPTH, 10, 0);
    BnetBlock head = core_extend(&net->store, BNET_GENESIS, 99);
    start_node(net, 0, head);
    start_node(net, 1, BNET_GENESIS);
    connect_nodes(net, 1, 0);
    run(net);
    char expected[4096] =
        "B>A hello 1..1; A>B hello 90..100; B>A ping; A>B ping; B>A pong; A>B pong";
    for (uint32_t number = 2; number <= 100; number++) {
        size_t used = strlen(expected);
        snprintf(expected + used, sizeof expected - used, "; A>B signed_block %u", number);
    }
    expect_said(net, expected);
    ck_assert_uint_eq(net->nodes[1].view.head, head);
    ck_assert_uint_eq(bnet_view_lib_number(&net->nodes[1].view), 90);
    ck_assert_uint_eq(net->n_blocks_sent, 99);
    free_net(net);
}
END_TEST

/* A node on a fork of its own gets what follows the fork point, and gives up its fork. */
START_TEST(test_sync_after_a_fork)
{
    Net *net = new_net(BNET_RULE_NONE, 0, 0);
    BnetBlock fork = core_extend(&net->store, BNET_GENESIS, 9);
    BnetBlock longer = core_extend(&net->store, fork, 3);
    BnetBlock shorter = core_child(&net->store, fork, 50);
    start_node(net, 0, longer);
    start_node(net, 1, shorter);
    connect_nodes(net, 0, 1);
    run(net);
    expect_said(net, "A>B hello 1..13; B>A hello 1..11b; A>B ping; B>A ping; B>A pong; "
                     "A>B signed_block 11; A>B pong; B>A signed_block 11b; A>B signed_block 12; "
                     "A>B signed_block 13");
    ck_assert_uint_eq(net->nodes[0].view.head, longer);
    ck_assert_uint_eq(net->nodes[1].view.head, longer);
    free_net(net);
}
END_TEST

/* --- in random order
 * ----------------------------------------------------------------------------------- */

/* A node makes a block on its head, perhaps with the oldest transaction that waits. */
static void produce(Net *net, uint32_t node)
{
    const BnetView *view = &net->nodes[node].view;
    uint32_t slot = bnet_store_slot_at(&net->store, net->now_ns);
    if (slot <= bnet_store_block(&net->store, view->head)->slot)
        return;
    BnetBlockSpec spec = core_spec_at(&net->store, view->head, slot);
    uint32_t cursor = 0;
    BnetTrx trx = bnet_trxs_next(&net->nodes[node].trxs, BNET_NO_SESSION, &cursor, net->now_ns);
    spec.trxs = &trx;
    spec.n_trxs = trx != BNET_NO_TRX;
    spec.variant = node;
    chain_takes(net, node, BNET_NO_SESSION, bnet_store_add_block(&net->store, &spec));
}

/* The transaction waits at the node, or is included, or came in a block of a fork that lost. */
static void assert_reached(const BnetNode *node, BnetTrx trx)
{
    bool waits = bnet_trxs_is_pending(&node->trxs, trx);
    bool included = bnet_bits_has(&node->view.included, trx);
    bool in_a_fork = false;
    for (BnetBlock b = 1; b < node->view.store->n_blocks; b++)
        if (bnet_view_has(&node->view, b) && bnet_store_block(node->view.store, b)->n_trx)
            in_a_fork |= *bnet_store_block_trx(node->view.store, b) == trx;
    ck_assert(!(waits && included));
    ck_assert(waits || included || in_a_fork);
}

/* Three nodes, all connected, make blocks and transactions at will while their messages lie about.
 * When all is said, they agree, and every transaction is everywhere. */
START_TEST(test_random_order)
{
    bool lib = _i % 2;
    Net *net = new_net(lib ? BNET_RULE_DEPTH : BNET_RULE_NONE, 100, 1 + (uint64_t)_i);
    for (uint32_t node = 0; node < NODES; node++)
        start_node(net, node, BNET_GENESIS);
    for (uint32_t node = 0; node < NODES; node++)
        connect_nodes(net, node, (node + 1) % NODES);
    for (uint32_t step = 0; step < 250; step++) {
        net->now_ns += core_below(&net->random, 2) * BNET_SLOT_NS;
        uint32_t node = core_below(&net->random, NODES);
        uint32_t what = core_below(&net->random, 10);
        if (what < 6) {
            produce(net, node);
        } else if (what < 8) {
            BnetTrx trx = core_trx(&net->store, 100000);
            ck_assert(bnet_node_receive_trx(&net->nodes[node], trx, net->now_ns));
            drain(net, node);
        } else {
            bnet_node_timer(&net->nodes[node], what - 8, net->now_ns);
            drain(net, node);
        }
        uint32_t busy = core_below(&net->random, 4) ? 20 : 1;
        for (uint32_t i = core_below(&net->random, busy); i > 0 && net->n_tasks > 0; i--)
            next_task(net);
    }
    run(net);
    const BnetView *first = &net->nodes[0].view;
    ck_assert_uint_gt(bnet_view_head_number(first), 30);
    for (uint32_t node = 1; node < NODES; node++) {
        const BnetView *view = &net->nodes[node].view;
        ck_assert_uint_eq(bnet_view_head_number(view), bnet_view_head_number(first));
        ck_assert_uint_eq(bnet_view_lib_number(view), bnet_view_lib_number(first));
    }
    for (BnetTrx trx = 1; trx < net->store.n_trxs; trx++)
        for (uint32_t node = 0; node < NODES; node++)
            assert_reached(&net->nodes[node], trx);
    free_net(net);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("node_sync");
    TCase *tcase = tcase_create("node_sync");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_conversation);
    tcase_add_test(tcase, test_sync_100_blocks);
    tcase_add_test(tcase, test_sync_after_a_fork);
    tcase_add_loop_test(tcase, test_random_order, 0, 20);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
