/* SPDX-License-Identifier: Apache-2.0 */
#include "core/schedule.h"
#include "tests/wire_fixture.h"

/* --- producers ------------------------------------------------------------------------------- */

/* The producer with that number: a name and a key of its own. */
static BnetWireProducer producer_of(uint32_t number)
{
    BnetWireProducer producer = {.name = UINT64_C(0x1122334455000000) + number};
    producer.key.bytes[1] = 2;
    producer.key.bytes[2] = (uint8_t)(number >> 8);
    producer.key.bytes[33] = (uint8_t)number;
    return producer;
}

static void make_producers(BnetWireProducer *producers, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        producers[i] = producer_of(i);
}

/* A schedule as it stands in a header; *ret_bytes is the caller's. */
static BnetWireSchedule wire_schedule(uint32_t version, const BnetWireProducer *producers,
                                      uint32_t n, WireBytes *ret_bytes)
{
    const size_t item = sizeof(uint64_t) + sizeof(BnetKey);
    ret_bytes->n = n * item;
    ret_bytes->bytes = malloc(ret_bytes->n > 0 ? ret_bytes->n : 1);
    BnetWriter writer;
    bnet_writer_init(&writer, ret_bytes->bytes, ret_bytes->n);
    for (uint32_t i = 0; i < n; i++)
        bnet_wire_write_producer(&writer, &producers[i]);
    ck_assert_uint_eq(writer.n, ret_bytes->n);
    return (BnetWireSchedule){
        .version = version,
        .producers = {.bytes = ret_bytes->bytes, .n = ret_bytes->n, .count = n},
    };
}

static bool read_wire(BnetSchedules *schedules, uint32_t version, const BnetWireProducer *producers,
                      uint32_t n, uint32_t *ret_number)
{
    WireBytes bytes;
    const BnetWireSchedule wire = wire_schedule(version, producers, n, &bytes);
    const bool is_read = bnet_schedules_read(schedules, &wire, ret_number);
    free(bytes.bytes);
    return is_read;
}

/* --- the table ------------------------------------------------------------------------------- */

/* Each schedule once; every difference makes another one. */
START_TEST(test_interning)
{
    BnetSchedules schedules;
    bnet_schedules_init(&schedules);
    BnetWireProducer producers[3];
    make_producers(producers, 3);
    ck_assert_uint_eq(bnet_schedules_add(&schedules, 7, producers, 3), 0);
    ck_assert_uint_eq(bnet_schedules_add(&schedules, 7, producers, 3), 0);
    ck_assert_uint_eq(bnet_schedules_add(&schedules, 8, producers, 3), 1);
    ck_assert_uint_eq(bnet_schedules_add(&schedules, 7, producers, 2), 2);
    BnetWireProducer other[3] = {producers[1], producers[0], producers[2]};
    ck_assert_uint_eq(bnet_schedules_add(&schedules, 7, other, 3), 3);
    make_producers(other, 3);
    other[2].key.bytes[20] = 1;
    ck_assert_uint_eq(bnet_schedules_add(&schedules, 7, other, 3), 4);
    ck_assert_uint_eq(bnet_schedules_add(&schedules, 7, NULL, 0), 5);
    ck_assert_uint_eq(bnet_schedules_add(&schedules, 7, NULL, 0), 5);
    uint32_t number = 99;
    ck_assert(read_wire(&schedules, 7, producers, 2, &number));
    ck_assert_uint_eq(number, 2);
    ck_assert_uint_eq(schedules.n, 6);
    bnet_schedules_finish(&schedules);
    bnet_schedules_finish(NULL);
}
END_TEST

/* What was added stays as it was while the table grows, and is a copy. */
START_TEST(test_contents)
{
    enum {
        COUNT = 300
    };
    BnetSchedules schedules;
    bnet_schedules_init(&schedules);
    for (uint32_t i = 0; i < COUNT; i++) {
        BnetWireProducer producers[4];
        make_producers(producers, 4);
        producers[i % 4].name = i;
        ck_assert_uint_eq(bnet_schedules_add(&schedules, i, producers, 4), i);
        memset(producers, 0xff, sizeof producers);
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        const BnetSchedule *schedule = bnet_schedules_at(&schedules, i);
        ck_assert_uint_eq(schedule->version, i);
        ck_assert_uint_eq(schedule->n, 4);
        for (uint32_t k = 0; k < 4; k++) {
            const BnetWireProducer expected = producer_of(k);
            const uint64_t name = k == i % 4 ? i : expected.name;
            ck_assert_uint_eq(schedule->producers[k].name, name);
            ck_assert_mem_eq(&schedule->producers[k].key, &expected.key, sizeof expected.key);
            ck_assert_uint_eq(bnet_schedule_find(schedule, name), k);
        }
        ck_assert_uint_eq(bnet_schedule_find(schedule, 12345), 4);
    }
    bnet_schedules_finish(&schedules);
}
END_TEST

/* The hash is that of the bytes: version, count, producers. */
START_TEST(test_hash)
{
    BnetSchedules schedules;
    bnet_schedules_init(&schedules);
    BnetWireProducer producers[2];
    make_producers(producers, 2);
    WireBytes bytes = wire_hex("04030201 02"
                               "0000005544332211 00 02 00000000000000000000000000000000"
                               "00000000000000000000000000000000"
                               "0100005544332211 00 02 00000000000000000000000000000000"
                               "00000000000000000000000000000001");
    BnetId expected = bnet_sha256(bytes.bytes, bytes.n);
    uint32_t number = bnet_schedules_add(&schedules, 0x01020304, producers, 2);
    const BnetSchedule *schedule = bnet_schedules_at(&schedules, number);
    ck_assert_mem_eq(&schedule->hash, &expected, sizeof expected);
    number = bnet_schedules_add(&schedules, 0x01020304, producers, 0);
    expected = bnet_sha256("\x04\x03\x02\x01\0", 5);
    ck_assert_mem_eq(&bnet_schedules_at(&schedules, number)->hash, &expected, sizeof expected);
    free(bytes.bytes);

    WireBytes items;
    const BnetWireSchedule wire = wire_schedule(9, producers, 2, &items);
    ck_assert(bnet_schedules_read(&schedules, &wire, &number));
    expected = bnet_wire_schedule_hash(&wire);
    ck_assert_mem_eq(&bnet_schedules_at(&schedules, number)->hash, &expected, sizeof expected);
    free(items.bytes);
    bnet_schedules_finish(&schedules);
}
END_TEST

/* --- limits ---------------------------------------------------------------------------------- */

static void add_too_many(void)
{
    static BnetWireProducer producers[BNET_PRODUCERS_MAX + 1];
    BnetSchedules schedules;
    bnet_schedules_init(&schedules);
    make_producers(producers, BNET_PRODUCERS_MAX + 1);
    bnet_schedules_add(&schedules, 1, producers, BNET_PRODUCERS_MAX + 1);
}

static void add_twice(void)
{
    BnetSchedules schedules;
    bnet_schedules_init(&schedules);
    const BnetWireProducer producers[] = {producer_of(1), producer_of(2), producer_of(1)};
    bnet_schedules_add(&schedules, 1, producers, 3);
}

static void look_beyond(void)
{
    BnetSchedules schedules;
    bnet_schedules_init(&schedules);
    bnet_schedules_at(&schedules, bnet_schedules_add(&schedules, 1, NULL, 0) + 1);
}

START_TEST(test_asserted)
{
    ck_assert(core_asserts(add_too_many));
    ck_assert(core_asserts(add_twice));
    ck_assert(core_asserts(look_beyond));
}
END_TEST

START_TEST(test_limits_of_headers)
{
    static BnetWireProducer producers[BNET_PRODUCERS_MAX + 1];
    BnetSchedules schedules;
    bnet_schedules_init(&schedules);
    make_producers(producers, BNET_PRODUCERS_MAX + 1);
    uint32_t number = 99;
    ck_assert(!read_wire(&schedules, 1, producers, BNET_PRODUCERS_MAX + 1, &number));
    ck_assert_uint_eq(schedules.n, 0);
    ck_assert_uint_eq(number, 99);
    ck_assert(read_wire(&schedules, 1, producers, BNET_PRODUCERS_MAX, &number));
    ck_assert_uint_eq(number, 0);
    ck_assert_uint_eq(bnet_schedules_at(&schedules, 0)->n, BNET_PRODUCERS_MAX);
    ck_assert(read_wire(&schedules, 1, producers, 0, &number));
    ck_assert_uint_eq(number, 1);
    ck_assert_uint_eq(bnet_schedules_at(&schedules, 1)->n, 0);
    bnet_schedules_finish(&schedules);
}
END_TEST

START_TEST(test_duplicates_in_headers)
{
    static BnetWireProducer producers[BNET_PRODUCERS_MAX];
    BnetSchedules schedules;
    bnet_schedules_init(&schedules);
    make_producers(producers, BNET_PRODUCERS_MAX);
    uint32_t number = 99;
    /* Of the same name, with another key: the first and the last, then two neighbours. */
    producers[BNET_PRODUCERS_MAX - 1].name = producers[0].name;
    ck_assert(!read_wire(&schedules, 1, producers, BNET_PRODUCERS_MAX, &number));
    ck_assert(read_wire(&schedules, 1, producers, BNET_PRODUCERS_MAX - 1, &number));
    producers[1].name = producers[0].name;
    number = 99;
    ck_assert(!read_wire(&schedules, 1, producers, 2, &number));
    ck_assert_uint_eq(number, 99);
    /* Two with one key are fine. */
    producers[1].name++;
    producers[1].key = producers[0].key;
    ck_assert(read_wire(&schedules, 1, producers, 2, &number));
    bnet_schedules_finish(&schedules);
}
END_TEST

/* --- authorities of EOSIO 2 ------------------------------------------------------------------ */

/* A key that differs in its last byte, and authorities of it. */
#define KEY_0 "00 02 0000000000000000000000000000000000000000000000000000000000000000"
#define KEY_1 "00 02 0000000000000000000000000000000000000000000000000000000000000001"
#define NAME_0 "0000005544332211"
#define NAME_1 "0100005544332211"
#define ONE_KEY_0 "00 01000000 01 " KEY_0 " 0100"
#define ONE_KEY_1 "00 02000000 01 " KEY_1 " 0300"

static bool read_authorities(BnetSchedules *schedules, const char *hex, uint32_t *ret_number)
{
    WireBytes in = wire_hex(hex);
    const BnetSlice data = {.bytes = in.bytes, .n = in.n};
    const bool is_read = bnet_schedules_read_authorities(schedules, data, ret_number);
    free(in.bytes);
    return is_read;
}

START_TEST(test_authorities)
{
    static const char hex[] = "05000000 02" NAME_0 ONE_KEY_0 NAME_1 ONE_KEY_1;
    BnetSchedules schedules;
    bnet_schedules_init(&schedules);
    uint32_t number;
    ck_assert(read_authorities(&schedules, hex, &number));
    const BnetSchedule *schedule = bnet_schedules_at(&schedules, number);
    ck_assert_uint_eq(schedule->version, 5);
    ck_assert_uint_eq(schedule->n, 2);
    for (uint32_t i = 0; i < 2; i++) {
        const BnetWireProducer expected = producer_of(i);
        ck_assert_uint_eq(schedule->producers[i].name, expected.name);
        ck_assert_mem_eq(&schedule->producers[i].key, &expected.key, sizeof expected.key);
    }
    WireBytes bytes = wire_hex(hex);
    const BnetId hash = bnet_sha256(bytes.bytes, bytes.n);
    ck_assert_mem_eq(&schedule->hash, &hash, sizeof hash);
    free(bytes.bytes);
    /* The same producers in the older form are signed in another way: another schedule. */
    const uint32_t again = number;
    ck_assert(read_authorities(&schedules, hex, &number));
    ck_assert_uint_eq(number, again);
    BnetWireProducer producers[2];
    make_producers(producers, 2);
    ck_assert_uint_ne(bnet_schedules_add(&schedules, 5, producers, 2), again);
    bnet_schedules_finish(&schedules);
}
END_TEST

/* A length may be longer than it need be; what is signed is the hash of the shortest form. */
START_TEST(test_authorities_canonical)
{
    BnetSchedules schedules;
    bnet_schedules_init(&schedules);
    uint32_t plain;
    uint32_t longer;
    ck_assert(read_authorities(&schedules, "05000000 01" NAME_0 ONE_KEY_0, &plain));
    ck_assert(read_authorities(
        &schedules, "05000000 8100" NAME_0 "8000 01000000 818000 " KEY_0 " 0100", &longer));
    ck_assert_uint_eq(plain, longer);
    bnet_schedules_finish(&schedules);
}
END_TEST

START_TEST(test_authorities_accepted)
{
    static const char *const good[] = {
        "05000000 00",
        "05000000 01" NAME_0 "00 00000000 01" KEY_0 "0000",
        "05000000 01" NAME_0 "00 ffff0000 01" KEY_0 "ffff",
    };
    BnetSchedules schedules;
    bnet_schedules_init(&schedules);
    for (uint32_t i = 0; i < sizeof good / sizeof *good; i++) {
        uint32_t number;
        ck_assert_msg(read_authorities(&schedules, good[i], &number), "%s", good[i]);
        ck_assert_uint_eq(number, i);
    }
    bnet_schedules_finish(&schedules);
}
END_TEST

START_TEST(test_authorities_refused)
{
    static const char *const bad[] = {
        "05000000 02" NAME_0 ONE_KEY_0 NAME_0 ONE_KEY_1,                 /* twice */
        "05000000 01" NAME_0 "01 01000000 01" KEY_0 "0100",              /* another variant */
        "05000000 01" NAME_0 "00 01000000 00",                           /* no key */
        "05000000 01" NAME_0 "00 01000000 02" KEY_0 "0100" KEY_1 "0100", /* two keys */
        "05000000 01" NAME_0 "00 01000000 02" KEY_0 "0100",              /* one is missing */
        "05000000 01" NAME_0 "00 02000000 01" KEY_0 "0100",              /* does not suffice */
        "05000000 01" NAME_0 "00 00000100 01" KEY_0 "ffff",              /* nor here */
        "05000000 01" NAME_0 "00 01000000 01 02" KEY_0 "0100",           /* type of the key */
        "05000000 01" NAME_0 ONE_KEY_0 "00",                             /* more bytes */
        "05000000 00 00",
        "05000000 7e" NAME_0 ONE_KEY_0,
        "",
    };
    BnetSchedules schedules;
    bnet_schedules_init(&schedules);
    uint32_t number = 99;
    for (uint32_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!read_authorities(&schedules, bad[i], &number), "%s", bad[i]);
    ck_assert_uint_eq(number, 99);
    ck_assert_uint_eq(schedules.n, 0);
    bnet_schedules_finish(&schedules);
}
END_TEST

/* Cut at each byte. */
START_TEST(test_authorities_cut)
{
    WireBytes whole = wire_hex("05000000 02" NAME_0 ONE_KEY_0 NAME_1 ONE_KEY_1);
    BnetSchedules schedules;
    bnet_schedules_init(&schedules);
    uint32_t number = 99;
    for (size_t n = 0; n < whole.n; n++) {
        WireBytes cut = wire_copy(whole.bytes, n);
        const BnetSlice data = {.bytes = cut.bytes, .n = cut.n};
        ck_assert(!bnet_schedules_read_authorities(&schedules, data, &number));
        free(cut.bytes);
    }
    ck_assert_uint_eq(number, 99);
    ck_assert_uint_eq(schedules.n, 0);
    free(whole.bytes);
    bnet_schedules_finish(&schedules);
}
END_TEST

/* 125 are read, 126 are not, although each of them is fine. */
START_TEST(test_authorities_limit)
{
    BnetSchedules schedules;
    bnet_schedules_init(&schedules);
    for (uint32_t n = BNET_PRODUCERS_MAX; n <= BNET_PRODUCERS_MAX + 1; n++) {
        uint8_t bytes[8192];
        BnetWriter writer;
        bnet_writer_init(&writer, bytes, sizeof bytes);
        bnet_write_u32(&writer, 3);
        bnet_write_count(&writer, n);
        for (uint32_t i = 0; i < n; i++) {
            const BnetWireProducer producer = producer_of(i);
            bnet_write_u64(&writer, producer.name);
            bnet_write_varuint(&writer, 0);
            bnet_write_u32(&writer, 1);
            bnet_write_count(&writer, 1);
            bnet_write_key(&writer, &producer.key);
            bnet_write_u16(&writer, 1);
        }
        uint32_t number;
        const BnetSlice data = {.bytes = bytes, .n = writer.n};
        ck_assert(bnet_writer_fits(&writer));
        ck_assert(bnet_schedules_read_authorities(&schedules, data, &number) ==
                  (n == BNET_PRODUCERS_MAX));
    }
    ck_assert_uint_eq(schedules.n, 1);
    ck_assert_uint_eq(bnet_schedules_at(&schedules, 0)->n, BNET_PRODUCERS_MAX);
    bnet_schedules_finish(&schedules);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("schedule");
    TCase *tcase = tcase_create("schedule");
    tcase_add_test(tcase, test_interning);
    tcase_add_test(tcase, test_contents);
    tcase_add_test(tcase, test_hash);
    tcase_add_test(tcase, test_asserted);
    tcase_add_test(tcase, test_limits_of_headers);
    tcase_add_test(tcase, test_duplicates_in_headers);
    tcase_add_test(tcase, test_authorities);
    tcase_add_test(tcase, test_authorities_canonical);
    tcase_add_test(tcase, test_authorities_accepted);
    tcase_add_test(tcase, test_authorities_refused);
    tcase_add_test(tcase, test_authorities_cut);
    tcase_add_test(tcase, test_authorities_limit);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
