/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/cli/memory_limit.h"

#include <string.h>
#include <unistd.h>

#include "reports/format.h"
#include "scenarios/units.h"
#include "sim/cli/cli.h"
#include "sim/memory.h"

/* UINT64_MAX: the machine does not say. */
static uint64_t machine_bytes(void)
{
    long pages = sysconf(_SC_PHYS_PAGES);
    long page_bytes = sysconf(_SC_PAGESIZE);
    return pages > 0 && page_bytes > 0 ? (uint64_t)pages * (uint64_t)page_bytes : UINT64_MAX;
}

bool cli_memory_read(const char *command, const char *value, CliMemoryLimit *ret_limit)
{
    *ret_limit = (CliMemoryLimit){.is_given = value != NULL, .bytes = UINT64_MAX};
    if (value == NULL)
        ret_limit->bytes = machine_bytes();
    if (value == NULL || strcmp(value, "none") == 0)
        return true;
    /* A number alone is one of bytes, as in a scenario. */
    const bool has_unit = value[0] == '\0' || !g_ascii_isdigit(value[strlen(value) - 1]);
    g_autofree char *size = g_strconcat(value, has_unit ? "" : "B", NULL);
    const char *wrong = scenario_units_size(size, &ret_limit->bytes);
    if (wrong != NULL)
        cli_error("%s: --max-memory %s: %s, or \"none\"", command, value, wrong);
    return wrong == NULL;
}

/* (transfer full) */
static char *bytes_text(uint64_t bytes)
{
    GString *text = g_string_new(NULL);
    report_append_bytes(text, bytes);
    return g_string_free(text, FALSE);
}

/* What takes the most: "549 MB are for 800,000 session ends". (transfer full) */
static char *largest_text(const SimMemory *memory, const Scenario *scenario)
{
    const struct Part {
        uint64_t bytes;
        uint64_t n; /* 0: it is not said how many */
        const char *what;
    } parts[] = {
        {memory->program, 0, "the program itself"},
        {memory->peers, scenario->n_peers, "peers"},
        {memory->ends, 2 * (uint64_t)scenario->n_links, "session ends"},
        {memory->blocks, 0, "the blocks of the chain"},
        {memory->transactions, 0, "transactions and who knows them"},
    };
    const struct Part *largest = &parts[0];
    for (size_t i = 1; i < G_N_ELEMENTS(parts); i++)
        if (parts[i].bytes > largest->bytes)
            largest = &parts[i];
    GString *text = g_string_new(NULL);
    report_append_bytes(text, largest->bytes);
    g_string_append(text, " are for ");
    if (largest->n > 0) {
        report_append_count(text, largest->n);
        g_string_append_c(text, ' ');
    }
    g_string_append(text, largest->what);
    return g_string_free(text, FALSE);
}

static void tell_too_large(const char *command, const Scenario *scenario, const SimMemory *memory,
                           const CliMemoryLimit *limit)
{
    g_autofree char *total = bytes_text(memory->total);
    g_autofree char *largest = largest_text(memory, scenario);
    g_autofree char *allowed = bytes_text(limit->bytes);
    cli_error("%s: %s would take about %s of memory, of which %s; %s %s", command, scenario->path,
              total, largest, allowed,
              limit->is_given
                  ? "are allowed by --max-memory"
                  : "are what this machine has (--max-memory none: run it all the same)");
}

static int compare_descending(gconstpointer a, gconstpointer b)
{
    const uint64_t x = *(const uint64_t *)a;
    const uint64_t y = *(const uint64_t *)b;
    return (x < y) - (x > y);
}

/* How many of the largest runs are within the limit together: the program is there once. */
static uint32_t count_together(GArray *bytes, uint64_t program, uint64_t limit)
{
    g_array_sort(bytes, compare_descending);
    uint64_t left = limit;
    uint32_t n = 0;
    for (; n < bytes->len; n++) {
        uint64_t more = g_array_index(bytes, uint64_t, n) - (n > 0 ? program : 0);
        if (more > left)
            break;
        left -= more;
    }
    return n;
}

bool cli_memory_fit(const char *command, const GPtrArray *scenarios, const CliMemoryLimit *limit,
                    int *jobs)
{
    g_autoptr(GArray) bytes = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    bool fits = true;
    uint64_t program = 0;
    for (guint i = 0; i < scenarios->len; i++) {
        const Scenario *scenario = g_ptr_array_index(scenarios, i);
        const SimMemory memory = sim_memory_estimate(scenario, limit->n_threads);
        program = memory.program;
        g_array_append_val(bytes, memory.total);
        if (memory.total <= limit->bytes)
            continue;
        tell_too_large(command, scenario, &memory, limit);
        fits = false;
    }
    if (!fits || scenarios->len == 0)
        return fits;
    int most = (int)MIN(count_together(bytes, program, limit->bytes), (uint32_t)*jobs);
    if (limit->is_given && most < MIN(*jobs, (int)scenarios->len))
        cli_error("note: %s: --max-memory allows %d scenario%s at a time", command, most,
                  most == 1 ? "" : "s");
    *jobs = most;
    return true;
}
