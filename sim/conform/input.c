/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/conform/input.h"

#include <errno.h>
#include <string.h>
#include <zlib.h>

#include "core/blocks_log.h"
#include "sim/conform/run.h"

#define CHUNK_BYTES (64u * 1024)

/* Levels of a record; the deepest recordings have some ten. */
#define DEPTH_MAX 64

/* How the records stand in the file. */
typedef enum Layout {
    LAYOUT_UNKNOWN, /* nothing but space so far */
    LAYOUT_PLAIN,
    LAYOUT_ARRAY,
    LAYOUT_ARRAY_DONE, /* behind its ']' */
} Layout;

struct ConformInput {
    char *path;
    gzFile file;
    struct json_tokener *tokener;
    char chunk[CHUNK_BYTES];
    size_t at;   /* from here on the chunk was not looked at */
    size_t n;    /* bytes in the chunk, which end between two characters */
    size_t held; /* bytes behind these: the start of a character, for the next chunk */
    uint64_t line;
    uint64_t record_line;
    Layout layout;
    bool is_first; /* of an array: no item was read */
};

G_DEFINE_QUARK(conform - input - error - quark, conform_input_error)

static bool fail_file(const ConformInput *input, const char *what, GError **error)
{
    g_set_error(error, CONFORM_INPUT_ERROR, CONFORM_INPUT_ERROR_FILE, "%s: %s", input->path, what);
    return false;
}

G_GNUC_PRINTF(3, 4)
static bool fail_json(const ConformInput *input, GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(error, CONFORM_INPUT_ERROR, CONFORM_INPUT_ERROR_JSON,
                "%s:%" G_GUINT64_FORMAT ": %s", input->path, input->line, what);
    return false;
}

/* How many of the last bytes begin a character whose other bytes are not there. */
static size_t cut_character(const char *bytes, size_t n)
{
    for (size_t k = 1; k <= MIN(n, 3); k++) {
        const guchar byte = (guchar)bytes[n - k];
        if (byte < 0x80) {
            return 0;
        }
        if (byte >= 0xc0) {
            return (size_t)g_utf8_skip[byte] > k ? k : 0;
        }
    }
    return 0;
}

/* Reads into the chunk, behind its first n bytes. */
static bool read_chunk(ConformInput *input, size_t n, size_t *ret_got, GError **error)
{
    errno = 0;
    int got = gzread(input->file, input->chunk + n, (unsigned)(CHUNK_BYTES - n));
    int status = Z_OK;
    const char *what = gzerror(input->file, &status);
    if (status == Z_ERRNO) {
        return fail_file(input, g_strerror(errno), error);
    }
    if (status == Z_BUF_ERROR) {
        return fail_file(input, "the gzip stream is cut", error);
    }
    if (got < 0 || status < 0) {
        /* zlib's text begins with the name of the file. */
        size_t n_path = strlen(input->path);
        bool has_path =
            g_str_has_prefix(what, input->path) && g_str_has_prefix(what + n_path, ": ");
        g_autofree char *text =
            g_strdup_printf("the gzip stream is wrong: %s", has_path ? what + n_path + 2 : what);
        return fail_file(input, text, error);
    }
    *ret_got = (size_t)got;
    return true;
}

/* Fills the chunk, which has been looked at. At the end of the file it stays empty. The parser
 * takes a character that two chunks share for an invalid one, so chunks share none. */
static bool fill(ConformInput *input, GError **error)
{
    g_assert(input->at == input->n);
    size_t n = input->held;
    size_t got;
    memmove(input->chunk, input->chunk + input->n, n);
    input->at = 0;
    input->n = 0;
    input->held = 0;
    do {
        if (!read_chunk(input, n, &got, error)) {
            return false;
        }
        n += got;
        input->held = got > 0 ? cut_character(input->chunk, n) : 0;
    } while (got > 0 && n == input->held);
    input->n = n - input->held;
    return true;
}

/* Bytes that were looked at. */
static void pass(ConformInput *input, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        input->line += input->chunk[input->at + i] == '\n';
    }
    input->at += n;
}

/* The first character that is no space; 0 at the end of the file. */
static bool peek(ConformInput *input, char *ret_next, GError **error)
{
    for (;;) {
        while (input->at < input->n && strchr(" \t\r\n", input->chunk[input->at]) != NULL &&
               input->chunk[input->at] != '\0') {
            pass(input, 1);
        }
        if (input->at < input->n) {
            *ret_next = input->chunk[input->at];
            return *ret_next != '\0' || fail_json(input, error, "a zero byte, which is not JSON");
        }
        if (!fill(input, error)) {
            return false;
        }
        if (input->n == 0) {
            *ret_next = '\0';
            return true;
        }
    }
}

ConformInput *conform_input_open(const char *path, GError **error)
{
    g_autoptr(ConformInput) input = g_new0(ConformInput, 1);
    input->path = g_strdup(path);
    input->line = 1;
    input->tokener = json_tokener_new_ex(DEPTH_MAX);
    g_assert(input->tokener != NULL);
    json_tokener_set_flags(input->tokener, JSON_TOKENER_STRICT | JSON_TOKENER_ALLOW_TRAILING_CHARS |
                                               JSON_TOKENER_VALIDATE_UTF8);
    errno = 0;
    input->file = gzopen(path, "rb");
    if (input->file == NULL) {
        (void)fail_file(input, g_strerror(errno != 0 ? errno : ENOMEM), error);
        return NULL;
    }
    if (!fill(input, error)) {
        return NULL;
    }
    return g_steal_pointer(&input);
}

/* A log starts with its version as 32 bits. No JSON text starts like that. */
ConformContent conform_input_content(const ConformInput *input)
{
    const char *chunk = input->chunk;
    if (input->n < 4 || chunk[0] < 1 || chunk[0] > (char)BNET_LOG_VERSION_MAX || chunk[1] != 0 ||
        chunk[2] != 0 || chunk[3] != 0) {
        return CONFORM_CONTENT_RECORDS;
    }
    return gzdirect(input->file) != 0 ? CONFORM_CONTENT_BLOCKS_LOG
                                      : CONFORM_CONTENT_PACKED_BLOCKS_LOG;
}

/* Parses the value that starts here. */
static bool parse(ConformInput *input, struct json_object **ret_record, GError **error)
{
    size_t taken = 0;
    input->record_line = input->line;
    json_tokener_reset(input->tokener);
    for (;;) {
        struct json_object *record = json_tokener_parse_ex(input->tokener, input->chunk + input->at,
                                                           (int)(input->n - input->at));
        enum json_tokener_error status = json_tokener_get_error(input->tokener);
        size_t end = json_tokener_get_parse_end(input->tokener);
        taken += end;
        if (taken > CONFORM_RECORD_BYTES_MAX) {
            json_object_put(record);
            input->line = input->record_line;
            return fail_json(input, error, "a record longer than %u bytes",
                             CONFORM_RECORD_BYTES_MAX);
        }
        pass(input, end);
        if (status == json_tokener_success) {
            *ret_record = record;
            return true;
        }
        if (status != json_tokener_continue) {
            return fail_json(input, error, "not JSON: %s", json_tokener_error_desc(status));
        }
        if (!fill(input, error)) {
            return false;
        }
        if (input->n == 0) {
            return fail_json(input, error,
                             "the file ends inside the record that begins in line "
                             "%" G_GUINT64_FORMAT,
                             input->record_line);
        }
    }
}

/* Goes to the next item of an array, or behind the array. */
static bool next_item(ConformInput *input, char *next, GError **error)
{
    if (*next == ']') {
        pass(input, 1);
        input->layout = LAYOUT_ARRAY_DONE;
        return peek(input, next, error);
    }
    if (!input->is_first) {
        if (*next != ',') {
            return fail_json(input, error, "not JSON: ',' or ']' must stand here");
        }
        pass(input, 1);
        if (!peek(input, next, error)) {
            return false;
        }
    }
    input->is_first = false;
    if (*next == '\0') {
        return fail_json(input, error, "not JSON: the file ends inside an array");
    }
    return true;
}

bool conform_input_next(ConformInput *input, struct json_object **ret_record, GError **error)
{
    char next;
    const bool has_next = peek(input, &next, error);
    input->record_line = input->line;
    if (!has_next) {
        return false;
    }
    if (input->layout == LAYOUT_UNKNOWN) {
        input->layout = next == '[' ? LAYOUT_ARRAY : LAYOUT_PLAIN;
        input->is_first = true;
        if (next == '[') {
            pass(input, 1);
            if (!peek(input, &next, error)) {
                return false;
            }
        }
    }
    if (input->layout == LAYOUT_ARRAY && !next_item(input, &next, error)) {
        return false;
    }
    if (input->layout == LAYOUT_ARRAY) {
        return parse(input, ret_record, error);
    }
    if (next == '\0') {
        return false;
    }
    if (input->layout == LAYOUT_ARRAY_DONE) {
        return fail_json(input, error, "not JSON: something stands behind the array");
    }
    if (next != '{') {
        return fail_json(input, error, "not a record: it must begin with '{'");
    }
    return parse(input, ret_record, error);
}

uint64_t conform_input_line(const ConformInput *input)
{
    return input->record_line;
}

void conform_input_close(ConformInput *input)
{
    if (input == NULL) {
        return;
    }
    if (input->file != NULL) {
        (void)gzclose_r(input->file);
    }
    json_tokener_free(input->tokener);
    g_free(input->path);
    g_free(input);
}
