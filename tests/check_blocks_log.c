/* SPDX-License-Identifier: Apache-2.0 */
#include "core/blocks_log.h"
#include "tests/log_fixture.h"

#define START_BYTES 126u

/* --- what a log starts with ------------------------------------------------------------------ */

typedef struct Start {
    const char *hex;
    uint32_t version;
    uint32_t first_block;
    bool has_genesis;
    const char *written; /* as version 3 */
} Start;

static const Start starts[] = {
    {LOG_START_1, 1, 1, true, LOG_START_3},
    {LOG_START_2, 2, 1, true, LOG_START_3},
    {LOG_START_2_LATER, 2, 5, true, LOG_START_3_LATER},
    {LOG_START_3, 3, 1, true, LOG_START_3},
    {LOG_START_3_LATER, 3, 5, false, LOG_START_3_LATER},
};
#define N_STARTS ((int)(sizeof starts / sizeof *starts))

START_TEST(test_start)
{
    const Start *start = &starts[_i];
    WireBytes in = wire_hex(start->hex);
    WireBytes want = wire_hex(start->written);
    WireInput input;
    BnetLogHeader header;
    BnetReader *reader = wire_input(&input, in.bytes, in.n);
    ck_assert(bnet_log_read_header(reader, &header));
    ck_assert_uint_eq(bnet_reader_left(reader), 0);
    ck_assert_uint_le(in.n, BNET_LOG_HEADER_BYTES_MAX);
    ck_assert_uint_eq(header.version, start->version);
    ck_assert_uint_eq(header.first_block, start->first_block);
    ck_assert(header.has_genesis == start->has_genesis);
    if (header.has_genesis)
        ck_assert_uint_eq(header.genesis.max_authority_depth, 0x6b6a);
    wire_assert_id(header.chain_id, LOG_CHAIN_ID);

    uint8_t out[BNET_LOG_HEADER_BYTES_MAX];
    BnetWriter writer;
    bnet_writer_init(&writer, out, sizeof out);
    bnet_log_write_header(&writer, &header);
    ck_assert_uint_eq(writer.n, want.n);
    ck_assert_mem_eq(out, want.bytes, want.n);

    for (size_t n = 0; n < in.n; n++) {
        WireBytes cut = wire_copy(in.bytes, n);
        header.version = 77;
        ck_assert(!bnet_log_read_header(wire_input(&input, cut.bytes, n), &header));
        ck_assert(input.error.cut && input.error.offset <= n);
        ck_assert_uint_eq(header.version, 77);
        free(cut.bytes);
    }
    free(want.bytes);
    free(in.bytes);
}
END_TEST

static void assert_start_fails(const char *hex, const char *path, size_t offset,
                               const char *allowed)
{
    WireBytes in = wire_hex(hex);
    WireInput input;
    BnetLogHeader header;
    ck_assert(!bnet_log_read_header(wire_input(&input, in.bytes, in.n), &header));
    wire_assert_failed(&input, path, offset, allowed);
    ck_assert(!input.error.cut);
    free(in.bytes);
}

START_TEST(test_bad_starts)
{
    static const char rest[] = "01000000" LOG_GENESIS LOG_TOTEM;
    static const char *const versions[] = {"00000000", "04000000", "03000080", "ffffffff"};
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        char hex[400];
        snprintf(hex, sizeof hex, "%s%s", versions[i], rest);
        assert_start_fails(hex, "version", 0, "1 to 3");
    }
    assert_start_fails("02000000 00000000" LOG_GENESIS LOG_TOTEM, "first_block_num", 4,
                       "1 or more");
    assert_start_fails("03000000 00000000" LOG_CHAIN_ID LOG_TOTEM, "first_block_num", 4,
                       "1 or more");
    assert_start_fails("02000000 01000000" LOG_GENESIS "fffffffffffffffe", "totem", 118,
                       "ffffffffffffffff");
    assert_start_fails("03000000 02000000" LOG_CHAIN_ID "7fffffffffffffff", "totem", 40,
                       "ffffffffffffffff");
    assert_start_fails("01000000 c0b680e61c6e0500 02" LOG_TOTEM, "genesis_state.initial_key", 12,
                       "0 (K1) or 1 (R1)");
}
END_TEST

/* --- walks ----------------------------------------------------------------------------------- */

/* How far a walk over a whole log came. */
typedef struct Walked {
    WireInput input; /* the reader's; its error, if it failed */
    BnetLogHeader header;
    BnetLogWalk walk;
    uint32_t n_entries;
    BnetLogEntry entries[4];
    bool failed;
} Walked;

static void walk_over(Walked *walked, const uint8_t *bytes, size_t n)
{
    BnetReader *reader = wire_input(&walked->input, bytes, n);
    ck_assert(bnet_log_read_header(reader, &walked->header));
    bnet_log_walk_init(&walked->walk, &walked->header, n - bnet_reader_left(reader));
    walked->n_entries = 0;
    walked->failed = false;
    while (bnet_reader_left(reader) > 0) {
        ck_assert_uint_lt(walked->n_entries, 4);
        const BnetLogWalk before = walked->walk;
        BnetLogEntry *entry = &walked->entries[walked->n_entries];
        entry->number = 77;
        if (!bnet_log_read_entry(reader, &walked->walk, entry)) {
            ck_assert_uint_eq(entry->number, 77);
            ck_assert(before.offset == walked->walk.offset &&
                      before.next_number == walked->walk.next_number);
            walked->failed = true;
            return;
        }
        walked->n_entries++;
    }
}

/* Writes what was walked over to a log of version 3. */
static WireBytes rewrite(const Walked *walked)
{
    WireBytes made = {.bytes = malloc(10000)};
    BnetWriter writer;
    bnet_writer_init(&writer, made.bytes, 10000);
    bnet_log_write_header(&writer, &walked->header);
    for (uint32_t i = 0; i < walked->n_entries; i++)
        bnet_log_write_entry(&writer, walked->entries[i].bytes, writer.n);
    ck_assert(bnet_writer_fits(&writer));
    made.n = writer.n;
    return made;
}

typedef struct Log {
    const char *hex;
    uint64_t offset; /* of the first entry */
    const char *written;
    uint32_t first;
    const char *ids[3];
} Log;

static const Log logs[] = {
    {LOG_1, 114, LOG_3, 1, {LOG_ID_1, LOG_ID_2, LOG_ID_3}},
    {LOG_2, 126, LOG_3, 1, {LOG_ID_1, LOG_ID_2, LOG_ID_3}},
    {LOG_3, 126, LOG_3, 1, {LOG_ID_1, LOG_ID_2, LOG_ID_3}},
    {LOG_2_LATER, 126, LOG_3_LATER, 5, {LOG_ID_5, LOG_ID_6, LOG_ID_7}},
    {LOG_3_LATER, 48, LOG_3_LATER, 5, {LOG_ID_5, LOG_ID_6, LOG_ID_7}},
};
#define N_LOGS ((int)(sizeof logs / sizeof *logs))

START_TEST(test_log)
{
    const Log *log = &logs[_i];
    WireBytes in = wire_hex(log->hex);
    Walked walked;
    walk_over(&walked, in.bytes, in.n);
    ck_assert(!walked.failed);
    ck_assert_uint_eq(walked.n_entries, 3);
    static const size_t sizes[] = {LOG_BLOCK_1_BYTES, LOG_BLOCK_2_BYTES, LOG_BLOCK_3_BYTES};
    static const uint32_t n_transactions[] = {0, 2, 1};
    uint64_t offset = log->offset;
    for (uint32_t i = 0; i < 3; i++) {
        const BnetLogEntry *entry = &walked.entries[i];
        ck_assert_uint_eq(entry->offset, offset);
        ck_assert_uint_eq(entry->bytes.n, sizes[i]);
        ck_assert_ptr_eq(entry->bytes.bytes, in.bytes + offset);
        ck_assert_uint_eq(entry->number, log->first + i);
        ck_assert_uint_eq(entry->block.transactions.count, n_transactions[i]);
        wire_assert_id(entry->id, log->ids[i]);
        offset += sizes[i] + BNET_LOG_POSITION_BYTES;
    }
    ck_assert_uint_eq(walked.walk.offset, in.n);
    ck_assert_uint_eq(walked.walk.next_number, log->first + 3);

    WireBytes want = wire_hex(log->written);
    WireBytes written = rewrite(&walked);
    ck_assert_uint_eq(written.n, want.n);
    ck_assert_mem_eq(written.bytes, want.bytes, want.n);
    free(written.bytes);
    free(want.bytes);
    free(in.bytes);
}
END_TEST

/* A block with all that is special is written as it was read. */
START_TEST(test_blocks_are_written_as_they_were)
{
    WireBytes in = wire_hex(LOG_3);
    Walked walked;
    walk_over(&walked, in.bytes, in.n);
    for (uint32_t i = 0; i < 3; i++) {
        const BnetLogEntry *entry = &walked.entries[i];
        uint8_t out[1000];
        BnetWriter writer;
        bnet_writer_init(&writer, out, sizeof out);
        bnet_wire_write_block(&writer, &entry->block);
        ck_assert_uint_eq(writer.n, entry->bytes.n);
        ck_assert_mem_eq(out, entry->bytes.bytes, writer.n);
    }
    free(in.bytes);
}
END_TEST

/* A log that is cut ends well between entries, alone; else the last good block is known. */
START_TEST(test_every_cut)
{
    WireBytes in = wire_hex(LOG_3);
    const size_t ends[] = {START_BYTES, START_BYTES + LOG_BLOCK_1_BYTES + 8,
                           START_BYTES + LOG_BLOCK_1_BYTES + LOG_BLOCK_2_BYTES + 16, in.n};
    uint32_t whole = 0;
    for (size_t n = START_BYTES; n <= in.n; n++) {
        if (whole < 3 && n == ends[whole + 1])
            whole++;
        WireBytes cut = wire_copy(in.bytes, n);
        Walked walked;
        walk_over(&walked, cut.bytes, n);
        ck_assert_uint_eq(walked.n_entries, whole);
        ck_assert_uint_eq(walked.walk.next_number, whole + 1);
        ck_assert_uint_eq(walked.walk.offset, ends[whole]);
        ck_assert(walked.failed == (n != ends[whole]));
        if (walked.failed)
            ck_assert(walked.input.error.cut && walked.input.error.offset <= n);
        free(cut.bytes);
    }
    ck_assert_uint_eq(whole, 3);
    free(in.bytes);
}
END_TEST

/* In a block of the fixture, the first byte of the signature's 65. */
static size_t signature_at(uint32_t block)
{
    return block == 2 ? 122 : 117;
}

/* Whichever bit of the entries is wrong: it is noticed at this block or the next, unless it is in
 * what no hash covers, or in what only the id of the last block covers. */
START_TEST(test_every_bit)
{
    WireBytes in = wire_hex(LOG_3);
    Walked good;
    walk_over(&good, in.bytes, in.n);
    for (size_t bit = 0; bit < 8 * (in.n - START_BYTES); bit++) {
        const size_t at = START_BYTES + bit / 8;
        in.bytes[at] ^= (uint8_t)(1u << bit % 8);
        Walked walked;
        walk_over(&walked, in.bytes, in.n);
        in.bytes[at] ^= (uint8_t)(1u << bit % 8);

        uint32_t block = 2;
        while (at < good.entries[block].offset)
            block--;
        const size_t in_block = at - (size_t)good.entries[block].offset;
        const size_t signature = signature_at(block);
        const bool is_signature = in_block + 1 >= signature && in_block < signature + 65;
        if (walked.failed) {
            ck_assert_uint_ge(walked.n_entries, block);
            ck_assert_uint_le(walked.n_entries, block + 1);
        } else {
            ck_assert_uint_eq(walked.n_entries, 3);
            ck_assert_msg(is_signature || block == 2, "byte %zu of block %u", in_block, block + 1);
        }
        ck_assert(!walked.failed || !is_signature || in_block + 1 == signature);
    }
    free(in.bytes);
}
END_TEST

/* --- what does not fit together -------------------------------------------------------------- */

static void assert_log_fails(const char *hex, uint32_t good, const char *path, size_t offset,
                             const char *allowed)
{
    WireBytes in = wire_hex(hex);
    Walked walked;
    walk_over(&walked, in.bytes, in.n);
    ck_assert(walked.failed && !walked.input.error.cut);
    ck_assert_uint_eq(walked.n_entries, good);
    wire_assert_failed(&walked.input, path, offset, allowed);
    free(in.bytes);
}

/* With the right number and another parent. */
#define OTHER_SECOND                                                                               \
    LOG_BLOCK_2("0000000159e8547597aa93668544d995db04cac0ecca55349b5314b6f68bb4c9")                \
    "3e01000000000000"
#define OTHER_SIXTH                                                                                \
    LOG_BLOCK_2("00000005d2e743bafb10a3c0bc09fda00023f1854862fa61ca9814b24306d165")                \
    "f000000000000000"

START_TEST(test_links)
{
    assert_log_fails(LOG_START_3 LOG_FIFTH "7e00000000000000", 0, "block.previous",
                     START_BYTES + 14, "zeros");
    assert_log_fails(LOG_START_3_LATER LOG_FIRST "3000000000000000", 0, "block.previous", 48 + 14,
                     "the number before");
    assert_log_fails(LOG_START_3_LATER LOG_SIXTH "3000000000000000", 0, "block.previous", 48 + 14,
                     "the number before");
    /* A block left out; one that is there twice; another's children. */
    assert_log_fails(LOG_START_3 LOG_FIRST "7e00000000000000" LOG_THIRD "3e01000000000000", 1,
                     "block.previous", 318 + 14, "the id of the block before");
    assert_log_fails(LOG_START_3 LOG_FIRST "7e00000000000000" LOG_FIRST "3e01000000000000", 1,
                     "block.previous", 318 + 14, "the id of the block before");
    assert_log_fails(LOG_START_3 LOG_FIRST "7e00000000000000" OTHER_SECOND, 1, "block.previous",
                     318 + 14, "the id of the block before");
    assert_log_fails(LOG_START_3_LATER LOG_FIFTH "3000000000000000" OTHER_SIXTH, 1,
                     "block.previous", 240 + 14, "the id of the block before");
}
END_TEST

START_TEST(test_transaction_mroot)
{
    /* No transactions where the root is of two; one where the root is of none. */
    assert_log_fails(LOG_START_3_LATER
                     "e8030000 0000000000ea3055 0100" LOG_ID_4 LOG_ROOT_2 LOG_ACTION_ROOT
                     "00000000 00 00" LOG_SIGNATURE "00 00 3000000000000000",
                     0, "block.transaction_mroot", 48 + 46, "Merkle root");
    assert_log_fails(LOG_START_3_LATER
                     "e8030000 0000000000ea3055 0100" LOG_ID_4 LOG_ZERO_ID LOG_ACTION_ROOT
                     "00000000 00 00" LOG_SIGNATURE "01 00 64000000 02 00" LOG_TRX_ID
                     "00 3000000000000000",
                     0, "block.transaction_mroot", 48 + 46, "Merkle root");
}
END_TEST

START_TEST(test_position)
{
    assert_log_fails(LOG_START_3 LOG_FIRST "7f00000000000000", 0, "position",
                     START_BYTES + LOG_BLOCK_1_BYTES, "the block's first byte");
    assert_log_fails(LOG_START_3 LOG_FIRST "7e00000000000080", 0, "position",
                     START_BYTES + LOG_BLOCK_1_BYTES, "the block's first byte");
    assert_log_fails(LOG_START_3 LOG_FIRST "0000000000000000", 0, "position",
                     START_BYTES + LOG_BLOCK_1_BYTES, "the block's first byte");
}
END_TEST

/* What is wrong in a block is named with its whole path. */
START_TEST(test_malformed_block)
{
    assert_log_fails(LOG_START_3_LATER
                     "e8030000 0000000000ea3055 0100" LOG_ID_4 LOG_ZERO_ID LOG_ACTION_ROOT
                     "00000000 00 00" LOG_SIGNATURE "01 00 64000000 02 01 01 03",
                     0, "block.transactions[0].trx.signatures[0]", 48 + 191, "2 (WebAuthn)");
    /* The signature of a block is not one of type 2. */
    assert_log_fails(LOG_START_3_LATER
                     "e8030000 0000000000ea3055 0100" LOG_ID_4 LOG_ZERO_ID LOG_ACTION_ROOT
                     "00000000 00 00" LOG_WEBAUTHN "00 00 3000000000000000",
                     0, "block.producer_signature", 48 + 116, "0 (K1) or 1 (R1)");
}
END_TEST

/* --- limits ---------------------------------------------------------------------------------- */

START_TEST(test_block_at_the_limit)
{
    for (size_t beyond = 0; beyond < 2; beyond++) {
        LogBytes log = log_start();
        log_add_block(&log, BNET_LOG_BLOCK_BYTES_MAX + beyond);
        log_add_block(&log, LOG_BLOCK_1_BYTES);
        Walked walked;
        walk_over(&walked, log.bytes.bytes, log.bytes.n);
        ck_assert(walked.failed == (beyond > 0));
        ck_assert_uint_eq(walked.n_entries, beyond > 0 ? 0 : 2);
        if (beyond > 0) {
            wire_assert_failed(&walked.input, "block", START_BYTES, "at most 16777216 bytes");
            ck_assert(!walked.input.error.cut);
            /* With one byte less nobody can tell. */
            walk_over(&walked, log.bytes.bytes, START_BYTES + BNET_LOG_BLOCK_BYTES_MAX);
            ck_assert(walked.failed && walked.input.error.cut);
        }
        free(log.bytes.bytes);
    }
}
END_TEST

/* Numbers end at 2^32 - 1. */
START_TEST(test_last_number)
{
    static const char last[] = "03000000 ffffffff" LOG_CHAIN_ID LOG_TOTEM LOG_BLOCK_1(
        "fffffffe11111111111111111111111111111111111111111111111111111111") "3000000000000000";
    WireBytes in = wire_hex(last);
    Walked walked;
    walk_over(&walked, in.bytes, in.n);
    ck_assert(!walked.failed && walked.n_entries == 1);
    ck_assert_uint_eq(walked.entries[0].number, UINT32_MAX);
    ck_assert_uint_eq(walked.walk.next_number, UINT64_C(1) << 32);

    LogBytes log = {.bytes = in, .previous = walked.entries[0].id};
    log_add_block(&log, LOG_BLOCK_1_BYTES);
    walk_over(&walked, log.bytes.bytes, log.bytes.n);
    ck_assert(walked.failed && walked.n_entries == 1);
    wire_assert_failed(&walked.input, "block.previous", 48 + LOG_BLOCK_1_BYTES + 8 + 14,
                       "the number before");
    free(log.bytes.bytes);
}
END_TEST

static void write_header_of_block_0(void)
{
    BnetWriter writer;
    bnet_writer_init(&writer, NULL, 0);
    bnet_log_write_header(&writer, &(BnetLogHeader){.has_genesis = true});
}

static void write_header_without_genesis(void)
{
    BnetWriter writer;
    bnet_writer_init(&writer, NULL, 0);
    bnet_log_write_header(&writer, &(BnetLogHeader){.first_block = 1});
}

static void write_block_beyond_the_limit(void)
{
    static const uint8_t bytes[BNET_LOG_BLOCK_BYTES_MAX + 1];
    BnetWriter writer;
    bnet_writer_init(&writer, NULL, 0);
    bnet_log_write_entry(&writer, (BnetSlice){bytes, sizeof bytes}, 0);
}

START_TEST(test_what_only_we_can_get_wrong)
{
    ck_assert(core_asserts(write_header_of_block_0));
    ck_assert(core_asserts(write_header_without_genesis));
    ck_assert(core_asserts(write_block_beyond_the_limit));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("blocks_log");
    TCase *tcase = tcase_create("blocks_log");
    tcase_set_timeout(tcase, 0);
    tcase_add_loop_test(tcase, test_start, 0, N_STARTS);
    tcase_add_test(tcase, test_bad_starts);
    tcase_add_loop_test(tcase, test_log, 0, N_LOGS);
    tcase_add_test(tcase, test_blocks_are_written_as_they_were);
    tcase_add_test(tcase, test_every_cut);
    tcase_add_test(tcase, test_every_bit);
    tcase_add_test(tcase, test_links);
    tcase_add_test(tcase, test_transaction_mroot);
    tcase_add_test(tcase, test_position);
    tcase_add_test(tcase, test_malformed_block);
    tcase_add_test(tcase, test_block_at_the_limit);
    tcase_add_test(tcase, test_last_number);
    tcase_add_test(tcase, test_what_only_we_can_get_wrong);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
