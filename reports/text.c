/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/text.h"

#include <string.h>

#include "core/base.h"
#include "reports/format.h"
#include "reports/heads.h"
#include "reports/text_metrics.h"

#define MOMENTS_MAX 40u /* lines of the story */
#define HEADS_MAX 12u   /* lines of heads */
#define RANGES_MAX 6u   /* of peers in a line */
#define NAME_COLUMNS_MAX 64u

/* Of a run that takes less, nobody asks how much was estimated. */
#define ESTIMATE_MIN_BYTES UINT64_C(100000000)

/* Numbers of the ANSI sequences that are used. */
typedef enum Paint {
    PAINT_BOLD = 1,
    PAINT_DIM = 2,
    PAINT_RED = 31,
    PAINT_GREEN = 32,
    PAINT_YELLOW = 33,
} Paint;

/* The text as it grows. Everything is written in UTF-8; ASCII is made of it at the end. */
typedef struct Text {
    GString *out;
    const ReportStyle *style;
} Text;

static void paint(const Text *text, Paint colour, const char *words)
{
    if (text->style->colour) {
        g_string_append_printf(text->out, "\033[%sm%s\033[0m",
                               colour == PAINT_BOLD    ? "1"
                               : colour == PAINT_DIM   ? "2"
                               : colour == PAINT_RED   ? "1;31"
                               : colour == PAINT_GREEN ? "1;32"
                                                       : "1;33",
                               words);
    } else {
        g_string_append(text->out, words);
    }
}

static void pad(const Text *text, glong columns)
{
    for (glong i = 0; i < columns; i++) {
        g_string_append_c(text->out, ' ');
    }
}

/* Appends words, with lines broken between them; `column` is where the line stands, following lines
 * start at `indent`. */
static void wrap(const Text *text, const char *words, uint32_t column, uint32_t indent)
{
    g_auto(GStrv) parts = g_strsplit(words, " ", -1);
    bool first = true;
    for (size_t i = 0; parts[i] != NULL; i++) {
        uint32_t len = (uint32_t)g_utf8_strlen(parts[i], -1);
        if (!first && column + 1 + len > text->style->width) {
            g_string_append_c(text->out, '\n');
            pad(text, indent);
            column = indent;
        } else if (!first) {
            g_string_append_c(text->out, ' ');
            column++;
        }
        g_string_append(text->out, parts[i]);
        column += len;
        first = false;
    }
    g_string_append_c(text->out, '\n');
}

/* The same for text of the user's. */
static void wrap_clean(const Text *text, const char *words, uint32_t column, uint32_t indent)
{
    g_autoptr(GString) clean = g_string_new(NULL);
    report_append_clean(clean, words);
    wrap(text, clean->str, column, indent);
}

static void heading(const Text *text, const char *title)
{
    g_string_append_c(text->out, '\n');
    paint(text, PAINT_BOLD, title);
    g_string_append_c(text->out, '\n');
}

/* Probes whose lack fails the run. */
static uint32_t missed_probes(const Text *text, const SimResult *result)
{
    uint32_t missed = 0;
    for (uint32_t i = 0; i < result->n_probes; i++)
        missed += result->probes[i] == 0;
    return text->style->requires_probes && !result->interrupted ? missed : 0;
}

static void append_verdict(const Text *text, const SimResult *result)
{
    if (result->verdict == SIM_VERDICT_FAIL || missed_probes(text, result) > 0) {
        paint(text, PAINT_RED, "FAIL");
    } else if (result->interrupted) {
        paint(text, PAINT_YELLOW, "STOP");
    } else if (result->verdict == SIM_VERDICT_PASS) {
        paint(text, PAINT_GREEN, "PASS");
    } else {
        paint(text, PAINT_YELLOW, "NONE");
    }
}

/* "360 s simulated in 0.84 s (428 times real time)" */
static void append_pace(const Text *text, const SimResult *result)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    double simulated = (double)result->simulated_ns / (double)BNET_NS_PER_S;
    report_append_span(text->out, result->simulated_ns);
    g_string_append(text->out, " s simulated");
    if (!(result->wall_seconds > 0)) {
        return;
    }
    g_string_append_printf(text->out, " in %s s",
                           g_ascii_formatd(number, sizeof number, "%.3f", result->wall_seconds));
    double factor = simulated / result->wall_seconds;
    g_string_append_printf(
        text->out, " (%s times real time)",
        g_ascii_formatd(number, sizeof number, factor < 10 ? "%.1f" : "%.0f", factor));
}

static void append_title(const Text *text, const SimResult *result)
{
    append_verdict(text, result);
    g_string_append(text->out, "  ");
    g_autoptr(GString) name = g_string_new(NULL);
    report_append_clean(name, result->name);
    paint(text, PAINT_BOLD, name->str);
    g_string_append(text->out, result->driver == SIM_DRIVER_SOCKETS ? "  over sockets  " : "  ");
    append_pace(text, result);
    g_string_append_c(text->out, '\n');
    if (result->interrupted) {
        g_string_append(text->out, "      interrupted: all that follows is up to there\n");
    }
    uint32_t missed = missed_probes(text, result);
    if (missed > 0) {
        g_string_append_printf(text->out, "      %u probe%s never hit, which fails the run\n",
                               missed, missed == 1 ? " was" : "s were");
    }
}

static void append_check(const Text *text, const SimCheckResult *check, Paint colour,
                         const char *mark)
{
    g_string_append(text->out, "  ");
    paint(text, colour, mark);
    g_autofree char *title = g_strconcat(" ", check->id, "  ", check->title, NULL);
    wrap_clean(text, title, 3, 6);
    if (sim_check_outcome(check) == SIM_OUTCOME_FAIL && check->asked == SIM_ASKED_FAIL) {
        g_string_append(text->out, "      should have been violated\n");
    }
    if (check->detail != NULL && check->detail[0] != '\0') {
        pad(text, 6);
        wrap_clean(text, check->detail, 6, 6);
    }
    for (uint32_t i = 0; check->causes != NULL && check->causes[i] != NULL; i++) {
        pad(text, 8);
        wrap_clean(text, check->causes[i], 8, 10);
    }
}

static uint32_t count_checks(const SimResult *result, SimOutcome outcome)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < result->n_checks; i++) {
        count += sim_check_outcome(&result->checks[i]) == outcome ? 1 : 0;
    }
    return count;
}

static bool has_nothing_to_judge(const SimCheckResult *check)
{
    return sim_check_outcome(check) == SIM_OUTCOME_NOT_JUDGED &&
           g_str_equal(check->detail, SIM_NOTHING_TO_JUDGE);
}

/* All checks of an outcome, under a heading if there are any; not those with nothing to say. */
static void append_outcome(const Text *text, const SimResult *result, SimOutcome outcome)
{
    static const struct {
        const char *heading;
        const char *mark;
        const char *ascii;
        Paint colour;
    } looks[] = {
        [SIM_OUTCOME_FAIL] = {"What failed", "✗", "x", PAINT_RED},
        [SIM_OUTCOME_NOT_JUDGED] = {NULL, "?", "?", PAINT_YELLOW},
        [SIM_OUTCOME_FAIL_ASKED] = {"Expected failures", "✓", "+", PAINT_GREEN},
        [SIM_OUTCOME_FAIL_IGNORED] = {"What failed and does not count", "-", "-", PAINT_YELLOW},
    };
    if (looks[outcome].heading != NULL && count_checks(result, outcome) > 0) {
        heading(text, looks[outcome].heading);
    }
    for (uint32_t i = 0; i < result->n_checks; i++) {
        if (sim_check_outcome(&result->checks[i]) == outcome &&
            !has_nothing_to_judge(&result->checks[i])) {
            append_check(text, &result->checks[i], looks[outcome].colour,
                         text->style->utf8 ? looks[outcome].mark : looks[outcome].ascii);
        }
    }
}

/* Those that had nothing to judge, by their ids alone: mostly it is the scenario that has none of
 * what they are about. */
static void append_unneeded(const Text *text, const SimResult *result)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < result->n_checks; i++) {
        if (has_nothing_to_judge(&result->checks[i])) {
            g_string_append_printf(text->out, "%s%s", n++ == 0 ? "  nothing to judge for " : ", ",
                                   result->checks[i].id);
        }
    }
    if (n > 0) {
        g_string_append_c(text->out, '\n');
    }
}

static void append_checks(const Text *text, const SimResult *result)
{
    uint32_t failed = count_checks(result, SIM_OUTCOME_FAIL);
    uint32_t asked = count_checks(result, SIM_OUTCOME_FAIL_ASKED);
    uint32_t ignored = count_checks(result, SIM_OUTCOME_FAIL_IGNORED);
    append_outcome(text, result, SIM_OUTCOME_FAIL);
    append_outcome(text, result, SIM_OUTCOME_FAIL_ASKED);
    append_outcome(text, result, SIM_OUTCOME_FAIL_IGNORED);
    heading(text, "Checks");
    g_string_append_printf(text->out, "  %u passed, %u failed, %u not judged",
                           count_checks(result, SIM_OUTCOME_PASS), failed,
                           count_checks(result, SIM_OUTCOME_NOT_JUDGED));
    if (asked > 0) {
        g_string_append_printf(text->out, ", %u failed as expected", asked);
    }
    if (ignored > 0) {
        g_string_append_printf(text->out, ", %u failed and not counted", ignored);
    }
    g_string_append_c(text->out, '\n');
    append_outcome(text, result, SIM_OUTCOME_NOT_JUDGED);
    append_unneeded(text, result);
}

static void append_moment(const Text *text, const SimMoment *moment)
{
    g_autoptr(GString) time = g_string_new(NULL);
    report_append_moment(time, moment->time_ns);
    pad(text, 10 - (glong)time->len);
    g_string_append_printf(text->out, "%s s  ", time->str);
    wrap_clean(text, moment->text, 14, 14);
}

static void append_story(const Text *text, const SimResult *result)
{
    if (result->n_moments == 0) {
        return;
    }
    heading(text, "Story");
    /* The beginning and the end tell more than the middle. */
    uint32_t left_out = result->n_moments > MOMENTS_MAX ? result->n_moments - MOMENTS_MAX : 0;
    for (uint32_t i = 0; i < result->n_moments; i++) {
        if (left_out > 0 && i == MOMENTS_MAX / 2) {
            g_string_append_printf(text->out, "              %u more, all in the JSON report\n",
                                   left_out);
            i += left_out;
        }
        append_moment(text, &result->moments[i]);
    }
}

static void append_head(const Text *text, const SimResult *result, const ReportHead *head)
{
    g_autoptr(GString) line = g_string_new(NULL);
    g_string_append_printf(line, "  %u peer%s%s at ", head->count, head->count == 1 ? "" : "s",
                           head->up ? "" : " down");
    if (head->head_number == 0) {
        g_string_append(line, "no head, never started");
    } else {
        g_string_append_printf(line, "head %u ", head->head_number);
        report_append_id_short(line, &head->head_id);
    }
    g_string_append(line, ", LIB ");
    if (head->lib_max == 0) {
        g_string_append(line, "none");
    } else if (head->lib_min == head->lib_max) {
        g_string_append_printf(line, "%u", head->lib_max);
    } else {
        g_string_append_printf(line, "%u to %u", head->lib_min, head->lib_max);
    }
    g_string_append(line, ": ");
    report_append_peers(line, result, head->peers, head->count, RANGES_MAX);
    wrap(text, line->str, 0, 6);
}

static void append_heads(const Text *text, const SimResult *result)
{
    if (result->n_peers == 0) {
        return;
    }
    g_autoptr(ReportHeads) heads = report_heads_new(result);
    heading(text, "Heads at the end");
    uint32_t shown = MIN(heads->count, HEADS_MAX);
    uint32_t rest = result->n_peers;
    for (uint32_t i = 0; i < shown; i++) {
        append_head(text, result, &heads->heads[i]);
        rest -= heads->heads[i].count;
    }
    if (heads->count > shown) {
        g_string_append_printf(text->out, "  %u peers at %u more heads, all in the JSON report\n",
                               rest, heads->count - shown);
    }
}

static void append_disconnect(const Text *text, const SimResult *result,
                              const ReportDisconnects *group)
{
    g_autoptr(GString) line = g_string_new("  ");
    report_append_count(line, group->count);
    g_string_append(line, text->style->utf8 ? "× " : " x ");
    g_string_append_printf(line, "%s: ", group->reason);
    report_append_peers(line, result, group->peers, group->n_peers, RANGES_MAX);
    g_string_append(line, " cut off by ");
    report_append_peers(line, result, group->by, group->n_by, RANGES_MAX);
    g_string_append(line, group->count > 1 ? ", first at " : " at ");
    report_append_moment(line, group->first_ns);
    g_string_append(line, " s");
    if (group->count > 1) {
        g_string_append(line, ", last at ");
        report_append_moment(line, group->last_ns);
        g_string_append(line, " s");
    }
    wrap(text, line->str, 0, 6);
}

static void append_disconnects(const Text *text, const SimResult *result)
{
    if (result->n_disconnects == 0) {
        return;
    }
    heading(text, "Disconnects");
    g_autoptr(GPtrArray) groups = report_disconnects_new(result);
    for (guint i = 0; i < groups->len; i++) {
        append_disconnect(text, result, g_ptr_array_index(groups, i));
    }
}

/* "2 fork switches", "1 event"; `plural`: what `what` ends with, if it is not one. */
static void append_figure(GString *line, uint64_t count, const char *what, const char *plural)
{
    g_string_append(line, line->len > 2 ? ", " : "");
    report_append_count(line, count);
    g_string_append_printf(line, " %s%s", what, count == 1 ? "" : plural);
}

/* Who asked for several threads is told what came of it. */
static void append_threads(const Text *text, const SimResult *result)
{
    g_autoptr(GString) line = g_string_new("  ");
    if (result->one_thread_because != NULL) {
        g_string_append_printf(line, "one thread: %s", result->one_thread_because);
    } else if (result->threads > 1) {
        append_figure(line, result->threads, "thread", "s");
        g_string_append(line, " side by side");
        append_figure(line, result->windows, "window", "s");
    } else {
        return;
    }
    if (result->failed_stretches > 0) {
        g_string_append(line, ", begun anew ");
        report_append_count(line, result->failed_stretches);
        g_string_append(line, result->failed_stretches == 1 ? " time" : " times");
    }
    wrap(text, line->str, 0, 6);
}

static void append_figures(const Text *text, const SimResult *result)
{
    heading(text, "Figures");
    g_autoptr(GString) line = g_string_new("  ");
    append_figure(line, result->blocks_produced, "block", "s");
    append_figure(line, result->transactions_created, "transaction", "s");
    append_figure(line, result->fork_switches, "fork switch", "es");
    wrap(text, line->str, 0, 6);
    g_string_assign(line, "  ");
    append_figure(line, result->messages_delivered, "message", "s");
    g_string_append(line, " (");
    report_append_rate(line, result->messages_delivered, result->wall_seconds);
    g_string_append(line, "), ");
    report_append_bytes(line, result->bytes_delivered);
    append_figure(line, result->events, "event", "s");
    g_string_append(line, " (");
    report_append_rate(line, result->events, result->wall_seconds);
    g_string_append_c(line, ')');
    if (result->peak_rss_bytes > 0) {
        g_string_append(line, ", memory ");
        report_append_bytes(line, result->peak_rss_bytes);
        if (result->estimated_bytes >= ESTIMATE_MIN_BYTES) {
            g_string_append(line, " (");
            report_append_bytes(line, result->estimated_bytes);
            g_string_append(line, " were estimated)");
        }
    }
    wrap(text, line->str, 0, 6);
    append_threads(text, result);
}

static void append_metrics(const Text *text, const SimResult *result)
{
    g_autoptr(GString) table = g_string_new(NULL);
    report_append_metrics(table, result);
    if (table->len > 0) {
        heading(text, "Metrics");
        g_string_append(text->out, table->str);
    }
}

/* What a run has that another is told by. */
static void append_trace(GString *out, const SimResult *result)
{
    if (result->driver == SIM_DRIVER_SOCKETS) {
        g_string_append(out, "over sockets");
        return;
    }
    g_string_append(out, "trace ");
    report_append_hash(out, result->trace_hash);
}

static void append_repeat(const Text *text, const SimResult *result, const char *command)
{
    heading(text, "Repeat");
    g_string_append_printf(text->out, "  seed %" G_GUINT64_FORMAT ", ", result->seed);
    append_trace(text->out, result);
    g_string_append(text->out, "\n  ");
    /* Never broken: it is there to be copied. */
    report_append_clean(text->out, command);
    g_string_append_c(text->out, '\n');
}

/* Appends what was written to `out`, in ASCII if the style asks for it. */
static void deliver(GString *out, GString *written, const ReportStyle *style)
{
    if (style->utf8) {
        g_string_append_len(out, written->str, (gssize)written->len);
        return;
    }
    g_autofree char *ascii = g_str_to_ascii(written->str, "C");
    g_string_append(out, ascii);
}

void report_text(GString *out, const SimResult *result, const char *command,
                 const ReportStyle *style)
{
    g_assert(style->width >= REPORT_WIDTH_MIN && style->width <= REPORT_WIDTH_MAX);
    g_autoptr(GString) written = g_string_new(NULL);
    Text text = {.out = written, .style = style};
    append_title(&text, result);
    append_checks(&text, result);
    append_story(&text, result);
    append_heads(&text, result);
    append_disconnects(&text, result);
    append_figures(&text, result);
    append_metrics(&text, result);
    append_repeat(&text, result, command);
    deliver(out, written, style);
}

/* The name in exactly `columns` columns. */
static void append_name(const Text *text, const char *name, uint32_t columns)
{
    g_autoptr(GString) clean = g_string_new(NULL);
    report_append_clean(clean, name);
    glong len = g_utf8_strlen(clean->str, -1);
    if (len <= (glong)columns) {
        g_string_append(text->out, clean->str);
        pad(text, (glong)columns - len);
        return;
    }
    g_autofree char *start = g_utf8_substring(clean->str, 0, (glong)columns - 1);
    g_string_append_printf(text->out, "%s%s", start, text->style->utf8 ? "…" : "~");
}

void report_text_line(GString *out, const SimResult *result, const char *path, uint32_t name_width,
                      const ReportStyle *style)
{
    g_autoptr(GString) written = g_string_new(NULL);
    Text text = {.out = written, .style = style};
    append_verdict(&text, result);
    g_string_append(written, "  ");
    append_name(&text, result->name, CLAMP(name_width, 4u, NAME_COLUMNS_MAX));
    g_autoptr(GString) simulated = g_string_new(NULL);
    report_append_span(simulated, result->simulated_ns);
    char wall[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(wall, sizeof wall, "%.0f", result->wall_seconds * 1000);
    g_string_append_printf(written, "  %7s s  %7s ms  ", simulated->str, wall);
    g_autoptr(GString) hash = g_string_new(NULL);
    if (result->driver == SIM_DRIVER_SOCKETS) {
        g_string_append(hash, "over sockets");
    } else {
        report_append_hash(hash, result->trace_hash);
    }
    paint(&text, PAINT_DIM, hash->str);
    if (path != NULL) {
        g_string_append(written, "  ");
        report_append_clean(written, path);
    }
    g_string_append_c(written, '\n');
    deliver(out, written, style);
}

void report_tally_add(ReportTally *tally, const SimResult *result)
{
    for (uint32_t i = 0; result != NULL && i < result->n_probes; i++) {
        tally->probes[i] += result->probes[i];
    }
    if (result == NULL) {
        tally->not_run++;
    } else if (result->verdict == SIM_VERDICT_FAIL) {
        tally->failed++;
    } else if (result->interrupted) {
        tally->interrupted++;
    } else if (result->verdict == SIM_VERDICT_PASS) {
        tally->passed++;
    } else {
        tally->not_judged++;
    }
}

static void append_count_of(const Text *text, const char *what, uint32_t count, Paint colour)
{
    if (count > 0) {
        g_autofree char *words = g_strdup_printf("%u %s", count, what);
        g_string_append(text->out, g_str_has_suffix(text->out->str, ": ") ? "" : ", ");
        paint(text, colour, words);
    }
}

uint32_t report_probes_missed(GString *out, const ReportTally *tally)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < SIM_PROBES_ALL; i++) {
        if (tally->probes[i] == 0) {
            g_string_append_printf(out, "%s%s", n++ > 0 ? ", " : "", sim_probes_name(i));
        }
    }
    return n;
}

void report_text_probes(GString *out, const ReportTally *tally, const ReportStyle *style)
{
    g_autoptr(GString) written = g_string_new(NULL);
    g_autoptr(GString) names = g_string_new(NULL);
    Text text = {.out = written, .style = style};
    uint32_t missed = report_probes_missed(names, tally);
    bool is_told = tally->requires_probes && missed > 0;
    g_autofree char *words =
        g_strdup_printf("probes: %u of %u hit%s%s", SIM_PROBES_ALL - missed, SIM_PROBES_ALL,
                        is_told ? "; never: " : "", is_told ? names->str : "");
    wrap(&text, words, 0, 2);
    deliver(out, written, style);
}

void report_text_tally(GString *out, const ReportTally *tally, double wall_seconds,
                       const ReportStyle *style)
{
    g_autoptr(GString) written = g_string_new(NULL);
    Text text = {.out = written, .style = style};
    uint32_t all =
        tally->passed + tally->failed + tally->interrupted + tally->not_run + tally->not_judged;
    g_string_append_printf(written, "%u scenario%s: ", all, all == 1 ? "" : "s");
    append_count_of(&text, "passed", tally->passed, PAINT_GREEN);
    append_count_of(&text, "failed", tally->failed, PAINT_RED);
    append_count_of(&text, "not judged", tally->not_judged, PAINT_YELLOW);
    append_count_of(&text, "interrupted", tally->interrupted, PAINT_YELLOW);
    append_count_of(&text, "not run", tally->not_run, PAINT_YELLOW);
    if (tally->requires_probes) {
        g_autoptr(GString) names = g_string_new(NULL);
        uint32_t missed = report_probes_missed(names, tally);
        append_count_of(&text, missed == 1 ? "probe never hit" : "probes never hit", missed,
                        PAINT_RED);
    }
    char wall[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append_printf(written, " (%s s)\n",
                           g_ascii_formatd(wall, sizeof wall, "%.2f", wall_seconds));
    deliver(out, written, style);
}
