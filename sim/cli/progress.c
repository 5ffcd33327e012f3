/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/cli/progress.h"

#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "reports/format.h"
#include "scenarios/scenario.h"

struct Progress {
    const GPtrArray *scenarios; /* NULL: runs are only counted */
    _Atomic int64_t *now_ns;    /* of each run */
    uint64_t total;             /* runs that are counted */
    uint64_t done;
    uint64_t failed;
    int64_t began_us;
    bool is_on;
    bool is_drawn;
};

static Progress *begin(void)
{
    const char *terminal = g_getenv("TERM");
    Progress *progress = g_new0(Progress, 1);
    progress->began_us = g_get_monotonic_time();
    progress->is_on = isatty(STDERR_FILENO) != 0 && g_strcmp0(terminal, "dumb") != 0;
    return progress;
}

Progress *progress_new(const GPtrArray *scenarios)
{
    Progress *progress = begin();
    progress->scenarios = scenarios;
    progress->now_ns = g_new0(_Atomic int64_t, scenarios->len);
    return progress;
}

Progress *progress_new_count(uint64_t total)
{
    Progress *progress = begin();
    progress->total = total;
    return progress;
}

void progress_count(Progress *progress, uint64_t done, uint64_t failed)
{
    progress->done = done;
    progress->failed = failed;
}

void progress_set(Progress *progress, guint index, int64_t now_ns)
{
    atomic_store_explicit(&progress->now_ns[index], now_ns, memory_order_relaxed);
}

/* What all runs together have done. Seconds as a double: it is for the eye. */
typedef struct Sum {
    double now_s;
    double duration_s;
    guint done;
    guint current; /* the first that is under way; scenarios->len: none */
} Sum;

static Sum add_up(const Progress *progress)
{
    guint n = progress->scenarios->len;
    Sum sum = {.current = n};
    for (guint i = 0; i < n; i++) {
        const Scenario *scenario = g_ptr_array_index(progress->scenarios, i);
        int64_t now_ns = atomic_load_explicit(&progress->now_ns[i], memory_order_relaxed);
        now_ns = MIN(now_ns, scenario->duration_ns);
        sum.now_s += (double)now_ns / 1e9;
        sum.duration_s += (double)scenario->duration_ns / 1e9;
        if (now_ns == scenario->duration_ns) {
            sum.done++;
        } else if (now_ns > 0 && sum.current == n) {
            sum.current = i;
        }
    }
    return sum;
}

static void append_left(GString *out, double seconds)
{
    if (seconds < 90) {
        g_string_append_printf(out, "%.0f s", seconds);
    } else if (seconds < 5400) {
        g_string_append_printf(out, "%.0f min", seconds / 60);
    } else {
        g_string_append_printf(out, "%.1f h", seconds / 3600);
    }
}

static void append_counted(GString *line, const Progress *progress, int64_t elapsed_us)
{
    report_append_count(line, progress->done);
    g_string_append(line, " of ");
    report_append_count(line, progress->total);
    g_string_append(line, " done, ");
    report_append_count(line, progress->failed);
    g_string_append(line, " failed");
    if (progress->done > 0) {
        double left = (double)(progress->total - progress->done) / (double)progress->done;
        g_string_append(line, ", ");
        append_left(line, (double)elapsed_us / 1e6 * left);
        g_string_append(line, " left");
    }
}

static void append_simulated(GString *line, const Progress *progress, int64_t elapsed_us)
{
    Sum sum = add_up(progress);
    if (progress->scenarios->len > 1) {
        g_string_append_printf(line, "%u of %u done, ", sum.done, progress->scenarios->len);
    }
    if (sum.current < progress->scenarios->len) {
        const Scenario *scenario = g_ptr_array_index(progress->scenarios, sum.current);
        g_autoptr(GString) name = g_string_new(NULL);
        report_append_clean(name, scenario->name);
        g_autofree char *start =
            g_utf8_substring(name->str, 0, MIN(g_utf8_strlen(name->str, -1), 30));
        g_string_append_printf(line, "%s, ", start);
    }
    g_string_append_printf(line, "%.1f of %.0f s simulated, %.0f %%", sum.now_s, sum.duration_s,
                           sum.duration_s > 0 ? 100 * sum.now_s / sum.duration_s : 0);
    if (sum.now_s > 0) {
        g_string_append(line, ", ");
        append_left(line, (double)elapsed_us / 1e6 * (sum.duration_s - sum.now_s) / sum.now_s);
        g_string_append(line, " left");
    }
}

void progress_draw(Progress *progress)
{
    int64_t elapsed_us = g_get_monotonic_time() - progress->began_us;
    if (!progress->is_on || elapsed_us < PROGRESS_DELAY_US) {
        return;
    }
    g_autoptr(GString) line = g_string_new("\r\033[K");
    if (progress->scenarios == NULL) {
        append_counted(line, progress, elapsed_us);
    } else {
        append_simulated(line, progress, elapsed_us);
    }
    (void)fputs(line->str, stderr);
    (void)fflush(stderr);
    progress->is_drawn = true;
}

void progress_clear(Progress *progress)
{
    if (progress->is_drawn) {
        (void)fputs("\r\033[K", stderr);
        (void)fflush(stderr);
        progress->is_drawn = false;
    }
}

void progress_free(Progress *progress)
{
    if (progress == NULL) {
        return;
    }
    progress_clear(progress);
    g_free(progress->now_ns);
    g_free(progress);
}
