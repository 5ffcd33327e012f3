/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/cli/quirks.h"

#include <glib.h>

#include "scenarios/keys.h"
#include "sim/cli/cli.h"

/* "; did you mean no-timer?"; "": nothing is like it. (transfer full) */
static char *meant_quirk(const char *value)
{
    const char *best = NULL;
    uint32_t best_distance = UINT32_MAX;
    for (uint32_t bit = 0; bit < BNET_QUIRKS; bit++) {
        const char *name = bnet_quirk_name(bit)->name;
        uint32_t distance = scenario_misspelling(value, name);
        if (distance < best_distance && scenario_worth_suggesting(name, distance)) {
            best = name;
            best_distance = distance;
        }
    }
    return best == NULL ? g_strdup("") : g_strdup_printf("; did you mean %s?", best);
}

bool cli_quirks_read(const char *command, const char *option, char *const *values,
                     BnetQuirks *ret_quirks)
{
    BnetQuirks quirks = 0;
    for (uint32_t i = 0; values != NULL && values[i] != NULL; i++) {
        BnetQuirks quirk = bnet_quirk_find(values[i]);
        if (quirk == 0) {
            g_autofree char *meant = meant_quirk(values[i]);
            cli_error("%s: %s %s: there is no such quirk%s (docs/scenarios.md lists them, "
                      "/peers/GROUP/quirks)",
                      command, option, values[i], meant);
            return false;
        }
        quirks |= quirk;
    }
    *ret_quirks = quirks;
    return true;
}
