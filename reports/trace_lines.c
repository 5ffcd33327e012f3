/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/trace_lines.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <zstd.h>

#define BUFFER_BYTES (128u * 1024)

static const char head_begin[] = "{\"bnetlab\":";
static const char end_begin[] = "{\"end\":";
static const char event_begin[] = "{\"t\":";
static const char checkpoint_begin[] = ",\"what\":\"checkpoint\",";
static const uint8_t zstd_magic[4] = {0x28, 0xb5, 0x2f, 0xfd};

struct ReportLines {
    char *name;
    int fd;
    bool is_begun;   /* it is known whether it is compressed */
    bool is_at_end;  /* nothing more comes from the file */
    bool is_over;    /* the last line of the trace was read */
    ZSTD_DCtx *zstd; /* NULL: not compressed */
    ZSTD_inBuffer packed;
    char *in;       /* [BUFFER_BYTES], as read */
    GString *text;  /* what was read and is not handed out, from `begin` on */
    gsize begin;    /* of the next line */
    gsize searched; /* there is no line's end from `begin` to here */
    uint64_t n;     /* lines handed out */
};

/* --- bytes ----------------------------------------------------------------------------------- */

static bool fail(const ReportLines *lines, GError **error, const char *what)
{
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: line %" G_GUINT64_FORMAT ": %s",
                lines->name, lines->n + 1, what);
    return false;
}

/* Reads as much as there is, once. */
static bool read_some(ReportLines *lines, size_t *ret_bytes, GError **error)
{
    ssize_t got;
    do {
        got = read(lines->fd, lines->in, BUFFER_BYTES);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(errno), "cannot read %s: %s",
                    lines->name, g_strerror(errno));
        return false;
    }
    *ret_bytes = (size_t)got;
    lines->is_at_end = got == 0;
    return true;
}

static bool unpack(ReportLines *lines, GError **error)
{
    char out[BUFFER_BYTES];
    while (lines->packed.pos < lines->packed.size) {
        ZSTD_outBuffer unpacked = {.dst = out, .size = sizeof out};
        size_t status = ZSTD_decompressStream(lines->zstd, &unpacked, &lines->packed);
        if (ZSTD_isError(status))
            return fail(lines, error, ZSTD_getErrorName(status));
        g_string_append_len(lines->text, out, (gssize)unpacked.pos);
    }
    return true;
}

/* Appends to the text what the file has next. */
static bool fill(ReportLines *lines, GError **error)
{
    size_t got = 0;
    if (!read_some(lines, &got, error))
        return false;
    if (!lines->is_begun && got >= sizeof zstd_magic &&
        memcmp(lines->in, zstd_magic, sizeof zstd_magic) == 0)
        lines->zstd = ZSTD_createDCtx();
    lines->is_begun = true;
    if (lines->zstd == NULL) {
        g_string_append_len(lines->text, lines->in, (gssize)got);
        return true;
    }
    lines->packed = (ZSTD_inBuffer){.src = lines->in, .size = got};
    return unpack(lines, error);
}

/* The next line, ended by a NUL; NULL without an error: there is none. */
static char *next_text(ReportLines *lines, GError **error)
{
    for (;;) {
        char *begin = lines->text->str + lines->begin;
        char *end =
            memchr(lines->text->str + lines->searched, '\n', lines->text->len - lines->searched);
        if (end != NULL) {
            *end = '\0';
            lines->begin = lines->searched = (gsize)(end + 1 - lines->text->str);
            return begin;
        }
        g_string_erase(lines->text, 0, (gssize)lines->begin);
        lines->begin = 0;
        lines->searched = lines->text->len;
        if (lines->text->len > REPORT_LINE_MAX) {
            (void)fail(lines, error, "is longer than any of a trace");
            return NULL;
        }
        if (lines->is_at_end) {
            if (lines->text->len > 0)
                (void)fail(lines, error, "is cut off");
            return NULL;
        }
        if (!fill(lines, error))
            return NULL;
    }
}

/* --- lines ----------------------------------------------------------------------------------- */

/* What stands behind `key`, in a base; 0: nothing does. */
static uint64_t number_at(const char *text, const char *key, guint base)
{
    const char *at = strstr(text, key);
    return at != NULL ? g_ascii_strtoull(at + strlen(key), NULL, base) : 0;
}

static void read_hashes(ReportLine *line, const char *hash_key)
{
    line->hash = number_at(line->text, hash_key, 16);
    line->steps = number_at(line->text, "\"steps\":\"", 16);
}

static bool classify(ReportLine *line)
{
    const char *text = line->text;
    if (g_str_has_prefix(text, event_begin)) {
        char *rest = NULL;
        line->time_ns = (int64_t)g_ascii_strtoull(text + strlen(event_begin), &rest, 10);
        line->kind = REPORT_LINE_EVENT;
        if (g_str_has_prefix(rest, checkpoint_begin)) {
            line->kind = REPORT_LINE_CHECKPOINT;
            read_hashes(line, "\"hash\":\"");
        }
        return line->time_ns >= 0;
    }
    if (g_str_has_prefix(text, end_begin)) {
        line->kind = REPORT_LINE_END;
        line->time_ns = (int64_t)g_ascii_strtoull(text + strlen(end_begin), NULL, 10);
        read_hashes(line, "\"trace_hash\":\"");
        return line->time_ns >= 0;
    }
    line->kind = REPORT_LINE_HEAD;
    return g_str_has_prefix(text, head_begin);
}

bool report_lines_next(ReportLines *lines, ReportLine *ret_line, GError **error)
{
    GError *failed = NULL;
    ReportLine line = {.kind = REPORT_LINE_NONE};
    line.text = lines->is_over ? NULL : next_text(lines, &failed);
    if (failed != NULL) {
        g_propagate_error(error, failed);
        return false;
    }
    if (line.text != NULL) {
        if (!classify(&line) || (line.kind == REPORT_LINE_HEAD) != (lines->n == 0))
            return fail(lines, error, "is none of a trace");
        lines->n++;
        lines->is_over = line.kind == REPORT_LINE_END;
    }
    *ret_line = line;
    return true;
}

/* --- life ------------------------------------------------------------------------------------ */

bool report_lines_is_trace(const char *path)
{
    char begin[sizeof head_begin - 1];
    int fd = g_open(path, O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0)
        return false;
    ssize_t got = read(fd, begin, sizeof begin);
    (void)close(fd);
    if (got >= (ssize_t)sizeof zstd_magic && memcmp(begin, zstd_magic, sizeof zstd_magic) == 0)
        return true;
    return got == (ssize_t)sizeof begin && memcmp(begin, head_begin, sizeof begin) == 0;
}

ReportLines *report_lines_of(int fd, const char *name)
{
    ReportLines *lines = g_new0(ReportLines, 1);
    lines->name = g_strdup(name);
    lines->fd = fd;
    lines->in = g_malloc(BUFFER_BYTES);
    lines->text = g_string_new(NULL);
    return lines;
}

ReportLines *report_lines_open(const char *path, GError **error)
{
    int fd = g_open(path, O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0) {
        g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(errno), "cannot read %s: %s",
                    path, g_strerror(errno));
        return NULL;
    }
    return report_lines_of(fd, path);
}

void report_lines_free(ReportLines *lines)
{
    if (lines == NULL)
        return;
    (void)close(lines->fd);
    (void)ZSTD_freeDCtx(lines->zstd);
    g_free(lines->name);
    g_free(lines->in);
    g_string_free(lines->text, TRUE);
    g_free(lines);
}
