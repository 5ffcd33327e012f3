/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/file_text.h"

#include <errno.h>
#include <stdio.h>

#include <glib/gstdio.h>

#include "scenarios/loader.h"

#define CHUNK_BYTES 65536u

static void set_cannot_be_opened(const char *path, int cause, GError **error)
{
    g_set_error(error, SCENARIO_ERROR, SCENARIO_ERROR_FILE, "%s: cannot be opened: %s", path,
                g_strerror(cause));
}

static FILE *open_file(const char *path, GError **error)
{
    FILE *stream = g_fopen(path, "rb");

    if (stream == NULL) {
        set_cannot_be_opened(path, errno, error);
    }
    return stream;
}

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
    FILE *stream = open_file(path, error);

    if (stream == NULL) {
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

bool scenario_file_check(const char *path, GError **error)
{
    GStatBuf status;

    /* Not by opening: that would wait at a pipe that nobody writes to. */
    if (g_stat(path, &status) != 0) {
        set_cannot_be_opened(path, errno, error);
        return false;
    }
    if (!S_ISREG(status.st_mode)) {
        g_set_error(error, SCENARIO_ERROR, SCENARIO_ERROR_FILE, "%s: %s; a regular file is needed",
                    path, S_ISDIR(status.st_mode) ? "is a folder" : "is a device or a pipe");
        return false;
    }
    FILE *stream = open_file(path, error);

    if (stream == NULL) {
        return false;
    }
    fclose(stream);
    return true;
}
