/* SPDX-License-Identifier: Apache-2.0 */
#include "core/text.h"
#include "core/wire_genesis.h"
#include "tests/log_fixture.h"

/* EOS mainnet's, as its producers published it in June 2018. */
static BnetWireGenesis mainnet(void)
{
    BnetWireGenesis genesis = {
        .max_block_net_usage = 1048576,
        .target_block_net_usage_pct = 1000,
        .max_transaction_net_usage = 524288,
        .base_per_transaction_net_usage = 12,
        .net_usage_leeway = 500,
        .context_free_discount_net_usage_num = 20,
        .context_free_discount_net_usage_den = 100,
        .max_block_cpu_usage = 200000,
        .target_block_cpu_usage_pct = 1000,
        .max_transaction_cpu_usage = 150000,
        .min_transaction_cpu_usage = 100,
        .max_transaction_lifetime = 3600,
        .deferred_trx_expiration_window = 600,
        .max_transaction_delay = 3888000,
        .max_inline_action_size = 4096,
        .max_inline_action_depth = 4,
        .max_authority_depth = 6,
    };
    static const char time[] = "2018-06-08T08:08:08.888";
    static const char key[] = "EOS7EarnUhcyYqmdnPon8rm7mBCTnBoot6o7fE2WzjvEX2TdggbL3";
    ck_assert(bnet_parse_time_point(time, sizeof time - 1, &genesis.initial_timestamp_us));
    ck_assert(bnet_parse_key(key, sizeof key - 1, &genesis.initial_key));
    return genesis;
}

START_TEST(test_chain_id_of_mainnet)
{
    const BnetWireGenesis genesis = mainnet();
    wire_assert_id(bnet_wire_chain_id(&genesis),
                   "aca376f206b8fc25a6ed44dbdc66547c36c6c33e3a119ffbeaef943642f0e906");
}
END_TEST

START_TEST(test_fields)
{
    WireBytes in = wire_hex(LOG_GENESIS "77");
    WireInput input;
    BnetReader *reader = wire_input(&input, in.bytes, in.n);
    BnetWireGenesis genesis;
    ck_assert(bnet_wire_read_genesis(reader, &genesis));
    ck_assert_uint_eq(bnet_reader_left(reader), 1);
    ck_assert_int_eq(genesis.initial_timestamp_us, INT64_C(1528445288888000));
    ck_assert_uint_eq(genesis.initial_key.bytes[0], 0);
    ck_assert_uint_eq(genesis.initial_key.bytes[33], 0x2f);
    ck_assert_uint_eq(genesis.max_block_net_usage, UINT64_C(0x0807060504030201));
    ck_assert_uint_eq(genesis.target_block_net_usage_pct, 0x33323130);
    ck_assert_uint_eq(genesis.max_transaction_net_usage, 0x37363534);
    ck_assert_uint_eq(genesis.base_per_transaction_net_usage, 0x3b3a3938);
    ck_assert_uint_eq(genesis.net_usage_leeway, 0x3f3e3d3c);
    ck_assert_uint_eq(genesis.context_free_discount_net_usage_num, 0x43424140);
    ck_assert_uint_eq(genesis.context_free_discount_net_usage_den, 0x47464544);
    ck_assert_uint_eq(genesis.max_block_cpu_usage, 0x4b4a4948);
    ck_assert_uint_eq(genesis.target_block_cpu_usage_pct, 0x4f4e4d4c);
    ck_assert_uint_eq(genesis.max_transaction_cpu_usage, 0x53525150);
    ck_assert_uint_eq(genesis.min_transaction_cpu_usage, 0x57565554);
    ck_assert_uint_eq(genesis.max_transaction_lifetime, 0x5b5a5958);
    ck_assert_uint_eq(genesis.deferred_trx_expiration_window, 0x5f5e5d5c);
    ck_assert_uint_eq(genesis.max_transaction_delay, 0x63626160);
    ck_assert_uint_eq(genesis.max_inline_action_size, 0x67666564);
    ck_assert_uint_eq(genesis.max_inline_action_depth, 0x6968);
    ck_assert_uint_eq(genesis.max_authority_depth, 0x6b6a);

    uint8_t out[BNET_WIRE_GENESIS_BYTES];
    BnetWriter writer;
    bnet_writer_init(&writer, out, sizeof out);
    bnet_wire_write_genesis(&writer, &genesis);
    ck_assert_uint_eq(writer.n, BNET_WIRE_GENESIS_BYTES);
    ck_assert_mem_eq(out, in.bytes, sizeof out);
    wire_assert_id(bnet_wire_chain_id(&genesis), LOG_CHAIN_ID);
    free(in.bytes);
}
END_TEST

/* A time before 1970 is as good as any. */
START_TEST(test_negative_timestamp)
{
    BnetWireGenesis genesis = mainnet();
    genesis.initial_timestamp_us = -1;
    uint8_t out[BNET_WIRE_GENESIS_BYTES];
    BnetWriter writer;
    bnet_writer_init(&writer, out, sizeof out);
    bnet_wire_write_genesis(&writer, &genesis);
    WireInput input;
    genesis.initial_timestamp_us = 0;
    ck_assert(bnet_wire_read_genesis(wire_input(&input, out, sizeof out), &genesis));
    ck_assert_int_eq(genesis.initial_timestamp_us, -1);
}
END_TEST

START_TEST(test_every_cut)
{
    WireBytes in = wire_hex(LOG_GENESIS);
    ck_assert_uint_eq(in.n, BNET_WIRE_GENESIS_BYTES);
    for (size_t n = 0; n < in.n; n++) {
        WireBytes cut = wire_copy(in.bytes, n);
        WireInput input;
        BnetWireGenesis genesis = {.max_authority_depth = 77};
        ck_assert(!bnet_wire_read_genesis(wire_input(&input, cut.bytes, n), &genesis));
        ck_assert(input.error.cut && input.error.offset <= n);
        ck_assert_uint_eq(genesis.max_authority_depth, 77);
        free(cut.bytes);
    }
    WireInput input;
    BnetWireGenesis genesis;
    ck_assert(!bnet_wire_read_genesis(wire_input(&input, in.bytes, in.n - 1), &genesis));
    wire_assert_failed(&input, "initial_configuration.max_authority_depth", 108, "more bytes");
    free(in.bytes);
}
END_TEST

START_TEST(test_type_of_the_key)
{
    WireBytes in = wire_hex(LOG_GENESIS);
    WireInput input;
    BnetWireGenesis genesis;
    in.bytes[8] = 1;
    ck_assert(bnet_wire_read_genesis(wire_input(&input, in.bytes, in.n), &genesis));
    in.bytes[8] = 2;
    BnetReader *reader = wire_input(&input, in.bytes, in.n);
    reader->eosio_2 = true;
    ck_assert(!bnet_wire_read_genesis(reader, &genesis));
    wire_assert_failed(&input, "initial_key", 8, "0 (K1) or 1 (R1)");
    ck_assert(!input.error.cut);
    free(in.bytes);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("wire_genesis");
    TCase *tcase = tcase_create("wire_genesis");
    tcase_add_test(tcase, test_chain_id_of_mainnet);
    tcase_add_test(tcase, test_fields);
    tcase_add_test(tcase, test_negative_timestamp);
    tcase_add_test(tcase, test_every_cut);
    tcase_add_test(tcase, test_type_of_the_key);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
