/* SPDX-License-Identifier: Apache-2.0 */
#include "node/chain_store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include <zlib.h>

#include "core/array.h"
#include "core/blocks_log.h"
#include "node/decode.h"
#include "node/disk_file.h"
#include "node/endpoint.h"
#include "node/genesis.h"

#define MAGIC "BNETREV1"
#define MAGIC_BYTES 8u
#define REVERSIBLE_HEADER_BYTES (MAGIC_BYTES + sizeof(BnetId))
#define RECORD_HEADER_BYTES 8u
/* The file of the reversible blocks is written anew when it has so many that are none any more. */
#define STALE_MAX 1024u
/* A torn write is not longer than an entry. */
#define TAIL_BYTES_MAX ((uint64_t)BNET_LOG_BLOCK_BYTES_MAX + 64)

struct NodeChainStore {
    char *folder; /* NULL: nothing is kept */
    int lock_fd;
    int folder_fd;
    NodeDiskFile log;
    NodeDiskFile reversible;
    BnetId chain_id;
    uint32_t logged;    /* number of the newest block of the log */
    GArray *kept;       /* of BnetBlock: those in the file of the reversible */
    uint32_t n_stale;   /* of them at or below `logged` */
    GError *failed;     /* a write that did not succeed */
    GByteArray *buffer; /* what is written next */
};

/* --- errors ---------------------------------------------------------------------------------- */

static char *wire_error_text(const BnetWireError *error, uint64_t start)
{
    char path[BNET_WIRE_PATH_BYTES];
    bnet_wire_error_path(error, path);
    return g_strdup_printf("byte %" G_GUINT64_FORMAT ": %s: allowed is %s",
                           start + (uint64_t)error->offset, path, error->allowed);
}

/* --- the log --------------------------------------------------------------------------------- */

/* A log that is being read. */
typedef struct LogReading {
    const NodeChainStoreConfig *config;
    NodeDiskFile *file;
    const uint8_t *bytes;
    BnetLogHeader header;
    BnetLogWalk walk;
    BnetStore *store;
    bool has_store;
    NodeChainStart *start;
} LogReading;

static void start_reader(const LogReading *log, uint64_t at, BnetReader *reader,
                         BnetWireError *error)
{
    bnet_reader_init(reader, log->bytes + at, (size_t)(log->file->size - at), node_scratch(),
                     error);
}

static bool read_log_header(LogReading *log, GError **error)
{
    BnetReader reader;
    BnetWireError wrong;
    start_reader(log, 0, &reader, &wrong);
    if (!bnet_log_read_header(&reader, &log->header)) {
        g_autofree char *text = wire_error_text(&wrong, 0);
        return node_disk_fail(error, log->file->path, text);
    }
    if (log->header.first_block != 1)
        return node_disk_fail(error, log->file->path, "does not begin with block 1, as it must");
    if (log->config->genesis) {
        const BnetId wanted = bnet_wire_chain_id(log->config->genesis);
        if (!bnet_id_equal(&wanted, &log->header.chain_id))
            return node_disk_fail(error, log->file->path,
                                  "is of another chain than the genesis state that was given");
    }
    bnet_log_walk_init(&log->walk, &log->header,
                       log->file->size - (uint64_t)bnet_reader_left(&reader));
    return true;
}

/* nodeos begins with eosio alone. */
static void init_store(LogReading *log, const BnetWireBlock *first)
{
    const uint64_t standard = bnet_name("eosio");
    const GArray *given = log->config->producers;
    const uint32_t n = given && given->len > 0 ? given->len : 1;
    g_autofree BnetKey *keys = g_new(BnetKey, n);
    for (uint32_t i = 0; i < n; i++)
        keys[i] = log->header.genesis.initial_key;
    bnet_store_init(log->store, &(BnetChainConfig){
                                    .rule = BNET_RULE_DPOS,
                                    .n_producers = n,
                                    .producers = given && given->len > 0
                                                     ? (const uint64_t *)(const void *)given->data
                                                     : &standard,
                                    .keys = keys,
                                    .genesis = first,
                                    .chain_id = &log->header.chain_id,
                                    .zero_slot = log->config->zero_slot,
                                    .extensions = log->config->extensions,
                                    .lib_may_fall = log->config->lib_may_fall,
                                    .verify_signatures = true,
                                    .keep_bytes = true,
                                });
    log->has_store = true;
    log->start->head = BNET_GENESIS;
    log->start->max_lifetime_s = log->header.genesis.max_transaction_lifetime;
}

static bool take_entry(LogReading *log, const BnetLogEntry *entry, GError **error)
{
    if (entry->number == 1) {
        if (!bnet_wire_begins_chain(&log->header.genesis, &entry->block.header.fields))
            return node_disk_fail(error, log->file->path,
                                  "block 1 does not follow from the genesis state");
        init_store(log, &entry->block);
        return true;
    }
    BnetBlock block;
    const bool is_linked = bnet_store_read_block(log->store, &entry->block, node_scratch(), &block);
    g_assert(is_linked); /* the walk has seen to it */
    const BnetBlockInfo *info = bnet_store_block(log->store, block);
    const BnetFault fault = info->header_fault ? info->header_fault : info->content_fault;
    if (fault != BNET_FAULT_NONE) {
        g_set_error(error, NODE_ERROR, NODE_ERROR_CHAIN, "%s: block %u is not valid: %s%s",
                    log->file->path, entry->number, bnet_fault_text(fault),
                    fault == BNET_FAULT_HEADER_EXTENSION || fault == BNET_FAULT_BLOCK_EXTENSION
                        ? " (a chain of EOSIO 2 needs --eosio-2)"
                        : "");
        return false;
    }
    log->start->head = block;
    return true;
}

static bool read_entries(LogReading *log, GError **error)
{
    while (log->walk.offset < log->file->size) {
        BnetReader reader;
        BnetWireError wrong;
        BnetLogEntry entry;
        const uint64_t at = log->walk.offset;
        start_reader(log, at, &reader, &wrong);
        if (!bnet_log_read_entry(&reader, &log->walk, &entry)) {
            g_autofree char *text = wire_error_text(&wrong, at);
            const NodeDiskCut cut = {at, log->bytes, text, TAIL_BYTES_MAX};
            if (!node_disk_cut_back(log->file, &cut, log->start->notes, error))
                return false;
            break;
        }
        if (!take_entry(log, &entry, error))
            return false;
    }
    return log->has_store || node_disk_fail(error, log->file->path, "has no block");
}

static bool read_log(NodeChainStore *disk, LogReading *log, GError **error)
{
    g_autoptr(GMappedFile) map = g_mapped_file_new_from_fd(disk->log.fd, FALSE, error);
    if (!map)
        return false;
    log->bytes = (const uint8_t *)g_mapped_file_get_contents(map);
    if (disk->log.size == 0)
        return node_disk_fail(error, disk->log.path, "is empty");
    if (!read_log_header(log, error) || !read_entries(log, error))
        return false;
    disk->chain_id = log->header.chain_id;
    disk->logged = bnet_store_number(log->store, log->start->head);
    return true;
}

/* The bytes of a log with block 1 alone. */
static GByteArray *new_log(const BnetWireGenesis *genesis)
{
    const BnetWireBlock block = node_genesis_block(genesis);
    const BnetLogHeader header = {.first_block = 1, .has_genesis = true, .genesis = *genesis};
    uint8_t memory[1024];
    uint8_t packed[512];
    BnetWriter writer;
    BnetWriter block_writer;
    bnet_writer_init(&block_writer, packed, sizeof packed);
    bnet_wire_write_block(&block_writer, &block);
    bnet_writer_init(&writer, memory, sizeof memory);
    bnet_log_write_header(&writer, &header);
    bnet_log_write_entry(&writer, (BnetSlice){packed, block_writer.n}, writer.n);
    g_assert(bnet_writer_fits(&writer) && bnet_writer_fits(&block_writer));
    GByteArray *bytes = g_byte_array_new();
    g_byte_array_append(bytes, memory, (guint)writer.n);
    return bytes;
}

/* --- reversible blocks ----------------------------------------------------------------------- */

static void append_u32(GByteArray *bytes, uint32_t value)
{
    uint8_t little[4];
    bnet_put_little(little, value, sizeof little);
    g_byte_array_append(bytes, little, sizeof little);
}

static uint32_t get_u32(const uint8_t *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static void append_record(GByteArray *bytes, BnetSlice block)
{
    append_u32(bytes, (uint32_t)block.n);
    append_u32(bytes, (uint32_t)crc32(0, block.bytes, (uInt)block.n));
    g_byte_array_append(bytes, block.bytes, (guint)block.n);
}

static void append_reversible_header(GByteArray *bytes, const BnetId *chain_id)
{
    g_byte_array_append(bytes, (const guint8 *)MAGIC, MAGIC_BYTES);
    g_byte_array_append(bytes, chain_id->bytes, sizeof chain_id->bytes);
}

/* The record at that place; NULL, or what is wrong. */
static const char *read_record(const NodeDiskFile *file, const uint8_t *bytes, uint64_t at,
                               BnetSlice *ret_block)
{
    const uint64_t left = file->size - at;
    if (left < RECORD_HEADER_BYTES)
        return "a record is cut";
    const uint32_t n = get_u32(bytes + at);
    if (n > BNET_LOG_BLOCK_BYTES_MAX)
        return "a record is too long";
    if (left - RECORD_HEADER_BYTES < n)
        return "a record is cut";
    const uint8_t *block = bytes + at + RECORD_HEADER_BYTES;
    if (crc32(0, block, n) != get_u32(bytes + at + 4))
        return "the checksum of a record is wrong";
    *ret_block = (BnetSlice){block, n};
    return NULL;
}

/* A block whose parent is not there was built on what has been given up: it is passed over. */
static const char *take_record(NodeChainStore *disk, BnetStore *store, BnetSlice bytes,
                               NodeChainStart *start)
{
    BnetReader reader;
    BnetWireError error;
    BnetWireBlock wire;
    BnetBlock block;
    bnet_reader_init(&reader, bytes.bytes, bytes.n, node_scratch(), &error);
    reader.eosio_2 = store->extensions;
    if (!bnet_wire_read_block(&reader, &wire) || bnet_reader_left(&reader) > 0)
        return "a record is no block";
    if (bnet_header_number(&wire.header.fields) > disk->logged &&
        bnet_store_read_block(store, &wire, node_scratch(), &block))
        g_array_append_val(start->reversible, block);
    else
        disk->n_stale++;
    return NULL;
}

static bool read_reversible(NodeChainStore *disk, BnetStore *store, NodeChainStart *start,
                            GError **error)
{
    NodeDiskFile *file = &disk->reversible;
    g_autoptr(GMappedFile) map = g_mapped_file_new_from_fd(file->fd, FALSE, error);
    if (!map)
        return false;
    const uint8_t *bytes = (const uint8_t *)g_mapped_file_get_contents(map);
    if (file->size < REVERSIBLE_HEADER_BYTES || memcmp(bytes, MAGIC, MAGIC_BYTES) != 0)
        return node_disk_fail(error, file->path, "is no file of reversible blocks");
    if (memcmp(bytes + MAGIC_BYTES, disk->chain_id.bytes, sizeof disk->chain_id.bytes) != 0)
        return node_disk_fail(error, file->path, "is of another chain than blocks.log");
    uint64_t at = REVERSIBLE_HEADER_BYTES;
    while (at < file->size) {
        BnetSlice block = {0};
        const char *wrong = read_record(file, bytes, at, &block);
        if (!wrong)
            wrong = take_record(disk, store, block, start);
        if (wrong) {
            g_autofree char *text = g_strdup_printf("byte %" G_GUINT64_FORMAT ": %s", at, wrong);
            const NodeDiskCut cut = {at, bytes, text, TAIL_BYTES_MAX};
            return node_disk_cut_back(file, &cut, start->notes, error);
        }
        at += RECORD_HEADER_BYTES + block.n;
    }
    return true;
}

/* Writes the file of the reversible blocks anew, with those that still are. It can wait: peers may
 * have taken all descriptors. */
static void compact(NodeChainStore *disk, const BnetStore *store)
{
    NodeDiskFile *file = &disk->reversible;
    if (disk->failed || !node_disk_sync(&disk->log, &disk->failed))
        return;
    const int fd = node_disk_replace_begin(file->path);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE))
        return;
    if (fd < 0) {
        node_disk_fail_errno(&disk->failed, file->path, "cannot be made anew");
        return;
    }
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    append_reversible_header(bytes, &disk->chain_id);
    guint n = 0;
    for (guint i = 0; i < disk->kept->len; i++) {
        const BnetBlock block = g_array_index(disk->kept, BnetBlock, i);
        if (bnet_store_number(store, block) <= disk->logged)
            continue;
        append_record(bytes, bnet_store_block_bytes(store, block));
        g_array_index(disk->kept, BnetBlock, n++) = block;
    }
    g_array_set_size(disk->kept, n);
    disk->n_stale = 0;
    const NodeDiskContent content = {file->path, disk->folder_fd, bytes->data, bytes->len};
    node_disk_replace_end(fd, &content, &disk->failed);
    (void)close(file->fd);
    file->fd = fd;
    file->size = bytes->len;
    file->is_dirty = false;
}

/* --- opening --------------------------------------------------------------------------------- */

static bool take_folder(NodeChainStore *disk, GError **error)
{
    if (g_mkdir_with_parents(disk->folder, 0755) != 0)
        return node_disk_fail_errno(error, disk->folder, "cannot be made");
    disk->folder_fd = open(disk->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (disk->folder_fd < 0)
        return node_disk_fail_errno(error, disk->folder, "cannot be opened");
    g_autofree char *path = g_build_filename(disk->folder, "lock", NULL);
    disk->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (disk->lock_fd < 0)
        return node_disk_fail_errno(error, path, "cannot be opened");
    if (flock(disk->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return true;
    if (errno == EWOULDBLOCK)
        return node_disk_fail(error, disk->folder, "is in use by another node");
    return node_disk_fail_errno(error, path, "cannot be locked");
}

static bool make_missing(NodeChainStore *disk, const BnetWireGenesis *genesis, GError **error)
{
    if (g_file_test(disk->log.path, G_FILE_TEST_EXISTS))
        return true;
    if (g_file_test(disk->reversible.path, G_FILE_TEST_EXISTS))
        return node_disk_fail(error, disk->folder, "has reversible blocks, and no blocks.log");
    BnetWireGenesis standard;
    node_genesis_default(&standard);
    g_autoptr(GByteArray) bytes = new_log(genesis ? genesis : &standard);
    return node_disk_replace(
        &(NodeDiskContent){disk->log.path, disk->folder_fd, bytes->data, bytes->len}, error);
}

static bool make_reversible(NodeChainStore *disk, GError **error)
{
    if (g_file_test(disk->reversible.path, G_FILE_TEST_EXISTS))
        return true;
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    append_reversible_header(bytes, &disk->chain_id);
    return node_disk_replace(
        &(NodeDiskContent){disk->reversible.path, disk->folder_fd, bytes->data, bytes->len}, error);
}

static bool open_folder(NodeChainStore *disk, LogReading *log, GError **error)
{
    if (!take_folder(disk, error) || !make_missing(disk, log->config->genesis, error) ||
        !node_disk_open(&disk->log, error) || !read_log(disk, log, error))
        return false;
    return make_reversible(disk, error) && node_disk_open(&disk->reversible, error) &&
           read_reversible(disk, log->store, log->start, error);
}

/* Without a folder: a log in memory. */
static bool open_memory(NodeChainStore *disk, LogReading *log, GError **error)
{
    BnetWireGenesis genesis;
    if (log->config->genesis)
        genesis = *log->config->genesis;
    else
        node_genesis_default(&genesis);
    g_autoptr(GByteArray) bytes = new_log(&genesis);
    log->bytes = bytes->data;
    disk->log.size = bytes->len;
    disk->logged = 1;
    return read_log_header(log, error) && read_entries(log, error);
}

void node_chain_start_clear(NodeChainStart *start)
{
    g_clear_pointer(&start->reversible, g_array_unref);
    g_clear_pointer(&start->notes, g_ptr_array_unref);
}

NodeChainStore *node_chain_store_open(const NodeChainStoreConfig *config, BnetStore *store,
                                      NodeChainStart *ret_start, GError **error)
{
    NodeChainStore *disk = g_new0(NodeChainStore, 1);
    NodeChainStart start = {
        .reversible = g_array_new(FALSE, FALSE, sizeof(BnetBlock)),
        .notes = g_ptr_array_new_with_free_func(g_free),
    };
    disk->lock_fd = -1;
    disk->folder_fd = -1;
    disk->log.fd = -1;
    disk->reversible.fd = -1;
    disk->folder = g_strdup(config->folder);
    const char *folder = config->folder ? config->folder : "";
    disk->log.path = g_build_filename(folder, "blocks.log", NULL);
    disk->reversible.path = g_build_filename(folder, "reversible.log", NULL);
    disk->buffer = g_byte_array_new();
    LogReading log = {.config = config, .file = &disk->log, .store = store, .start = &start};
    const bool is_open =
        config->folder ? open_folder(disk, &log, error) : open_memory(disk, &log, error);
    disk->kept = g_array_copy(start.reversible);
    if (!is_open) {
        if (log.has_store)
            bnet_store_finish(store);
        node_chain_start_clear(&start);
        node_chain_store_close(disk);
        return NULL;
    }
    *ret_start = start;
    return disk;
}

void node_chain_store_close(NodeChainStore *disk)
{
    if (!disk)
        return;
    node_disk_close(&disk->log);
    node_disk_close(&disk->reversible);
    if (disk->folder_fd >= 0)
        (void)close(disk->folder_fd);
    if (disk->lock_fd >= 0)
        (void)close(disk->lock_fd);
    g_array_unref(disk->kept);
    g_byte_array_unref(disk->buffer);
    g_clear_error(&disk->failed);
    g_free(disk->folder);
    g_free(disk);
}

/* --- adding ---------------------------------------------------------------------------------- */

/* After a failed write nothing more is written. */
static void append(NodeChainStore *disk, NodeDiskFile *file)
{
    if (!disk->failed)
        node_disk_append(file, disk->buffer->data, disk->buffer->len, &disk->failed);
}

void node_chain_store_add(NodeChainStore *disk, const BnetStore *store, BnetBlock block)
{
    if (!disk->folder)
        return;
    g_byte_array_set_size(disk->buffer, 0);
    append_record(disk->buffer, bnet_store_block_bytes(store, block));
    append(disk, &disk->reversible);
    g_array_append_val(disk->kept, block);
}

static void append_entry(NodeChainStore *disk, BnetSlice block)
{
    uint8_t position[BNET_LOG_POSITION_BYTES];
    bnet_put_little(position, disk->log.size, sizeof position);
    g_byte_array_set_size(disk->buffer, 0);
    g_byte_array_append(disk->buffer, block.bytes, (guint)block.n);
    g_byte_array_append(disk->buffer, position, sizeof position);
    append(disk, &disk->log);
}

void node_chain_store_irreversible(NodeChainStore *disk, const BnetStore *store, BnetBlock block)
{
    const uint32_t number = bnet_store_number(store, block);
    if (number <= disk->logged)
        return;
    g_assert(number == disk->logged + 1);
    disk->logged = number;
    if (!disk->folder)
        return;
    append_entry(disk, bnet_store_block_bytes(store, block));
    disk->n_stale++;
    if (disk->n_stale >= STALE_MAX && disk->n_stale >= disk->kept->len / 2)
        compact(disk, store);
}

bool node_chain_store_is_dirty(const NodeChainStore *disk)
{
    return disk->failed || disk->log.is_dirty || disk->reversible.is_dirty;
}

bool node_chain_store_commit(NodeChainStore *disk, GError **error)
{
    if (!disk->failed && node_disk_sync(&disk->reversible, &disk->failed))
        node_disk_sync(&disk->log, &disk->failed);
    if (!disk->failed)
        return true;
    if (error)
        *error = g_error_copy(disk->failed);
    return false;
}

uint32_t node_chain_store_logged(const NodeChainStore *disk)
{
    return disk->logged;
}
