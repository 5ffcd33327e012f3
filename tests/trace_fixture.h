/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_TESTS_TRACE_FIXTURE_H
#define BNETLAB_TESTS_TRACE_FIXTURE_H

/*
 * Runs a scenario with a trace, as `bnetlab run --trace` does, and reads the trace's file
 * (docs/reports.md): for tests that prove what a scenario shows by what can be read of it. One
 * thread.
 */

#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <json-c/json.h>

#include "reports/trace.h"
#include "scenarios/loader.h"
#include "sim/run.h"

typedef struct TraceRun {
    Scenario *scenario;
    SimResult *result;
    GPtrArray *lines; /* of struct json_object: header, happenings in order, end */
} TraceRun;

static inline void trace_run_free(TraceRun *run)
{
    if (run == NULL)
        return;
    g_ptr_array_unref(run->lines);
    sim_result_free(run->result);
    scenario_free(run->scenario);
    g_free(run);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TraceRun, trace_run_free)

static inline void trace_put(gpointer line)
{
    json_object_put(line);
}

static inline GPtrArray *trace_read(const char *path)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(trace_put);
    g_autofree char *text = NULL;

    ck_assert(g_file_get_contents(path, &text, NULL, NULL));
    for (char *line = text; *line != '\0';) {
        char *end = strchr(line, '\n');

        ck_assert_ptr_nonnull(end);
        *end = '\0';
        struct json_object *object = json_tokener_parse(line);

        ck_assert_ptr_nonnull(object);
        g_ptr_array_add(lines, object);
        line = end + 1;
    }
    return lines;
}

/* (transfer full) Runs a scenario, which becomes the run's. */
static inline TraceRun *trace_run_scenario(Scenario *scenario)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_dir_make_tmp("bnetlab-trace-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "trace.jsonl", NULL);
    g_autoptr(ReportTrace) trace = report_trace_new(path, "test", scenario, &error);

    ck_assert_msg(trace != NULL, "%s", error ? error->message : "");
    const SimRunOptions options = {.trace = report_trace_observer(trace)};
    TraceRun *run = g_new0(TraceRun, 1);

    run->scenario = scenario;
    run->result = sim_run(scenario, &options, &error);
    ck_assert_msg(run->result != NULL, "%s", error ? error->message : "");
    ck_assert(report_trace_finish(trace, run->result, NULL));
    run->lines = trace_read(path);
    ck_assert_int_eq(g_unlink(path), 0);
    ck_assert_int_eq(g_rmdir(folder), 0);
    return run;
}

/* (transfer full) Of a file, from the project's root; it must load. */
static inline TraceRun *trace_run(const char *path)
{
    g_autoptr(GError) error = NULL;
    Scenario *scenario = scenario_load(path, NULL, 0, &error);

    ck_assert_msg(scenario != NULL, "%s", error ? error->message : "");
    return trace_run_scenario(scenario);
}

/* Of a line: a member as text; NULL: it has none. (transfer none) */
static inline const char *trace_text(const struct json_object *line, const char *member)
{
    struct json_object *value = NULL;

    json_object_object_get_ex(line, member, &value);
    return value == NULL ? NULL : json_object_get_string(value);
}

/* Of a line: a number; -1: it has none. */
static inline int64_t trace_number(const struct json_object *line, const char *member)
{
    struct json_object *value = NULL;

    return json_object_object_get_ex(line, member, &value) ? json_object_get_int64(value) : -1;
}

/* The line says so of each member: pairs of member and text, ended by NULL. */
static inline bool trace_fits(const struct json_object *line, const char *const *pairs)
{
    for (; pairs[0] != NULL; pairs += 2)
        if (g_strcmp0(trace_text(line, pairs[0]), pairs[1]) != 0)
            return false;
    return true;
}

/* Index of the first line from `index` on that fits; lines->len: none. */
static inline guint trace_find(const TraceRun *run, guint index, const char *const *pairs)
{
    while (index < run->lines->len && !trace_fits(run->lines->pdata[index], pairs))
        index++;
    return index;
}

/* How many lines fit that happened from from_ns on and before to_ns. */
static inline uint32_t trace_count(const TraceRun *run, int64_t from_ns, int64_t to_ns,
                                   const char *const *pairs)
{
    uint32_t n = 0;

    for (guint i = 0; i < run->lines->len; i++) {
        const struct json_object *line = run->lines->pdata[i];
        const int64_t time_ns = trace_number(line, "t");

        n += time_ns >= from_ns && time_ns < to_ns && trace_fits(line, pairs);
    }
    return n;
}

/* A list of pairs for the functions above: TRACE("what", "closed", "reason", "dead") */
#define TRACE(...) ((const char *const[]){__VA_ARGS__, NULL})

#endif
