/* SPDX-License-Identifier: Apache-2.0 */

/* bnetlab decode: shows what bytes of the protocol say. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "reports/wire_form.h"
#include "reports/wire_form_write.h"
#include "sim/cli/cli.h"
#include "sim/log_file.h"

/* What is read into memory. A blocks.log that is named is not. */
#define DECODE_INPUT_BYTES_MAX (64u * 1024 * 1024)
/* What is decoded as one value. The tree of it may take some hundred times as much memory. */
#define DECODE_VALUE_BYTES_MAX BNET_WIRE_MESSAGE_BYTES_MAX

G_STATIC_ASSERT(DECODE_INPUT_BYTES_MAX == 67108864);
G_STATIC_ASSERT(DECODE_VALUE_BYTES_MAX == 16777216);
#define INPUT_ALLOWED "67108864 bytes; only with --as=blocks-log it may be longer"
#define VALUE_ALLOWED "16777216 bytes; only a blocks.log may be longer"

typedef struct Options {
    gboolean json;
    char *as;
    char **arguments;
} Options;

/* --- from bytes to a tree -------------------------------------------------------------------- */

/* One try to read bytes as a value of some kind. */
typedef struct Attempt {
    BnetReader reader;
    BnetWireError error;
    bool is_read; /* else `error` says why not */
} Attempt;

static bool is_whole(const Attempt *attempt)
{
    return attempt->is_read && bnet_reader_left(&attempt->reader) == 0;
}

/* Each: the tree of the value (transfer full), or NULL if the bytes are not exactly one. */
typedef struct json_object *DecodeTree(Attempt *attempt);

static struct json_object *decode_message(Attempt *attempt)
{
    BnetWireMessage message;
    attempt->is_read = bnet_wire_read_message(&attempt->reader, &message);
    return is_whole(attempt) ? report_form_message(&message) : NULL;
}

static struct json_object *decode_block(Attempt *attempt)
{
    BnetWireBlock block;
    attempt->reader.eosio_2 = true;
    attempt->is_read = bnet_wire_read_block(&attempt->reader, &block);
    return is_whole(attempt) ? report_form_block(&block) : NULL;
}

static struct json_object *decode_packed_trx(Attempt *attempt)
{
    BnetWirePackedTrx packed;
    attempt->reader.eosio_2 = true;
    attempt->is_read = bnet_wire_read_packed_trx(&attempt->reader, &packed);
    return is_whole(attempt) ? report_form_packed_trx(&packed) : NULL;
}

static struct json_object *decode_trx(Attempt *attempt)
{
    BnetWireTrx trx;
    attempt->is_read = bnet_wire_read_trx(&attempt->reader, &trx);
    return is_whole(attempt) ? report_form_transaction(&trx) : NULL;
}

static struct json_object *decode_header(Attempt *attempt)
{
    BnetWireHeader header;
    attempt->is_read = bnet_wire_read_header(&attempt->reader, &header);
    return is_whole(attempt) ? report_form_header(&header) : NULL;
}

static struct json_object *decode_genesis(Attempt *attempt)
{
    BnetWireGenesis genesis;
    attempt->is_read = bnet_wire_read_genesis(&attempt->reader, &genesis);
    return is_whole(attempt) ? report_form_genesis(&genesis) : NULL;
}

typedef struct Kind {
    const char *as;   /* the option's word */
    const char *name; /* in the output */
    DecodeTree *decode;
} Kind;

#define AS_BLOCKS_LOG "blocks-log"

/* Which a blocks.log goes before. In the order in which they are tried. */
static const Kind kinds[] = {
    {"message", "message", decode_message},
    {"block", "block", decode_block},
    {"transaction", "packed_transaction", decode_packed_trx},
    {"transaction", "transaction", decode_trx},
    {"header", "header", decode_header},
    {"genesis", "genesis", decode_genesis},
};

/* --- what is wrong --------------------------------------------------------------------------- */

/* Why bytes are not of a kind. */
typedef struct Reason {
    const char *name; /* of the kind */
    size_t offset;    /* up to which they might be */
    char *text;       /* owned */
} Reason;

typedef struct Reasons {
    size_t count;
    Reason items[G_N_ELEMENTS(kinds) + 1]; /* with a blocks.log; the one that got furthest first */
} Reasons;

static void reasons_finish(Reasons *reasons)
{
    for (size_t i = 0; i < reasons->count; i++) {
        g_free(reasons->items[i].text);
    }
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reasons, reasons_finish)

static Reason reason_of(const char *name, const Attempt *attempt)
{
    if (!attempt->is_read) {
        return (Reason){.name = name,
                        .offset = attempt->error.offset,
                        .text = sim_log_error_text(&attempt->error, 0)};
    }
    const BnetReader *reader = &attempt->reader;
    const size_t offset = (size_t)(reader->at - reader->start);
    const size_t left = bnet_reader_left(reader);
    return (Reason){.name = name,
                    .offset = offset,
                    .text = g_strdup_printf("byte %zu: it ends here, and %zu byte%s", offset, left,
                                            left == 1 ? " follows" : "s follow")};
}

/* Behind those that got as far. */
static void reasons_add(Reasons *reasons, const char *name, const Attempt *attempt)
{
    const Reason reason = reason_of(name, attempt);
    size_t i = reasons->count++;
    g_assert(i < G_N_ELEMENTS(reasons->items));
    for (; i > 0 && reasons->items[i - 1].offset < reason.offset; i--) {
        reasons->items[i] = reasons->items[i - 1];
    }
    reasons->items[i] = reason;
}

/* Nothing fits. */
static void tell_reasons(const char *input, const GByteArray *bytes, const Reasons *reasons)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (size_t i = 0; i < reasons->count; i++) {
        g_string_append_printf(out, "\n  %s: %s", reasons->items[i].name, reasons->items[i].text);
    }
    cli_error("decode: %s: %u byte%s not decode as%s%s", input, bytes->len,
              bytes->len == 1 ? " does" : "s do",
              reasons->count > 1 ? " (the likeliest first)" : "", out->str);
}

/* What is too long for what it is. Always CLI_BAD_INPUT. */
static int refuse_long(const char *input, const GByteArray *bytes, const char *allowed)
{
    if (sim_log_is_gzip(bytes->data, bytes->len)) {
        cli_error("decode: %s: is gzipped; unpack it first", input);
    } else {
        cli_error("decode: %s: more than %s", input, allowed);
    }
    return CLI_BAD_INPUT;
}

/* --- output ---------------------------------------------------------------------------------- */

/* Takes the tree. */
static void write_tree(const Options *options, const char *name, struct json_object *tree)
{
    g_autoptr(GString) out = g_string_new(NULL);
    report_form_append(out, options->json ? REPORT_FORM_JSON : REPORT_FORM_TEXT, name, tree);
    cli_write(out->str, out->len);
}

static void write_log_header(const Options *options, const BnetLogHeader *header)
{
    write_tree(options, "blocks_log", report_form_log_header(header));
}

static void write_log_block(const Options *options, const BnetLogEntry *entry)
{
    write_tree(options, "block", report_form_log_block(entry));
}

static int end_status(bool is_good)
{
    if (cli_write_failed()) {
        return CLI_INTERNAL;
    }
    return is_good ? CLI_OK : CLI_BAD_INPUT;
}

/* --- logs ------------------------------------------------------------------------------------ */

/* From a file, or what can be read once only, block by block. */
static int decode_log_file(const Options *options, const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(SimLogFile) log = sim_log_open(path, &error);
    if (log == NULL) {
        cli_error("decode: %s", error->message);
        return CLI_BAD_INPUT;
    }
    write_log_header(options, sim_log_header(log));
    SimLogEntry entry;
    while (!cli_write_failed() && sim_log_next(log, &entry, &error)) {
        write_log_block(options, &entry);
    }
    if (error != NULL) {
        cli_error("decode: %s", error->message);
    }
    return end_status(error == NULL);
}

/* From memory; `attempt` has read the header. */
static int decode_log_bytes(const Options *options, const char *input, Attempt *attempt,
                            const BnetLogHeader *header)
{
    BnetReader *reader = &attempt->reader;
    write_log_header(options, header);
    BnetLogWalk walk;
    bnet_log_walk_init(&walk, header, (uint64_t)(reader->at - reader->start));
    BnetLogEntry entry;
    bool is_good = true;
    while (is_good && bnet_reader_left(reader) > 0 && !cli_write_failed()) {
        is_good = bnet_log_read_entry(reader, &walk, &entry);
        if (is_good) {
            write_log_block(options, &entry);
        }
    }
    if (!is_good) {
        g_autofree char *reason = sim_log_error_text(&attempt->error, 0);
        cli_error("decode: %s: %s", input, reason);
    }
    return end_status(is_good);
}

/* --- bytes in memory ------------------------------------------------------------------------- */

static bool is_tried(const Options *options, const char *as)
{
    return options->as == NULL || strcmp(options->as, as) == 0;
}

static void attempt_init(Attempt *attempt, const GByteArray *bytes, uint8_t *memory)
{
    const BnetScratch scratch = {.bytes = memory, .n = BNET_WIRE_SCRATCH_BYTES};
    bnet_reader_init(&attempt->reader, bytes->data, bytes->len, scratch, &attempt->error);
}

/* Tries the kinds that are no log. True: one fits, and was written. */
static bool decode_value(const Options *options, const GByteArray *bytes, uint8_t *memory,
                         Reasons *reasons)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (!is_tried(options, kinds[i].as)) {
            continue;
        }
        Attempt attempt = {0};
        attempt_init(&attempt, bytes, memory);
        struct json_object *tree = kinds[i].decode(&attempt);
        if (tree != NULL) {
            write_tree(options, kinds[i].name, tree);
            return true;
        }
        reasons_add(reasons, kinds[i].name, &attempt);
    }
    return false;
}

/* `input` is what the bytes are called. */
static int decode_bytes(const Options *options, const char *input, const GByteArray *bytes)
{
    g_autofree uint8_t *memory = g_malloc(BNET_WIRE_SCRATCH_BYTES);
    g_auto(Reasons) reasons = {0};
    if (is_tried(options, AS_BLOCKS_LOG)) {
        BnetLogHeader header;
        Attempt attempt = {0};
        attempt_init(&attempt, bytes, memory);
        if (bnet_log_read_header(&attempt.reader, &header)) {
            return decode_log_bytes(options, input, &attempt, &header);
        }
        reasons_add(&reasons, "blocks_log", &attempt);
    }
    if (bytes->len > DECODE_VALUE_BYTES_MAX) {
        return refuse_long(input, bytes, VALUE_ALLOWED);
    }
    if (decode_value(options, bytes, memory, &reasons)) {
        return end_status(true);
    }
    if (sim_log_is_gzip(bytes->data, bytes->len)) {
        cli_error("decode: %s: is gzipped; unpack it first", input);
    } else {
        tell_reasons(input, bytes, &reasons);
    }
    return CLI_BAD_INPUT;
}

/* --- from an argument to bytes --------------------------------------------------------------- */

static bool is_hex_text(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!g_ascii_isxdigit(text[i]) && !g_ascii_isspace(text[i])) {
            return false;
        }
    }
    return n > 0;
}

/* Replaces hexadecimal digits and white space by the bytes they say. False: a digit is missing. */
static bool pack_hex(GByteArray *bytes)
{
    size_t digits = 0;
    for (size_t i = 0; i < bytes->len; i++) {
        if (!g_ascii_isxdigit(bytes->data[i])) {
            continue;
        }
        const guint8 value = (guint8)g_ascii_xdigit_value((gchar)bytes->data[i]);
        /* Writes behind where it reads. */
        guint8 *byte = &bytes->data[digits / 2];
        *byte = (guint8)(digits % 2 == 0 ? value << 4 : *byte | value);
        digits++;
    }
    g_byte_array_set_size(bytes, (guint)((digits + 1) / 2));
    return digits % 2 == 0;
}

/* Bytes that are hexadecimal text mean what that says. */
static int decode_content(const Options *options, const char *input, GByteArray *bytes)
{
    if (is_hex_text((const char *)bytes->data, bytes->len) && !pack_hex(bytes)) {
        cli_error("decode: %s: an odd number of hexadecimal digits", input);
        return CLI_BAD_INPUT;
    }
    if (bytes->len == 0) {
        cli_error("decode: %s: is empty", input);
        return CLI_BAD_INPUT;
    }
    return decode_bytes(options, input, bytes);
}

/* Reads up to the end, or DECODE_INPUT_BYTES_MAX + 1 bytes. False: errno says why. */
static bool read_all(FILE *file, GByteArray *bytes)
{
    guint8 chunk[65536];
    while (bytes->len <= DECODE_INPUT_BYTES_MAX) {
        const size_t n =
            fread(chunk, 1, MIN(sizeof chunk, DECODE_INPUT_BYTES_MAX + 1 - bytes->len), file);
        g_byte_array_append(bytes, chunk, (guint)n);
        if (n == 0) {
            return ferror(file) == 0;
        }
    }
    return true;
}

/* Leaves the file at its start. */
static bool starts_as_log(FILE *file)
{
    struct stat status;
    if (fstat(fileno(file), &status) != 0 || !S_ISREG(status.st_mode)) {
        return false;
    }
    uint8_t start[BNET_LOG_HEADER_BYTES_MAX];
    const size_t n = fread(start, 1, sizeof start, file);
    rewind(file);
    BnetReader reader;
    BnetWireError error;
    BnetLogHeader header;
    bnet_reader_init(&reader, start, n, (BnetScratch){0}, &error);
    return bnet_log_read_header(&reader, &header);
}

static int decode_stream(const Options *options, const char *input, FILE *file)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    if (!read_all(file, bytes)) {
        cli_error("decode: %s: %s", input, g_strerror(errno));
        return CLI_BAD_INPUT;
    }
    if (bytes->len > DECODE_INPUT_BYTES_MAX) {
        return refuse_long(input, bytes, INPUT_ALLOWED);
    }
    return decode_content(options, input, bytes);
}

/* What is wrong with the name of a file that is not there, if it was to be digits. */
static const char *digits_fault(const char *word)
{
    const bool has_0x = g_str_has_prefix(word, "0x") || g_str_has_prefix(word, "0X");
    const char *digits = has_0x ? word + 2 : word;
    if (!is_hex_text(digits, strlen(digits))) {
        return "";
    }
    return has_0x || strpbrk(digits, " \t\r\n\v\f") != NULL
               ? "; if it is to be hexadecimal digits: digits alone, without 0x or spaces"
               : ", and an odd number of hexadecimal digits";
}

static int decode_file(const Options *options, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        const int reason = errno;
        cli_error("decode: %s: %s%s", path, g_strerror(reason), digits_fault(path));
        return CLI_BAD_INPUT;
    }
    int status;
    if (options->as == NULL && starts_as_log(file)) {
        status = decode_log_file(options, path);
    } else {
        status = decode_stream(options, path, file);
    }
    (void)fclose(file);
    return status;
}

/* A word of digits alone, two for each byte, means them; a file of such a name is "./" and it. */
static bool is_hex_argument(const char *word)
{
    const size_t n = strlen(word);
    return n > 0 && n % 2 == 0 && strspn(word, "0123456789abcdefABCDEF") == n;
}

static int decode_argument(const Options *options, const char *word)
{
    if (word[0] == '\0') {
        cli_error("decode: the argument is empty; it must be hexadecimal digits, a file or -");
        return CLI_BAD_INPUT;
    }
    if (is_hex_argument(word)) {
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        g_byte_array_append(bytes, (const guint8 *)word, (guint)strlen(word));
        return decode_content(options, "the argument", bytes);
    }
    const bool is_stdin = strcmp(word, "-") == 0;
    if (options->as != NULL && strcmp(options->as, AS_BLOCKS_LOG) == 0) {
        return decode_log_file(options, is_stdin ? "/dev/stdin" : word);
    }
    return is_stdin ? decode_stream(options, "standard input", stdin) : decode_file(options, word);
}

/* --- the command line ------------------------------------------------------------------------ */

static bool is_kind(const char *as)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (strcmp(as, kinds[i].as) == 0) {
            return true;
        }
    }
    return strcmp(as, AS_BLOCKS_LOG) == 0;
}

static int decode(const Options *options)
{
    if (options->as != NULL && !is_kind(options->as)) {
        cli_error("decode: --as=%s: one of message, block, transaction, header, genesis and "
                  "blocks-log must follow",
                  options->as);
        return CLI_BAD_INPUT;
    }
    char **arguments = options->arguments;
    if (arguments == NULL || arguments[0] == NULL || arguments[1] != NULL) {
        cli_error("decode: one argument is needed: hexadecimal digits, a file or -");
        return CLI_BAD_INPUT;
    }
    return decode_argument(options, arguments[0]);
}

int cli_decode(int argc, char **argv)
{
    static const CliUsage usage = {
        .name = "decode",
        .parameters = "HEX|FILE|-",
        .summary = "Shows what bytes of the protocol say: a message, a block, a transaction, or "
                   "a blocks.log.\n\n"
                   "The argument is hexadecimal digits, a file, or - for standard input. A file "
                   "has the bytes\nthemselves or hexadecimal digits and white space.",
        .description =
            "Without --as the kinds are tried in this order: blocks-log, message, block,\n"
            "transaction (packed, then not), header, genesis. The first that fits all the\n"
            "bytes is shown. Keys with # are derived.\n\n"
            "Exit status: 0 decoded, 2 it does not decode, 3 output could not be written.\n\n"
            "Examples:\n  bnetlab decode 0200\n  bnetlab decode --json blocks.log | head -n 3",
    };
    Options options = {0};
    const GOptionEntry entries[] = {
        {"json", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &options.json,
         "Write JSON: one line; of a blocks.log one for its start and each block", NULL},
        {"as", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &options.as,
         "What the bytes are: blocks-log, message, block, transaction, header or genesis", "KIND"},
        {G_OPTION_REMAINING, 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_FILENAME_ARRAY, &options.arguments,
         NULL, NULL},
        G_OPTION_ENTRY_NULL,
    };
    int status = CLI_OK;
    if (cli_parse(&usage, entries, &argc, &argv, &status)) {
        status = decode(&options);
    }
    g_free(options.as);
    g_strfreev(options.arguments);
    return status;
}
