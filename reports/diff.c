/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/diff.h"

#include <inttypes.h>
#include <string.h>

#include <json-c/json.h>

#include "reports/format.h"
#include "reports/trace_words.h"

static const char *const side_names[2] = {"A", "B"};

/* Whom the first events that differ are about. */
typedef struct Concerned {
    GPtrArray *peers; /* of names, owned */
    int64_t link;     /* -1: none, or not the same */
} Concerned;

/* --- what is told ---------------------------------------------------------------------------- */

/* (transfer full) A line of a trace in words. */
static char *words_of(const char *line)
{
    ReportHistory history;
    report_history_init(&history);
    char *words = report_history_add(&history, line)
                      ? report_event_words(&g_array_index(history.events, ReportEvent, 0))
                      : g_strdup(line);
    report_history_finish(&history);
    return words;
}

static void add_peer(Concerned *concerned, const char *name)
{
    for (guint i = 0; i < concerned->peers->len; i++)
        if (strcmp(concerned->peers->pdata[i], name) == 0)
            return;
    if (name[0] != '\0')
        g_ptr_array_add(concerned->peers, g_strdup(name));
}

static void concerned_init(Concerned *concerned, const ReportDiff *diff)
{
    ReportHistory history;
    report_history_init(&history);
    for (int s = 0; s < 2; s++)
        if (diff->sides[s].event != NULL)
            (void)report_history_add(&history, diff->sides[s].event);
    *concerned = (Concerned){.peers = g_ptr_array_new_with_free_func(g_free), .link = -1};
    for (guint i = 0; i < history.events->len; i++) {
        const ReportEvent *event = &g_array_index(history.events, ReportEvent, i);
        int64_t link = event->end >= 0 ? event->end / 2 : -1;
        add_peer(concerned, event->peer);
        add_peer(concerned, event->remote);
        concerned->link = i == 0 || concerned->link == link ? link : -1;
    }
    report_history_finish(&history);
}

/* The earlier of the two events. */
static int64_t parted_ns(const ReportDiff *diff)
{
    const ReportDiffSide *sides = diff->sides;
    if (sides[0].event == NULL || sides[1].event == NULL)
        return sides[sides[0].event == NULL].time_ns;
    return MIN(sides[0].time_ns, sides[1].time_ns);
}

static bool have_equal_hashes(const ReportDiffRun *runs)
{
    return runs[0].has_hash && runs[1].has_hash && runs[0].hash == runs[1].hash;
}

static bool have_same_causes(const ReportDiff *diff)
{
    return g_strv_equal((const char *const *)diff->sides[0].causes,
                        (const char *const *)diff->sides[1].causes);
}

/* (transfer full) */
static char *elsewhere_words(const ReportDiffSide *side, const char *other)
{
    switch (side->elsewhere) {
    case REPORT_NOWHERE:
        return g_strdup_printf("%s has nothing like it soon", other);
    case REPORT_SAME_TIME:
        return g_strdup_printf("%s has it at the same time, later in order", other);
    case REPORT_OTHER_TIME:
        return g_strdup_printf("%s has it %" PRId64 " ns %s", other, ABS(side->elsewhere_ns),
                               side->elsewhere_ns > 0 ? "later" : "earlier");
    }
    g_assert_not_reached();
}

/* --- text ------------------------------------------------------------------------------------ */

static void append_line(GString *out, const char *begin, const char *text)
{
    g_string_append(out, begin);
    report_append_clean(out, text);
    g_string_append_c(out, '\n');
}

static void append_runs(GString *out, const ReportDiffRun *runs)
{
    for (int s = 0; s < 2; s++) {
        g_string_append_printf(out, "  %s  ", side_names[s]);
        append_line(out, "", runs[s].name);
    }
}

static void append_first(GString *out, const ReportDiff *diff)
{
    g_string_append(out, "\nFirst event that differs\n");
    for (int s = 0; s < 2; s++) {
        const ReportDiffSide *side = &diff->sides[s];
        g_string_append_printf(out, "  %s  ", side_names[s]);
        if (side->event == NULL) {
            g_string_append(out, "nothing more: the run is over\n");
            continue;
        }
        g_autofree char *words = words_of(side->event);
        g_autofree char *elsewhere = elsewhere_words(side, side_names[1 - s]);
        append_line(out, "", words);
        append_line(out, "     ", elsewhere);
    }
    Concerned concerned;
    concerned_init(&concerned, diff);
    g_string_append(out, "  concerns ");
    for (guint i = 0; i < concerned.peers->len; i++) {
        g_string_append(out, i > 0 ? ", " : "");
        report_append_clean(out, concerned.peers->pdata[i]);
    }
    g_string_append(out, concerned.peers->len > 0 ? "" : "the network");
    if (concerned.link >= 0)
        g_string_append_printf(out, "; link %" PRId64, concerned.link);
    g_string_append_c(out, '\n');
    g_ptr_array_unref(concerned.peers);
}

static void append_causes(GString *out, const char *title, const char *side, char *const *causes)
{
    if (causes[0] == NULL)
        return;
    g_string_append_printf(out, "\n%s%s\n", title, side);
    for (guint i = 0; causes[i] != NULL; i++)
        append_line(out, "  ", causes[i]);
}

static void append_hashes(GString *out, const ReportDiff *diff, const ReportDiffRun *runs)
{
    g_string_append(out, "\nTrace hashes\n");
    for (int s = 0; s < 2; s++) {
        g_string_append_printf(out, "  %s  ", side_names[s]);
        if (runs[s].has_hash)
            report_append_hash(out, runs[s].hash);
        else
            g_string_append(out, "not known");
        g_string_append_c(out, '\n');
    }
    if (have_equal_hashes(runs))
        g_string_append(out, "  the same: what differs is the order of steps, or what is sent\n");
    for (int s = 0; s < 2; s++)
        if (diff->sides[s].is_unsteady)
            g_string_append_printf(out, "  %s does not repeat itself: two runs of it differ\n",
                                   side_names[s]);
}

void report_diff_text(GString *out, const ReportDiff *diff, const ReportDiffRun *runs)
{
    if (diff == NULL) {
        g_string_append(out, "EQUAL");
        if (have_equal_hashes(runs)) {
            g_string_append(out, "  trace hash ");
            report_append_hash(out, runs[0].hash);
        }
        g_string_append_c(out, '\n');
        append_runs(out, runs);
        return;
    }
    g_string_append(out, "DIFFER");
    if (diff->is_equal) {
        g_string_append(out, "  in what no event of a trace shows\n");
    } else {
        g_string_append_printf(out, "  at %" PRId64 ".%09" PRId64 " s, behind ",
                               parted_ns(diff) / BNET_NS_PER_S, parted_ns(diff) % BNET_NS_PER_S);
        report_append_count(out, diff->n_equal);
        g_string_append(out, diff->n_equal == 1 ? " equal event" : " equal events");
        g_string_append(out, diff->from_ns > 0 ? " since " : "\n");
    }
    if (!diff->is_equal && diff->from_ns > 0) {
        report_append_seconds(out, diff->from_ns);
        g_string_append(out, " s\n");
    }
    append_runs(out, runs);
    if (diff->last_equal != NULL) {
        g_autofree char *words = words_of(diff->last_equal);
        g_string_append(out, "\nLast event that is equal\n");
        append_line(out, "  ", words);
    }
    if (!diff->is_equal) {
        append_first(out, diff);
        bool same = have_same_causes(diff);
        append_causes(out, "What led there", same ? "" : " in A", diff->sides[0].causes);
        if (!same)
            append_causes(out, "What led there", " in B", diff->sides[1].causes);
    }
    append_hashes(out, diff, runs);
}

/* --- JSON ------------------------------------------------------------------------------------ */

static struct json_object *text_or_null(const char *text)
{
    return text != NULL ? json_object_new_string(text) : NULL;
}

static struct json_object *side_object(const ReportDiff *diff, const ReportDiffRun *run, int s)
{
    struct json_object *object = json_object_new_object();
    json_object_object_add(object, "run", json_object_new_string(run->name));
    g_autoptr(GString) hash = g_string_new(NULL);
    report_append_hash(hash, run->hash);
    json_object_object_add(object, "trace_hash", text_or_null(run->has_hash ? hash->str : NULL));
    if (diff == NULL || diff->is_equal)
        return object;
    const ReportDiffSide *side = &diff->sides[s];
    struct json_object *causes = json_object_new_array();
    for (guint i = 0; side->causes[i] != NULL; i++)
        json_object_array_add(causes, json_object_new_string(side->causes[i]));
    g_autofree char *words = side->event != NULL ? words_of(side->event) : NULL;
    bool is_elsewhere = side->elsewhere != REPORT_NOWHERE;
    json_object_object_add(object, "event",
                           side->event != NULL ? json_tokener_parse(side->event) : NULL);
    json_object_object_add(object, "words", text_or_null(words));
    json_object_object_add(object, "later_in_other_ns",
                           is_elsewhere ? json_object_new_int64(side->elsewhere_ns) : NULL);
    json_object_object_add(object, "causes", causes);
    json_object_object_add(object, "repeats", json_object_new_boolean(!side->is_unsteady));
    return object;
}

static void add_concerned(struct json_object *object, const ReportDiff *diff)
{
    Concerned concerned;
    concerned_init(&concerned, diff);
    struct json_object *peers = json_object_new_array();
    for (guint i = 0; i < concerned.peers->len; i++)
        json_object_array_add(peers, json_object_new_string(concerned.peers->pdata[i]));
    json_object_object_add(object, "peers", peers);
    json_object_object_add(object, "link",
                           concerned.link >= 0 ? json_object_new_int64(concerned.link) : NULL);
    g_ptr_array_unref(concerned.peers);
}

void report_diff_json(GString *out, const ReportDiff *diff, const ReportDiffRun *runs)
{
    struct json_object *object = json_object_new_object();
    json_object_object_add(object, "equal", json_object_new_boolean(diff == NULL));
    if (diff != NULL && !diff->is_equal) {
        json_object_object_add(object, "t", json_object_new_int64(parted_ns(diff)));
        json_object_object_add(object, "compared_from", json_object_new_int64(diff->from_ns));
        json_object_object_add(object, "equal_events", json_object_new_uint64(diff->n_equal));
        json_object_object_add(object, "last_equal",
                               diff->last_equal != NULL ? json_tokener_parse(diff->last_equal)
                                                        : NULL);
        add_concerned(object, diff);
    }
    json_object_object_add(object, "a", side_object(diff, &runs[0], 0));
    json_object_object_add(object, "b", side_object(diff, &runs[1], 1));
    g_string_append(out, json_object_to_json_string_ext(
                             object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
                                         JSON_C_TO_STRING_NOSLASHESCAPE));
    g_string_append_c(out, '\n');
    json_object_put(object);
}
