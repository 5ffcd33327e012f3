/* SPDX-License-Identifier: Apache-2.0 */

/* Parameters: where their values go, and who may set them. */

#include <stdlib.h>

#include <check.h>
#include <glib.h>

#include "tests/loader_fixture.h"
#include "tests/run_suite.h"

#define S INT64_C(1000000000)

#define PEERS "\"peers\": {\"bp\": {\"count\": \"$n\", \"produces\": true}}"

START_TEST(values_of_every_kind)
{
    g_autoptr(Scenario) s = load(
        "{\"params\": {\"n\": 3, \"t\": \"10s\", \"yes\": true, \"f\": 2.5, \"c\": \"even\"},"
        " \"duration\": \"$t\", \"peers\": {\"bp\": {\"count\": \"$n\", \"produces\": \"$yes\"}},"
        " \"events\": [{\"at\": \"$t\", \"slow\": \"bp\", \"factor\": \"$f\"}],"
        " \"links\": {\"regions\": {\"table\": \"aws16\", \"of\": \"$c\"}}}");

    ck_assert_int_eq(s->duration_ns, 10 * S);
    ck_assert_uint_eq(s->n_peers, 3);
    ck_assert_uint_eq(s->n_producers, 3);
    ck_assert_int_eq(s->events[0].at_ns, 10 * S);
    ck_assert_uint_eq(s->events[0].factor_ppm, 2500000);
}
END_TEST

/* Only a whole string is a parameter, and two dollars are one. */
START_TEST(texts_with_a_dollar)
{
    g_autoptr(Scenario) s =
        load("{\"duration\": \"1s\", \"params\": {\"n\": 2, \"text\": \"$$n\"}, " PEERS ","
             " \"name\": \"$text\", \"description\": \"$$n costs $n, or $$n\"}");

    ck_assert_str_eq(s->name, "$n");
    ck_assert_str_eq(s->description, "$n costs $n, or $$n");
}
END_TEST

START_TEST(overrides_come_before_parameters)
{
    const char *json = "{\"duration\": \"9s\", \"params\": {\"n\": 2}, " PEERS "}";
    const ScenarioOverride overrides[] = {
        {"/params/n", "5"},
        {"/params/later", "30s"},
        {"/duration", "$later"},
    };
    g_autoptr(Scenario) s = load_with(json, overrides, G_N_ELEMENTS(overrides));

    ck_assert_uint_eq(s->n_peers, 5);
    ck_assert_int_eq(s->duration_ns, 30 * S);
}
END_TEST

START_TEST(a_parameter_that_is_overridden_need_not_be_used)
{
    const char *json = "{\"duration\": \"9s\", \"params\": {\"n\": 2}, " PEERS "}";
    const ScenarioOverride count = {"/peers/bp/count", "4"};

    assert_refused(json, &count, 1,
                   "folder/test.json:1:31: /params/n: the parameter \"n\" is not used; \"$n\" as a "
                   "value would use it");
}
END_TEST

START_TEST(an_override_of_no_parameter_is_told)
{
    const char *json =
        "{\"duration\": \"$time\", \"params\": {\"n\": 2, \"time\": \"1s\"}, " PEERS "}";
    const ScenarioOverride overrides[] = {
        {"/params/tiem", "5s"},
        {"/params/n", "none"},
        {"/params/N", "1"},
    };

    assert_refused(
        json, overrides, G_N_ELEMENTS(overrides),
        "folder/test.json:1:83: /peers/bp/count: must be an integer from 1 to 1000000, "
        "not a string (parameter \"n\", set by --set)\n"
        "--set /params/tiem: the parameter \"tiem\" is not used; did you mean \"time\"?\n"
        "--set /params/N: \"N\" is no name of a parameter: a letter from a to z, then "
        "such letters, digits, and '_'");
}
END_TEST

/* Keys are what they are. */
START_TEST(keys_are_not_parameters)
{
    assert_refused(
        "{\"duration\": \"1s\", \"params\": {\"n\": 2, \"g\": \"bp\"},"
        " \"peers\": {\"$g\": {\"count\": \"$n\", \"produces\": true}}}",
        NULL, 0,
        "folder/test.json:1:39: /params/g: the parameter \"g\" is not used; \"$g\" as a "
        "value would use it\n"
        "folder/test.json:1:67: /peers/$g: the name of a group is a letter, then letters, digits, "
        "'_' or '-', 64 characters at most");
}
END_TEST

START_TEST(numbers_keep_all_digits)
{
    g_autoptr(Scenario) s =
        load("{\"duration\": \"9s\", \"params\": {\"n\": 2, \"s\": 18446744073709551615,"
             " \"p\": 0.000001}, " PEERS ", \"seed\": \"$s\","
             " \"topology\": {\"kind\": \"erdos-renyi\", \"connected\": false,"
             "  \"probability\": \"$p\"}}");

    ck_assert_uint_eq(s->seed, UINT64_MAX);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scenario_params");
    TCase *tcase = tcase_create("params");

    tcase_add_test(tcase, values_of_every_kind);
    tcase_add_test(tcase, texts_with_a_dollar);
    tcase_add_test(tcase, overrides_come_before_parameters);
    tcase_add_test(tcase, a_parameter_that_is_overridden_need_not_be_used);
    tcase_add_test(tcase, an_override_of_no_parameter_is_told);
    tcase_add_test(tcase, keys_are_not_parameters);
    tcase_add_test(tcase, numbers_keep_all_digits);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
