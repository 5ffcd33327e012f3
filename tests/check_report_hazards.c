/* SPDX-License-Identifier: Apache-2.0 */
/* What is written of the search for hazards. */
#include <check.h>

#include "reports/hazards.h"
#include "tests/run_suite.h"

static SimCheckResult checks[] = {
    {.id = (char *)"S5", .verdict = SIM_VERDICT_FAIL},
    {.id = (char *)"S6", .verdict = SIM_VERDICT_PASS},
    {.id = (char *)"L2", .verdict = SIM_VERDICT_FAIL},
};

static const SimResult found = {
    .seed = 12, .verdict = SIM_VERDICT_FAIL, .checks = checks, .n_checks = 3};

static const BnetQuirkName two = {"two-broken", "H16", "S5 L2"};
static const BnetQuirkName none = {"harmless", "", ""};

static const ReportHazard rows[] = {
    {.quirk = &two, .seeds = 8, .found = &found, .command = "x --seed 12"},
    {.quirk = &two, .seeds = 1000},
    {.quirk = &none, .seeds = 1},
};

static ReportHazards all(void)
{
    ReportHazards hazards = {.first_seed = 5, .seeds = 1000, .asked = 3};
    for (uint32_t i = 0; i < G_N_ELEMENTS(rows); i++)
        report_hazards_add(&hazards, &rows[i]);
    return hazards;
}

START_TEST(test_text)
{
    ReportHazards hazards = all();
    g_autoptr(GString) out = g_string_new(NULL);
    report_hazards_text_begin(out);
    for (uint32_t i = 0; i < G_N_ELEMENTS(rows); i++)
        report_hazards_text_row(out, &rows[i]);
    report_hazards_text_end(out, &hazards, 1.5);
    ck_assert_str_eq(
        out->str,
        "hazard  quirk                   known for       found in   seeds  violated\n"
        "H16     two-broken              S5 L2                 12       8  S5 L2\n"
        "H16     two-broken              S5 L2          not found in 1,000 seeds\n"
        "-       harmless                no property    not found in 1 seed\n"
        "3 quirks, up to 1,000 seeds each from 5: 1 found, 1 not found, 1 that breaks no property "
        "(1.50 s)\n");
    hazards.asked = 24;
    hazards.expected = 0;
    g_string_truncate(out, 0);
    report_hazards_text_end(out, &hazards, 1.5);
    ck_assert_str_eq(out->str, "2 of 24 quirks, up to 1,000 seeds each from 5: 1 found, 1 not "
                               "found (1.50 s)\n");
}
END_TEST

START_TEST(test_json)
{
    ReportHazards hazards = all();
    g_autoptr(GString) out = g_string_new(NULL);
    for (uint32_t i = 0; i < G_N_ELEMENTS(rows); i++)
        report_hazards_json_row(out, &rows[i]);
    report_hazards_json_end(out, &hazards);
    ck_assert_str_eq(
        out->str,
        "{ \"hazard\": \"H16\", \"quirk\": \"two-broken\", \"known_for\": [ \"S5\", \"L2\" ], "
        "\"found\": true, \"seeds\": 8, \"seed\": 12, \"violated\": [ \"S5\", \"L2\" ], "
        "\"command\": \"x --seed 12\" }\n"
        "{ \"hazard\": \"H16\", \"quirk\": \"two-broken\", \"known_for\": [ \"S5\", \"L2\" ], "
        "\"found\": false, \"seeds\": 1000 }\n"
        "{ \"hazard\": \"\", \"quirk\": \"harmless\", \"known_for\": [ ], \"found\": false, "
        "\"seeds\": 1 }\n"
        "{ \"first_seed\": 5, \"seeds\": 1000, \"quirks\": 3, \"found\": 1, \"not_found\": 1, "
        "\"no_property\": 1 }\n");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report_hazards");
    TCase *tcase = tcase_create("hazards");
    tcase_add_test(tcase, test_text);
    tcase_add_test(tcase, test_json);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
