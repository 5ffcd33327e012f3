/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include <check.h>
#include <glib.h>

#include "scenarios/units.h"
#include "tests/run_suite.h"

#define S INT64_C(1000000000)

START_TEST(durations_are_exact)
{
    static const struct {
        const char *text;
        int64_t ns;
    } cases[] = {
        {"0s", 0},
        {"1ns", 1},
        {"40ms", 40000000},
        {"1.5s", 1500000000},
        {"0.000000001s", 1},
        {"2.000000000000s", 2 * S},
        {"1.50us", 1500},
        {"2min", 120 * S},
        {"0.05min", 3 * S},
        {"1h", 3600 * S},
        {"0.0000000000025h", 9},
        {"0.00000000000500h", 18},
        {"9223372036854775806ns", INT64_MAX - 1},
        {"9223372036.854775806s", INT64_MAX - 1},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int64_t ns = -1;

        ck_assert_msg(scenario_units_duration(cases[i].text, &ns) == NULL, "%s", cases[i].text);
        ck_assert_int_eq(ns, cases[i].ns);
    }
}
END_TEST

START_TEST(durations_that_are_none)
{
    static const struct {
        const char *text;
        const char *wrong;
    } cases[] = {
        {"", "is not a duration"},
        {"5", "is not a duration"},
        {"s", "is not a duration"},
        {" 5s", "is not a duration"},
        {"5s ", "is not a duration"},
        {"5 s", "is not a duration"},
        {"+5s", "is not a duration"},
        {"-5s", "is not a duration"},
        {"05s", "is not a duration"},
        {".5s", "is not a duration"},
        {"5.s", "is not a duration"},
        {"1e3s", "is not a duration"},
        {"5S", "is not a duration"},
        {"5sec", "is not a duration"},
        {"1,5s", "is not a duration"},
        {"0.5ns", "is not a whole number of nanoseconds"},
        {"0.0000000001s", "is not a whole number of nanoseconds"},
        {"0.0000000000000000000000000000001h", "is not a whole number of nanoseconds"},
        {"9223372036854775807ns", "is too long"},
        {"18446744073709551616ns", "is too long"},
        {"18446744073709551615h", "is too long"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int64_t ns = -1;
        const char *wrong = scenario_units_duration(cases[i].text, &ns);

        ck_assert_msg(wrong != NULL, "%s", cases[i].text);
        ck_assert_msg(g_str_has_prefix(wrong, cases[i].wrong), "%s %s", cases[i].text, wrong);
        ck_assert_int_eq(ns, -1);
    }
}
END_TEST

START_TEST(rates)
{
    static const struct {
        const char *text;
        uint64_t micro;
    } cases[] = {
        {"0/s", 0},         {"10/s", 10000000}, {"0.5/s", 500000}, {"0.000001/s", 1},
        {"30/min", 500000}, {"1/min", 16667},   {"5/h", 1389},     {"0.0018/h", 1},
    };
    uint64_t micro = 7;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        ck_assert_msg(scenario_units_rate(cases[i].text, &micro) == NULL, "%s", cases[i].text);
        ck_assert_uint_eq(micro, cases[i].micro);
    }
    micro = 7;
    ck_assert_ptr_nonnull(scenario_units_rate("10", &micro));
    ck_assert_ptr_nonnull(scenario_units_rate("10/ms", &micro));
    ck_assert_str_eq(scenario_units_rate("0.0000001/s", &micro), "has more than six decimals");
    ck_assert_str_eq(scenario_units_rate("0.0017/h", &micro), "is below a millionth a second");
    ck_assert_str_eq(scenario_units_rate("18446744073710/s", &micro), "is too high");
    ck_assert_uint_eq(micro, 7);
}
END_TEST

START_TEST(bandwidths)
{
    static const struct {
        const char *text;
        uint64_t bytes_per_s;
    } cases[] = {
        {"8bit/s", 1},          {"64kbit/s", 8000},       {"100Mbit/s", 12500000},
        {"1Gbit/s", 125000000}, {"2.5Gbit/s", 312500000}, {"1B/s", 1},
        {"10kB/s", 10000},      {"10MB/s", 10000000},     {"0.001kB/s", 1},
        {"1GB/s", 1000000000},  {"0.008kbit/s", 1},
    };
    uint64_t value = 7;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        ck_assert_msg(scenario_units_bandwidth(cases[i].text, &value) == NULL, "%s", cases[i].text);
        ck_assert_uint_eq(value, cases[i].bytes_per_s);
    }
    value = 7;
    ck_assert_str_eq(scenario_units_bandwidth("12bit/s", &value),
                     "is not a whole number of bytes a second");
    ck_assert_str_eq(scenario_units_bandwidth("0.5B/s", &value),
                     "is not a whole number of bytes a second");
    ck_assert_str_eq(scenario_units_bandwidth("99999999999GB/s", &value), "is too high");
    ck_assert_ptr_nonnull(scenario_units_bandwidth("100Mbps", &value));
    ck_assert_ptr_nonnull(scenario_units_bandwidth("100", &value));
    ck_assert_uint_eq(value, 7);
}
END_TEST

START_TEST(sizes)
{
    static const struct {
        const char *text;
        uint64_t bytes;
    } cases[] = {
        {"200B", 200},      {"10kB", 10000},
        {"1MB", 1000000},   {"1GB", 1000000000},
        {"64KiB", 65536},   {"1MiB", 1048576},
        {"1.5KiB", 1536},   {"0.0009765625KiB", 1},
        {"1GiB", 1u << 30}, {"18446744073709551615B", UINT64_MAX},
    };
    uint64_t bytes = 7;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        ck_assert_msg(scenario_units_size(cases[i].text, &bytes) == NULL, "%s", cases[i].text);
        ck_assert_uint_eq(bytes, cases[i].bytes);
    }
    bytes = 7;
    ck_assert_str_eq(scenario_units_size("0.5B", &bytes), "is not a whole number of bytes");
    ck_assert_str_eq(scenario_units_size("1.0001KiB", &bytes), "is not a whole number of bytes");
    ck_assert_str_eq(scenario_units_size("18446744073709551616B", &bytes), "is too large");
    ck_assert_ptr_nonnull(scenario_units_size("1KB", &bytes));
    ck_assert_ptr_nonnull(scenario_units_size("100", &bytes));
    ck_assert_uint_eq(bytes, 7);
}
END_TEST

START_TEST(millionths)
{
    uint64_t ppm = 7;

    ck_assert_ptr_null(scenario_units_ppm("0.5", &ppm));
    ck_assert_uint_eq(ppm, 500000);
    ck_assert_ptr_null(scenario_units_ppm("0.000001", &ppm));
    ck_assert_uint_eq(ppm, 1);
    ck_assert_ptr_null(scenario_units_ppm("5", &ppm));
    ck_assert_uint_eq(ppm, 5000000);
    ck_assert_str_eq(scenario_units_ppm("0.0000001", &ppm), "has more than six decimals");
    ck_assert_ptr_nonnull(scenario_units_ppm("-1", &ppm));
    ck_assert_ptr_nonnull(scenario_units_ppm("5e-1", &ppm));
    ck_assert_uint_eq(ppm, 5000000);
}
END_TEST

START_TEST(durations_as_text)
{
    static const struct {
        int64_t ns;
        const char *text;
    } cases[] = {
        {0, "0s"},
        {1, "1ns"},
        {1500, "1.5us"},
        {40000000, "40ms"},
        {1000000001, "1.000000001s"},
        {90 * S, "90s"},
        {7200 * S, "2h"},
        {7201 * S, "7201s"},
        {INT64_MAX, "9223372036.854775807s"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = scenario_units_duration_text(cases[i].ns);

        ck_assert_str_eq(text, cases[i].text);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scenario_units");
    TCase *tcase = tcase_create("units");

    tcase_add_test(tcase, durations_are_exact);
    tcase_add_test(tcase, durations_that_are_none);
    tcase_add_test(tcase, rates);
    tcase_add_test(tcase, bandwidths);
    tcase_add_test(tcase, sizes);
    tcase_add_test(tcase, millionths);
    tcase_add_test(tcase, durations_as_text);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
