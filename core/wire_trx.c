/* SPDX-License-Identifier: Apache-2.0 */
#include "core/wire_trx.h"

#include <stdalign.h>

/* Input is const to zlib. */
#define ZLIB_CONST
#include <zlib.h>

#define PERMISSION_BYTES 16u

_Static_assert(BNET_WIRE_INFLATED_BYTES_MAX == 1048576, "the text below names it");
static const char allowed_compression[] = "0 (none) or 1 (zlib)";
static const char allowed_zlib[] = "a whole zlib stream with a right checksum";
static const char allowed_inflated[] = "a zlib stream of at most 1048576 bytes when inflated";

/* --- zlib ------------------------------------------------------------------------------------ */

/* Memory that is handed out once, never taken back. */
typedef struct Arena {
    uint8_t *at;
    uint8_t *end;
} Arena;

static void *arena_take(void *opaque, unsigned items, unsigned size)
{
    Arena *arena = opaque;
    const uintptr_t mask = alignof(max_align_t) - 1;
    const size_t padding = (size_t)(-(uintptr_t)arena->at & mask);
    const uint64_t bytes = (uint64_t)items * size;
    const size_t left = (size_t)(arena->end - arena->at);
    if (left < padding || left - padding < bytes)
        return NULL;
    void *memory = arena->at + padding;
    arena->at += padding + (size_t)bytes;
    return memory;
}

static void arena_give(void *opaque, void *memory)
{
    (void)opaque;
    (void)memory;
}

/* Inflates one stream into the scratch memory; what follows it is ignored. */
static bool inflate_bytes(BnetReader *reader, const char *name, BnetSlice packed,
                          BnetSlice *ret_plain)
{
    const BnetScratch scratch = reader->scratch;
    bnet_assert(scratch.bytes && scratch.n >= BNET_WIRE_SCRATCH_BYTES);
    bnet_assert(packed.n <= BNET_WIRE_BYTES_MAX);
    Arena arena = {.at = scratch.bytes, .end = scratch.bytes + BNET_WIRE_ARENA_BYTES};
    uint8_t *plain = arena.end;
    z_stream stream = {
        .next_in = packed.bytes,
        .avail_in = (unsigned)packed.n,
        .next_out = plain,
        .avail_out = BNET_WIRE_INFLATED_BYTES_MAX + 1,
        .zalloc = arena_take,
        .zfree = arena_give,
        .opaque = &arena,
    };
    bnet_assert(inflateInit(&stream) == Z_OK);
    const int result = inflate(&stream, Z_FINISH);
    bnet_assert(result != Z_MEM_ERROR && result != Z_STREAM_ERROR);
    const size_t n = (size_t)(stream.next_out - plain);
    inflateEnd(&stream);
    if (n > BNET_WIRE_INFLATED_BYTES_MAX)
        return bnet_reader_fail(reader, packed.bytes, name, allowed_inflated);
    if (result != Z_STREAM_END)
        return bnet_reader_fail(reader, packed.bytes, name, allowed_zlib);
    *ret_plain = (BnetSlice){.bytes = plain, .n = n};
    return true;
}

/* A reader of what `packed` holds, compressed or not. Its failures are ended by close_failed(). */
static bool open_bytes(BnetReader *reader, BnetCompression compression, const char *name,
                       BnetSlice packed, BnetReader *ret_inner)
{
    BnetSlice plain = packed;
    if (compression == BNET_COMPRESSION_ZLIB && !inflate_bytes(reader, name, packed, &plain))
        return false;
    *ret_inner = *reader;
    ret_inner->at = plain.bytes;
    ret_inner->end = plain.bytes + plain.n;
    if (compression == BNET_COMPRESSION_ZLIB)
        ret_inner->start = plain.bytes;
    return true;
}

/* A read in the contents of `packed` failed: completes its error. Always false. */
static bool close_failed(BnetReader *reader, BnetCompression compression, const char *name,
                         BnetSlice packed)
{
    BnetWireError *error = reader->error;
    error->cut = false; /* the contents are all there */
    if (compression == BNET_COMPRESSION_ZLIB) {
        error->inflated = true;
        error->inflated_at = error->offset;
        error->offset = (size_t)(packed.bytes - reader->start);
    }
    return bnet_reader_within(reader, name);
}

/* --- reading --------------------------------------------------------------------------------- */

static bool read_permission(BnetReader *reader, BnetWirePermission *permission)
{
    return bnet_read_u64(reader, "actor", &permission->actor) &&
           bnet_read_u64(reader, "permission", &permission->permission);
}

static bool read_action(BnetReader *reader, BnetWireAction *action)
{
    return bnet_read_u64(reader, "account", &action->account) &&
           bnet_read_u64(reader, "name", &action->name) &&
           bnet_read_plain_items(reader, "authorization", PERMISSION_BYTES,
                                 &action->authorization) &&
           bnet_read_bytes(reader, "data", &action->data);
}

static bool read_action_item(BnetReader *reader)
{
    BnetWireAction action;
    return read_action(reader, &action);
}

bool bnet_wire_read_trx(BnetReader *reader, BnetWireTrx *ret_trx)
{
    BnetWireTrx trx;
    if (!bnet_read_u32(reader, "expiration", &trx.expiration_s) ||
        !bnet_read_u16(reader, "ref_block_num", &trx.ref_block_num) ||
        !bnet_read_u32(reader, "ref_block_prefix", &trx.ref_block_prefix) ||
        !bnet_read_varuint(reader, "max_net_usage_words", &trx.max_net_usage_words) ||
        !bnet_read_u8(reader, "max_cpu_usage_ms", &trx.max_cpu_usage_ms) ||
        !bnet_read_varuint(reader, "delay_sec", &trx.delay_sec) ||
        !bnet_read_items(reader, "context_free_actions", read_action_item,
                         &trx.context_free_actions) ||
        !bnet_read_items(reader, "actions", read_action_item, &trx.actions) ||
        !bnet_read_extensions(reader, "transaction_extensions", &trx.extensions))
        return false;
    *ret_trx = trx;
    return true;
}

static bool read_contents(BnetReader *reader, const BnetWirePackedTrx *packed, BnetWireTrx *ret_trx)
{
    static const char name[] = "packed_trx";
    BnetReader inner;
    if (!open_bytes(reader, packed->compression, name, packed->packed_trx, &inner))
        return false;
    return bnet_wire_read_trx(&inner, ret_trx) ||
           close_failed(reader, packed->compression, name, packed->packed_trx);
}

static bool read_bytes_item(BnetReader *reader)
{
    BnetSlice slice;
    return bnet_read_bytes(reader, "", &slice);
}

static bool read_context_free_data(BnetReader *reader, const BnetWirePackedTrx *packed,
                                   BnetItems *ret_items)
{
    static const char name[] = "packed_context_free_data";
    const BnetSlice data = packed->packed_context_free_data;
    const BnetCompression compression = packed->compression;
    BnetReader inner;
    if (data.n > 0 && !open_bytes(reader, compression, name, data, &inner))
        return false;
    if (data.n == 0 || bnet_reader_left(&inner) == 0) {
        *ret_items = (BnetItems){0};
        return true;
    }
    return bnet_read_items(&inner, "context_free_data", read_bytes_item, ret_items) ||
           close_failed(reader, compression, name, data);
}

static bool read_signature_item(BnetReader *reader)
{
    BnetWireSignature signature;
    return bnet_read_wire_signature(reader, "", &signature);
}

bool bnet_wire_read_packed_trx_closed(BnetReader *reader, BnetWirePackedTrx *ret_packed)
{
    BnetWirePackedTrx packed;
    uint8_t compression;
    if (!bnet_read_items(reader, "signatures", read_signature_item, &packed.signatures) ||
        !bnet_read_u8(reader, "compression", &compression))
        return false;
    if (compression > BNET_COMPRESSION_ZLIB)
        return bnet_reader_fail(reader, reader->at - 1, "compression", allowed_compression);
    packed.compression = (BnetCompression)compression;
    if (!bnet_read_bytes(reader, "packed_context_free_data", &packed.packed_context_free_data) ||
        !bnet_read_bytes(reader, "packed_trx", &packed.packed_trx))
        return false;
    *ret_packed = packed;
    return true;
}

bool bnet_wire_read_packed_trx(BnetReader *reader, BnetWirePackedTrx *ret_packed)
{
    BnetWirePackedTrx packed;
    BnetWireTrx trx;
    BnetItems data;
    if (!bnet_wire_read_packed_trx_closed(reader, &packed) ||
        !read_contents(reader, &packed, &trx) || !read_context_free_data(reader, &packed, &data))
        return false;
    *ret_packed = packed;
    return true;
}

bool bnet_wire_open_trx(const BnetWirePackedTrx *packed, BnetScratch scratch,
                        BnetWireError *ret_error, BnetWireTrx *ret_trx)
{
    bnet_assert(packed->packed_trx.bytes);
    BnetReader reader;
    bnet_reader_init(&reader, packed->packed_trx.bytes, packed->packed_trx.n, scratch, ret_error);
    return read_contents(&reader, packed, ret_trx);
}

bool bnet_wire_open_context_free_data(const BnetWirePackedTrx *packed, BnetScratch scratch,
                                      BnetWireError *ret_error, BnetItems *ret_items)
{
    const BnetSlice data = packed->packed_context_free_data;
    BnetReader reader;
    bnet_reader_init(&reader, data.bytes, data.n, scratch, ret_error);
    return read_context_free_data(&reader, packed, ret_items);
}

bool bnet_next_permission(BnetItems *authorization, BnetWirePermission *ret_permission)
{
    BnetReader reader;
    BnetWireError error;
    return bnet_items_begin(authorization, &reader, &error) &&
           bnet_items_end(authorization, &reader, read_permission(&reader, ret_permission));
}

bool bnet_next_action(BnetItems *actions, BnetWireAction *ret_action)
{
    BnetReader reader;
    BnetWireError error;
    return bnet_items_begin(actions, &reader, &error) &&
           bnet_items_end(actions, &reader, read_action(&reader, ret_action));
}

/* --- writing --------------------------------------------------------------------------------- */

void bnet_wire_write_action(BnetWriter *writer, const BnetWireAction *action)
{
    bnet_write_u64(writer, action->account);
    bnet_write_u64(writer, action->name);
    bnet_write_plain_items(writer, action->authorization, PERMISSION_BYTES);
    bnet_write_bytes(writer, action->data);
}

static void write_actions(BnetWriter *writer, BnetItems actions)
{
    bnet_write_count(writer, actions.count);
    BnetWireAction action;
    while (bnet_next_action(&actions, &action))
        bnet_wire_write_action(writer, &action);
}

void bnet_wire_write_trx(BnetWriter *writer, const BnetWireTrx *trx)
{
    bnet_write_u32(writer, trx->expiration_s);
    bnet_write_u16(writer, trx->ref_block_num);
    bnet_write_u32(writer, trx->ref_block_prefix);
    bnet_write_varuint(writer, trx->max_net_usage_words);
    bnet_write_u8(writer, trx->max_cpu_usage_ms);
    bnet_write_varuint(writer, trx->delay_sec);
    write_actions(writer, trx->context_free_actions);
    write_actions(writer, trx->actions);
    bnet_write_extensions(writer, trx->extensions);
}

void bnet_wire_write_packed_trx(BnetWriter *writer, const BnetWirePackedTrx *packed)
{
    bnet_write_signatures(writer, packed->signatures);
    bnet_write_u8(writer, (uint8_t)packed->compression);
    bnet_write_bytes(writer, packed->packed_context_free_data);
    bnet_write_bytes(writer, packed->packed_trx);
}

/* --- ids ------------------------------------------------------------------------------------- */

BnetId bnet_wire_trx_id(const BnetWireTrx *trx)
{
    BnetHasher hasher;
    bnet_hasher_init(&hasher);
    bnet_wire_write_trx(&hasher.writer, trx);
    return bnet_hasher_finish(&hasher);
}

BnetId bnet_wire_packed_digest(const BnetWirePackedTrx *packed)
{
    BnetHasher hasher;
    bnet_hasher_init(&hasher);
    bnet_write_signatures(&hasher.writer, packed->signatures);
    bnet_write_bytes(&hasher.writer, packed->packed_context_free_data);
    const BnetId prunable = bnet_hasher_finish(&hasher);

    bnet_hasher_init(&hasher);
    bnet_write_u8(&hasher.writer, (uint8_t)packed->compression);
    bnet_write_bytes(&hasher.writer, packed->packed_trx);
    bnet_write_id(&hasher.writer, &prunable);
    return bnet_hasher_finish(&hasher);
}

BnetId bnet_wire_signed_id(const BnetWirePackedTrx *packed)
{
    BnetHasher hasher;
    bnet_hasher_init(&hasher);
    bnet_wire_write_packed_trx(&hasher.writer, packed);
    return bnet_hasher_finish(&hasher);
}
