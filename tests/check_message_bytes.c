/* SPDX-License-Identifier: Apache-2.0 */
#include "core/message_bytes.h"
#include "tests/contents_fixture.h"

/* --- messages through bytes ------------------------------------------------------------------ */

/* Who sends has one store and pool, who receives has others. */
typedef struct Ends {
    BnetStore from;
    BnetStore to;
    BnetPool from_pool;
    BnetPool to_pool;
} Ends;

static void ends_init_at(Ends *ends, int64_t zero_slot)
{
    const uint64_t producer = bnet_name("bpa");
    const BnetChainConfig config = {
        .rule = BNET_RULE_NONE,
        .n_producers = 1,
        .producers = &producer,
        .zero_slot = zero_slot,
        .verify_signatures = true,
        .keep_bytes = true,
    };
    bnet_store_init(&ends->from, &config);
    bnet_store_init(&ends->to, &config);
    bnet_pool_init(&ends->from_pool);
    bnet_pool_init(&ends->to_pool);
}

static void ends_init(Ends *ends)
{
    ends_init_at(ends, 0);
}

/* No list is left in either pool. */
static void ends_finish(Ends *ends)
{
    BnetPool *pools[] = {&ends->from_pool, &ends->to_pool};
    for (unsigned i = 0; i < 2; i++) {
        ck_assert_uint_eq(pools[i]->n_free, pools[i]->capacity ? pools[i]->capacity - 1 : 0);
        bnet_pool_finish(pools[i]);
    }
    bnet_store_finish(&ends->from);
    bnet_store_finish(&ends->to);
}

static WireBytes written(const Ends *ends, const BnetMessage *message)
{
    const uint32_t n = bnet_message_size(message, &ends->from);
    WireBytes bytes = {.bytes = malloc(n), .n = n};
    BnetWriter writer;
    bnet_writer_init(&writer, bytes.bytes, n);
    bnet_message_write(&writer, message, &ends->from, &ends->from_pool);
    ck_assert_uint_eq(writer.n, n);
    return bytes;
}

/* Decodes the bytes; they hold what is in the message. */
static BnetWireMessage decoded(const WireBytes *bytes)
{
    WireInput input;
    BnetWireMessage wire;
    BnetReader *reader = wire_input(&input, bytes->bytes, bytes->n);
    ck_assert(bnet_wire_read_message(reader, &wire));
    ck_assert_uint_eq(bnet_reader_left(reader), 0);
    return wire;
}

static BnetMessage passed(Ends *ends, const BnetMessage *message)
{
    const WireBytes bytes = written(ends, message);
    const BnetWireMessage wire = decoded(&bytes);
    BnetMessage read;
    ck_assert_int_eq(bnet_message_read(&ends->to, &ends->to_pool, &wire, wire_scratch(), &read),
                     BNET_READING_DONE);
    ck_assert_int_eq(read.kind, message->kind);
    free(bytes.bytes);
    return read;
}

/* --- hello ----------------------------------------------------------------------------------- */

static void assert_same_hello(const BnetHello *a, const BnetHello *b)
{
    ck_assert_mem_eq(&a->peer_id, &b->peer_id, sizeof a->peer_id);
    ck_assert_mem_eq(&a->chain_id, &b->chain_id, sizeof a->chain_id);
    ck_assert(a->request_transactions == b->request_transactions);
    ck_assert(a->irreversible_only == b->irreversible_only);
    ck_assert(a->version_1_0_1 == b->version_1_0_1);
    ck_assert_uint_eq(a->lib_number, b->lib_number);
    ck_assert_uint_eq(a->first, b->first);
    ck_assert_uint_eq(a->head, b->head);
    ck_assert_uint_eq(a->unknown_ids, b->unknown_ids);
}

static BnetMessage hello_of(const Ends *ends, BnetBlock first, BnetBlock head)
{
    BnetMessage message = {.kind = BNET_MESSAGE_HELLO};
    message.u.hello = (BnetHello){
        .peer_id = core_key(77),
        .chain_id = ends->from.chain_id,
        .version_1_0_1 = true,
        .lib_number = 0x01020304,
        .first = first,
        .head = head,
    };
    return message;
}

/* Both stores with the same 400 blocks. */
static void same_chain(Ends *ends)
{
    const BnetBlock head = core_extend(&ends->from, BNET_GENESIS, 399);
    for (BnetBlock b = BNET_GENESIS + 1; b <= head; b++)
        ck_assert_uint_eq(contents_pass(&ends->from, b, &ends->to), b);
}

START_TEST(test_hello)
{
    static const uint32_t ranges[][2] = {{0, 0}, {1, 1}, {400, 400}, {71, 400}, {1, 400}, {7, 134}};
    Ends ends;
    ends_init(&ends);
    same_chain(&ends);
    for (unsigned i = 0; i < sizeof ranges / sizeof *ranges; i++)
        for (unsigned flags = 0; flags < 8; flags++) {
            BnetMessage message = hello_of(&ends, ranges[i][0], ranges[i][1]);
            message.u.hello.version_1_0_1 = flags & 1;
            message.u.hello.irreversible_only = (flags & 3) == 3;
            message.u.hello.request_transactions = flags & 4;
            const BnetMessage read = passed(&ends, &message);
            assert_same_hello(&read.u.hello, &message.u.hello);
        }
    ends_finish(&ends);
}
END_TEST

/* What stands in the bytes: the ids in order of their numbers, empty strings, the version. */
START_TEST(test_hello_bytes)
{
    Ends ends;
    ends_init(&ends);
    const BnetBlock head = core_extend(&ends.from, BNET_GENESIS, 330);
    BnetMessage message = hello_of(&ends, 2, head);
    for (unsigned newer = 0; newer < 2; newer++) {
        message.u.hello.version_1_0_1 = newer;
        const WireBytes bytes = written(&ends, &message);
        const BnetWireMessage wire = decoded(&bytes);
        const BnetWireHello *hello = &wire.u.hello;
        ck_assert_uint_eq(hello->protocol_version.n, 5);
        ck_assert_mem_eq(hello->protocol_version.bytes, newer ? "1.0.1" : "1.0.0", 5);
        ck_assert_uint_eq(
            hello->network_version.n + hello->user.n + hello->password.n + hello->agent.n, 0);
        ck_assert_uint_eq(hello->pending_block_ids.count, 330);
        BnetItems ids = hello->pending_block_ids;
        BnetId id;
        for (BnetBlock b = 2; bnet_next_id(&ids, &id); b++)
            ck_assert(bnet_id_equal(&id, &bnet_store_block(&ends.from, b)->id));
        free(bytes.bytes);
    }
    ends_finish(&ends);
}
END_TEST

/* What the receiver knows of the list counts; any version above 1.0.0 is one. */
START_TEST(test_hello_partly_known)
{
    Ends ends;
    ends_init(&ends);
    core_extend(&ends.from, BNET_GENESIS, 20);
    for (BnetBlock b = 2; b <= 10; b++)
        contents_pass(&ends.from, b, &ends.to);
    const BnetMessage partly = hello_of(&ends, 6, 21);
    BnetMessage read = passed(&ends, &partly);
    ck_assert_uint_eq(read.u.hello.first, 6);
    ck_assert_uint_eq(read.u.hello.head, 10);
    ck_assert_uint_eq(read.u.hello.unknown_ids, 11);
    BnetMessage more = hello_of(&ends, 6, 10);
    more.u.hello.unknown_ids = 3000;
    const uint32_t without = bnet_message_size(&partly, &ends.from);
    ck_assert_uint_eq(bnet_message_size(&more, &ends.from),
                      without + 1 + (3005 - 16) * (uint32_t)sizeof(BnetId));
    read = passed(&ends, &more);
    ck_assert_uint_eq(read.u.hello.first, 6);
    ck_assert_uint_eq(read.u.hello.head, 10);
    ck_assert_uint_eq(read.u.hello.unknown_ids, 3000);
    const BnetMessage unknown = hello_of(&ends, 11, 21);
    read = passed(&ends, &unknown);
    ck_assert_uint_eq(read.u.hello.first, BNET_NO_BLOCK);
    ck_assert_uint_eq(read.u.hello.head, BNET_NO_BLOCK);

    static const char *const versions[] = {"", "1.0.0", "0.9.9", "1.0.00", "1.0.1", "2"};
    for (unsigned i = 0; i < sizeof versions / sizeof *versions; i++) {
        BnetWireMessage wire = {.kind = BNET_MESSAGE_HELLO};
        wire.u.hello.protocol_version =
            (BnetSlice){.bytes = (const uint8_t *)versions[i], .n = strlen(versions[i])};
        ck_assert_int_eq(bnet_message_read(&ends.to, &ends.to_pool, &wire, wire_scratch(), &read),
                         BNET_READING_DONE);
        ck_assert(read.u.hello.version_1_0_1 == (i >= 3));
    }
    ends_finish(&ends);
}
END_TEST

/* A peer may list in any order. */
START_TEST(test_hello_in_any_order)
{
    static const BnetBlock listed[] = {5, 9, 3, 7};
    Ends ends;
    ends_init(&ends);
    core_extend(&ends.to, BNET_GENESIS, 20);
    BnetId ids[4];
    for (unsigned i = 0; i < 4; i++)
        ids[i] = bnet_store_block(&ends.to, listed[i])->id;
    BnetWireMessage wire = {.kind = BNET_MESSAGE_HELLO};
    wire.u.hello.pending_block_ids = bnet_items_of_ids(ids, 4);
    BnetMessage read;
    ck_assert_int_eq(bnet_message_read(&ends.to, &ends.to_pool, &wire, wire_scratch(), &read),
                     BNET_READING_DONE);
    ck_assert_uint_eq(read.u.hello.first, 3);
    ck_assert_uint_eq(read.u.hello.head, 9);
    ends_finish(&ends);
}
END_TEST

/* --- notices --------------------------------------------------------------------------------- */

static void push(BnetMessage *message, BnetPool *pool, uint32_t handle)
{
    bnet_pool_reserve(pool, 1);
    bnet_ring_push(&message->u.notice, pool, handle);
}

/* The handles first, first + step, ... are in the notice, and no more. */
static void assert_listed(const BnetMessage *message, const BnetPool *pool, uint32_t first,
                          uint32_t step, uint32_t n)
{
    BnetRingWalk walk = bnet_ring_walk(&message->u.notice);
    uint32_t handle;
    ck_assert_uint_eq(message->u.notice.count, n);
    for (uint32_t i = 0; i < n; i++) {
        ck_assert(bnet_ring_next(&walk, pool, &handle));
        ck_assert_uint_eq(handle, first + step * i);
    }
    ck_assert(!bnet_ring_next(&walk, pool, &handle));
}

/* Lists of handles from 1 on, which the receiver all knows. */
static void assert_notices(Ends *ends, BnetMessageKind kind)
{
    static const uint32_t counts[] = {0, 1, 15, 16, 127, 128, 3000};
    for (unsigned i = 0; i < sizeof counts / sizeof *counts; i++) {
        BnetMessage message = {.kind = kind};
        for (uint32_t handle = 1; handle <= counts[i]; handle++)
            push(&message, &ends->from_pool, handle);
        BnetMessage read = passed(ends, &message);
        assert_listed(&message, &ends->from_pool, 1, 1, counts[i]);
        assert_listed(&read, &ends->to_pool, 1, 1, counts[i]);
        bnet_message_finish(&message, &ends->from_pool);
        bnet_message_finish(&read, &ends->to_pool);
    }
}

START_TEST(test_block_notice)
{
    Ends ends;
    ends_init(&ends);
    const BnetBlock head = core_extend(&ends.from, BNET_GENESIS, 2999);
    for (BnetBlock b = BNET_GENESIS + 1; b <= head; b++)
        contents_pass(&ends.from, b, &ends.to);
    assert_notices(&ends, BNET_MESSAGE_BLOCK_NOTICE);
    ends_finish(&ends);
}
END_TEST

/* By the hash of the packed transaction. */
START_TEST(test_trx_notice)
{
    Ends ends;
    ends_init(&ends);
    for (uint32_t i = 1; i <= 3000; i++) {
        bnet_store_add_trx(&ends.from, i, CORE_ZERO_S, 50);
        bnet_store_add_trx(&ends.to, i, CORE_ZERO_S, 50);
    }
    assert_notices(&ends, BNET_MESSAGE_TRX_NOTICE);
    BnetMessage message = {.kind = BNET_MESSAGE_TRX_NOTICE};
    push(&message, &ends.from_pool, 5);
    const WireBytes bytes = written(&ends, &message);
    const BnetSlice packed = bnet_store_trx_bytes(&ends.from, 5);
    const BnetId id = bnet_sha256(packed.bytes, packed.n);
    ck_assert_uint_eq(bytes.n, 34);
    ck_assert_mem_eq(bytes.bytes, "\1\1", 2);
    ck_assert_mem_eq(bytes.bytes + 2, &id, sizeof id);
    free(bytes.bytes);
    bnet_message_finish(&message, &ends.from_pool);
    ends_finish(&ends);
}
END_TEST

/* Ids that the receiver does not know are passed over. */
START_TEST(test_unknown_ids)
{
    Ends ends;
    ends_init(&ends);
    core_extend(&ends.from, BNET_GENESIS, 9);
    for (BnetBlock b = 2; b <= 4; b++)
        contents_pass(&ends.from, b, &ends.to);
    for (uint32_t i = 1; i <= 6; i++) {
        bnet_store_add_trx(&ends.from, i, CORE_ZERO_S, 50);
        if (i % 2 == 0)
            bnet_store_add_trx(&ends.to, i, CORE_ZERO_S, 50);
    }
    BnetMessage blocks = {.kind = BNET_MESSAGE_BLOCK_NOTICE};
    for (BnetBlock b = 2; b <= 10; b++)
        push(&blocks, &ends.from_pool, b);
    BnetMessage read = passed(&ends, &blocks);
    assert_listed(&read, &ends.to_pool, 2, 1, 3);
    bnet_message_finish(&read, &ends.to_pool);
    BnetMessage trxs = {.kind = BNET_MESSAGE_TRX_NOTICE};
    for (BnetTrx t = 1; t <= 6; t++)
        push(&trxs, &ends.from_pool, t);
    read = passed(&ends, &trxs);
    assert_listed(&read, &ends.to_pool, 1, 1, 3);
    bnet_message_finish(&read, &ends.to_pool);
    bnet_message_finish(&blocks, &ends.from_pool);
    bnet_message_finish(&trxs, &ends.from_pool);
    ends_finish(&ends);
}
END_TEST

/* --- blocks and transactions ----------------------------------------------------------------- */

START_TEST(test_block)
{
    Ends ends;
    ends_init(&ends);
    for (uint32_t i = 1; i <= 20; i++) {
        const BnetTrx trx = bnet_store_add_trx(&ends.from, i, CORE_ZERO_S + 1000, 50 + 100 * i);
        const BnetBlock parent = ends.from.n_blocks - 1;
        const BnetMessage message = {
            .kind = BNET_MESSAGE_BLOCK,
            .u.block = core_child_with(&ends.from, parent, 0, trx),
        };
        const BnetMessage read = passed(&ends, &message);
        contents_assert_same_block(bnet_store_block(&ends.from, message.u.block),
                                   bnet_store_block(&ends.to, read.u.block));
        ck_assert_uint_eq(ends.to.n_trxs, i + 1);
    }
    ends_finish(&ends);
}
END_TEST

START_TEST(test_trx)
{
    Ends ends;
    ends_init(&ends);
    for (uint32_t i = 1; i <= 20; i++) {
        const BnetMessage message = {
            .kind = BNET_MESSAGE_TRX,
            .u.trx = bnet_store_add_trx(&ends.from, i, CORE_ZERO_S + i, 46 + 1000 * i),
        };
        for (unsigned twice = 0; twice < 2; twice++) {
            const BnetMessage read = passed(&ends, &message);
            ck_assert_uint_eq(read.u.trx, i);
            contents_assert_same_trx(bnet_store_trx(&ends.from, i), bnet_store_trx(&ends.to, i));
        }
    }
    ends_finish(&ends);
}
END_TEST

/* Neither touches what is returned. */
START_TEST(test_not_done)
{
    Ends ends;
    ends_init(&ends);
    BnetMessage read = {.kind = BNET_MESSAGE_PONG, .u.ping.lib_number = 42};
    for (unsigned i = 0; i < 2; i++) {
        const WireBytes null = wire_copy(i ? "\4\0" : "\3\0", 2);
        const BnetWireMessage wire = decoded(&null);
        ck_assert_int_eq(bnet_message_read(&ends.to, &ends.to_pool, &wire, wire_scratch(), &read),
                         BNET_READING_NULL);
        free(null.bytes);
    }
    const BnetMessage message = {
        .kind = BNET_MESSAGE_BLOCK,
        .u.block = core_extend(&ends.from, BNET_GENESIS, 2),
    };
    const WireBytes bytes = written(&ends, &message);
    const BnetWireMessage wire = decoded(&bytes);
    ck_assert_int_eq(bnet_message_read(&ends.to, &ends.to_pool, &wire, wire_scratch(), &read),
                     BNET_READING_UNLINKED);
    free(bytes.bytes);
    ck_assert_uint_eq(ends.to.n_blocks, 2);
    ck_assert_int_eq(read.kind, BNET_MESSAGE_PONG);
    ck_assert_uint_eq(read.u.ping.lib_number, 42);
    ends_finish(&ends);
}
END_TEST

/* --- ping and pong --------------------------------------------------------------------------- */

START_TEST(test_pings)
{
    static const int64_t times_us[] = {0, 1, -1, 999999, -999999, 86400000000, -86400000000};
    static const int64_t zero_slots[] = {0, 1, -5, 1163894400, UINT32_MAX};
    for (unsigned k = 0; k < sizeof zero_slots / sizeof *zero_slots; k++) {
        Ends ends;
        ends_init_at(&ends, zero_slots[k]);
        for (unsigned i = 0; i < 2 * sizeof times_us / sizeof *times_us; i++) {
            const bool is_ping = i % 2 == 0;
            BnetMessage message = {.kind = is_ping ? BNET_MESSAGE_PING : BNET_MESSAGE_PONG};
            message.u.ping = (BnetPing){
                .sent_ns = times_us[i / 2] * BNET_NS_PER_US,
                .code = bnet_sha256(&i, sizeof i),
                .lib_number = is_ping ? UINT32_MAX - i : 0,
            };
            const WireBytes bytes = written(&ends, &message);
            const BnetWireMessage wire = decoded(&bytes);
            ck_assert_int_eq(wire.u.ping.sent_us,
                             INT64_C(946684800000000) + zero_slots[k] * 500000 + times_us[i / 2]);
            free(bytes.bytes);
            const BnetMessage read = passed(&ends, &message);
            ck_assert_int_eq(read.u.ping.sent_ns, message.u.ping.sent_ns);
            ck_assert_mem_eq(&read.u.ping.code, &message.u.ping.code, sizeof(BnetId));
            ck_assert_uint_eq(read.u.ping.lib_number, message.u.ping.lib_number);
        }
        ends_finish(&ends);
    }
}
END_TEST

/* Any time may stand in a ping. */
START_TEST(test_far_pings)
{
    static const int64_t times_us[] = {INT64_MIN, INT64_MAX, 0, -1};
    Ends ends;
    ends_init_at(&ends, 1163894400);
    for (unsigned i = 0; i < sizeof times_us / sizeof *times_us; i++) {
        BnetWireMessage wire = {.kind = BNET_MESSAGE_PING, .u.ping.sent_us = times_us[i]};
        BnetMessage read;
        ck_assert_int_eq(bnet_message_read(&ends.to, &ends.to_pool, &wire, wire_scratch(), &read),
                         BNET_READING_DONE);
    }
    ends_finish(&ends);
}
END_TEST

/* Of a longer chain the newest are listed, as many as a message holds. */
START_TEST(test_hello_has_a_limit)
{
    static const uint32_t heights[] = {BNET_HELLO_IDS_MAX, BNET_HELLO_IDS_MAX + 1};
    CoreBench bench;
    bench_init(&bench, BNET_RULE_NONE, 0, 1);
    BnetBlock head = BNET_GENESIS;
    for (unsigned i = 0; i < 2; i++) {
        head = core_extend_plainly(&bench.store, head, heights[i]);
        bnet_node_start(&bench.node, &bench.self, head);
        bench_open(&bench, i, true);
        const BnetHello *hello = &bench.hello[i];
        ck_assert_uint_eq(bnet_store_number(&bench.store, hello->head), heights[i]);
        ck_assert_uint_eq(bnet_store_number(&bench.store, hello->first), 1 + i);
        const BnetMessage message = {.kind = BNET_MESSAGE_HELLO, .u.hello = *hello};
        ck_assert_uint_le(bnet_message_size(&message, &bench.store), BNET_WIRE_MESSAGE_BYTES_MAX);
    }
    bench_finish(&bench);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("message_bytes");
    TCase *tcase = tcase_create("message_bytes");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_hello);
    tcase_add_test(tcase, test_hello_bytes);
    tcase_add_test(tcase, test_hello_partly_known);
    tcase_add_test(tcase, test_hello_in_any_order);
    tcase_add_test(tcase, test_block_notice);
    tcase_add_test(tcase, test_trx_notice);
    tcase_add_test(tcase, test_unknown_ids);
    tcase_add_test(tcase, test_block);
    tcase_add_test(tcase, test_trx);
    tcase_add_test(tcase, test_not_done);
    tcase_add_test(tcase, test_pings);
    tcase_add_test(tcase, test_hello_has_a_limit);
    tcase_add_test(tcase, test_far_pings);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
