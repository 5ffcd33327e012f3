/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What it costs to encode and decode messages, and to compute ids.
 *
 * Messages: a hello of 330 ids (the reversible blocks of 21 producers), a notice of one id, an
 * empty block, a block of 100 transactions, plain and compressed. Decoding includes all that is in
 * the message; encoding is from what was decoded. An encoding
 * that differs from the message it was decoded from ends the program with status 1.
 *
 * Usage: bench_wire [-n REPETITIONS] [--json]
 */

#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include <glib.h>

#include "core/wire_message.h"
#include "tests/bench/bench.h"

#define REPETITION_NS 100e6
#define REPETITIONS_DEFAULT 5u
#define HELLO_IDS 330u
#define BLOCK_TRXS 100u
#define MESSAGE_BYTES_MAX (1024u * 1024)

static uint32_t repetitions;

typedef struct Subject {
    const char *name;
    uint8_t *bytes;
    size_t n;
    BnetWireMessage message; /* decoded from `bytes` */
} Subject;

/* One measured call; what it returns is used, so that it is not left out. */
typedef size_t Work(const Subject *subject);

static BnetScratch scratch(void)
{
    static uint8_t bytes[BNET_WIRE_SCRATCH_BYTES];
    return (BnetScratch){.bytes = bytes, .n = sizeof bytes};
}

static void must(bool holds, const char *what)
{
    if (!holds)
        bench_fail(what);
}

/* --- messages -------------------------------------------------------------------------------- */

static Subject subject_of(const char *name, const BnetWireMessage *message)
{
    Subject subject = {.name = name, .n = bnet_wire_message_size(message)};
    must(subject.n <= MESSAGE_BYTES_MAX, "a message is too long");
    subject.bytes = g_malloc(subject.n);
    BnetWriter writer;
    bnet_writer_init(&writer, subject.bytes, subject.n);
    bnet_wire_write_message(&writer, message);
    BnetReader reader;
    BnetWireError error;
    bnet_reader_init(&reader, subject.bytes, subject.n, scratch(), &error);
    must(bnet_wire_read_message(&reader, &subject.message), "a message does not decode");
    return subject;
}

static BnetId some_id(uint32_t i)
{
    return bnet_sha256(&i, sizeof i);
}

static Subject make_hello(void)
{
    static BnetId ids[HELLO_IDS];
    for (uint32_t i = 0; i < HELLO_IDS; i++)
        ids[i] = some_id(i);
    const BnetWireMessage message = {
        .kind = BNET_MESSAGE_HELLO,
        .u.hello = {.protocol_version = BNET_SLICE("1.0.1"),
                    .pending_block_ids = bnet_items_of_ids(ids, HELLO_IDS)},
    };
    return subject_of("hello, 330 ids", &message);
}

static Subject make_notice(void)
{
    const BnetId id = some_id(1);
    const BnetWireMessage message = {.kind = BNET_MESSAGE_BLOCK_NOTICE,
                                     .u.ids = bnet_items_of_ids(&id, 1)};
    return subject_of("block_notice, 1 id", &message);
}

/* A transfer: one action with one permission and 40 bytes of data. Returns its size. */
static size_t write_trx(uint32_t i, uint8_t *bytes, size_t capacity)
{
    uint8_t action[200];
    uint64_t permission[2] = {bnet_name("alice"), bnet_name("active")};
    uint8_t data[40] = {0};
    memcpy(data, some_id(i).bytes, 32);
    BnetWriter writer;
    bnet_writer_init(&writer, action, sizeof action);
    bnet_wire_write_action(&writer, &(BnetWireAction){
                                        .account = bnet_name("eosio.token"),
                                        .name = bnet_name("transfer"),
                                        .authorization = {(const uint8_t *)permission, 16, 1},
                                        .data = {data, sizeof data},
                                    });
    const BnetWireTrx trx = {.expiration_s = 1700000000 + i,
                             .ref_block_num = 7,
                             .ref_block_prefix = 8,
                             .actions = {action, writer.n, 1}};
    bnet_writer_init(&writer, bytes, capacity);
    bnet_wire_write_trx(&writer, &trx);
    return writer.n;
}

static Subject make_block(const char *name, uint32_t n_trxs, BnetCompression compression)
{
    static uint8_t receipts[MESSAGE_BYTES_MAX];
    static const BnetSignature signature = {{0, 31}};
    BnetWriter writer;
    bnet_writer_init(&writer, receipts, sizeof receipts);
    for (uint32_t i = 0; i < n_trxs; i++) {
        uint8_t plain[500];
        uint8_t packed[500];
        uLongf n = sizeof packed;
        const size_t plain_n = write_trx(i, plain, sizeof plain);
        must(compress2(packed, &n, plain, plain_n, 9) == Z_OK, "zlib fails");
        const bool zlib = compression == BNET_COMPRESSION_ZLIB;
        const BnetWireReceipt receipt = {
            .cpu_usage_us = 100,
            .net_usage_words = 12,
            .is_packed = true,
            .packed = {.signatures = {signature.bytes, sizeof signature.bytes, 1},
                       .compression = compression,
                       .packed_trx = {zlib ? packed : plain, zlib ? n : plain_n}},
        };
        bnet_wire_write_receipt(&writer, &receipt);
    }
    const BnetWireMessage message = {
        .kind = BNET_MESSAGE_BLOCK,
        .u.block = {.header.fields = {.slot = 1000, .producer = bnet_name("alice")},
                    .transactions = {receipts, writer.n, n_trxs}},
    };
    return subject_of(name, &message);
}

/* --- work ------------------------------------------------------------------------------------ */

static size_t decode(const Subject *subject)
{
    BnetReader reader;
    BnetWireError error;
    BnetWireMessage message;
    bnet_reader_init(&reader, subject->bytes, subject->n, scratch(), &error);
    must(bnet_wire_read_message(&reader, &message), "a message does not decode");
    return message.kind;
}

static size_t encode(const Subject *subject)
{
    static uint8_t bytes[MESSAGE_BYTES_MAX];
    BnetWriter writer;
    bnet_writer_init(&writer, bytes, sizeof bytes);
    bnet_wire_write_message(&writer, &subject->message);
    return writer.n + bytes[writer.n - 1];
}

static size_t count_bytes(const Subject *subject)
{
    return bnet_wire_message_size(&subject->message);
}

static size_t block_id(const Subject *subject)
{
    return bnet_wire_block_id(&subject->message.u.block.header).bytes[31];
}

static size_t transaction_mroot(const Subject *subject)
{
    return bnet_wire_transaction_mroot(&subject->message.u.block).bytes[31];
}

/* The ids of all transactions in the block. */
static size_t trx_ids(const Subject *subject)
{
    size_t sum = 0;
    BnetItems transactions = subject->message.u.block.transactions;
    BnetWireReceipt receipt;
    while (bnet_next_receipt(&transactions, &receipt)) {
        BnetWireError error;
        BnetWireTrx trx;
        must(bnet_wire_open_trx(&receipt.packed, scratch(), &error, &trx), "no transaction");
        sum += bnet_wire_trx_id(&trx).bytes[31];
    }
    return sum;
}

static void check_round_trip(const Subject *subject)
{
    uint8_t *bytes = g_malloc(subject->n);
    BnetWriter writer;
    bnet_writer_init(&writer, bytes, subject->n);
    bnet_wire_write_message(&writer, &subject->message);
    must(writer.n == subject->n && memcmp(bytes, subject->bytes, subject->n) == 0,
         "an encoding differs");
    g_free(bytes);
}

/* Times of one call. */
static void measure(const char *of, const char *what, Work *work, const Subject *subject,
                    uint32_t per_call)
{
    static volatile size_t used;
    BenchTimes times = {.n = 0};
    for (uint32_t i = 0; i < repetitions; i++) {
        uint64_t calls = 0;
        const double start_ns = bench_now_ns();
        double spent_ns = 0;
        while (spent_ns < REPETITION_NS) {
            for (uint32_t j = 0; j < 16; j++)
                used = used + work(subject);
            calls += 16;
            spent_ns = bench_now_ns() - start_ns;
        }
        bench_add(&times, spent_ns / (double)calls / per_call);
    }
    bench_figure(of, what, "ns", &times);
}

static void measure_message(Subject subject)
{
    check_round_trip(&subject);
    g_autofree char *of = g_strdup_printf("%s, %zu B", subject.name, subject.n);
    measure(of, "decode", decode, &subject, 1);
    measure(of, "encode", encode, &subject, 1);
    measure(of, "count", count_bytes, &subject, 1);
    g_free(subject.bytes);
}

static void measure_ids(const char *what, Work *work, Subject subject, uint32_t per_call)
{
    measure(subject.name, what, work, &subject, per_call);
    g_free(subject.bytes);
}

int main(int argc, char **argv)
{
    repetitions = bench_repetitions(REPETITIONS_DEFAULT, &argc, argv);
    bench_begin("wire", "Messages to bytes and back, and ids.", argc, argv);
    const char *plain = "block, 100 trxs";
    const char *zlib = "block, 100 zlib trxs";
    measure_message(make_hello());
    measure_message(make_notice());
    measure_message(make_block("block, empty", 0, BNET_COMPRESSION_NONE));
    measure_message(make_block(plain, BLOCK_TRXS, BNET_COMPRESSION_NONE));
    measure_message(make_block(zlib, BLOCK_TRXS, BNET_COMPRESSION_ZLIB));
    measure_ids("block id", block_id, make_block("block", 0, BNET_COMPRESSION_NONE), 1);
    measure_ids("a transaction id", trx_ids, make_block(plain, BLOCK_TRXS, BNET_COMPRESSION_NONE),
                BLOCK_TRXS);
    measure_ids("a transaction id", trx_ids, make_block(zlib, BLOCK_TRXS, BNET_COMPRESSION_ZLIB),
                BLOCK_TRXS);
    measure_ids("a receipt in the root", transaction_mroot,
                make_block(plain, BLOCK_TRXS, BNET_COMPRESSION_NONE), BLOCK_TRXS);
    bench_end();
    return 0;
}
