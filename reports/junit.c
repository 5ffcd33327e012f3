/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/junit.h"

#include <string.h>

#include "reports/file.h"
#include "reports/format.h"

/* Testcases of one testsuite or of the whole file. */
typedef struct Tally {
    uint64_t tests;
    uint64_t failures;
    uint64_t errors;
    uint64_t skipped;
} Tally;

struct ReportJunit {
    ReportFile *file;
    GString *suites;
    Tally tally;
    double wall_seconds;
};

/* A character that XML 1.0 can hold. */
static bool is_xml(gunichar c)
{
    return c == 0x9 || c == 0xA || c == 0xD || (c >= 0x20 && c <= 0xD7FF) ||
           (c >= 0xE000 && c <= 0xFFFD) || (c >= 0x10000 && c <= 0x10FFFF);
}

/* Text for an element or an attribute in double quotes. What XML cannot hold becomes U+FFFD. */
static void append_escaped(GString *out, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text != NULL ? text : "", -1);
    for (char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (!is_xml(c)) {
            g_string_append_unichar(out, 0xFFFD);
        } else if (c == '&') {
            g_string_append(out, "&amp;");
        } else if (c == '<') {
            g_string_append(out, "&lt;");
        } else if (c == '>') {
            g_string_append(out, "&gt;");
        } else if (c == '"') {
            g_string_append(out, "&quot;");
        } else if (c < 0x20) {
            /* A parser would turn it into a space in an attribute. */
            g_string_append_printf(out, "&#%u;", c);
        } else {
            g_string_append_unichar(out, c);
        }
    }
}

static void append_attribute(GString *out, const char *name, const char *value)
{
    g_string_append_printf(out, " %s=\"", name);
    append_escaped(out, value);
    g_string_append_c(out, '"');
}

static void append_number(GString *out, const char *name, uint64_t value)
{
    g_string_append_printf(out, " %s=\"%" G_GUINT64_FORMAT "\"", name, value);
}

static void append_time(GString *out, double seconds)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    append_attribute(out, "time", g_ascii_formatd(text, sizeof text, "%.6f", seconds));
}

static void append_tally(GString *out, const Tally *tally)
{
    append_number(out, "tests", tally->tests);
    append_number(out, "failures", tally->failures);
    append_number(out, "errors", tally->errors);
    append_number(out, "skipped", tally->skipped);
}

static void append_property(GString *out, const char *name, const char *value)
{
    g_string_append(out, "      <property");
    append_attribute(out, "name", name);
    append_attribute(out, "value", value);
    g_string_append(out, "/>\n");
}

static void append_properties(GString *out, const SimResult *result, const char *command)
{
    g_autofree char *seed = g_strdup_printf("%" G_GUINT64_FORMAT, result->seed);
    g_autoptr(GString) hash = g_string_new(NULL);
    report_append_hash(hash, result->trace_hash);
    g_autoptr(GString) simulated = g_string_new(NULL);
    report_append_seconds(simulated, result->simulated_ns);
    g_string_append(out, "    <properties>\n");
    append_property(out, "seed", seed);
    if (result->driver == SIM_DRIVER_SOCKETS) {
        append_property(out, "driver", "sockets");
    } else {
        append_property(out, "trace_hash", hash->str);
    }
    append_property(out, "simulated_seconds", simulated->str);
    append_property(out, "command", command);
    g_string_append(out, "    </properties>\n");
}

static void open_case(GString *out, const char *suite, const char *name)
{
    g_string_append(out, "    <testcase");
    append_attribute(out, "classname", suite);
    append_attribute(out, "name", name);
    g_string_append(out, " time=\"0\"");
}

static void append_failure(GString *out, const SimCheckResult *check, const char *command)
{
    const char *type = g_str_has_prefix(check->id, "expect") ? "expectation" : "property";
    g_autofree char *message = g_strconcat(
        check->asked == SIM_ASKED_FAIL ? "should have been violated: " : "", check->detail, NULL);
    g_string_append(out, ">\n      <failure");
    append_attribute(out, "type", type);
    append_attribute(out, "message", message);
    g_string_append_c(out, '>');
    append_escaped(out, message);
    for (uint32_t i = 0; check->causes != NULL && check->causes[i] != NULL; i++) {
        g_string_append(out, "\n    ");
        append_escaped(out, check->causes[i]);
    }
    g_string_append_printf(out, "\nviolations: %" G_GUINT64_FORMAT "\nrepeat: ", check->violations);
    append_escaped(out, command);
    g_string_append(out, "</failure>\n    </testcase>\n");
}

/* "does not count: at 5.000 s ...": testcase that is skipped. */
static void append_skipped(GString *out, const char *before, const char *message)
{
    g_autofree char *text = g_strconcat(before, message, NULL);
    g_string_append(out, ">\n      <skipped");
    append_attribute(out, "message", text);
    g_string_append(out, "/>\n    </testcase>\n");
}

static void append_asked_failure(GString *out, const SimCheckResult *check)
{
    g_string_append(out, ">\n      <system-out>expected failure: ");
    append_escaped(out, check->detail);
    g_string_append(out, "</system-out>\n    </testcase>\n");
}

static void append_check(GString *out, Tally *tally, const char *suite, const SimCheckResult *check,
                         const char *command)
{
    g_autofree char *name = g_strconcat(check->id, " ", check->title, NULL);
    open_case(out, suite, name);
    tally->tests++;
    switch (sim_check_outcome(check)) {
    case SIM_OUTCOME_PASS:
        g_string_append(out, "/>\n");
        break;
    case SIM_OUTCOME_FAIL:
        tally->failures++;
        append_failure(out, check, command);
        break;
    case SIM_OUTCOME_NOT_JUDGED:
        tally->skipped++;
        append_skipped(out, "", check->detail);
        break;
    case SIM_OUTCOME_FAIL_ASKED:
        append_asked_failure(out, check);
        break;
    case SIM_OUTCOME_FAIL_IGNORED:
        tally->skipped++;
        append_skipped(out, "does not count: ", check->detail);
        break;
    }
}

static void append_interrupted(GString *out, Tally *tally, const char *suite)
{
    open_case(out, suite, "runs to its end");
    tally->tests++;
    tally->errors++;
    g_string_append(out, ">\n      <error message=\"interrupted\"/>\n    </testcase>\n");
}

static void append_suite(ReportJunit *junit, const char *name, double wall_seconds,
                         const Tally *tally, const char *body)
{
    GString *out = junit->suites;
    g_string_append(out, "  <testsuite");
    append_attribute(out, "name", name);
    append_tally(out, tally);
    append_time(out, wall_seconds);
    g_string_append_printf(out, ">\n%s  </testsuite>\n", body);
    junit->tally.tests += tally->tests;
    junit->tally.failures += tally->failures;
    junit->tally.errors += tally->errors;
    junit->tally.skipped += tally->skipped;
    junit->wall_seconds += wall_seconds;
}

ReportJunit *report_junit_new(const char *path, GError **error)
{
    g_autoptr(ReportFile) file = report_file_new(path, error);
    if (file == NULL) {
        return NULL;
    }
    ReportJunit *junit = g_new0(ReportJunit, 1);
    junit->file = g_steal_pointer(&file);
    junit->suites = g_string_new(NULL);
    return junit;
}

void report_junit_add(ReportJunit *junit, const SimResult *result, const char *name,
                      const char *command)
{
    Tally tally = {0};
    g_autoptr(GString) body = g_string_new(NULL);
    append_properties(body, result, command);
    for (uint32_t i = 0; i < result->n_checks; i++) {
        append_check(body, &tally, name, &result->checks[i], command);
    }
    if (result->interrupted) {
        append_interrupted(body, &tally, name);
    }
    append_suite(junit, name, result->wall_seconds, &tally, body->str);
}

void report_junit_add_not_run(ReportJunit *junit, const char *name)
{
    Tally tally = {.tests = 1, .skipped = 1};
    g_autoptr(GString) body = g_string_new(NULL);
    open_case(body, name, "runs to its end");
    g_string_append(body, ">\n      <skipped message=\"not run: interrupted before\"/>\n"
                          "    </testcase>\n");
    append_suite(junit, name, 0, &tally, body->str);
}

void report_junit_add_probes(ReportJunit *junit, const char *missed)
{
    bool is_hit = missed[0] == '\0';
    Tally tally = {.tests = 1, .failures = is_hit ? 0 : 1};
    g_autoptr(GString) body = g_string_new(NULL);
    open_case(body, "probes", "every probe is hit");
    if (is_hit) {
        g_string_append(body, "/>\n");
    } else {
        g_autofree char *message = g_strconcat("no scenario hit ", missed, NULL);
        g_string_append(body, ">\n      <failure type=\"probes\"");
        append_attribute(body, "message", message);
        g_string_append(body, "/>\n    </testcase>\n");
    }
    append_suite(junit, "probes", 0, &tally, body->str);
}

bool report_junit_finish(ReportJunit *junit, GError **error)
{
    g_autoptr(GString) out = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                          "<testsuites name=\"bnetlab\"");
    append_tally(out, &junit->tally);
    append_time(out, junit->wall_seconds);
    g_string_append(out, ">\n");
    g_string_append_len(out, junit->suites->str, (gssize)junit->suites->len);
    g_string_append(out, "</testsuites>\n");
    report_file_write(junit->file, out->str, out->len);
    return report_file_commit(junit->file, error);
}

void report_junit_free(ReportJunit *junit)
{
    if (junit == NULL) {
        return;
    }
    report_file_free(junit->file);
    g_string_free(junit->suites, TRUE);
    g_free(junit);
}
