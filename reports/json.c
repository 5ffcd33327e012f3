/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/json.h"

#include <json-c/json.h>

#include "reports/format.h"

static json_object *json_text(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text != NULL ? text : "", -1);
    return json_object_new_string(valid);
}

/* A number of the given decimal text. */
static json_object *json_number(const char *decimal)
{
    return json_object_new_double_s(g_ascii_strtod(decimal, NULL), decimal);
}

static json_object *json_seconds(int64_t ns)
{
    g_autoptr(GString) text = g_string_new(NULL);
    report_append_seconds(text, ns);
    return json_number(text->str);
}

static json_object *json_id(const BnetId *id)
{
    g_autoptr(GString) text = g_string_new(NULL);
    report_append_id(text, id);
    return json_object_new_string(text->str);
}

static json_object *json_verdict(SimVerdict verdict)
{
    switch (verdict) {
    case SIM_VERDICT_PASS:
        return json_object_new_string("pass");
    case SIM_VERDICT_FAIL:
        return json_object_new_string("fail");
    case SIM_VERDICT_NOT_JUDGED:
        return json_object_new_string("not-judged");
    }
    g_assert_not_reached();
}

static json_object *json_asked(SimAsked asked)
{
    switch (asked) {
    case SIM_ASKED_PASS:
        return json_object_new_string("pass");
    case SIM_ASKED_ANY:
        return json_object_new_string("any");
    case SIM_ASKED_FAIL:
        return json_object_new_string("fail");
    }
    g_assert_not_reached();
}

static void append_value(GString *out, json_object *value)
{
    g_string_append(out, json_object_to_json_string_ext(value, JSON_C_TO_STRING_SPACED |
                                                                   JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(value);
}

/* A member of the outer object on a line of its own. Takes the value. */
static void put_member(GString *out, const char *key, json_object *value)
{
    g_string_append_printf(out, "%s\n  \"%s\": ", out->str[out->len - 1] == '{' ? "" : ",", key);
    append_value(out, value);
}

static void begin_array(GString *out, const char *key)
{
    g_string_append_printf(out, ",\n  \"%s\": [", key);
}

/* An element on a line of its own. Takes the value. */
static void put_element(GString *out, json_object *value)
{
    g_string_append(out, out->str[out->len - 1] == '[' ? "\n    " : ",\n    ");
    append_value(out, value);
}

static void end_array(GString *out)
{
    g_string_append(out, out->str[out->len - 1] == '[' ? "]" : "\n  ]");
}

static json_object *json_head(const SimPeerResult *peer)
{
    json_object *head = json_object_new_object();
    json_object_object_add(head, "peer", json_text(peer->name));
    json_object_object_add(head, "up", json_object_new_boolean(peer->up));
    json_object_object_add(head, "honest", json_object_new_boolean(peer->honest));
    json_object_object_add(head, "head", json_object_new_int64(peer->head_number));
    json_object_object_add(head, "head_id", json_id(&peer->head_id));
    json_object_object_add(head, "lib", json_object_new_int64(peer->lib_number));
    json_object_object_add(head, "lib_id", peer->lib_number == 0 ? NULL : json_id(&peer->lib_id));
    json_object_object_add(head, "fork_switches", json_object_new_uint64(peer->fork_switches));
    json_object_object_add(head, "messages_received",
                           json_object_new_uint64(peer->messages_received));
    json_object_object_add(head, "bytes_received", json_object_new_uint64(peer->bytes_received));
    json_object_object_add(head, "sessions", json_object_new_int64(peer->sessions));
    return head;
}

static json_object *json_disconnect(const SimResult *result, const SimDisconnect *disconnect)
{
    json_object *object = json_object_new_object();
    json_object_object_add(object, "time", json_seconds(disconnect->time_ns));
    json_object_object_add(object, "peer", json_text(result->peers[disconnect->peer].name));
    json_object_object_add(object, "by", json_text(result->peers[disconnect->by].name));
    json_object_object_add(object, "reason", json_text(disconnect->reason));
    return object;
}

static json_object *json_switch(const SimResult *result, const SimForkSwitch *left)
{
    json_object *object = json_object_new_object();
    json_object_object_add(object, "time", json_seconds(left->time_ns));
    json_object_object_add(object, "peer", json_text(result->peers[left->peer].name));
    json_object_object_add(object, "blocks", json_object_new_int64(left->blocks));
    json_object_object_add(object, "behind", json_object_new_int64(left->behind));
    return object;
}

static json_object *json_check(const SimCheckResult *check)
{
    json_object *object = json_object_new_object();
    json_object_object_add(object, "id", json_text(check->id));
    json_object_object_add(object, "title", json_text(check->title));
    json_object_object_add(object, "verdict", json_verdict(check->verdict));
    json_object_object_add(object, "expected", json_asked(check->asked));
    json_object_object_add(object, "detail", json_text(check->detail));
    json_object_object_add(object, "violations", json_object_new_uint64(check->violations));
    if (check->causes != NULL) {
        json_object *causes = json_object_new_array();
        for (uint32_t i = 0; check->causes[i] != NULL; i++) {
            json_object_array_add(causes, json_text(check->causes[i]));
        }
        json_object_object_add(object, "causes", causes);
    }
    return object;
}

static json_object *json_moment(const SimMoment *moment)
{
    json_object *object = json_object_new_object();
    json_object_object_add(object, "time", json_seconds(moment->time_ns));
    json_object_object_add(object, "text", json_text(moment->text));
    return object;
}

/* Of a metric: a figure in its unit. */
static json_object *json_figure(const SimMetric *metric, uint64_t value)
{
    if (metric->count == 0) {
        return NULL;
    }
    if (metric->unit == SCENARIO_UNIT_TIME) {
        return json_seconds((int64_t)value);
    }
    if (metric->unit == SCENARIO_UNIT_RATIO) {
        g_autofree char *text =
            g_strdup_printf("%u.%06u", (unsigned)(value / 1000000), (unsigned)(value % 1000000));
        return json_number(text);
    }
    return json_object_new_uint64(value);
}

static json_object *json_metric(const SimMetric *metric)
{
    static const char *const units[] = {"s", "B", "blocks", "ratio"};
    json_object *object = json_object_new_object();
    json_object_object_add(object, "metric", json_text(metric->name));
    json_object_object_add(object, "unit", json_text(units[metric->unit]));
    json_object_object_add(object, "count", json_object_new_uint64(metric->count));
    json_object_object_add(object, "never", json_object_new_uint64(metric->never));
    json_object_object_add(object, "min", json_figure(metric, metric->min));
    json_object_object_add(object, "mean", json_figure(metric, metric->mean));
    json_object_object_add(object, "p50", json_figure(metric, metric->p50));
    json_object_object_add(object, "p90", json_figure(metric, metric->p90));
    json_object_object_add(object, "p99", json_figure(metric, metric->p99));
    json_object_object_add(object, "max", json_figure(metric, metric->max));
    return object;
}

/* A member for each probe. */
static json_object *json_probes(const uint64_t *hits, uint32_t n)
{
    json_object *object = json_object_new_object();
    for (uint32_t i = 0; i < n; i++) {
        json_object_object_add(object, sim_probes_name(i), json_object_new_uint64(hits[i]));
    }
    return object;
}

/* The names of those that were never hit. */
static json_object *json_probes_missed(const uint64_t *hits, uint32_t n)
{
    json_object *array = json_object_new_array();
    for (uint32_t i = 0; i < n; i++) {
        if (hits[i] == 0) {
            json_object_array_add(array, json_object_new_string(sim_probes_name(i)));
        }
    }
    return array;
}

static void put_summary(GString *out, const SimResult *result, const char *command)
{
    g_autoptr(GString) hash = g_string_new(NULL);
    report_append_hash(hash, result->trace_hash);
    char wall[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(wall, sizeof wall, "%.6f", result->wall_seconds);
    put_member(out, "name", json_text(result->name));
    put_member(out, "description", json_text(result->description));
    put_member(out, "path", result->path != NULL ? json_text(result->path) : NULL);
    put_member(out, "seed", json_object_new_uint64(result->seed));
    if (result->shuffled_ties)
        put_member(out, "ties_seed", json_object_new_uint64(result->ties_seed));
    put_member(out, "verdict", json_verdict(result->verdict));
    put_member(out, "interrupted", json_object_new_boolean(result->interrupted));
    if (result->driver == SIM_DRIVER_SOCKETS)
        put_member(out, "driver", json_object_new_string("sockets"));
    else
        put_member(out, "trace_hash", json_object_new_string(hash->str));
    put_member(out, "simulated_seconds", json_seconds(result->simulated_ns));
    put_member(out, "wall_seconds", json_number(wall));
    put_member(out, "peak_rss_bytes", json_object_new_uint64(result->peak_rss_bytes));
    put_member(out, "estimated_bytes", json_object_new_uint64(result->estimated_bytes));
    put_member(out, "threads", json_object_new_uint64(result->threads));
    put_member(out, "one_thread_because",
               result->one_thread_because ? json_text(result->one_thread_because) : NULL);
    put_member(out, "windows", json_object_new_uint64(result->windows));
    put_member(out, "failed_stretches", json_object_new_uint64(result->failed_stretches));
    put_member(out, "events", json_object_new_uint64(result->events));
    put_member(out, "messages_delivered", json_object_new_uint64(result->messages_delivered));
    put_member(out, "bytes_delivered", json_object_new_uint64(result->bytes_delivered));
    put_member(out, "blocks_produced", json_object_new_uint64(result->blocks_produced));
    put_member(out, "transactions_created", json_object_new_uint64(result->transactions_created));
    put_member(out, "transactions_refused", json_object_new_uint64(result->transactions_refused));
    put_member(out, "fork_switches", json_object_new_uint64(result->fork_switches));
    put_member(out, "peers", json_object_new_int64(result->n_peers));
    put_member(out, "command", json_text(command));
}

void report_json(GString *out, const SimResult *result, const char *command)
{
    g_string_append_c(out, '{');
    put_summary(out, result, command);
    begin_array(out, "checks");
    for (uint32_t i = 0; i < result->n_checks; i++) {
        put_element(out, json_check(&result->checks[i]));
    }
    end_array(out);
    begin_array(out, "metrics");
    for (uint32_t i = 0; i < result->n_metrics; i++) {
        put_element(out, json_metric(&result->metrics[i]));
    }
    end_array(out);
    put_member(out, "probes", json_probes(result->probes, result->n_probes));
    put_member(out, "probes_missed", json_probes_missed(result->probes, result->n_probes));
    begin_array(out, "moments");
    for (uint32_t i = 0; i < result->n_moments; i++) {
        put_element(out, json_moment(&result->moments[i]));
    }
    end_array(out);
    begin_array(out, "disconnects");
    for (uint32_t i = 0; i < result->n_disconnects; i++) {
        put_element(out, json_disconnect(result, &result->disconnects[i]));
    }
    end_array(out);
    begin_array(out, "branches_left");
    for (uint32_t i = 0; i < result->n_switches; i++) {
        put_element(out, json_switch(result, &result->switches[i]));
    }
    end_array(out);
    begin_array(out, "heads");
    for (uint32_t i = 0; i < result->n_peers; i++) {
        put_element(out, json_head(&result->peers[i]));
    }
    end_array(out);
    g_string_append(out, "\n}");
}

void report_json_suite_begin(GString *out)
{
    g_string_append(out, "{\n\"suite\": [");
}

void report_json_suite_add(GString *out, uint32_t index, const SimResult *result,
                           const char *command)
{
    g_string_append(out, index == 0 ? "\n" : ",\n");
    report_json(out, result, command);
}

void report_json_suite_end(GString *out, const ReportTally *tally)
{
    g_string_append_printf(out,
                           "\n],\n\"passed\": %u,\n\"failed\": %u,\n\"not_judged\": %u,\n"
                           "\"interrupted\": %u,\n\"not_run\": %u,\n\"probes\": ",
                           tally->passed, tally->failed, tally->not_judged, tally->interrupted,
                           tally->not_run);
    append_value(out, json_probes(tally->probes, SIM_PROBES_ALL));
    g_string_append(out, ",\n\"probes_missed\": ");
    append_value(out, json_probes_missed(tally->probes, SIM_PROBES_ALL));
    g_string_append(out, "\n}\n");
}
