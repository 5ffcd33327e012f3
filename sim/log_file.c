/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/log_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <glib/gstdio.h>

#include "sim/wire_error.h"

#define WINDOW_BYTES_MIN ((size_t)64 * 1024)
#define WINDOW_BYTES_MAX ((size_t)BNET_LOG_BLOCK_BYTES_MAX + BNET_LOG_POSITION_BYTES)

G_STATIC_ASSERT(WINDOW_BYTES_MIN >= BNET_LOG_HEADER_BYTES_MAX);

struct SimLogFile {
    char *path;
    FILE *stream;
    BnetLogHeader header;
    BnetLogWalk walk;
    uint8_t *window; /* bytes of the file: those not read yet are at `at`, `left` of them */
    size_t window_bytes;
    size_t at;
    size_t left;
    bool is_whole; /* nothing of the file is beyond the window */
    GError *failed;
    uint8_t *scratch;
};

G_DEFINE_QUARK(sim - log - error - quark, sim_log_error)

/* --- the window ------------------------------------------------------------------------------ */

/* Moves what is left to the start of the window and fills it up, after doubling it if that is all
 * there is in it. False: the file cannot be read. */
static bool fill(SimLogFile *log)
{
    if (log->left == log->window_bytes) {
        g_assert(log->window_bytes < WINDOW_BYTES_MAX);
        log->window_bytes = MIN(2 * log->window_bytes, WINDOW_BYTES_MAX);
        log->window = g_realloc(log->window, log->window_bytes);
    }
    memmove(log->window, log->window + log->at, log->left);
    log->at = 0;
    const size_t room = log->window_bytes - log->left;
    errno = 0;
    const size_t n = fread(log->window + log->left, 1, room, log->stream);
    log->left += n;
    log->is_whole = n < room;
    if (ferror(log->stream) == 0)
        return true;
    g_set_error(&log->failed, SIM_LOG_ERROR, SIM_LOG_ERROR_FILE, "%s: cannot be read: %s",
                log->path, g_strerror(errno));
    return false;
}

static void take(SimLogFile *log, size_t n)
{
    log->at += n;
    log->left -= n;
}

/* --- errors ---------------------------------------------------------------------------------- */

/* How far all was well, for the end of an error. */
static char *good_before(const SimLogFile *log)
{
    if (log->walk.next_number <= log->header.first_block)
        return g_strdup("no block is good");
    return g_strdup_printf("block %" G_GUINT64_FORMAT " is the last good one",
                           log->walk.next_number - 1);
}

char *sim_log_error_text(const BnetWireError *error, uint64_t start)
{
    static const char mark[] = "the mark ffffffffffffffff before the first block";
    if (strcmp(error->steps[0].name, "totem") != 0)
        return sim_wire_error_text(error, start);
    return g_strdup_printf("byte %" G_GUINT64_FORMAT ": %s %s", start + error->offset, mark,
                           error->cut ? "is missing: the input ends here" : "must stand here");
}

bool sim_log_is_gzip(const uint8_t *bytes, size_t n)
{
    return n >= 3 && bytes[0] == 0x1f && bytes[1] == 0x8b && bytes[2] == 8;
}

/* Whatever stands at that offset of the file did not read. */
static void set_failed(SimLogFile *log, uint64_t offset, const BnetWireError *error)
{
    g_autofree char *text = sim_log_error_text(error, offset);
    g_autofree char *good = good_before(log);
    g_set_error(&log->failed, SIM_LOG_ERROR, SIM_LOG_ERROR_FORMAT, "%s: %s; %s", log->path, text,
                good);
}

static bool fail(const SimLogFile *log, GError **error)
{
    if (error)
        *error = g_error_copy(log->failed);
    return false;
}

/* --- reading --------------------------------------------------------------------------------- */

static void start_reader(SimLogFile *log, BnetReader *ret_reader, BnetWireError *error)
{
    const BnetScratch scratch = {.bytes = log->scratch, .n = BNET_WIRE_SCRATCH_BYTES};
    bnet_reader_init(ret_reader, log->window + log->at, log->left, scratch, error);
}

/* Versions beyond are none that ever might be: the file is something else. */
#define PLAUSIBLE_VERSION_MAX 16u

/* What is no log, and an unknown version, which is the likeliest thing to be wrong, is told. */
static void set_header_failed(SimLogFile *log, const BnetWireError *error)
{
    if (sim_log_is_gzip(log->window, log->left)) {
        g_set_error(&log->failed, SIM_LOG_ERROR, SIM_LOG_ERROR_FORMAT,
                    "%s: is gzipped; unpack it first", log->path);
        return;
    }
    if (error->offset > 0 || error->cut) {
        set_failed(log, 0, error);
        return;
    }
    const uint8_t *v = log->window;
    const uint32_t version =
        v[0] | (uint32_t)v[1] << 8 | (uint32_t)v[2] << 16 | (uint32_t)v[3] << 24;
    if (version > PLAUSIBLE_VERSION_MAX) {
        g_set_error(&log->failed, SIM_LOG_ERROR, SIM_LOG_ERROR_FORMAT,
                    "%s: is not a blocks.log (its first four bytes are %02x %02x %02x %02x)",
                    log->path, v[0], v[1], v[2], v[3]);
        return;
    }
    g_set_error(&log->failed, SIM_LOG_ERROR, SIM_LOG_ERROR_FORMAT,
                "%s: byte 0: version %u; 1 to %u are allowed", log->path, version,
                BNET_LOG_VERSION_MAX);
}

static bool read_header(SimLogFile *log)
{
    if (!fill(log))
        return false;
    BnetReader reader;
    BnetWireError error;
    start_reader(log, &reader, &error);
    const size_t n = log->left;
    if (!bnet_log_read_header(&reader, &log->header)) {
        set_header_failed(log, &error);
        return false;
    }
    take(log, n - bnet_reader_left(&reader));
    bnet_log_walk_init(&log->walk, &log->header, n - log->left);
    return true;
}

SimLogFile *sim_log_open(const char *path, GError **error)
{
    FILE *stream = g_fopen(path, "rb");
    if (!stream) {
        g_set_error(error, SIM_LOG_ERROR, SIM_LOG_ERROR_FILE, "%s: cannot be opened: %s", path,
                    g_strerror(errno));
        return NULL;
    }
    SimLogFile *log = g_new0(SimLogFile, 1);
    log->path = g_strdup(path);
    log->stream = stream;
    log->window_bytes = WINDOW_BYTES_MIN;
    log->window = g_malloc(WINDOW_BYTES_MIN);
    log->scratch = g_malloc(BNET_WIRE_SCRATCH_BYTES);
    if (!read_header(log)) {
        fail(log, error);
        g_clear_pointer(&log, sim_log_close);
    }
    return log;
}

const BnetLogHeader *sim_log_header(const SimLogFile *log)
{
    return &log->header;
}

/* The entry at the window's start; fails with `cut` if the window is too short for it. */
static bool read_entry(SimLogFile *log, SimLogEntry *ret_entry, BnetWireError *error)
{
    BnetReader reader;
    start_reader(log, &reader, error);
    return bnet_log_read_entry(&reader, &log->walk, ret_entry);
}

bool sim_log_next(SimLogFile *log, SimLogEntry *ret_entry, GError **error)
{
    if (log->failed)
        return fail(log, error);
    if (log->left == 0 && !log->is_whole && !fill(log))
        return fail(log, error);
    if (log->left == 0)
        return false;
    const uint64_t offset = log->walk.offset;
    BnetWireError wrong;
    while (!read_entry(log, ret_entry, &wrong)) {
        if (!wrong.cut || log->is_whole) {
            set_failed(log, offset, &wrong);
            return fail(log, error);
        }
        if (!fill(log))
            return fail(log, error);
    }
    take(log, (size_t)(log->walk.offset - offset));
    return true;
}

void sim_log_close(SimLogFile *log)
{
    if (!log)
        return;
    fclose(log->stream);
    g_clear_error(&log->failed);
    g_free(log->scratch);
    g_free(log->window);
    g_free(log->path);
    g_free(log);
}
