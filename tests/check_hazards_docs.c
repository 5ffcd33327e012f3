/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What docs/hazards.md quotes of each hazard is what its scenario shows: lines of the trace, what a
 * check says, and what it says led there. Run from the project's root.
 *
 * After a change of what runs show: BNETLAB_UPDATE_HAZARDS=1 writes the file, and fails, so that it
 * cannot be left on. A quoted line becomes the nearest one in time that is like it.
 */
#include "tests/library.h"
#include "tests/run_suite.h"
#include "tests/trace_fixture.h"

#define MANUAL "docs/hazards.md"
#define RENEW "to renew " MANUAL ", run this test once with BNETLAB_UPDATE_HAZARDS=1"
#define COLUMNS 108

#define TRACE_LINE "    {\"t\":"
#define SAYS "` says: "

/* Members of a trace line that are quoted, in the order of the trace; of "ids" the count. */
static const char *const quoted[] = {"t",      "what",         "peer",    "remote",
                                     "lib",    "message",      "verdict", "reason",
                                     "number", "transactions", "fault",   "ids"};
/* By which a line is like another one. */
static const char *const alike[] = {"what", "peer", "remote", "message", "verdict", "reason"};

/* --- trace lines ----------------------------------------------------------------------------- */

static bool is_quoted(const char *member)
{
    for (size_t i = 0; i < G_N_ELEMENTS(quoted); i++)
        if (g_str_equal(quoted[i], member))
            return true;
    return false;
}

/* A line of a trace as the manual has it. (transfer full) */
static char *quote(struct json_object *line)
{
    struct json_object *out = json_object_new_object();
    json_object_object_foreach(line, member, value)
    {
        if (!is_quoted(member))
            continue;
        if (g_str_equal(member, "ids")) {
            g_autofree char *count =
                g_strdup_printf("%zu of them", json_object_array_length(value));
            json_object_object_add(out, member, json_object_new_string(count));
        } else {
            json_object_object_add(out, member, json_object_get(value));
        }
    }
    char *text =
        g_strconcat("    ", json_object_to_json_string_ext(out, JSON_C_TO_STRING_PLAIN), NULL);
    json_object_put(out);
    return text;
}

static bool is_alike(struct json_object *a, struct json_object *b)
{
    for (size_t i = 0; i < G_N_ELEMENTS(alike); i++)
        if (g_strcmp0(trace_text(a, alike[i]), trace_text(b, alike[i])) != 0)
            return false;
    return true;
}

/* The line of the trace that is quoted: the same one, or the nearest in time that is like it.
 * (transfer full) */
static char *quoted_line(const TraceRun *run, const char *text)
{
    struct json_object *asked = json_tokener_parse(text);
    char *best = NULL;
    int64_t best_ns = INT64_MAX;

    ck_assert_msg(asked != NULL, MANUAL ": this is no line of a trace: %s", text);
    for (guint i = 0; i < run->lines->len && best_ns >= 0; i++) {
        struct json_object *line = run->lines->pdata[i];
        const int64_t apart_ns = ABS(trace_number(line, "t") - trace_number(asked, "t"));

        if (!is_alike(line, asked) || apart_ns > best_ns)
            continue;
        g_autofree char *now = quote(line);
        const bool is_same = g_str_equal(now, text);

        if (!is_same && apart_ns == best_ns)
            continue;
        g_free(best);
        best = g_steal_pointer(&now);
        best_ns = is_same ? -1 : apart_ns;
    }
    json_object_put(asked);
    ck_assert_msg(best != NULL, MANUAL ": no line of the trace is like this one: %s", text);
    return best;
}

/* --- what checks say ------------------------------------------------------------------------- */

static const SimCheckResult *check_of(const TraceRun *run, const char *says)
{
    g_autofree char *id = g_strndup(says + 1, (gsize)(strstr(says, SAYS) - says - 1));
    for (uint32_t i = 0; i < run->result->n_checks; i++)
        if (g_str_equal(run->result->checks[i].id, id))
            return &run->result->checks[i];
    ck_abort_msg(MANUAL ": there is no check %s", id);
}

/* In lines as long as they may be. */
static void append_wrapped(GPtrArray *page, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", 0);
    GString *line = g_string_new(words[0]);

    for (size_t i = 1; words[i] != NULL; i++) {
        if (line->len + 1 + strlen(words[i]) > COLUMNS) {
            g_ptr_array_add(page, g_string_free(line, FALSE));
            line = g_string_new(words[i]);
        } else {
            g_string_append_printf(line, " %s", words[i]);
        }
    }
    g_ptr_array_add(page, g_string_free(line, FALSE));
}

/* "    18.541 s  relay ...", or one that tells no time: what led there. */
static bool is_cause(const char *line)
{
    return g_str_has_prefix(line, "    ") && line[4] != '{' && line[4] != '\0';
}

/* From "`S4` says: ..." on, which is lines[at]. Returns where what follows begins. */
static guint append_says(GPtrArray *page, const TraceRun *run, char **lines, guint at)
{
    const SimCheckResult *check = check_of(run, lines[at]);
    g_autofree char *text = g_strdup_printf("`%s` says: %s.", check->id, check->detail);

    append_wrapped(page, text);
    while (lines[at] != NULL && lines[at][0] != '\0')
        at++;
    if (lines[at] == NULL || lines[at + 1] == NULL || !is_cause(lines[at + 1]))
        return at;
    g_ptr_array_add(page, g_strdup(""));
    for (uint32_t i = 0; check->causes != NULL && check->causes[i] != NULL; i++)
        g_ptr_array_add(page, g_strconcat("    ", check->causes[i], NULL));
    for (at++; lines[at] != NULL && is_cause(lines[at]);)
        at++;
    return at;
}

/* --- the page -------------------------------------------------------------------------------- */

/* Of "## H7: ..." the run with the quirk, else NULL. */
static TraceRun *run_of(const char *heading)
{
    const guint64 number = g_ascii_strtoull(heading + strlen("## H"), NULL, 10);
    g_autofree char *prefix = g_strdup_printf("hazards/h%02u-", (unsigned)number);
    g_autoptr(GPtrArray) names = library_names();

    for (guint i = 0; i < names->len; i++) {
        if (!g_str_has_prefix(names->pdata[i], prefix))
            continue;
        g_autofree char *path = library_path(names->pdata[i]);
        return trace_run(path);
    }
    ck_abort_msg(MANUAL ": no scenario shows this: %s", heading);
}

/* The page as it should be. (element-type utf8) (transfer full) */
static GPtrArray *make_page(char **lines)
{
    GPtrArray *page = g_ptr_array_new_with_free_func(g_free);
    TraceRun *run = NULL;

    for (guint i = 0; lines[i] != NULL; i++) {
        if (g_str_has_prefix(lines[i], "## H")) {
            trace_run_free(run);
            run = run_of(lines[i]);
        }
        if (run != NULL && lines[i][0] == '`' && strstr(lines[i], SAYS) != NULL)
            i = append_says(page, run, lines, i) - 1;
        else if (run != NULL && g_str_has_prefix(lines[i], TRACE_LINE))
            g_ptr_array_add(page, quoted_line(run, lines[i]));
        else
            g_ptr_array_add(page, g_strdup(lines[i]));
    }
    trace_run_free(run);
    return page;
}

START_TEST(the_page_quotes_what_is_so)
{
    g_autofree char *written = NULL;

    ck_assert(g_file_get_contents(MANUAL, &written, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(written, "\n", 0);
    g_autoptr(GPtrArray) page = make_page(lines);

    if (g_getenv("BNETLAB_UPDATE_HAZARDS") != NULL) {
        g_ptr_array_add(page, NULL);
        g_autofree char *text = g_strjoinv("\n", (char **)page->pdata);
        ck_assert(g_file_set_contents(MANUAL, text, -1, NULL));
        ck_abort_msg(MANUAL " is written; unset BNETLAB_UPDATE_HAZARDS");
    }
    for (guint i = 0; lines[i] != NULL && i < page->len; i++)
        ck_assert_msg(g_str_equal(page->pdata[i], lines[i]),
                      "line %u should be\n  %s\nand is\n  %s\n%s", i + 1,
                      (const char *)page->pdata[i], lines[i], RENEW);
    ck_assert_uint_eq(page->len, g_strv_length(lines));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hazards_docs");
    TCase *tcase = tcase_create("hazards");

    tcase_set_timeout(tcase, 300);
    tcase_add_test(tcase, the_page_quotes_what_is_so);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
