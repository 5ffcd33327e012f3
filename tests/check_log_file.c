/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gstdio.h>

#include "sim/log_file.h"
#include "tests/log_fixture.h"

#define START_BYTES 126u

/* --- files ----------------------------------------------------------------------------------- */

/* A folder of the test's own with one file. */
typedef struct File {
    char *folder;
    char *path;
} File;

static void file_write(const File *file, const void *bytes, size_t n)
{
    ck_assert(g_file_set_contents(file->path, bytes, (gssize)n, NULL));
}

static File file_new(const void *bytes, size_t n)
{
    File file = {.folder = g_dir_make_tmp("log_XXXXXX", NULL)};
    ck_assert_ptr_nonnull(file.folder);
    file.path = g_build_filename(file.folder, "blocks.log", NULL);
    file_write(&file, bytes, n);
    return file;
}

static File file_of_hex(const char *hex)
{
    WireBytes in = wire_hex(hex);
    const File file = file_new(in.bytes, in.n);
    free(in.bytes);
    return file;
}

static void file_finish(File *file)
{
    g_remove(file->path);
    g_rmdir(file->folder);
    g_free(file->path);
    g_free(file->folder);
}

static SimLogFile *open_log(const File *file)
{
    GError *error = NULL;
    SimLogFile *log = sim_log_open(file->path, &error);
    ck_assert_msg(log != NULL, "%s", error ? error->message : "no error");
    ck_assert_ptr_null(error);
    return log;
}

/* What the error says after the path. */
static void assert_error(const File *file, GError *error, SimLogError code, const char *text)
{
    ck_assert_ptr_nonnull(error);
    ck_assert(g_error_matches(error, SIM_LOG_ERROR, (gint)code));
    g_autofree char *expected = g_strconcat(file->path, ": ", text, NULL);
    ck_assert_str_eq(error->message, expected);
    g_error_free(error);
}

/* --- good logs ------------------------------------------------------------------------------- */

typedef struct Log {
    const char *hex;
    uint32_t version;
    uint32_t first;
    uint64_t offset; /* of the first block */
    const char *last_id;
} Log;

static const Log logs[] = {
    {LOG_1, 1, 1, 114, LOG_ID_3},      {LOG_2, 2, 1, 126, LOG_ID_3},
    {LOG_3, 3, 1, 126, LOG_ID_3},      {LOG_2_LATER, 2, 5, 126, LOG_ID_7},
    {LOG_3_LATER, 3, 5, 48, LOG_ID_7},
};
#define N_LOGS ((int)(sizeof logs / sizeof *logs))

START_TEST(test_log)
{
    const Log *expected = &logs[_i];
    static const size_t sizes[] = {LOG_BLOCK_1_BYTES, LOG_BLOCK_2_BYTES, LOG_BLOCK_3_BYTES};
    WireBytes in = wire_hex(expected->hex);
    File file = file_new(in.bytes, in.n);
    SimLogFile *log = open_log(&file);
    ck_assert_uint_eq(sim_log_header(log)->version, expected->version);
    ck_assert_uint_eq(sim_log_header(log)->first_block, expected->first);
    wire_assert_id(sim_log_header(log)->chain_id, LOG_CHAIN_ID);

    uint64_t offset = expected->offset;
    SimLogEntry entry;
    GError *error = NULL;
    for (uint32_t i = 0; i < 3; i++) {
        ck_assert(sim_log_next(log, &entry, &error));
        ck_assert_uint_eq(entry.number, expected->first + i);
        ck_assert_uint_eq(entry.offset, offset);
        ck_assert_uint_eq(entry.bytes.n, sizes[i]);
        ck_assert_mem_eq(entry.bytes.bytes, in.bytes + offset, sizes[i]);
        offset += sizes[i] + BNET_LOG_POSITION_BYTES;
    }
    wire_assert_id(entry.id, expected->last_id);
    for (unsigned again = 0; again < 2; again++) {
        ck_assert(!sim_log_next(log, &entry, &error));
        ck_assert_ptr_null(error);
        ck_assert_uint_eq(entry.number, expected->first + 2);
    }
    sim_log_close(log);
    file_finish(&file);
    free(in.bytes);
}
END_TEST

START_TEST(test_log_without_blocks)
{
    File file = file_of_hex(LOG_START_3);
    SimLogFile *log = open_log(&file);
    SimLogEntry entry;
    GError *error = NULL;
    ck_assert(!sim_log_next(log, &entry, &error));
    ck_assert_ptr_null(error);
    sim_log_close(log);
    sim_log_close(NULL);
    file_finish(&file);
}
END_TEST

/* Reads a log of blocks of these sizes, up to a 0, all of which are good. */
static void assert_reads(const size_t *sizes)
{
    LogBytes made = log_start();
    for (size_t i = 0; sizes[i] > 0; i++)
        log_add_block(&made, sizes[i]);
    File file = file_new(made.bytes.bytes, made.bytes.n);
    SimLogFile *log = open_log(&file);
    SimLogEntry entry;
    GError *error = NULL;
    size_t offset = START_BYTES;
    for (uint32_t i = 0; sizes[i] > 0; i++) {
        ck_assert(sim_log_next(log, &entry, &error));
        ck_assert_uint_eq(entry.number, i + 1);
        ck_assert_uint_eq(entry.offset, offset);
        ck_assert_uint_eq(entry.bytes.n, sizes[i]);
        ck_assert(memcmp(entry.bytes.bytes, made.bytes.bytes + offset, sizes[i]) == 0);
        offset += sizes[i] + BNET_LOG_POSITION_BYTES;
    }
    ck_assert(!sim_log_next(log, &entry, &error));
    ck_assert_ptr_null(error);
    sim_log_close(log);
    file_finish(&file);
    free(made.bytes.bytes);
}

/* Wherever the first window of 64 KiB ends: in the block, in its position, between entries. */
START_TEST(test_ends_of_the_window)
{
    for (size_t n = 65536 - 20; n < 65536 + 20; n++) {
        assert_reads((const size_t[]){n - START_BYTES, 300, 0});
        assert_reads((const size_t[]){n - START_BYTES - 200, 184, 184, 0});
        assert_reads((const size_t[]){184, n, 184, 0});
    }
}
END_TEST

START_TEST(test_long_blocks)
{
    assert_reads((const size_t[]){40000, 184, 40000, 65535, 70000, 184, 131072, 131064, 0});
    assert_reads((const size_t[]){184, 1000000, 184, 60000, 3000000, 2000000, 184, 0});
    assert_reads((const size_t[]){BNET_LOG_BLOCK_BYTES_MAX, 184, BNET_LOG_BLOCK_BYTES_MAX,
                                  BNET_LOG_BLOCK_BYTES_MAX - 1, 0});
}
END_TEST

/* --- bad logs -------------------------------------------------------------------------------- */

START_TEST(test_no_file)
{
    File file = file_new("", 0);
    GError *error = NULL;
    ck_assert_ptr_null(sim_log_open(file.path, &error));
    assert_error(&file, error, SIM_LOG_ERROR_FORMAT,
                 "byte 0: version: allowed is more bytes: the input ends here; no "
                 "block is good");
    error = NULL;
    g_remove(file.path);
    ck_assert_ptr_null(sim_log_open(file.path, &error));
    assert_error(&file, error, SIM_LOG_ERROR_FILE, "cannot be opened: No such file or directory");
    ck_assert_ptr_null(sim_log_open(file.path, NULL));
    error = NULL;
    const File folder = {.path = file.folder};
    ck_assert_ptr_null(sim_log_open(folder.path, &error));
    assert_error(&folder, error, SIM_LOG_ERROR_FILE, "cannot be read: Is a directory");
    file_finish(&file);
}
END_TEST

START_TEST(test_version)
{
    File file = file_of_hex("04000000 01000000" LOG_GENESIS);
    GError *error = NULL;
    ck_assert_ptr_null(sim_log_open(file.path, &error));
    assert_error(&file, error, SIM_LOG_ERROR_FORMAT, "byte 0: version 4; 1 to 3 are allowed");
    file_finish(&file);
}
END_TEST

/* Above 16 it is no version of a log; the first three bytes of gzip are told. */
START_TEST(test_no_log)
{
    static const struct {
        const char *hex;
        const char *error;
    } cases[] = {
        {"10000000", "byte 0: version 16; 1 to 3 are allowed"},
        {"11000000", "is not a blocks.log (its first four bytes are 11 00 00 00)"},
        {"7b0a2020ff", "is not a blocks.log (its first four bytes are 7b 0a 20 20)"},
        {"1f8b0800", "is gzipped; unpack it first"},
        {"1f8b08", "is gzipped; unpack it first"},
        {"1f8b0700", "is not a blocks.log (its first four bytes are 1f 8b 07 00)"},
        {"02000000 01000000" LOG_GENESIS "ffffffffffffff7f",
         "byte 118: the mark ffffffffffffffff before the first block must stand here; no block is "
         "good"},
        {"02000000 01000000" LOG_GENESIS "ffffffff",
         "byte 118: the mark ffffffffffffffff before the first block is missing: the input ends "
         "here; no block is good"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        File file = file_of_hex(cases[i].hex);
        GError *error = NULL;
        ck_assert_ptr_null(sim_log_open(file.path, &error));
        assert_error(&file, error, SIM_LOG_ERROR_FORMAT, cases[i].error);
        file_finish(&file);
    }
}
END_TEST

/* The error stays, and what the caller has is untouched. */
START_TEST(test_wrong_block)
{
    File file = file_of_hex(LOG_START_3 LOG_FIRST "7e00000000000000" LOG_SECOND
                                                  "3f01000000000000" LOG_THIRD "f502000000000000");
    SimLogFile *log = open_log(&file);
    SimLogEntry entry;
    ck_assert(sim_log_next(log, &entry, NULL));
    ck_assert(!sim_log_next(log, &entry, NULL));
    for (unsigned again = 0; again < 2; again++) {
        GError *error = NULL;
        ck_assert(!sim_log_next(log, &entry, &error));
        assert_error(&file, error, SIM_LOG_ERROR_FORMAT,
                     "byte 749: position: allowed is the position of the block's first byte; "
                     "block 1 is the last good one");
        ck_assert_uint_eq(entry.number, 1);
    }
    sim_log_close(log);
    file_finish(&file);
}
END_TEST

typedef struct Deflated {
    const char *hex;   /* of 11 bytes */
    const char *error; /* after the path of the file */
} Deflated;

/* A wrong byte of a stream; a stream of five zeros, which are too few. */
static const Deflated deflated[] = {
    {"78da636100020000050001",
     "byte 242: block.transactions[0].trx.packed_trx: allowed is a whole zlib stream with a right "
     "checksum; no block is good"},
    {"78da636000020000050001",
     "byte 242 (byte 4 when inflated): block.transactions[0].trx.packed_trx.ref_block_num: allowed "
     "is more bytes: the input ends here; no block is good"},
};
#define N_DEFLATED ((int)(sizeof deflated / sizeof *deflated))

START_TEST(test_deflated)
{
    g_autofree char *hex = g_strconcat(
        LOG_START_3_LATER "e8030000 0000000000ea3055 0100" LOG_ID_4 LOG_ZERO_ID LOG_ACTION_ROOT
                          "00000000 00 00" LOG_SIGNATURE "01 00 64000000 10 01 00 01 00 0b",
        deflated[_i].hex, "00 3000000000000000", NULL);
    File file = file_of_hex(hex);
    SimLogFile *log = open_log(&file);
    SimLogEntry entry;
    GError *error = NULL;
    ck_assert(!sim_log_next(log, &entry, &error));
    assert_error(&file, error, SIM_LOG_ERROR_FORMAT, deflated[_i].error);
    sim_log_close(log);
    file_finish(&file);
}
END_TEST

/* Each cut is a clean end between entries or an error that says where and what is good. */
START_TEST(test_every_cut)
{
    WireBytes in = wire_hex(LOG_3);
    File file = file_new(in.bytes, 0);
    static const size_t ends[] = {START_BYTES, 318, 757, 1090};
    for (size_t n = 0; n <= in.n; n++) {
        file_write(&file, in.bytes, n);
        GError *error = NULL;
        SimLogFile *log = sim_log_open(file.path, &error);
        ck_assert((log != NULL) == (n >= START_BYTES));
        SimLogEntry entry;
        uint32_t n_good = 0;
        while (log && sim_log_next(log, &entry, &error))
            n_good++;
        const bool is_clean = log && n == ends[n_good];
        ck_assert((error == NULL) == is_clean);
        if (n_good < 3)
            ck_assert_uint_lt(n, ends[n_good + 1]);
        if (error) {
            const char *byte = strstr(error->message, ": byte ");
            ck_assert_ptr_nonnull(byte);
            const uint64_t at = g_ascii_strtoull(byte + 7, NULL, 10);
            ck_assert(at <= n && (!log || at >= ends[n_good]));
            g_autofree char *good = n_good > 0
                                        ? g_strdup_printf("; block %u is the last good one", n_good)
                                        : g_strdup("; no block is good");
            ck_assert_msg(g_str_has_suffix(error->message, good), "%s", error->message);
            g_clear_error(&error);
        }
        sim_log_close(log);
    }
    file_finish(&file);
    free(in.bytes);
}
END_TEST

START_TEST(test_block_beyond_the_limit)
{
    LogBytes made = log_start();
    log_add_block(&made, LOG_BLOCK_1_BYTES);
    log_add_block(&made, BNET_LOG_BLOCK_BYTES_MAX + 1);
    log_add_block(&made, 100000);
    File file = file_new(made.bytes.bytes, made.bytes.n);
    SimLogFile *log = open_log(&file);
    SimLogEntry entry;
    GError *error = NULL;
    ck_assert(sim_log_next(log, &entry, &error));
    ck_assert(!sim_log_next(log, &entry, &error));
    assert_error(&file, error, SIM_LOG_ERROR_FORMAT,
                 "byte 318: block: allowed is a block of at most 16777216 bytes; block 1 is the "
                 "last good one");
    sim_log_close(log);
    file_finish(&file);
    free(made.bytes.bytes);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("log_file");
    TCase *tcase = tcase_create("log_file");
    tcase_set_timeout(tcase, 0);
    tcase_add_loop_test(tcase, test_log, 0, N_LOGS);
    tcase_add_test(tcase, test_log_without_blocks);
    tcase_add_test(tcase, test_ends_of_the_window);
    tcase_add_test(tcase, test_long_blocks);
    tcase_add_test(tcase, test_no_file);
    tcase_add_test(tcase, test_version);
    tcase_add_test(tcase, test_no_log);
    tcase_add_test(tcase, test_wrong_block);
    tcase_add_loop_test(tcase, test_deflated, 0, N_DEFLATED);
    tcase_add_test(tcase, test_every_cut);
    tcase_add_test(tcase, test_block_beyond_the_limit);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
