/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading traces, and where two of them part.
 */
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <glib/gstdio.h>
#include <zstd.h>

#include "reports/diff.h"
#include "reports/trace_diff.h"
#include "tests/run_suite.h"

#define HEAD "{\"bnetlab\":\"0\",\"format\":1}\n"
#define END                                                                                        \
    "{\"end\":9000000000,\"trace_hash\":\"00000000000000ab\",\"steps\":\"00000000000000cd\"}\n"

static char *folder;
static char *paths[2];

static void set_up(void)
{
    folder = g_dir_make_tmp("bnetlab-check-XXXXXX", NULL);
    paths[0] = g_build_filename(folder, "a", NULL);
    paths[1] = g_build_filename(folder, "b", NULL);
}

static void tear_down(void)
{
    for (int s = 0; s < 2; s++) {
        (void)g_unlink(paths[s]);
        g_free(paths[s]);
    }
    ck_assert_int_eq(g_rmdir(folder), 0);
    g_free(folder);
}

static void put(int s, const char *text, size_t len)
{
    ck_assert(g_file_set_contents(paths[s], text, (gssize)len, NULL));
}

/* (transfer full) Of a file with that text. */
static ReportLines *lines_of(int s, const char *text)
{
    put(s, text, strlen(text));
    ReportLines *lines = report_lines_open(paths[s], NULL);
    ck_assert_ptr_nonnull(lines);
    return lines;
}

/* --- lines ----------------------------------------------------------------------------------- */

#define EVENT "{\"t\":1500000000,\"what\":\"started\",\"peer\":\"a\"}"
#define CHECKPOINT                                                                                 \
    "{\"t\":2000000000,\"what\":\"checkpoint\",\"hash\":\"ffffffffffffffff\",\"steps\":"           \
    "\"0000000000000010\"}"

static void expect_all_kinds(ReportLines *lines)
{
    ReportLine line;
    ck_assert(report_lines_next(lines, &line, NULL));
    ck_assert_int_eq(line.kind, REPORT_LINE_HEAD);
    ck_assert(report_lines_next(lines, &line, NULL));
    ck_assert_int_eq(line.kind, REPORT_LINE_EVENT);
    ck_assert_int_eq(line.time_ns, 1500000000);
    ck_assert_str_eq(line.text, EVENT);
    ck_assert(report_lines_next(lines, &line, NULL));
    ck_assert_int_eq(line.kind, REPORT_LINE_CHECKPOINT);
    ck_assert_int_eq(line.time_ns, 2000000000);
    ck_assert_uint_eq(line.hash, UINT64_MAX);
    ck_assert_uint_eq(line.steps, 16);
    ck_assert(report_lines_next(lines, &line, NULL));
    ck_assert_int_eq(line.kind, REPORT_LINE_END);
    ck_assert_int_eq(line.time_ns, INT64_C(9000000000));
    ck_assert_uint_eq(line.hash, 0xab);
    ck_assert_uint_eq(line.steps, 0xcd);
    for (int i = 0; i < 2; i++) {
        ck_assert(report_lines_next(lines, &line, NULL));
        ck_assert_int_eq(line.kind, REPORT_LINE_NONE);
    }
}

/* What stands behind the last line, as a report does, is not read. */
static const char all_kinds[] = HEAD EVENT "\n" CHECKPOINT "\n" END "PASS  quickstart\n";

START_TEST(test_kinds)
{
    g_autoptr(ReportLines) lines = lines_of(0, all_kinds);
    expect_all_kinds(lines);
    ck_assert(report_lines_is_trace(paths[0]));
}
END_TEST

START_TEST(test_compressed)
{
    char packed[1024];
    size_t n = ZSTD_compress(packed, sizeof packed, all_kinds, sizeof all_kinds - 1, 3);
    put(0, packed, n);
    ck_assert(report_lines_is_trace(paths[0]));
    g_autoptr(ReportLines) lines = report_lines_open(paths[0], NULL);
    expect_all_kinds(lines);
}
END_TEST

/* Lines of any length, as long as they are allowed, over the ends of what is read at once. */
START_TEST(test_long_lines)
{
    g_autoptr(GString) text = g_string_new(HEAD);
    for (uint32_t i = 0; i < 3; i++) {
        g_string_append(text, "{\"t\":1,\"what\":\"");
        for (uint32_t k = 0; k < 300000 + i; k++)
            g_string_append_c(text, 'x');
        g_string_append(text, "\"}\n");
    }
    g_autoptr(ReportLines) lines = lines_of(0, text->str);
    ReportLine line;
    ck_assert(report_lines_next(lines, &line, NULL));
    for (uint32_t i = 0; i < 3; i++) {
        ck_assert(report_lines_next(lines, &line, NULL));
        ck_assert_uint_eq(strlen(line.text), 15 + 300000 + i + 2);
    }
    ck_assert(report_lines_next(lines, &line, NULL));
    ck_assert_int_eq(line.kind, REPORT_LINE_NONE);
}
END_TEST

/* The lines of such a file come to an error that says so. */
static void expect_bad(const char *bytes, size_t len, const char *wanted)
{
    put(0, bytes, len);
    g_autoptr(ReportLines) lines = report_lines_open(paths[0], NULL);
    g_autoptr(GError) error = NULL;
    ReportLine line = {.kind = REPORT_LINE_HEAD};
    while (line.kind != REPORT_LINE_NONE && report_lines_next(lines, &line, &error))
        continue;
    ck_assert_ptr_nonnull(error);
    ck_assert_msg(strstr(error->message, wanted), "%s", error->message);
}

START_TEST(test_bad_files)
{
    static const char none[] = "{}\n";
    static const char two_heads[] = HEAD HEAD;
    static const char no_head[] = EVENT "\n";
    static const char negative[] = HEAD "{\"t\":18446744073709551615}\n";
    static const char cut[] = HEAD "{\"t\":1";
    static const char packed[] = "\x28\xb5\x2f\xfd nonsense";
    expect_bad(none, sizeof none - 1, "line 1: is none of a trace");
    expect_bad(two_heads, sizeof two_heads - 1, "line 2: is none of a trace");
    expect_bad(no_head, sizeof no_head - 1, "line 1: is none of a trace");
    expect_bad(negative, sizeof negative - 1, "line 2: is none of a trace");
    expect_bad(cut, sizeof cut - 1, "line 2: is cut off");
    expect_bad(packed, sizeof packed - 1, "line 1: ");
    g_autofree char *endless = g_malloc(REPORT_LINE_MAX + 2);
    memset(endless, ' ', REPORT_LINE_MAX + 2);
    expect_bad(endless, REPORT_LINE_MAX + 2, "is longer than any of a trace");
    ck_assert(!report_lines_is_trace(paths[0]));
    ck_assert(!report_lines_is_trace(folder));
    ck_assert_ptr_null(report_lines_open(paths[1], NULL));
}
END_TEST

/* --- checkpoints ----------------------------------------------------------------------------- */

#define POINT(t, hash, steps)                                                                      \
    "{\"t\":" t "000000000,\"what\":\"checkpoint\",\"hash\":\"" hash "\",\"steps\":\"" steps "\"}" \
    "\n"

static ReportCheckpoints checkpoints_of(const char *text)
{
    ReportCheckpoints checkpoints;
    g_autoptr(ReportLines) lines = lines_of(0, text);
    ck_assert(report_checkpoints_read(&checkpoints, lines, NULL));
    return checkpoints;
}

/* Two files are equal, or part behind that second. */
static void expect_part(const char *a_text, const char *b_text, bool equal, int64_t seconds)
{
    ReportCheckpoints a = checkpoints_of(a_text);
    ReportCheckpoints b = checkpoints_of(b_text);
    ck_assert_int_eq(report_checkpoints_equal(&a, &b), equal);
    ck_assert_int_eq(report_checkpoints_part(&a, &b), seconds * INT64_C(1000000000));
    ck_assert_int_eq(report_checkpoints_part(&b, &a), seconds * INT64_C(1000000000));
    report_checkpoints_finish(&a);
    report_checkpoints_finish(&b);
}

START_TEST(test_checkpoints)
{
    static const char one[] = HEAD POINT("1", "a", "b") POINT("2", "c", "d") END;
    expect_part(one, one, true, 2);
    expect_part(one, HEAD EVENT "\n" POINT("1", "a", "b") POINT("2", "c", "d") END, true, 2);
    expect_part(one, HEAD POINT("1", "a", "b") POINT("2", "f", "d") END, false, 1);
    expect_part(one, HEAD POINT("1", "a", "b") POINT("2", "c", "f") END, false, 1);
    expect_part(one, HEAD POINT("1", "f", "b") POINT("2", "c", "d") END, false, 0);
    expect_part(one, HEAD POINT("1", "a", "b") POINT("3", "c", "d") END, false, 1);
    expect_part(one, HEAD POINT("1", "a", "b") END, false, 1);
    expect_part(one, HEAD POINT("1", "a", "b") POINT("2", "c", "d"), false, 2);
    expect_part(one, HEAD END, false, 0);
    expect_part(HEAD POINT("1", "a", "b"), HEAD POINT("1", "a", "b"), false, 1);
}
END_TEST

/* --- events ---------------------------------------------------------------------------------- */

#define STARTED(t, peer) "{\"t\":" t ",\"what\":\"started\",\"peer\":\"" peer "\"}"

static ReportDiff compare(const char *a, const char *b, int64_t from_ns)
{
    ReportDiff diff = {.from_ns = from_ns};
    ReportLines *const traces[2] = {lines_of(0, a), lines_of(1, b)};
    ck_assert(report_diff_events(&diff, traces, NULL, NULL));
    report_lines_free(traces[0]);
    report_lines_free(traces[1]);
    return diff;
}

START_TEST(test_equal)
{
    ReportDiff diff = compare(HEAD STARTED("5", "a") "\n" END,
                              HEAD STARTED("5", "a") "\n" POINT("1", "a", "b") END, 0);
    ck_assert(diff.is_equal);
    ck_assert(diff.is_founded);
    ck_assert_uint_eq(diff.n_equal, 1);
    ck_assert_str_eq(diff.last_equal, STARTED("5", "a"));
    ck_assert_ptr_null(diff.sides[0].event);
    report_diff_finish(&diff);
}
END_TEST

START_TEST(test_order)
{
    ReportDiff diff =
        compare(HEAD STARTED("4", "x") "\n" STARTED("5", "a") "\n" STARTED("5", "b") "\n" END,
                HEAD STARTED("4", "x") "\n" STARTED("5", "b") "\n" STARTED("5", "a") "\n" END, 0);
    ck_assert(!diff.is_equal);
    ck_assert_uint_eq(diff.n_equal, 1);
    ck_assert_str_eq(diff.last_equal, STARTED("4", "x"));
    ck_assert_str_eq(diff.sides[0].event, STARTED("5", "a"));
    ck_assert_str_eq(diff.sides[1].event, STARTED("5", "b"));
    ck_assert_int_eq(diff.sides[0].elsewhere, REPORT_SAME_TIME);
    ck_assert_int_eq(diff.sides[1].elsewhere, REPORT_SAME_TIME);
    report_diff_finish(&diff);
}
END_TEST

START_TEST(test_other_time)
{
    ReportDiff diff =
        compare(HEAD STARTED("5", "a") "\n" STARTED("6", "b") "\n" END,
                HEAD STARTED("6", "b") "\n" STARTED("12", "a") "\n" STARTED("13", "c") "\n" END, 0);
    ck_assert_int_eq(diff.sides[0].elsewhere, REPORT_OTHER_TIME);
    ck_assert_int_eq(diff.sides[0].elsewhere_ns, 7);
    ck_assert_int_eq(diff.sides[1].elsewhere, REPORT_SAME_TIME);
    ck_assert_ptr_null(diff.last_equal);
    report_diff_finish(&diff);
}
END_TEST

/* As far as is looked, and no farther. */
START_TEST(test_looks_ahead)
{
    ReportDiff diff = compare(HEAD STARTED("5", "a") "\n" STARTED("1000000005", "b") "\n" END,
                              HEAD STARTED("5", "b") "\n" STARTED("1000000006", "a") "\n" END, 0);
    ck_assert_int_eq(diff.sides[0].elsewhere, REPORT_NOWHERE);
    ck_assert_int_eq(diff.sides[1].elsewhere, REPORT_OTHER_TIME);
    ck_assert_int_eq(diff.sides[1].elsewhere_ns, 1000000000);
    report_diff_finish(&diff);
}
END_TEST

START_TEST(test_one_ends)
{
    ReportDiff diff = compare(HEAD STARTED("5", "a") "\n" END,
                              HEAD STARTED("5", "a") "\n" STARTED("7", "b") "\n" END, 0);
    ck_assert(!diff.is_equal);
    ck_assert_ptr_null(diff.sides[0].event);
    ck_assert_str_eq(diff.sides[1].event, STARTED("7", "b"));
    ck_assert_uint_eq(g_strv_length(diff.sides[0].causes), 0);
    report_diff_finish(&diff);
}
END_TEST

/* No event differs, and yet the runs are not the same: so their last lines say. Where one does not
 * tell its steps, they count for nothing. */
START_TEST(test_other_end)
{
    static const char whole[] = HEAD STARTED("5", "a") "\n" END;
    static const char *const others[] = {
        HEAD STARTED("5", "a") "\n{\"end\":9000000001,\"trace_hash\":\"ab\",\"steps\":\"cd\"}\n",
        HEAD STARTED("5", "a") "\n{\"end\":9000000000,\"trace_hash\":\"ac\",\"steps\":\"cd\"}\n",
        HEAD STARTED("5", "a") "\n{\"end\":9000000000,\"trace_hash\":\"ab\",\"steps\":\"ce\"}\n",
        HEAD STARTED("5", "a") "\n{\"end\":9000000000,\"trace_hash\":\"ab\"}\n",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        ReportDiff diff = compare(whole, others[i], 0);
        ck_assert(diff.is_equal);
        ck_assert_int_eq(diff.ends_differ, i < 3);
        ck_assert_uint_eq(diff.sides[0].end.hash, 0xab);
        report_diff_finish(&diff);
    }
}
END_TEST

/* Without its last line a trace is no whole run; where it differs before, that does not matter. */
START_TEST(test_no_end)
{
    static const char whole[] = HEAD STARTED("5", "a") "\n" STARTED("7", "b") "\n" END;
    ReportDiff diff = {0};
    g_autoptr(GError) error = NULL;
    ReportLines *const traces[2] = {lines_of(0, whole), lines_of(1, HEAD STARTED("5", "a") "\n")};
    ck_assert(!report_diff_events(&diff, traces, NULL, &error));
    ck_assert_str_eq(
        error->message,
        "B: the trace is cut off, it has no last line; events that are equal so far: 1");
    report_lines_free(traces[0]);
    report_lines_free(traces[1]);
    report_diff_finish(&diff);
    diff = compare(HEAD STARTED("6", "a") "\n", whole, 0);
    ck_assert(!diff.is_equal);
    report_diff_finish(&diff);
}
END_TEST

/* What is before is passed over; it is known to be equal if the checkpoints say so. */
START_TEST(test_from)
{
    static const char a[] =
        HEAD STARTED("5", "a") "\n" POINT("1", "a", "b") STARTED("1000000001", "c") "\n" END;
    static const char b[] =
        HEAD STARTED("5", "b") "\n" POINT("1", "a", "b") STARTED("1000000001", "d") "\n" END;
    static const char other[] = HEAD POINT("1", "a", "e") STARTED("1000000001", "d") "\n" END;
    ReportDiff diff = compare(a, b, 1000000000);
    ck_assert(diff.is_founded);
    ck_assert_uint_eq(diff.n_equal, 0);
    ck_assert_str_eq(diff.sides[1].event, STARTED("1000000001", "d"));
    report_diff_finish(&diff);
    diff = compare(a, other, 1000000000);
    ck_assert(!diff.is_founded);
    report_diff_finish(&diff);
    diff = compare(a, b, 0);
    ck_assert_str_eq(diff.sides[1].event, STARTED("5", "b"));
    report_diff_finish(&diff);
}
END_TEST

/* A run whose checkpoints are not those that it had before does not repeat itself. */
START_TEST(test_unsteady)
{
    static const char a[] =
        HEAD POINT("1", "a", "b") POINT("2", "a", "c") STARTED("2000000001", "a") "\n" END;
    static const char b[] =
        HEAD POINT("1", "a", "b") POINT("2", "a", "d") STARTED("2000000001", "b") "\n" END;
    ReportCheckpoints known[2] = {checkpoints_of(a), checkpoints_of(a)};
    ReportDiff diff = {0};
    ReportLines *const traces[2] = {lines_of(0, a), lines_of(1, b)};
    ck_assert(report_diff_events(&diff, traces, known, NULL));
    ck_assert(!diff.sides[0].is_unsteady);
    ck_assert(diff.sides[1].is_unsteady);
    for (int s = 0; s < 2; s++) {
        report_lines_free(traces[s]);
        report_checkpoints_finish(&known[s]);
    }
    report_diff_finish(&diff);
}
END_TEST

/* Old events are forgotten, and are counted all the same. */
START_TEST(test_history_is_bounded)
{
    g_autoptr(GString) text = g_string_new(HEAD);
    for (uint32_t i = 0; i < REPORT_DIFF_HISTORY + 10; i++)
        g_string_append_printf(text, "{\"t\":%u,\"what\":\"started\",\"peer\":\"a\"}\n", i);
    g_string_append(text, END);
    ReportDiff diff = compare(text->str, text->str, 0);
    ck_assert(diff.is_equal);
    ck_assert_uint_eq(diff.n_equal, REPORT_DIFF_HISTORY + 10);
    ck_assert_uint_eq(diff.history.length, REPORT_DIFF_HISTORY);
    ck_assert_str_eq(diff.history.head->data, STARTED("10", "a"));
    report_diff_finish(&diff);
}
END_TEST

/* --- the report ------------------------------------------------------------------------------ */

#define SENT(t, peer, remote, end)                                                                 \
    "{\"t\":" t ",\"what\":\"sent\",\"peer\":\"" peer "\",\"remote\":\"" remote "\",\"end\":" end  \
    ",\"message\":\"ping\",\"code\":\"ab\"}\n"
#define OPENED(t, peer, remote, end)                                                               \
    "{\"t\":" t ",\"what\":\"opened\",\"peer\":\"" peer "\",\"remote\":\"" remote                  \
    "\",\"end\":" end ",\"dialled\":true}\n"

START_TEST(test_text)
{
    ReportDiff diff =
        compare(HEAD OPENED("5", "a", "b", "4") SENT("2000000007", "a", "b", "4") END,
                HEAD OPENED("5", "a", "b", "4") SENT("2000000009", "a", "b", "4") END, 0);
    const ReportDiffRun runs[2] = {{.name = "one", .has_hash = true, .hash = 0xab},
                                   {.name = "two\x1b", .has_hash = true, .hash = 0xab}};
    g_autoptr(GString) out = g_string_new(NULL);
    report_diff_text(out, &diff, runs);
    ck_assert_str_eq(out->str, "DIFFER  at 2.000000007 s, behind 1 equal event\n"
                               "  A  one\n"
                               "  B  two?\n"
                               "\n"
                               "Last event that is equal\n"
                               "  0.000000005 s  a has a session with b, which it dialled\n"
                               "\n"
                               "First event that differs\n"
                               "  A  2.000000007 s  a sends b a ping\n"
                               "     B has it 2 ns later\n"
                               "  B  2.000000009 s  a sends b a ping\n"
                               "     A has it 2 ns earlier\n"
                               "  concerns a, b; link 2\n"
                               "\n"
                               "What led there\n"
                               "  0.000000005 s  a has a session with b, which it dialled\n"
                               "\n"
                               "Trace hashes\n"
                               "  A  00000000000000ab\n"
                               "  B  00000000000000ab\n"
                               "  the same: what differs is the order of steps, or what is sent\n");
    report_diff_finish(&diff);
}
END_TEST

START_TEST(test_text_of_equal)
{
    const ReportDiffRun runs[2] = {{.name = "one", .has_hash = true, .hash = 0xab},
                                   {.name = "two", .has_hash = true, .hash = 0xab}};
    g_autoptr(GString) out = g_string_new(NULL);
    report_diff_text(out, NULL, runs);
    ck_assert_str_eq(out->str, "EQUAL  trace hash 00000000000000ab\n  A  one\n  B  two\n");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trace_diff");
    TCase *tcase = tcase_create("all");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, test_kinds);
    tcase_add_test(tcase, test_compressed);
    tcase_add_test(tcase, test_long_lines);
    tcase_add_test(tcase, test_bad_files);
    tcase_add_test(tcase, test_checkpoints);
    tcase_add_test(tcase, test_equal);
    tcase_add_test(tcase, test_order);
    tcase_add_test(tcase, test_other_time);
    tcase_add_test(tcase, test_looks_ahead);
    tcase_add_test(tcase, test_one_ends);
    tcase_add_test(tcase, test_other_end);
    tcase_add_test(tcase, test_no_end);
    tcase_add_test(tcase, test_from);
    tcase_add_test(tcase, test_unsteady);
    tcase_add_test(tcase, test_history_is_bounded);
    tcase_add_test(tcase, test_text);
    tcase_add_test(tcase, test_text_of_equal);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
