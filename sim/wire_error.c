/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/wire_error.h"

char *sim_wire_error_text(const BnetWireError *error, uint64_t start)
{
    char path[BNET_WIRE_PATH_BYTES];
    bnet_wire_error_path(error, path);
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "byte %" G_GUINT64_FORMAT, start + error->offset);
    if (error->inflated)
        g_string_append_printf(text, " (byte %zu when inflated)", error->inflated_at);
    g_string_append_printf(text, ": %s: allowed is %s", path, error->allowed);
    return g_string_free(text, FALSE);
}
