/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_TESTS_LOADER_FIXTURE_H
#define BNETLAB_TESTS_LOADER_FIXTURE_H

/* Loading scenarios from text, for the tests of the loader. */

#include <string.h>

#include <check.h>
#include <glib.h>

#include "scenarios/loader.h"

#define MINIMAL "{\"duration\": \"10s\", \"peers\": {\"bp\": {\"produces\": true}}}"
static inline Scenario *load_with(const char *json, const ScenarioOverride *overrides, size_t n)
{
    const ScenarioText text = {.path = "folder/test.json", .data = json, .length = strlen(json)};
    g_autoptr(GError) error = NULL;
    Scenario *scenario = scenario_load_data(&text, overrides, n, &error);

    ck_assert_msg(scenario != NULL, "%s", error == NULL ? "no error" : error->message);
    ck_assert_ptr_null(error);
    return scenario;
}

static inline Scenario *load(const char *json)
{
    return load_with(json, NULL, 0);
}

static inline void assert_refused(const char *json, const ScenarioOverride *overrides, size_t n,
                                  const char *message)
{
    const ScenarioText text = {.path = "folder/test.json", .data = json, .length = strlen(json)};
    g_autoptr(GError) error = NULL;
    Scenario *scenario = scenario_load_data(&text, overrides, n, &error);

    ck_assert_ptr_null(scenario);
    ck_assert_str_eq(error->message, message);
}

#endif
