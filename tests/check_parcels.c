/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "sim/parcels.h"
#include "tests/core_fixture.h"

static SimParcels parcels;
static BnetStore store; /* of a chain's id, and nothing else */

static void setup(void)
{
    parcels = (SimParcels){0};
    memset(&store, 0, sizeof store);
    memset(&store.chain_id, 7, sizeof store.chain_id);
}

static void teardown(void)
{
    sim_parcels_finish(&parcels);
    sim_parcels_finish(NULL);
}

static BnetMessage hello_of(uint8_t chain)
{
    BnetMessage message = {.kind = BNET_MESSAGE_HELLO};
    memset(&message.u.hello.peer_id, 0xa5, sizeof message.u.hello.peer_id);
    memset(&message.u.hello.chain_id, chain, sizeof message.u.hello.chain_id);
    message.u.hello.request_transactions = true;
    message.u.hello.version_1_0_1 = true;
    message.u.hello.lib_number = 11;
    message.u.hello.first = 12;
    message.u.hello.head = 13;
    message.u.hello.unknown_ids = UINT32_MAX;
    return message;
}

static void expect_hello(const BnetMessage *message, uint8_t chain)
{
    const BnetMessage expected = hello_of(chain);
    const BnetHello *hello = &message->u.hello;
    ck_assert_int_eq(message->kind, BNET_MESSAGE_HELLO);
    ck_assert_mem_eq(&hello->peer_id, &expected.u.hello.peer_id, sizeof hello->peer_id);
    ck_assert_mem_eq(&hello->chain_id, &expected.u.hello.chain_id, sizeof hello->chain_id);
    ck_assert(hello->request_transactions);
    ck_assert(!hello->irreversible_only);
    ck_assert(hello->version_1_0_1);
    ck_assert_uint_eq(hello->lib_number, 11);
    ck_assert_uint_eq(hello->first, 12);
    ck_assert_uint_eq(hello->head, 13);
    ck_assert_uint_eq(hello->unknown_ids, UINT32_MAX);
}

/* The key of a hello is kept apart, and the id of another chain. */
START_TEST(test_hello)
{
    const BnetMessage ours = hello_of(7);
    const BnetMessage theirs = hello_of(8);
    BnetMessage message;
    uint32_t a = sim_parcels_pack(&parcels, &ours, &store);
    ck_assert_uint_gt(a, 0);
    ck_assert_uint_eq(sim_parcels_used(&parcels), 2);
    uint32_t b = sim_parcels_pack(&parcels, &theirs, &store);
    ck_assert_uint_eq(sim_parcels_used(&parcels), 5);
    sim_parcels_look(&parcels, a, &store, &message);
    expect_hello(&message, 7);
    sim_parcels_look(&parcels, b, &store, &message);
    expect_hello(&message, 8);
    sim_parcels_drop(&parcels, a);
    ck_assert_uint_eq(sim_parcels_used(&parcels), 3);
    sim_parcels_drop(&parcels, b);
    ck_assert_uint_eq(sim_parcels_used(&parcels), 0);
}
END_TEST

/* The same hello takes one parcel for as long as anybody has use for it. */
START_TEST(test_same_hello)
{
    const BnetMessage hello = hello_of(7);
    BnetMessage found;
    uint32_t index = sim_parcels_pack_hello(&parcels, &hello, &store, 0);
    ck_assert_uint_eq(sim_parcels_pack_hello(&parcels, &hello, &store, index), index);
    ck_assert_uint_eq(sim_parcels_used(&parcels), 2);
    sim_parcels_drop(&parcels, index);
    sim_parcels_look(&parcels, index, &store, &found);
    expect_hello(&found, 7);
    sim_parcels_drop(&parcels, index);
    ck_assert_uint_eq(sim_parcels_used(&parcels), 0);
    /* What was there is gone: it is packed anew. */
    ck_assert_uint_eq(sim_parcels_pack_hello(&parcels, &hello, &store, index), index);
    ck_assert_uint_eq(sim_parcels_used(&parcels), 2);
    sim_parcels_drop(&parcels, index);
    ck_assert_uint_eq(sim_parcels_used(&parcels), 0);
}
END_TEST

/* Another hello is another parcel, whatever the difference; so is one at no place, and at the place
 * of something else. */
START_TEST(test_other_hello)
{
    const BnetMessage hello = hello_of(7);
    const BnetMessage ping = {.kind = BNET_MESSAGE_PING};
    enum {
        N_OTHERS = 9
    };
    BnetMessage others[N_OTHERS];
    uint32_t index = sim_parcels_pack(&parcels, &hello, &store);
    uint32_t pinged = sim_parcels_pack(&parcels, &ping, &store);
    for (unsigned i = 0; i < N_OTHERS; i++)
        others[i] = hello;
    others[0].u.hello.peer_id.bytes[0] ^= 1;
    others[1].u.hello.peer_id.bytes[33] ^= 1;
    others[2].u.hello.chain_id.bytes[31] ^= 1;
    others[3].u.hello.request_transactions = false;
    others[4].u.hello.irreversible_only = true;
    others[5].u.hello.version_1_0_1 = false;
    others[6].u.hello.lib_number ^= 1;
    others[7].u.hello.first ^= 1;
    others[8].u.hello.head ^= 1;
    for (unsigned i = 0; i < N_OTHERS; i++)
        ck_assert_uint_ne(sim_parcels_pack_hello(&parcels, &others[i], &store, index), index);
    const uint32_t unknown[] = {0, pinged, UINT32_MAX};
    for (unsigned i = 0; i < 3; i++) {
        uint32_t other = sim_parcels_pack_hello(&parcels, &hello, &store, unknown[i]);
        ck_assert_uint_ne(other, index);
        ck_assert_uint_ne(other, pinged);
    }
}
END_TEST

START_TEST(test_ping)
{
    BnetMessage message = {.kind = BNET_MESSAGE_PONG};
    message.u.ping = (BnetPing){.sent_ns = INT64_MIN, .lib_number = UINT32_MAX};
    memset(&message.u.ping.code, 0x5a, sizeof message.u.ping.code);
    uint32_t index = sim_parcels_pack(&parcels, &message, &store);
    BnetMessage found;
    sim_parcels_look(&parcels, index, &store, &found);
    ck_assert_int_eq(found.kind, BNET_MESSAGE_PONG);
    ck_assert_int_eq(found.u.ping.sent_ns, INT64_MIN);
    ck_assert_uint_eq(found.u.ping.lib_number, UINT32_MAX);
    ck_assert_mem_eq(&found.u.ping.code, &message.u.ping.code, sizeof found.u.ping.code);
    sim_parcels_drop(&parcels, index);
    ck_assert_uint_eq(sim_parcels_used(&parcels), 0);
}
END_TEST

/* A code of eight bytes and zeroes is kept with the ping, and no other. */
START_TEST(test_ping_code)
{
    for (unsigned i = 0; i < sizeof(BnetId); i++) {
        BnetMessage message = {.kind = BNET_MESSAGE_PING};
        message.u.ping.code.bytes[i] = 0xc3;
        uint32_t index = sim_parcels_pack(&parcels, &message, &store);
        ck_assert_uint_eq(sim_parcels_used(&parcels), i < 8 ? 1 : 2);
        BnetMessage found;
        sim_parcels_look(&parcels, index, &store, &found);
        ck_assert_mem_eq(&found.u.ping.code, &message.u.ping.code, sizeof found.u.ping.code);
        sim_parcels_drop(&parcels, index);
        ck_assert_uint_eq(sim_parcels_used(&parcels), 0);
    }
}
END_TEST

START_TEST(test_notice_and_malformed)
{
    BnetMessage notice = {.kind = BNET_MESSAGE_TRX_NOTICE};
    notice.u.notice = (BnetRing){.count = 3, .u.few = {4, 5, 6}};
    BnetMessage malformed = {.kind = BNET_MESSAGE_MALFORMED, .u.malformed = {1, 2, UINT64_MAX}};
    uint32_t a = sim_parcels_pack(&parcels, &notice, &store);
    uint32_t b = sim_parcels_pack(&parcels, &malformed, &store);
    BnetMessage found;
    sim_parcels_look(&parcels, a, &store, &found);
    ck_assert_int_eq(found.kind, BNET_MESSAGE_TRX_NOTICE);
    ck_assert_uint_eq(found.u.notice.count, 3);
    ck_assert_mem_eq(found.u.notice.u.few, notice.u.notice.u.few, sizeof notice.u.notice.u.few);
    sim_parcels_look(&parcels, b, &store, &found);
    ck_assert_int_eq(found.kind, BNET_MESSAGE_MALFORMED);
    ck_assert_uint_eq(found.u.malformed.bytes, 1);
    ck_assert_uint_eq(found.u.malformed.what, 2);
    ck_assert_uint_eq(found.u.malformed.seed, UINT64_MAX);
}
END_TEST

/* Parcels that were dropped are used again before the array grows; growth keeps what is there. */
START_TEST(test_reuse)
{
    enum {
        MANY = 1000
    };
    uint32_t index[MANY];
    BnetMessage ping = {.kind = BNET_MESSAGE_PING};
    BnetMessage found;
    for (uint32_t i = 0; i < MANY; i++) {
        ping.u.ping.lib_number = i;
        index[i] = sim_parcels_pack(&parcels, &ping, &store);
    }
    ck_assert_uint_eq(sim_parcels_used(&parcels), MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        sim_parcels_look(&parcels, index[i], &store, &found);
        ck_assert_uint_eq(found.u.ping.lib_number, i);
    }
    for (uint32_t i = 0; i < MANY; i += 2)
        sim_parcels_drop(&parcels, index[i]);
    const uint32_t n = parcels.messages.n;
    for (uint32_t i = 0; i < MANY / 2; i++)
        sim_parcels_pack(&parcels, &ping, &store);
    ck_assert_uint_eq(parcels.messages.n, n);
    ck_assert_uint_eq(sim_parcels_used(&parcels), MANY);
    for (uint32_t i = 1; i < MANY; i += 2) {
        sim_parcels_look(&parcels, index[i], &store, &found);
        ck_assert_uint_eq(found.u.ping.lib_number, i);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("parcels");
    TCase *tcase = tcase_create("parcels");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_hello);
    tcase_add_test(tcase, test_same_hello);
    tcase_add_test(tcase, test_other_hello);
    tcase_add_test(tcase, test_ping);
    tcase_add_test(tcase, test_ping_code);
    tcase_add_test(tcase, test_notice_and_malformed);
    tcase_add_test(tcase, test_reuse);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
