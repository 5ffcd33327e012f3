/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/file_text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

#include <glib/gstdio.h>

#include "scenarios/loader.h"

#define CHUNK_BYTES 65536u

/* Appends the stream to `text`, at most one byte over `max`. False: errno tells why. */
static bool read_all(FILE *stream, size_t max, GString *text)
{
    g_autofree char *chunk = g_malloc(CHUNK_BYTES);

    while (text->len <= max) {
        const size_t wanted = MIN(CHUNK_BYTES, max + 1 - text->len);
        const size_t n = fread(chunk, 1, wanted, stream);

        g_string_append_len(text, chunk, (gssize)n);
        if (n < wanted) {
            return ferror(stream) == 0;
        }
    }
    return true;
}

char *scenario_file_text(const char *path, size_t max, size_t *ret_length, GError **error)
{
    FILE *stream = g_fopen(path, "rb");

    if (stream == NULL) {
        g_set_error(error, SCENARIO_ERROR, SCENARIO_ERROR_FILE, "%s: cannot be opened: %s", path,
                    g_strerror(errno));
        return NULL;
    }
    g_autoptr(GString) text = g_string_new(NULL);
    const bool ok = read_all(stream, max, text);
    const int cause = errno;

    fclose(stream);
    if (!ok) {
        g_set_error(error, SCENARIO_ERROR, SCENARIO_ERROR_FILE, "%s: cannot be read: %s", path,
                    g_strerror(cause));
        return NULL;
    }
    if (text->len > max) {
        g_set_error(error, SCENARIO_ERROR, SCENARIO_ERROR_FILE,
                    "%s: the file is too large; at most %" G_GSIZE_FORMAT " bytes are allowed",
                    path, max);
        return NULL;
    }
    if (ret_length != NULL) {
        *ret_length = text->len;
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}
