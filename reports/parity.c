/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/parity.h"

#include <json-c/json.h>

#include "reports/format.h"

/* --- text ------------------------------------------------------------------------------------ */

static const char *verdict_of(const SimResult *result)
{
    return result->verdict == SIM_VERDICT_PASS ? "pass" : "FAIL";
}

static const char *equal_or_not(bool is_equal)
{
    return is_equal ? "equal" : "DIFFER";
}

static uint32_t number_of(const SimPeerResult *peer, bool is_lib)
{
    return is_lib ? peer->lib_number : peer->head_number;
}

/* "equal 12..14", or "equal 12" where all have the same. (transfer full) */
static char *numbers_text(const SimResult *result, bool is_lib, bool is_equal)
{
    uint32_t least = UINT32_MAX;
    uint32_t most = 0;
    for (uint32_t i = 0; i < result->n_peers; i++) {
        least = MIN(least, number_of(&result->peers[i], is_lib));
        most = MAX(most, number_of(&result->peers[i], is_lib));
    }
    return least < most ? g_strdup_printf("%s %u..%u", equal_or_not(is_equal), least, most)
                        : g_strdup_printf("%s %u", equal_or_not(is_equal), most);
}

/* (transfer full) */
static char *trace_text(const ParityArms *arms)
{
    switch (arms->trace) {
    case PARITY_TRACE_UNASKED:
        return g_strdup("-");
    case PARITY_TRACE_UNQUIET:
        return g_strdup("NOT QUIET");
    case PARITY_TRACE_EQUAL:
        return g_strdup_printf("equal %" G_GUINT64_FORMAT, arms->n_messages);
    case PARITY_TRACE_PARTS:
        return g_strdup("DIFFER");
    }
    g_assert_not_reached();
}

#define ROW "%-*s  %-11s  %-14s  %-14s  %-11s  %s\n"

void report_parity_text_begin(GString *out, uint32_t name_width)
{
    g_string_append_printf(out, ROW, (int)name_width, "scenario", "sim/sockets", "heads", "LIBs",
                           "disconnects", "trace");
}

void report_parity_text_row(GString *out, const ParityArms *arms, uint32_t name_width)
{
    const SimResult *sockets = arms->sockets;
    g_autofree char *verdicts =
        g_strdup_printf("%s/%s", verdict_of(arms->simulator), verdict_of(sockets));
    g_autofree char *heads = numbers_text(sockets, false, arms->heads_agree);
    g_autofree char *libs = numbers_text(sockets, true, arms->libs_agree);
    g_autofree char *disconnects =
        g_strdup_printf("%s %u", equal_or_not(arms->disconnects_agree), sockets->n_disconnects);
    g_autofree char *trace = trace_text(arms);
    g_autoptr(GString) name = g_string_new(NULL);
    report_append_clean(name, sockets->name);
    g_string_append_printf(out, ROW, (int)name_width, name->str, verdicts, heads, libs, disconnects,
                           trace);
    for (guint i = 0; i < arms->differences->len; i++) {
        g_string_append(out, "    ");
        report_append_clean(out, g_ptr_array_index(arms->differences, i));
        g_string_append_c(out, '\n');
    }
}

void report_parity_text_failed(GString *out, const char *name, const char *why)
{
    report_append_clean(out, name);
    g_string_append(out, "  not run: ");
    report_append_clean(out, why);
    g_string_append_c(out, '\n');
}

void report_parity_text_end(GString *out, const ReportParity *parity)
{
    const uint32_t n = parity->n_agree + parity->n_differ + parity->n_failed;
    g_string_append_printf(out, "%u scenario%s: %u agree, %u differ", n, n == 1 ? "" : "s",
                           parity->n_agree, parity->n_differ);
    if (parity->n_failed > 0)
        g_string_append_printf(out, ", %u not run", parity->n_failed);
    g_string_append_c(out, '\n');
}

/* --- JSON ------------------------------------------------------------------------------------ */

static json_object *json_text(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text != NULL ? text : "", -1);
    return json_object_new_string(valid);
}

static void append_line(GString *out, json_object *value)
{
    g_string_append(out, json_object_to_json_string_ext(value, JSON_C_TO_STRING_SPACED |
                                                                   JSON_C_TO_STRING_NOSLASHESCAPE));
    g_string_append_c(out, '\n');
    json_object_put(value);
}

static json_object *json_id(const BnetId *id)
{
    g_autoptr(GString) text = g_string_new(NULL);
    report_append_id(text, id);
    return json_object_new_string(text->str);
}

static json_object *json_arm(const SimResult *result)
{
    json_object *arm = json_object_new_object();
    json_object *peers = json_object_new_array();
    json_object_object_add(arm, "verdict",
                           json_text(result->verdict == SIM_VERDICT_PASS ? "pass" : "fail"));
    json_object_object_add(arm, "disconnects", json_object_new_int64(result->n_disconnects));
    for (uint32_t i = 0; i < result->n_peers; i++) {
        const SimPeerResult *peer = &result->peers[i];
        json_object *value = json_object_new_object();
        json_object_object_add(value, "peer", json_text(peer->name));
        json_object_object_add(value, "head", json_object_new_int64(peer->head_number));
        json_object_object_add(value, "head_id", json_id(&peer->head_id));
        json_object_object_add(value, "lib", json_object_new_int64(peer->lib_number));
        json_object_array_add(peers, value);
    }
    json_object_object_add(arm, "peers", peers);
    return arm;
}

void report_parity_json_row(GString *out, const ParityArms *arms)
{
    static const char *const traces[] = {"unasked", "not-quiet", "equal", "differ"};
    json_object *row = json_object_new_object();
    json_object *differences = json_object_new_array();
    for (guint i = 0; i < arms->differences->len; i++)
        json_object_array_add(differences, json_text(g_ptr_array_index(arms->differences, i)));
    json_object_object_add(row, "scenario", json_text(arms->sockets->name));
    json_object_object_add(row, "agree", json_object_new_boolean(parity_arms_agree(arms)));
    json_object_object_add(row, "verdicts", json_object_new_boolean(arms->verdicts_agree));
    json_object_object_add(row, "heads", json_object_new_boolean(arms->heads_agree));
    json_object_object_add(row, "libs", json_object_new_boolean(arms->libs_agree));
    json_object_object_add(row, "disconnects", json_object_new_boolean(arms->disconnects_agree));
    json_object_object_add(row, "trace", json_text(traces[arms->trace]));
    json_object_object_add(row, "messages", json_object_new_uint64(arms->n_messages));
    json_object_object_add(row, "differences", differences);
    json_object_object_add(row, "simulator", json_arm(arms->simulator));
    json_object_object_add(row, "sockets", json_arm(arms->sockets));
    append_line(out, row);
}

void report_parity_json_failed(GString *out, const char *name, const char *why)
{
    json_object *row = json_object_new_object();
    json_object_object_add(row, "scenario", json_text(name));
    json_object_object_add(row, "agree", json_object_new_boolean(false));
    json_object_object_add(row, "error", json_text(why));
    append_line(out, row);
}

void report_parity_json_end(GString *out, const ReportParity *parity)
{
    json_object *end = json_object_new_object();
    json_object_object_add(end, "agree", json_object_new_int64(parity->n_agree));
    json_object_object_add(end, "differ", json_object_new_int64(parity->n_differ));
    json_object_object_add(end, "not_run", json_object_new_int64(parity->n_failed));
    append_line(out, end);
}
