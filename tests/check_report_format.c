/* SPDX-License-Identifier: Apache-2.0 */

/* Figures, names of peers, groups of heads, the repeating command. */

#include <stdlib.h>

#include <check.h>

#include "reports/command.h"
#include "reports/format.h"
#include "reports/heads.h"
#include "tests/run_suite.h"

#define N_PEERS 6u

static SimPeerResult peers[N_PEERS];

static SimResult make_result(void)
{
    static char *const names[N_PEERS] = {(char *)"bp[0]", (char *)"bp[1]",  (char *)"bp[2]",
                                         (char *)"relay", (char *)"bpx[0]", (char *)"bpx[1]"};
    for (uint32_t i = 0; i < N_PEERS; i++) {
        peers[i] = (SimPeerResult){.name = names[i], .up = true, .honest = true};
    }
    return (SimResult){.peers = peers, .n_peers = N_PEERS};
}

static void expect(GString *out, const char *wanted)
{
    ck_assert_str_eq(out->str, wanted);
    g_string_truncate(out, 0);
}

START_TEST(seconds_are_exact)
{
    g_autoptr(GString) out = g_string_new(NULL);
    report_append_seconds(out, 0);
    expect(out, "0");
    report_append_seconds(out, 1);
    expect(out, "0.000000001");
    report_append_seconds(out, INT64_C(12345000000));
    expect(out, "12.345");
    report_append_seconds(out, INT64_C(360000000000));
    expect(out, "360");
    report_append_seconds(out, INT64_C(-1500000000));
    expect(out, "-1.5");
    report_append_seconds(out, INT64_MAX);
    expect(out, "9223372036.854775807");
    report_append_seconds(out, INT64_MIN);
    expect(out, "-9223372036.854775808");
}
END_TEST

START_TEST(moments_are_cut_to_ms)
{
    g_autoptr(GString) out = g_string_new(NULL);
    report_append_moment(out, INT64_C(281213999999));
    expect(out, "281.213");
    report_append_moment(out, 999999);
    expect(out, "0.000");
}
END_TEST

START_TEST(counts_have_separators)
{
    g_autoptr(GString) out = g_string_new(NULL);
    report_append_count(out, 0);
    expect(out, "0");
    report_append_count(out, 999);
    expect(out, "999");
    report_append_count(out, 1000);
    expect(out, "1,000");
    report_append_count(out, UINT64_MAX);
    expect(out, "18,446,744,073,709,551,615");
}
END_TEST

START_TEST(bytes_have_three_digits)
{
    g_autoptr(GString) out = g_string_new(NULL);
    report_append_bytes(out, 0);
    expect(out, "0 B");
    report_append_bytes(out, 999);
    expect(out, "999 B");
    report_append_bytes(out, 1000);
    expect(out, "1.00 kB");
    report_append_bytes(out, 45600000);
    expect(out, "45.6 MB");
    report_append_bytes(out, 789400000000);
    expect(out, "789 GB");
    report_append_bytes(out, 999999);
    expect(out, "1.00 MB");
    report_append_bytes(out, UINT64_MAX);
    expect(out, "18.4 EB");
    report_append_rate(out, 4560000, 2);
    expect(out, "2.28 M/s");
    report_append_rate(out, 1, 0);
    expect(out, "-");
}
END_TEST

START_TEST(ids_and_hashes_are_lower_case)
{
    g_autoptr(GString) out = g_string_new(NULL);
    BnetId id = {.bytes = {0, 0, 5, 0x8c, 0xab, 0xcd, 0x01, 0x02, 0xff}};
    report_append_id_short(out, &id);
    expect(out, "abcd0102");
    report_append_id(out, &id);
    expect(out, "0000058cabcd0102ff0000000000000000000000000000000000000000000000");
    report_append_hash(out, UINT64_C(0xFEDC));
    expect(out, "000000000000fedc");
}
END_TEST

START_TEST(foreign_text_is_cleaned)
{
    g_autoptr(GString) out = g_string_new(NULL);
    report_append_clean(out, "a\033[31m\nb\x7f\xff Zürich");
    expect(out, "a?[31m?b?? Zürich");
}
END_TEST

START_TEST(peers_are_named_in_ranges)
{
    SimResult result = make_result();
    g_autoptr(GString) out = g_string_new(NULL);
    const uint32_t all[] = {0, 1, 2, 3, 4, 5};
    report_append_peers(out, &result, all, 6, 8);
    expect(out, "bp[0..2], relay, bpx[0..1]");
    report_append_peers(out, &result, all, 0, 8);
    expect(out, "");
    const uint32_t some[] = {0, 2, 3, 5};
    report_append_peers(out, &result, some, 4, 8);
    expect(out, "bp[0], bp[2], relay, bpx[1]");
    report_append_peers(out, &result, some, 4, 1);
    expect(out, "bp[0] and 3 more");
    report_append_peers(out, &result, some, 4, 4);
    expect(out, "bp[0], bp[2], relay, bpx[1]");
}
END_TEST

START_TEST(heads_are_grouped)
{
    SimResult result = make_result();
    for (uint32_t i = 0; i < N_PEERS; i++) {
        peers[i].head_number = 100;
        peers[i].lib_number = 90;
    }
    peers[1].head_id.bytes[8] = 1; /* a fork at the same height */
    peers[3].lib_number = 88;
    peers[5].up = false;
    g_autoptr(ReportHeads) heads = report_heads_new(&result);
    ck_assert_uint_eq(heads->count, 3);
    ck_assert_uint_eq(heads->heads[0].count, 4);
    ck_assert_uint_eq(heads->heads[0].lib_min, 88);
    ck_assert_uint_eq(heads->heads[0].lib_max, 90);
    ck_assert_uint_eq(heads->heads[0].peers[0], 0);
    ck_assert_uint_eq(heads->heads[0].peers[1], 2);
    ck_assert_uint_eq(heads->heads[0].peers[2], 3);
    ck_assert_uint_eq(heads->heads[0].peers[3], 4);
    ck_assert_uint_eq(heads->heads[1].count, 1);
    ck_assert_uint_eq(heads->heads[1].peers[0], 1);
    ck_assert_uint_eq(heads->heads[2].peers[0], 5);
    ck_assert(!heads->heads[2].up);
}
END_TEST

START_TEST(no_peers_no_heads)
{
    SimResult result = {0};
    g_autoptr(ReportHeads) heads = report_heads_new(&result);
    ck_assert_uint_eq(heads->count, 0);
    report_heads_free(NULL);
}
END_TEST

START_TEST(disconnects_are_grouped)
{
    SimResult result = make_result();
    SimDisconnect disconnects[] = {
        {.time_ns = 5, .peer = 3, .by = 2, .reason = "bad-block"},
        {.time_ns = 6, .peer = 3, .by = 0, .reason = "bad-block"},
        {.time_ns = 7, .peer = 0, .by = 1, .reason = "dead"},
        {.time_ns = 8, .peer = 3, .by = 2, .reason = "bad-block"},
    };
    result.disconnects = disconnects;
    result.n_disconnects = G_N_ELEMENTS(disconnects);
    g_autoptr(GPtrArray) groups = report_disconnects_new(&result);
    ck_assert_uint_eq(groups->len, 2);
    const ReportDisconnects *bad = g_ptr_array_index(groups, 0);
    ck_assert_str_eq(bad->reason, "bad-block");
    ck_assert_uint_eq(bad->count, 3);
    ck_assert_int_eq(bad->first_ns, 5);
    ck_assert_int_eq(bad->last_ns, 8);
    ck_assert_uint_eq(bad->n_peers, 1);
    ck_assert_uint_eq(bad->peers[0], 3);
    ck_assert_uint_eq(bad->n_by, 2);
    ck_assert_uint_eq(bad->by[0], 0);
    ck_assert_uint_eq(bad->by[1], 2);
    const ReportDisconnects *dead = g_ptr_array_index(groups, 1);
    ck_assert_str_eq(dead->reason, "dead");
    ck_assert_uint_eq(dead->count, 1);
}
END_TEST

START_TEST(command_is_quoted_where_needed)
{
    SimResult result = {.seed = UINT64_MAX, .path = (char *)"scenarios/a.json"};
    g_autofree char *plain = report_command("bnetlab", &result, NULL);
    ck_assert_str_eq(plain, "bnetlab run --seed 18446744073709551615 scenarios/a.json");
    result.path = (char *)"my scenarios/it's.json";
    result.seed = 0;
    const char *const sets[] = {"/duration=60s", "/expect/bounds=[]", "/name=a=b", NULL};
    g_autofree char *quoted = report_command("bnetlab", &result, sets);
    ck_assert_str_eq(quoted, "bnetlab run --seed 0 --set /duration=60s "
                             "--set '/expect/bounds=[]' --set /name=a=b "
                             "'my scenarios/it'\\''s.json'");
    result.path = (char *)"-a.json";
    g_autofree char *dash = report_command("bnetlab", &result, NULL);
    ck_assert_str_eq(dash, "bnetlab run --seed 0 -- -a.json");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report_format");
    TCase *tcase = tcase_create("all");
    tcase_add_test(tcase, seconds_are_exact);
    tcase_add_test(tcase, moments_are_cut_to_ms);
    tcase_add_test(tcase, counts_have_separators);
    tcase_add_test(tcase, bytes_have_three_digits);
    tcase_add_test(tcase, ids_and_hashes_are_lower_case);
    tcase_add_test(tcase, foreign_text_is_cleaned);
    tcase_add_test(tcase, peers_are_named_in_ranges);
    tcase_add_test(tcase, heads_are_grouped);
    tcase_add_test(tcase, no_peers_no_heads);
    tcase_add_test(tcase, disconnects_are_grouped);
    tcase_add_test(tcase, command_is_quoted_where_needed);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
