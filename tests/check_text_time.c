/* SPDX-License-Identifier: Apache-2.0 */
#include "core/text.h"
#include "tests/core_fixture.h"

/* Texts are parsed from memory of exactly their length, so that a sanitizer sees a byte too
 * many. */
static char *exactly(const char *text, size_t n)
{
    char *copy = malloc(n + 1);
    ck_assert_ptr_nonnull(copy);
    char *exact = realloc(copy, n ? n : 1);
    ck_assert_ptr_nonnull(exact);
    memcpy(exact, text, n);
    return exact;
}

static const struct {
    uint32_t slot;
    const char *text;
} slots[] = {
    {0, "2000-01-01T00:00:00.000"},
    {1, "2000-01-01T00:00:00.500"},
    {2, "2000-01-01T00:00:01.000"},
    {10195199, "2000-02-28T23:59:59.500"},
    {10195200, "2000-02-29T00:00:00.000"},
    {10368000, "2000-03-01T00:00:00.000"},
    {1163520977, "2018-06-08T08:08:08.500"}, /* block 1 of EOS mainnet */
    {1172467272, "2018-07-30T02:40:36.000"}, /* block 8482113 */
    {1438266444, "2022-10-15T07:13:42.000"}, /* block 273283700 */
    {UINT32_MAX - 1, "2068-01-19T03:14:07.000"},
    {UINT32_MAX, "2068-01-19T03:14:07.500"},
};
#define N_SLOTS ((int)(sizeof slots / sizeof *slots))

static bool parses_slot(const char *text, uint32_t *ret_slot)
{
    size_t n = strlen(text);
    char *exact = exactly(text, n);
    bool parsed = bnet_parse_slot(exact, n, ret_slot);
    free(exact);
    return parsed;
}

START_TEST(test_slot)
{
    char text[BNET_TEXT_TIME_MAX + 1];
    ck_assert_uint_eq(bnet_text_slot(slots[_i].slot, text), BNET_TEXT_TIME_MAX);
    ck_assert_str_eq(text, slots[_i].text);
    uint32_t slot = 42;
    ck_assert(parses_slot(text, &slot));
    ck_assert_uint_eq(slot, slots[_i].slot);
}
END_TEST

START_TEST(test_slot_forms)
{
    static const char *const same[] = {
        "2018-06-08T08:08:08.5",
        "2018-06-08T08:08:08.50",
        "2018-06-08T08:08:08.500000",
    };
    uint32_t slot = 42;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        ck_assert(parses_slot(same[i], &slot));
        ck_assert_uint_eq(slot, 1163520977);
    }
    ck_assert(parses_slot("2018-06-08T08:08:08", &slot));
    ck_assert_uint_eq(slot, 1163520976);

    static const char *const none[] = {
        "1999-12-31T23:59:59.500",    "2068-01-19T03:14:08.000", "2018-06-08T08:08:08.499",
        "2018-06-08T08:08:08.888",    "2018-06-08T08:08:08.501", "2018-06-08T08:08:08.000001",
        "2018-06-08T08:08:08.500001", "9999-12-31T23:59:59.500", "",
    };
    slot = 42;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        ck_assert(!parses_slot(none[i], &slot));
    ck_assert_uint_eq(slot, 42);
}
END_TEST

static const struct {
    int64_t time_us;
    const char *text;
    bool exact; /* no microseconds are cut off */
} time_points[] = {
    {0, "1970-01-01T00:00:00.000", true},
    {999, "1970-01-01T00:00:00.000", false},
    {1000, "1970-01-01T00:00:00.001", true},
    {999999, "1970-01-01T00:00:00.999", false},
    {1000000, "1970-01-01T00:00:01.000", true},
    {INT64_C(1528445288888000), "2018-06-08T08:08:08.888", true}, /* genesis of EOS mainnet */
    {INT64_C(4107542399999999), "2100-02-28T23:59:59.999", false},
    {INT64_C(4107542400000000), "2100-03-01T00:00:00.000", true}, /* no leap year */
    {BNET_TEXT_TIME_POINT_MAX_US - 999, "9999-12-31T23:59:59.999", true},
    {BNET_TEXT_TIME_POINT_MAX_US, "9999-12-31T23:59:59.999", false},
};
#define N_TIME_POINTS ((int)(sizeof time_points / sizeof *time_points))

static bool parses_time_point(const char *text, int64_t *ret_time_us)
{
    size_t n = strlen(text);
    char *exact = exactly(text, n);
    bool parsed = bnet_parse_time_point(exact, n, ret_time_us);
    free(exact);
    return parsed;
}

START_TEST(test_time_point)
{
    char text[BNET_TEXT_TIME_MAX + 1];
    ck_assert_uint_eq(bnet_text_time_point(time_points[_i].time_us, text), BNET_TEXT_TIME_MAX);
    ck_assert_str_eq(text, time_points[_i].text);
    int64_t time_us = -1;
    ck_assert(parses_time_point(text, &time_us));
    if (time_points[_i].exact)
        ck_assert_int_eq(time_us, time_points[_i].time_us);
    else
        ck_assert_int_eq(time_us, time_points[_i].time_us / 1000 * 1000);
}
END_TEST

START_TEST(test_time_point_without_text)
{
    static const int64_t none[] = {-1, -1000000, INT64_MIN, BNET_TEXT_TIME_POINT_MAX_US + 1,
                                   INT64_MAX};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        char text[BNET_TEXT_TIME_MAX + 1] = "x";
        ck_assert_uint_eq(bnet_text_time_point(none[i], text), 0);
        ck_assert_str_eq(text, "");
    }
}
END_TEST

START_TEST(test_fractions)
{
    static const struct {
        const char *text;
        int64_t us;
    } fractions[] = {
        {"1970-01-01T00:00:00", 0},
        {"1970-01-01T00:00:00.1", 100000},
        {"1970-01-01T00:00:00.12", 120000},
        {"1970-01-01T00:00:00.123", 123000},
        {"1970-01-01T00:00:00.1234", 123400},
        {"1970-01-01T00:00:00.12345", 123450},
        {"1970-01-01T00:00:00.123456", 123456},
        {"1970-01-01T00:00:00.000001", 1},
        {"9999-12-31T23:59:59.999999", BNET_TEXT_TIME_POINT_MAX_US},
    };
    for (size_t i = 0; i < sizeof fractions / sizeof *fractions; i++) {
        int64_t time_us = -1;
        ck_assert(parses_time_point(fractions[i].text, &time_us));
        ck_assert_int_eq(time_us, fractions[i].us);
    }
}
END_TEST

/* Refused by all three. */
static const char *const no_times[] = {
    "",
    "2018",
    "2018-06-08",
    "2018-06-08T",
    "2018-06-08T08:08",
    "2018-06-08T08:08:0",
    "2018-06-08T08:08:08.",
    "2018-06-08T08:08:08.1234567",
    "2018-06-08T08:08:08.0000000",
    "2018-06-08T08:08:08,500",
    "2018-06-08T08:08:08.5 ",
    "2018-06-08T08:08:08.-5",
    "2018-06-08T08:08:08.5Z",
    "2018-06-08T08:08:08Z",
    "2018-06-08T08:08:08+00:00",
    "2018-06-08 08:08:08",
    "2018-06-08t08:08:08",
    "2018/06/08T08:08:08",
    "2018-06-08T08.08.08",
    "20180608T080808",
    " 2018-06-08T08:08:08",
    "+018-06-08T08:08:08",
    "-018-06-08T08:08:08",
    "12018-06-08T08:08:08",
    "2018-6-08T08:08:08.0",
    "2018-06- 8T08:08:08",
    "201a-06-08T08:08:08",
    "2018-06-08T0a:08:08",
    "2018-06-08T08:0a:08",
    "2018-06-08T08:08:0a",
    "2018-06-08T08:08:/0",
    "2018-06-08T08:08::0",
    "1969-12-31T23:59:59",
    "0000-01-01T00:00:00",
    "2018-00-08T08:08:08",
    "2018-13-08T08:08:08",
    "2018-06-00T08:08:08",
    "2018-01-32T08:08:08",
    "2018-02-29T08:08:08",
    "2018-03-32T08:08:08",
    "2018-04-31T08:08:08",
    "2018-05-32T08:08:08",
    "2018-06-31T08:08:08",
    "2018-07-32T08:08:08",
    "2018-08-32T08:08:08",
    "2018-09-31T08:08:08",
    "2018-10-32T08:08:08",
    "2018-11-31T08:08:08",
    "2018-12-32T08:08:08",
    "2020-02-30T08:08:08",
    "2100-02-29T00:00:00",
    "2018-06-08T24:00:00",
    "2018-06-08T08:60:08",
    "2016-12-31T23:59:60", /* a leap second */
};
#define N_NO_TIMES ((int)(sizeof no_times / sizeof *no_times))

static bool parses_time_point_sec(const char *text, uint32_t *ret_time_s)
{
    size_t n = strlen(text);
    char *exact = exactly(text, n);
    bool parsed = bnet_parse_time_point_sec(exact, n, ret_time_s);
    free(exact);
    return parsed;
}

START_TEST(test_no_time)
{
    int64_t time_us = 42;
    uint32_t time_s = 42;
    uint32_t slot = 42;
    ck_assert(!parses_time_point(no_times[_i], &time_us));
    ck_assert(!parses_time_point_sec(no_times[_i], &time_s));
    ck_assert(!parses_slot(no_times[_i], &slot));
    ck_assert(time_us == 42 && time_s == 42 && slot == 42);
}
END_TEST

START_TEST(test_time_point_sec)
{
    static const struct {
        uint32_t time_s;
        const char *text;
    } seconds[] = {
        {0, "1970-01-01T00:00:00"},
        {59, "1970-01-01T00:00:59"},
        {3599, "1970-01-01T00:59:59"},
        {86399, "1970-01-01T23:59:59"},
        {86400, "1970-01-02T00:00:00"},
        {946684799, "1999-12-31T23:59:59"},
        {946684800, "2000-01-01T00:00:00"},
        {1528445288, "2018-06-08T08:08:08"},
        {1582934400, "2020-02-29T00:00:00"},
        {INT32_MAX, "2038-01-19T03:14:07"},
        {UINT32_C(0x80000000), "2038-01-19T03:14:08"},
        {UINT32_MAX, "2106-02-07T06:28:15"},
    };
    for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++) {
        char text[BNET_TEXT_TIME_MAX + 1];
        ck_assert_uint_eq(bnet_text_time_point_sec(seconds[i].time_s, text), 19);
        ck_assert_str_eq(text, seconds[i].text);
        uint32_t time_s = ~seconds[i].time_s;
        ck_assert(parses_time_point_sec(text, &time_s));
        ck_assert_uint_eq(time_s, seconds[i].time_s);
    }
    uint32_t time_s = 42;
    ck_assert(!parses_time_point_sec("2106-02-07T06:28:16", &time_s));
    ck_assert(!parses_time_point_sec("9999-12-31T23:59:59", &time_s));
    ck_assert(!parses_time_point_sec("2018-06-08T08:08:08.0", &time_s));
    ck_assert_uint_eq(time_s, 42);
}
END_TEST

/* Every day from 1970 to the end of 2106, counted up by a calendar that knows only how long a month
 * is; the last half second of each. */
START_TEST(test_every_day)
{
    static const unsigned lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t day = 0;
    unsigned leap_days = 0;
    for (unsigned year = 1970; year <= 2106; year++) {
        for (unsigned month = 1; month <= 12; month++) {
            unsigned leap = month == 2 && year % 4 == 0 && year != 2100;
            leap_days += leap;
            for (unsigned d = 1; d <= lengths[month - 1] + leap; d++, day++) {
                char expected[64];
                snprintf(expected, sizeof expected, "%04u-%02u-%02uT23:59:59.500", year, month, d);
                int64_t time_us = (day + 1) * INT64_C(86400000000) - 500000;
                char text[BNET_TEXT_TIME_MAX + 1];
                bnet_text_time_point(time_us, text);
                ck_assert_str_eq(text, expected);
                int64_t back = -1;
                ck_assert(parses_time_point(text, &back));
                ck_assert_int_eq(back, time_us);
            }
        }
    }
    ck_assert_int_eq(day, 137 * 365 + 33);
    ck_assert_uint_eq(leap_days, 33); /* 1972 to 2104 less 2100 */
}
END_TEST

START_TEST(test_slot_round_trips)
{
    uint64_t state = 1;
    for (unsigned i = 0; i < 10000; i++) {
        uint32_t slot = (uint32_t)core_random(&state);
        char text[BNET_TEXT_TIME_MAX + 1];
        bnet_text_slot(slot, text);
        uint32_t back = ~slot;
        ck_assert(parses_slot(text, &back));
        ck_assert_uint_eq(back, slot);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("text_time");
    TCase *tcase = tcase_create("text_time");
    tcase_set_timeout(tcase, 0);
    tcase_add_loop_test(tcase, test_slot, 0, N_SLOTS);
    tcase_add_test(tcase, test_slot_forms);
    tcase_add_loop_test(tcase, test_time_point, 0, N_TIME_POINTS);
    tcase_add_test(tcase, test_time_point_without_text);
    tcase_add_test(tcase, test_fractions);
    tcase_add_loop_test(tcase, test_no_time, 0, N_NO_TIMES);
    tcase_add_test(tcase, test_time_point_sec);
    tcase_add_test(tcase, test_every_day);
    tcase_add_test(tcase, test_slot_round_trips);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
