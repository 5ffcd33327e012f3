/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/trace_diff.h"

#include <string.h>

#include "reports/trace_words.h"

/* --- checkpoints ----------------------------------------------------------------------------- */

bool report_checkpoints_read(ReportCheckpoints *checkpoints, ReportLines *lines, GError **error)
{
    *checkpoints = (ReportCheckpoints){.items = g_array_new(FALSE, FALSE, sizeof(ReportLine))};
    ReportLine line;
    do {
        if (!report_lines_next(lines, &line, error))
            return false;
        line.text = NULL;
        if (line.kind == REPORT_LINE_CHECKPOINT)
            g_array_append_val(checkpoints->items, line);
    } while (line.kind != REPORT_LINE_NONE && line.kind != REPORT_LINE_END);
    checkpoints->is_complete = line.kind == REPORT_LINE_END;
    checkpoints->end_ns = line.time_ns;
    checkpoints->hash = line.hash;
    checkpoints->steps = line.steps;
    return true;
}

void report_checkpoints_finish(ReportCheckpoints *checkpoints)
{
    if (checkpoints != NULL)
        g_clear_pointer(&checkpoints->items, g_array_unref);
}

static const ReportLine *checkpoint_at(const ReportCheckpoints *checkpoints, guint index)
{
    return &g_array_index(checkpoints->items, ReportLine, index);
}

/* How many of both are the same, from the first one on. */
static guint n_common(const ReportCheckpoints *a, const ReportCheckpoints *b)
{
    guint n = 0;
    while (n < a->items->len && n < b->items->len &&
           checkpoint_at(a, n)->time_ns == checkpoint_at(b, n)->time_ns &&
           checkpoint_at(a, n)->hash == checkpoint_at(b, n)->hash &&
           checkpoint_at(a, n)->steps == checkpoint_at(b, n)->steps)
        n++;
    return n;
}

bool report_checkpoints_equal(const ReportCheckpoints *a, const ReportCheckpoints *b)
{
    return a->is_complete && b->is_complete && a->steps != 0 && a->end_ns == b->end_ns &&
           a->hash == b->hash && a->steps == b->steps && a->items->len == b->items->len &&
           n_common(a, b) == a->items->len;
}

int64_t report_checkpoints_part(const ReportCheckpoints *a, const ReportCheckpoints *b)
{
    guint n = n_common(a, b);
    return n > 0 ? checkpoint_at(a, n - 1)->time_ns : 0;
}

/* --- events ---------------------------------------------------------------------------------- */

/* One trace that is being read. */
typedef struct Reader {
    ReportLines *lines;
    const ReportCheckpoints *known; /* (nullable) */
    guint next_known;
    ReportDiffSide *side;
    int64_t from_ns;
    uint64_t founded_steps; /* of the checkpoint at from_ns; 0: it has not come */
} Reader;

static void note_checkpoint(Reader *reader, const ReportLine *line)
{
    if (line->time_ns == reader->from_ns)
        reader->founded_steps = line->steps;
    const ReportCheckpoints *known = reader->known;
    if (known == NULL)
        return;
    while (reader->next_known < known->items->len &&
           checkpoint_at(known, reader->next_known)->time_ns < line->time_ns)
        reader->next_known++;
    if (reader->next_known < known->items->len &&
        checkpoint_at(known, reader->next_known)->time_ns == line->time_ns &&
        checkpoint_at(known, reader->next_known)->steps != line->steps)
        reader->side->is_unsteady = true;
}

/* The next event from from_ns on; of kind REPORT_LINE_NONE behind the last one. */
static bool next_event(Reader *reader, ReportLine *ret_line, GError **error)
{
    ReportLine line;
    do {
        if (!report_lines_next(reader->lines, &line, error))
            return false;
        if (line.kind == REPORT_LINE_CHECKPOINT)
            note_checkpoint(reader, &line);
        if (line.kind == REPORT_LINE_END) {
            reader->side->end = line;
            reader->side->end.text = NULL;
            line.kind = REPORT_LINE_NONE;
        }
    } while (line.kind != REPORT_LINE_NONE &&
             (line.kind != REPORT_LINE_EVENT || line.time_ns < reader->from_ns));
    *ret_line = line;
    return true;
}

/* Keeps an equal event; what is too old is forgotten. */
static void remember(ReportDiff *diff, const char *text)
{
    diff->n_equal++;
    g_queue_push_tail(&diff->history, g_strdup(text));
    diff->history_bytes += strlen(text);
    while (diff->history.length > REPORT_DIFF_HISTORY ||
           diff->history_bytes > REPORT_DIFF_HISTORY_BYTES) {
        char *oldest = g_queue_pop_head(&diff->history);
        diff->history_bytes -= strlen(oldest);
        g_free(oldest);
    }
}

/* Reads the side's events from its first that differs on, as far as is looked. */
static bool read_ahead(Reader *reader, ReportLine *line, GError **error)
{
    ReportDiffSide *side = reader->side;
    side->ahead = g_ptr_array_new_with_free_func(g_free);
    side->event = line->kind == REPORT_LINE_EVENT ? g_strdup(line->text) : NULL;
    side->time_ns = line->time_ns;
    int64_t until_ns = line->time_ns + REPORT_DIFF_AHEAD_NS;
    while (line->kind == REPORT_LINE_EVENT && line->time_ns <= until_ns &&
           side->ahead->len < REPORT_DIFF_AHEAD) {
        g_ptr_array_add(side->ahead, g_strdup(line->text));
        if (!next_event(reader, line, error))
            return false;
    }
    return true;
}

/* A line from behind its time on. */
static const char *behind_time(const char *line)
{
    const char *comma = strchr(line, ',');
    return comma != NULL ? comma : line;
}

static int64_t time_of(const char *line)
{
    return (int64_t)g_ascii_strtoull(line + strlen("{\"t\":"), NULL, 10);
}

/* Looks for a side's first event in what the other one does. */
static void find_elsewhere(ReportDiffSide *side, const ReportDiffSide *other)
{
    if (side->event == NULL)
        return;
    for (guint i = 0; i < other->ahead->len; i++) {
        const char *line = other->ahead->pdata[i];
        if (strcmp(behind_time(line), behind_time(side->event)) != 0)
            continue;
        side->elsewhere_ns = time_of(line) - side->time_ns;
        side->elsewhere = side->elsewhere_ns == 0 ? REPORT_SAME_TIME : REPORT_OTHER_TIME;
        return;
    }
}

static void find_causes(const ReportDiff *diff, ReportDiffSide *side)
{
    ReportHistory history;
    report_history_init(&history);
    for (const GList *at = diff->history.head; at != NULL; at = at->next)
        (void)report_history_add(&history, at->data);
    if (side->event != NULL && report_history_add(&history, side->event))
        side->causes = report_history_causes(&history);
    else
        side->causes = g_new0(char *, 1);
    report_history_finish(&history);
}

/* Both readers stand at events that differ, or one at its end. */
static bool conclude(ReportDiff *diff, Reader *readers, ReportLine *lines, GError **error)
{
    for (int s = 0; s < 2; s++)
        if (!read_ahead(&readers[s], &lines[s], error))
            return false;
    for (int s = 0; s < 2; s++) {
        find_elsewhere(&diff->sides[s], &diff->sides[1 - s]);
        find_causes(diff, &diff->sides[s]);
    }
    const char *last = g_queue_peek_tail(&diff->history);
    diff->last_equal = g_strdup(last);
    return true;
}

/* Steps that are 0 are not told. */
static bool is_other_end(const ReportLine *a, const ReportLine *b)
{
    return a->time_ns != b->time_ns || a->hash != b->hash ||
           (a->steps != 0 && b->steps != 0 && a->steps != b->steps);
}

/* A trace that ends without a last line is not that of a run that is over. */
static bool check_whole(const ReportDiff *diff, const ReportLine *lines, GError **error)
{
    for (int s = 0; s < 2; s++) {
        if (lines[s].kind != REPORT_LINE_NONE || diff->sides[s].end.kind == REPORT_LINE_END)
            continue;
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                    "%s: the trace is cut off, it has no last line; events that are equal so far: "
                    "%" G_GUINT64_FORMAT,
                    s == 0 ? "A" : "B", diff->n_equal);
        return false;
    }
    return true;
}

bool report_diff_events(ReportDiff *diff, ReportLines *const *traces,
                        const ReportCheckpoints *known, GError **error)
{
    Reader readers[2];
    ReportLine lines[2];
    for (int s = 0; s < 2; s++)
        readers[s] = (Reader){
            .lines = traces[s],
            .known = known != NULL ? &known[s] : NULL,
            .side = &diff->sides[s],
            .from_ns = diff->from_ns,
        };
    for (;;) {
        if (!next_event(&readers[0], &lines[0], error) ||
            !next_event(&readers[1], &lines[1], error))
            return false;
        diff->is_founded =
            diff->from_ns == 0 ||
            (readers[0].founded_steps != 0 && readers[0].founded_steps == readers[1].founded_steps);
        bool is_event = lines[0].kind == REPORT_LINE_EVENT && lines[1].kind == REPORT_LINE_EVENT;
        if (!is_event || strcmp(lines[0].text, lines[1].text) != 0)
            break;
        remember(diff, lines[0].text);
    }
    if (!check_whole(diff, lines, error))
        return false;
    diff->is_equal = lines[0].kind == REPORT_LINE_NONE && lines[1].kind == REPORT_LINE_NONE;
    diff->ends_differ = diff->is_equal && is_other_end(&diff->sides[0].end, &diff->sides[1].end);
    return conclude(diff, readers, lines, error);
}

void report_diff_finish(ReportDiff *diff)
{
    if (diff == NULL)
        return;
    g_queue_clear_full(&diff->history, g_free);
    g_free(diff->last_equal);
    for (int s = 0; s < 2; s++) {
        g_free(diff->sides[s].event);
        g_strfreev(diff->sides[s].causes);
        g_clear_pointer(&diff->sides[s].ahead, g_ptr_array_unref);
    }
    *diff = (ReportDiff){0};
}
