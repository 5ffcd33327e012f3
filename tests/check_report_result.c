/* SPDX-License-Identifier: Apache-2.0 */

/* The writers of whole results: text, JSON, JUnit, and the file they go to. */

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <check.h>
#include <glib/gstdio.h>
#include <json-c/json.h>

#include "reports/file.h"
#include "reports/json.h"
#include "reports/junit.h"
#include "reports/text.h"
#include "tests/run_suite.h"

static SimPeerResult peers[] = {
    {.name = (char *)"bp[0]",
     .up = true,
     .honest = true,
     .head_number = 1420,
     .head_id = {.bytes = {0, 0, 5, 0x8c, 0x3f, 0x2a, 0x9c, 0x01}},
     .lib_number = 1092,
     .lib_id = {.bytes = {0, 0, 4, 0x44, 1}},
     .fork_switches = 2,
     .messages_received = 10,
     .bytes_received = UINT64_MAX,
     .sessions = 2},
    {.name = (char *)"bp[1]",
     .up = true,
     .honest = true,
     .head_number = 1420,
     .head_id = {.bytes = {0, 0, 5, 0x8c, 0x3f, 0x2a, 0x9c, 0x01}},
     .lib_number = 1092,
     .lib_id = {.bytes = {0, 0, 4, 0x44, 1}}},
    {.name = (char *)"mallory", .up = false, .honest = false, .head_number = 7},
};
static SimDisconnect disconnects[] = {
    {.time_ns = INT64_C(40512000001), .peer = 2, .by = 0, .reason = "bad-block"},
    {.time_ns = INT64_C(40513000000), .peer = 2, .by = 1, .reason = "bad-block"},
};
static SimCheckResult checks[] = {
    {.id = (char *)"S1",
     .title = (char *)"blocks are linkable",
     .verdict = SIM_VERDICT_PASS,
     .detail = (char *)""},
    {.id = (char *)"L1",
     .title = (char *)"heads converge",
     .verdict = SIM_VERDICT_NOT_JUDGED,
     .detail = (char *)"production never stopped"},
    {.id = (char *)"expect/bounds/0",
     .title = (char *)"fork_switches of bp >= 1",
     .verdict = SIM_VERDICT_FAIL,
     .detail = (char *)"at 60 s bp[1] has 0 < 1 & \"none\"\x01",
     .violations = 2},
};
static SimMoment moments[] = {
    {.time_ns = INT64_C(20000000000), .text = (char *)"partition: bp[0] | bp[1]"},
    {.time_ns = INT64_C(40500000000), .text = (char *)"mallory sends an invalid block"},
};

static const ReportStyle plain = {.colour = false, .utf8 = true, .width = 100};

static SimResult make_result(void)
{
    return (SimResult){
        .name = (char *)"demo",
        .description = (char *)"what it shows",
        .path = (char *)"scenarios/demo.json",
        .seed = UINT64_MAX,
        .verdict = SIM_VERDICT_FAIL,
        .trace_hash = UINT64_C(0x0123456789abcdef),
        .simulated_ns = INT64_C(60500000000),
        .wall_seconds = 0.25,
        .events = 1234567,
        .messages_delivered = 500000,
        .bytes_delivered = UINT64_C(9007199254740993), /* a double cannot hold it */
        .peak_rss_bytes = 12000000,
        .estimated_bytes = 11000000,
        .blocks_produced = 120,
        .transactions_created = 300,
        .peers = peers,
        .n_peers = G_N_ELEMENTS(peers),
        .fork_switches = 2,
        .disconnects = disconnects,
        .n_disconnects = G_N_ELEMENTS(disconnects),
        .checks = checks,
        .n_checks = G_N_ELEMENTS(checks),
        .moments = moments,
        .n_moments = G_N_ELEMENTS(moments),
    };
}

static char *make_folder(void)
{
    char *folder = g_dir_make_tmp("bnetlab-check-XXXXXX", NULL);
    ck_assert_ptr_nonnull(folder);
    return folder;
}

static void remove_folder(char *folder)
{
    /* Not empty: a temporary file was left behind. */
    ck_assert_int_eq(g_rmdir(folder), 0);
    g_free(folder);
}

/* --- text ------------------------------------------------------------------------------------ */

START_TEST(text_of_a_failure)
{
    SimResult result = make_result();
    g_autoptr(GString) out = g_string_new(NULL);
    report_text(out, &result, "bnetlab run x", &plain);
    ck_assert_str_eq(
        out->str,
        "FAIL  demo  60.5 s simulated in 0.250 s (242 times real time)\n"
        "\n"
        "What failed\n"
        "  ✗ expect/bounds/0  fork_switches of bp >= 1\n"
        "      at 60 s bp[1] has 0 < 1 & \"none\"?\n"
        "\n"
        "Checks\n"
        "  1 passed, 1 failed, 1 not judged\n"
        "  ? L1  heads converge\n"
        "      production never stopped\n"
        "\n"
        "Story\n"
        "    20.000 s  partition: bp[0] | bp[1]\n"
        "    40.500 s  mallory sends an invalid block\n"
        "\n"
        "Heads at the end\n"
        "  2 peers at head 1420 3f2a9c01, LIB 1092: bp[0..1]\n"
        "  1 peer down at head 7 00000000, LIB none: mallory\n"
        "\n"
        "Disconnects\n"
        "  2× bad-block: mallory cut off by bp[0..1], first at 40.512 s, last at 40.513 s\n"
        "\n"
        "Figures\n"
        "  120 blocks, 300 transactions, 2 fork switches\n"
        "  500,000 messages (2.00 M/s), 9.01 PB, 1,234,567 events (4.94 M/s), memory 12.0 MB\n"
        "\n"
        "Repeat\n"
        "  seed 18446744073709551615, trace 0123456789abcdef\n"
        "  bnetlab run x\n");
}
END_TEST

START_TEST(text_of_an_empty_result)
{
    SimResult result = {.name = (char *)"",
                        .path = (char *)"",
                        .verdict = SIM_VERDICT_NOT_JUDGED,
                        .interrupted = true};
    g_autoptr(GString) out = g_string_new(NULL);
    report_text(out, &result, "x", &plain);
    ck_assert(g_str_has_prefix(out->str, "STOP    0 s simulated\n      interrupted"));
}
END_TEST

START_TEST(text_in_ascii_without_colour)
{
    SimResult result = make_result();
    result.name = (char *)"Zürich\033[31m";
    g_autoptr(GString) out = g_string_new(NULL);
    ReportStyle ascii = {.colour = false, .utf8 = false, .width = 100};
    report_text(out, &result, "bnetlab run x", &ascii);
    report_text_line(out, &result, NULL, 60, &ascii);
    ck_assert(g_str_is_ascii(out->str));
    ck_assert_ptr_null(strchr(out->str, '\033'));
}
END_TEST

START_TEST(text_keeps_to_its_width)
{
    SimResult result = make_result();
    SimCheckResult check = {.id = (char *)"S1",
                            .title = (char *)"t",
                            .verdict = SIM_VERDICT_FAIL,
                            .detail = (char *)"many words that do not fit in one line of forty "
                                              "columns and are broken"};
    result.checks = &check;
    result.n_checks = 1;
    g_autoptr(GString) out = g_string_new(NULL);
    ReportStyle narrow = {.colour = false, .utf8 = true, .width = REPORT_WIDTH_MIN};
    report_text(out, &result, "x", &narrow);
    ck_assert_ptr_nonnull(strstr(out->str, "      many words that do not fit in one\n"
                                           "      line of forty columns and are\n"
                                           "      broken\n"));
}
END_TEST

START_TEST(text_has_colour_on_demand)
{
    SimResult result = make_result();
    g_autoptr(GString) out = g_string_new(NULL);
    ReportStyle coloured = {.colour = true, .utf8 = true, .width = 100};
    report_text(out, &result, "x", &coloured);
    ck_assert(g_str_has_prefix(out->str, "\033[1;31mFAIL\033[0m  \033[1mdemo\033[0m"));
}
END_TEST

START_TEST(story_is_cut_in_the_middle)
{
    SimResult result = make_result();
    SimMoment many[41];
    for (int i = 0; i < 41; i++) {
        many[i] = (SimMoment){.time_ns = i * INT64_C(1000000000), .text = (char *)"m"};
    }
    result.moments = many;
    result.n_moments = 40;
    g_autoptr(GString) all = g_string_new(NULL);
    report_text(all, &result, "x", &plain);
    ck_assert_ptr_nonnull(strstr(all->str, "    20.000 s  m\n"));
    ck_assert_ptr_null(strstr(all->str, "more, all in"));
    result.n_moments = 41;
    g_autoptr(GString) cut = g_string_new(NULL);
    report_text(cut, &result, "x", &plain);
    ck_assert_ptr_nonnull(strstr(cut->str, "    19.000 s  m\n"
                                           "              1 more, all in the JSON report\n"
                                           "    21.000 s  m\n"));
    ck_assert_ptr_nonnull(strstr(cut->str, "    40.000 s  m\n"));
}
END_TEST

START_TEST(suite_lines_are_aligned)
{
    SimResult result = make_result();
    result.verdict = SIM_VERDICT_PASS;
    g_autoptr(GString) out = g_string_new(NULL);
    report_text_line(out, &result, NULL, 8, &plain);
    ck_assert_str_eq(out->str, "PASS  demo         60.5 s      250 ms  0123456789abcdef\n");
    g_string_truncate(out, 0);
    report_text_line(out, &result, "a/\nb.json", 8, &plain);
    ck_assert_str_eq(out->str,
                     "PASS  demo         60.5 s      250 ms  0123456789abcdef  a/?b.json\n");
    g_string_truncate(out, 0);
    result.name =
        (char
             *)"a name of more than sixty-four columns, of which the rest is cut off: it is longer";
    report_text_line(out, &result, NULL, 80, &plain);
    ck_assert_str_eq(
        out->str,
        "PASS  a name of more than sixty-four columns, of which the rest is cu…     60.5 s"
        "      250 ms  0123456789abcdef\n");
}
END_TEST

START_TEST(tally_counts_every_kind)
{
    SimResult result = {.verdict = SIM_VERDICT_PASS};
    ReportTally tally = {0};
    g_autoptr(GString) out = g_string_new(NULL);
    report_tally_add(&tally, &result);
    report_text_tally(out, &tally, 1.234, &plain);
    ck_assert_str_eq(out->str, "1 scenario: 1 passed (1.23 s)\n");
    result.interrupted = true;
    report_tally_add(&tally, &result);
    result.verdict = SIM_VERDICT_FAIL;
    report_tally_add(&tally, &result);
    result.interrupted = false;
    result.verdict = SIM_VERDICT_NOT_JUDGED;
    report_tally_add(&tally, &result);
    report_tally_add(&tally, NULL);
    g_string_truncate(out, 0);
    report_text_tally(out, &tally, 0, &plain);
    ck_assert_str_eq(out->str, "5 scenarios: 1 passed, 1 failed, 1 not judged, 1 interrupted, "
                               "1 not run (0.00 s)\n");
}
END_TEST

/* --- JSON ------------------------------------------------------------------------------------ */

static json_object *parse(const char *text)
{
    json_object *root = json_tokener_parse(text);
    ck_assert_msg(root != NULL, "not JSON: %s", text);
    return root;
}

static const char *text_at(json_object *root, const char *pointer)
{
    json_object *value = NULL;
    ck_assert_int_eq(json_pointer_get(root, pointer, &value), 0);
    return json_object_get_string(value);
}

START_TEST(json_has_every_field)
{
    SimResult result = make_result();
    g_autoptr(GString) out = g_string_new(NULL);
    report_json(out, &result, "bnetlab run 'x y'");
    json_object *root = parse(out->str);
    ck_assert_str_eq(text_at(root, "/name"), "demo");
    ck_assert_str_eq(text_at(root, "/path"), "scenarios/demo.json");
    ck_assert_str_eq(text_at(root, "/seed"), "18446744073709551615");
    ck_assert_str_eq(text_at(root, "/verdict"), "fail");
    ck_assert_str_eq(text_at(root, "/interrupted"), "false");
    ck_assert_str_eq(text_at(root, "/trace_hash"), "0123456789abcdef");
    ck_assert_str_eq(text_at(root, "/simulated_seconds"), "60.5");
    ck_assert_str_eq(text_at(root, "/wall_seconds"), "0.250000");
    ck_assert_str_eq(text_at(root, "/peak_rss_bytes"), "12000000");
    ck_assert_str_eq(text_at(root, "/estimated_bytes"), "11000000");
    ck_assert_str_eq(text_at(root, "/bytes_delivered"), "9007199254740993");
    ck_assert_str_eq(text_at(root, "/events"), "1234567");
    ck_assert_str_eq(text_at(root, "/peers"), "3");
    ck_assert_str_eq(text_at(root, "/command"), "bnetlab run 'x y'");
    ck_assert_str_eq(text_at(root, "/checks/2/verdict"), "fail");
    ck_assert_str_eq(text_at(root, "/checks/2/detail"), "at 60 s bp[1] has 0 < 1 & \"none\"\x01");
    ck_assert_str_eq(text_at(root, "/checks/2/violations"), "2");
    ck_assert_str_eq(text_at(root, "/moments/1/time"), "40.5");
    ck_assert_str_eq(text_at(root, "/disconnects/0/time"), "40.512000001");
    ck_assert_str_eq(text_at(root, "/disconnects/1/by"), "bp[1]");
    ck_assert_str_eq(text_at(root, "/heads/0/head_id"),
                     "0000058c3f2a9c01000000000000000000000000000000000000000000000000");
    ck_assert_str_eq(text_at(root, "/heads/0/bytes_received"), "18446744073709551615");
    ck_assert_str_eq(text_at(root, "/heads/2/honest"), "false");
    json_object *lib_id = root;
    ck_assert_int_eq(json_pointer_get(root, "/heads/2/lib_id", &lib_id), 0);
    ck_assert_ptr_null(lib_id);
    json_object_put(root);
}
END_TEST

START_TEST(json_of_nothing_is_valid)
{
    SimResult result = {.name = (char *)"\xff\"\\", .path = (char *)""};
    g_autoptr(GString) out = g_string_new(NULL);
    report_json(out, &result, "x");
    json_object *root = parse(out->str);
    ck_assert_str_eq(text_at(root, "/name"), "\xEF\xBF\xBD\"\\");
    ck_assert_str_eq(text_at(root, "/description"), "");
    ck_assert_str_eq(text_at(root, "/heads"), "[ ]");
    json_object_put(root);
}
END_TEST

START_TEST(json_of_a_suite)
{
    SimResult result = make_result();
    ReportTally tally = {.passed = 1, .failed = 2, .not_run = 3};
    g_autoptr(GString) out = g_string_new(NULL);
    report_json_suite_begin(out);
    report_json_suite_add(out, 0, &result, "x");
    report_json_suite_add(out, 1, &result, "y");
    report_json_suite_end(out, &tally);
    json_object *root = parse(out->str);
    ck_assert_str_eq(text_at(root, "/suite/0/name"), "demo");
    ck_assert_str_eq(text_at(root, "/suite/1/command"), "y");
    ck_assert_str_eq(text_at(root, "/passed"), "1");
    ck_assert_str_eq(text_at(root, "/failed"), "2");
    ck_assert_str_eq(text_at(root, "/not_run"), "3");
    json_object_put(root);

    g_autoptr(GString) empty = g_string_new(NULL);
    report_json_suite_begin(empty);
    report_json_suite_end(empty, &tally);
    json_object_put(parse(empty->str));
}
END_TEST

/* --- JUnit ----------------------------------------------------------------------------------- */

/* What a GMarkup parse of the file finds. */
typedef struct Found {
    GString *text; /* all character data */
    char *message; /* of the failure */
    int testcases;
    int skipped;
} Found;

/* GMarkup fixes the parameters. NOLINTNEXTLINE(readability-function-size) */
static void on_element(GMarkupParseContext *context, const char *element, const char **names,
                       const char **values, gpointer user_data, GError **error)
{
    (void)context;
    (void)error;
    Found *found = user_data;
    found->testcases += strcmp(element, "testcase") == 0 ? 1 : 0;
    found->skipped += strcmp(element, "skipped") == 0 ? 1 : 0;
    for (size_t i = 0; strcmp(element, "failure") == 0 && names[i] != NULL; i++) {
        if (strcmp(names[i], "message") == 0) {
            found->message = g_strdup(values[i]);
        }
    }
}

static void on_text(GMarkupParseContext *context, const char *text, gsize len, gpointer user_data,
                    GError **error)
{
    (void)context;
    (void)error;
    Found *found = user_data;
    g_string_append_len(found->text, text, (gssize)len);
}

static void parse_markup(const char *path, Found *found)
{
    static const GMarkupParser parser = {.start_element = on_element, .text = on_text};
    g_autofree char *text = NULL;
    ck_assert(g_file_get_contents(path, &text, NULL, NULL));
    found->text = g_string_new(NULL);
    GMarkupParseContext *context = g_markup_parse_context_new(&parser, 0, found, NULL);
    g_autoptr(GError) error = NULL;
    ck_assert_msg(g_markup_parse_context_parse(context, text, -1, &error) &&
                      g_markup_parse_context_end_parse(context, &error),
                  "%s", error != NULL ? error->message : "");
    g_markup_parse_context_free(context);
}

START_TEST(junit_is_well_formed_and_escaped)
{
    char *folder = make_folder();
    g_autofree char *path = g_build_filename(folder, "junit.xml", NULL);
    SimResult result = make_result();
    result.name = (char *)"<demo> & 'co'";
    g_autoptr(GError) error = NULL;
    g_autoptr(ReportJunit) junit = report_junit_new(path, &error);
    ck_assert_ptr_nonnull(junit);
    report_junit_add(junit, &result, result.name, "bnetlab run --set '/a=<b>'");
    report_junit_add_not_run(junit, "later");
    ck_assert(!g_file_test(path, G_FILE_TEST_EXISTS));
    ck_assert(report_junit_finish(junit, &error));
    Found found = {0};
    parse_markup(path, &found);
    ck_assert_int_eq(found.testcases, 4);
    ck_assert_int_eq(found.skipped, 2);
    ck_assert_str_eq(found.message, "at 60 s bp[1] has 0 < 1 & \"none\"\xEF\xBF\xBD");
    ck_assert_ptr_nonnull(strstr(found.text->str, "repeat: bnetlab run --set '/a=<b>'"));
    g_autofree char *text = NULL;
    ck_assert(g_file_get_contents(path, &text, NULL, NULL));
    ck_assert_ptr_nonnull(strstr(text, "<testsuites name=\"bnetlab\" tests=\"4\" failures=\"1\" "
                                       "errors=\"0\" skipped=\"2\" time=\"0.250000\">"));
    ck_assert_ptr_nonnull(strstr(text, "name=\"seed\" value=\"18446744073709551615\""));
    ck_assert_ptr_nonnull(strstr(text, "name=\"trace_hash\" value=\"0123456789abcdef\""));
    g_string_free(found.text, TRUE);
    g_free(found.message);
    ck_assert_int_eq(g_unlink(path), 0);
    remove_folder(folder);
}
END_TEST

START_TEST(junit_marks_what_was_interrupted)
{
    char *folder = make_folder();
    g_autofree char *path = g_build_filename(folder, "junit.xml", NULL);
    SimResult result = make_result();
    result.interrupted = true;
    g_autoptr(ReportJunit) junit = report_junit_new(path, NULL);
    report_junit_add(junit, &result, result.name, "x");
    ck_assert(report_junit_finish(junit, NULL));
    g_autofree char *text = NULL;
    ck_assert(g_file_get_contents(path, &text, NULL, NULL));
    ck_assert_ptr_nonnull(strstr(text, "<error message=\"interrupted\"/>"));
    ck_assert_ptr_nonnull(strstr(text, "errors=\"1\""));
    ck_assert_int_eq(g_unlink(path), 0);
    remove_folder(folder);
}
END_TEST

/* --- files ----------------------------------------------------------------------------------- */

START_TEST(file_appears_when_committed)
{
    char *folder = make_folder();
    g_autofree char *path = g_build_filename(folder, "a", NULL);
    ck_assert(g_file_set_contents(path, "old", -1, NULL));
    ReportFile *dropped = report_file_new(path, NULL);
    report_file_write(dropped, "dropped", 7);
    report_file_free(dropped);
    g_autofree char *kept = NULL;
    ck_assert(g_file_get_contents(path, &kept, NULL, NULL));
    ck_assert_str_eq(kept, "old");
    g_autoptr(ReportFile) file = report_file_new(path, NULL);
    report_file_write(file, "new", 3);
    ck_assert(report_file_commit(file, NULL));
    g_autofree char *text = NULL;
    ck_assert(g_file_get_contents(path, &text, NULL, NULL));
    ck_assert_str_eq(text, "new");
    ck_assert_int_eq(g_unlink(path), 0);
    remove_folder(folder);
}
END_TEST

START_TEST(file_follows_a_link)
{
    char *folder = make_folder();
    g_autofree char *path = g_build_filename(folder, "a", NULL);
    g_autofree char *link = g_build_filename(folder, "link", NULL);
    ck_assert(g_file_set_contents(path, "old", -1, NULL));
    ck_assert_int_eq(symlink("a", link), 0);
    g_autoptr(ReportFile) file = report_file_new(link, NULL);
    report_file_write(file, "new", 3);
    ck_assert(report_file_commit(file, NULL));
    ck_assert(g_file_test(link, G_FILE_TEST_IS_SYMLINK));
    g_autofree char *text = NULL;
    ck_assert(g_file_get_contents(path, &text, NULL, NULL));
    ck_assert_str_eq(text, "new");
    ck_assert_int_eq(g_unlink(path), 0);
    ck_assert_int_eq(g_unlink(link), 0);
    remove_folder(folder);
}
END_TEST

START_TEST(file_tells_what_failed)
{
    g_autoptr(GError) error = NULL;
    ck_assert_ptr_null(report_file_new("tests/no-such-folder/a", &error));
    ck_assert(g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT));
    ck_assert_ptr_nonnull(strstr(error->message, "tests/no-such-folder/a"));
    report_file_free(NULL);
}
END_TEST

START_TEST(device_is_written_not_replaced)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ReportFile) null = report_file_new("/dev/null", &error);
    report_file_write(null, "a", 1);
    ck_assert(report_file_commit(null, &error));
    struct stat status;
    ck_assert_int_eq(stat("/dev/null", &status), 0);
    ck_assert(S_ISCHR(status.st_mode));
    if (!g_file_test("/dev/full", G_FILE_TEST_EXISTS)) {
        return;
    }
    g_autoptr(ReportFile) full = report_file_new("/dev/full", &error);
    report_file_write(full, "a", 1);
    ck_assert(report_file_has_failed(full));
    ck_assert(!report_file_commit(full, &error));
    ck_assert(g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report_result");
    TCase *tcase = tcase_create("all");
    tcase_add_test(tcase, text_of_a_failure);
    tcase_add_test(tcase, text_of_an_empty_result);
    tcase_add_test(tcase, text_in_ascii_without_colour);
    tcase_add_test(tcase, text_keeps_to_its_width);
    tcase_add_test(tcase, text_has_colour_on_demand);
    tcase_add_test(tcase, story_is_cut_in_the_middle);
    tcase_add_test(tcase, suite_lines_are_aligned);
    tcase_add_test(tcase, tally_counts_every_kind);
    tcase_add_test(tcase, json_has_every_field);
    tcase_add_test(tcase, json_of_nothing_is_valid);
    tcase_add_test(tcase, json_of_a_suite);
    tcase_add_test(tcase, junit_is_well_formed_and_escaped);
    tcase_add_test(tcase, junit_marks_what_was_interrupted);
    tcase_add_test(tcase, file_appears_when_committed);
    tcase_add_test(tcase, file_follows_a_link);
    tcase_add_test(tcase, file_tells_what_failed);
    tcase_add_test(tcase, device_is_written_not_replaced);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
