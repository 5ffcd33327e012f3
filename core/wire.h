/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_WIRE_H
#define BNETLAB_CORE_WIRE_H

/*
 * Bytes to values and back (protocol section 3): the pieces that every message is made of.
 *
 * A reader walks over the caller's bytes, never past their end, and copies none of what is long:
 * what it returns points into them and lives as long as they do. Any bytes are fit for it. The
 * first read that fails says where and what is allowed there; the reader is of no use afterwards. A
 * writer writes to the caller's memory, only counts, or hashes, all by the same code.
 *
 * No memory is taken. Time is linear in the bytes read or written. No shared state: any thread.
 */

#include <nettle/sha2.h>

#include "core/base.h"

/* --- limits (protocol section 3) ------------------------------------------------------------- */

/* A whole message, for the transport; the codec itself takes any length. */
#define BNET_WIRE_MESSAGE_BYTES_MAX (16u * 1024 * 1024)
#define BNET_WIRE_VARUINT_BYTES_MAX 5u
#define BNET_WIRE_ITEMS_MAX 1048576u
#define BNET_WIRE_BYTES_MAX (20u * 1024 * 1024)
/* What a transaction, or its context-free data, may inflate to. */
#define BNET_WIRE_INFLATED_BYTES_MAX 1048576u

/* State and window of inflate() take about 40 KiB of this; the rest is for other builds of zlib. */
#define BNET_WIRE_ARENA_BYTES (128u * 1024)
/* Scratch memory to read compressed transactions with: the arena, then the output and one byte that
 * tells an output that is too long. */
#define BNET_WIRE_SCRATCH_BYTES (BNET_WIRE_ARENA_BYTES + BNET_WIRE_INFLATED_BYTES_MAX + 1)

/* --- values ---------------------------------------------------------------------------------- */

/* Bytes that belong to somebody else. `bytes` may be NULL where n is 0. */
typedef struct BnetSlice {
    const uint8_t *bytes;
    size_t n;
} BnetSlice;

/* A string literal without the 0 at its end. */
#define BNET_SLICE(literal)                                                                        \
    ((BnetSlice){.bytes = (const uint8_t *)("" literal), .n = sizeof(literal) - 1})

/*
 * A vector, encoded: `count` items in `n` bytes, read one by one with the bnet_next_...() of its
 * item. That consumes it, so iterate over a copy. Those of a message that was read are well-formed.
 */
typedef struct BnetItems {
    const uint8_t *bytes;
    size_t n;
    uint32_t count;
} BnetItems;

/* Memory to inflate into: at least BNET_WIRE_SCRATCH_BYTES, which is asserted when it is needed. */
typedef struct BnetScratch {
    uint8_t *bytes;
    size_t n;
} BnetScratch;

/* An extension of a block, a header or a transaction. */
typedef struct BnetWireExtension {
    uint16_t type;
    BnetSlice data;
} BnetWireExtension;

/* Type of a signature that a device made for a web page. */
#define BNET_TYPE_WEBAUTHN 2u

/* A signature: type (0 K1, 1 R1; 2 WebAuthn, in a BnetWireSignature only), then 65 bytes. */
typedef struct BnetSignature {
    uint8_t bytes[66];
} BnetSignature;

/* A signature of a transaction as it stands there. Those of type 2, which EOSIO has from version 2
 * on, hold what the signing device was shown, too. */
typedef struct BnetWireSignature {
    BnetSignature signature;
    BnetSlice auth_data;   /* empty but for type 2 */
    BnetSlice client_json; /* empty but for type 2 */
} BnetWireSignature;

/* --- errors ---------------------------------------------------------------------------------- */

#define BNET_WIRE_DEPTH_MAX 8u
#define BNET_WIRE_NO_INDEX UINT32_MAX

/* One step from a message to its field. */
typedef struct BnetWireStep {
    const char *name; /* static */
    uint32_t index;   /* of a vector's item; BNET_WIRE_NO_INDEX: no item */
} BnetWireStep;

/* Why a read failed. Valid after a failure only. */
typedef struct BnetWireError {
    size_t offset;       /* of the first byte of the value that is wrong, in the bytes read */
    bool inflated;       /* the value stands in inflated bytes; `offset` is where the compressed
                          * ones start */
    size_t inflated_at;  /* then: the offset in the inflated bytes */
    const char *allowed; /* static text: what may stand there */
    bool cut;            /* the bytes end within the value: more of them might make it good */
    uint32_t depth;      /* 1 to BNET_WIRE_DEPTH_MAX */
    BnetWireStep steps[BNET_WIRE_DEPTH_MAX]; /* innermost first */
} BnetWireError;

/* Room for every path. */
#define BNET_WIRE_PATH_BYTES 256u

/*
 * The field as a path, such as "signed_block.transactions[3].trx.packed_trx.actions[0].data", with
 * a 0 at its end.
 */
void bnet_wire_error_path(const BnetWireError *error, char path[BNET_WIRE_PATH_BYTES]);

/* --- reader ---------------------------------------------------------------------------------- */

typedef struct BnetReader {
    const uint8_t *start;
    const uint8_t *at;
    const uint8_t *end;
    BnetScratch scratch;  /* for compressed transactions */
    BnetWireError *error; /* written by a read that fails */
    bool eosio_2;         /* transactions may have signatures of type 2, which the protocol's own
                           * software (EOSIO 1) refuses. False until the caller sets it. */
} BnetReader;

/* `bytes` may be NULL where n is 0. */
void bnet_reader_init(BnetReader *reader, const void *bytes, size_t n, BnetScratch scratch,
                      BnetWireError *error);

/* Bytes not read yet. */
static inline size_t bnet_reader_left(const BnetReader *reader)
{
    return (size_t)(reader->end - reader->at);
}

/*
 * Each reads one value, called `name` (a static text) in the error. False: it is malformed, and
 * neither *ret_... nor anything else but the reader and its error was touched.
 */
bool bnet_read_u8(BnetReader *reader, const char *name, uint8_t *ret_value);
bool bnet_read_u16(BnetReader *reader, const char *name, uint16_t *ret_value);
bool bnet_read_u32(BnetReader *reader, const char *name, uint32_t *ret_value);
bool bnet_read_u64(BnetReader *reader, const char *name, uint64_t *ret_value);

/* One byte, 0 or 1. */
bool bnet_read_bool(BnetReader *reader, const char *name, bool *ret_value);

/* varuint32: 7 bits a byte, the lowest first. May be longer than it need be; the fifth byte is the
 * last whatever it says, and what exceeds 32 bits is dropped. */
bool bnet_read_varuint(BnetReader *reader, const char *name, uint32_t *ret_value);

/* sha256: 32 bytes. */
bool bnet_read_id(BnetReader *reader, const char *name, BnetId *ret_id);

/* A variant index 0 or 1, then 33 or 65 bytes. With eosio_2, too: signatures of blocks of type 2
 * are refused. */
bool bnet_read_key(BnetReader *reader, const char *name, BnetKey *ret_key);
bool bnet_read_signature(BnetReader *reader, const char *name, BnetSignature *ret_signature);

/* A signature of a transaction: with eosio_2 the index may be 2, and auth_data and client_json
 * follow the 65 bytes. */
bool bnet_read_wire_signature(BnetReader *reader, const char *name,
                              BnetWireSignature *ret_signature);

/* string or bytes: a length, at most BNET_WIRE_BYTES_MAX, and as many bytes. */
bool bnet_read_bytes(BnetReader *reader, const char *name, BnetSlice *ret_slice);

/* The fields of a vector's item; names itself in the error but not the vector. */
typedef bool BnetReadItem(BnetReader *reader);

/* vector: a count, at most BNET_WIRE_ITEMS_MAX, and as many items. */
bool bnet_read_items(BnetReader *reader, const char *name, BnetReadItem *read_item,
                     BnetItems *ret_items);

/* A vector whose items are item_bytes long, any bytes being fit. O(1). */
bool bnet_read_plain_items(BnetReader *reader, const char *name, size_t item_bytes,
                           BnetItems *ret_items);

/* vector of ids. */
bool bnet_read_ids(BnetReader *reader, const char *name, BnetItems *ret_ids);

/* vector of extensions. */
bool bnet_read_extensions(BnetReader *reader, const char *name, BnetItems *ret_extensions);

/* Writes an error of one step. */
void bnet_wire_error_init(BnetWireError *error, size_t offset, const char *name,
                          const char *allowed);

/* Adds an outer step to the path: a field, or with an index a vector's item. */
void bnet_wire_error_within(BnetWireError *error, const char *name, uint32_t index);

/* Fails the read of a value that starts at `at`, which is from start to end: always false. */
static inline bool bnet_reader_fail(BnetReader *reader, const uint8_t *at, const char *name,
                                    const char *allowed)
{
    bnet_wire_error_init(reader->error, (size_t)(at - reader->start), name, allowed);
    return false;
}

/* Fails the read of a value that starts at `at` because the bytes end within it: always false. */
bool bnet_reader_fail_cut(BnetReader *reader, const uint8_t *at, const char *name);

/* Says of a read that failed that it was within a field: always false. */
static inline bool bnet_reader_within(BnetReader *reader, const char *name)
{
    bnet_wire_error_within(reader->error, name, BNET_WIRE_NO_INDEX);
    return false;
}

/* Says of a read that failed that it was within an item of a vector: always false. */
static inline bool bnet_reader_within_item(BnetReader *reader, const char *name, uint32_t index)
{
    bnet_wire_error_within(reader->error, name, index);
    return false;
}

/* --- items ----------------------------------------------------------------------------------- */

/* Each takes the first item off the vector; false when there is none left. */
bool bnet_next_id(BnetItems *ids, BnetId *ret_id);
bool bnet_next_wire_signature(BnetItems *signatures, BnetWireSignature *ret_signature);
bool bnet_next_bytes(BnetItems *items, BnetSlice *ret_slice);
bool bnet_next_extension(BnetItems *extensions, BnetWireExtension *ret_extension);

/* For a bnet_next_...(): a reader at the first item, or false when there is none left. */
bool bnet_items_begin(const BnetItems *items, BnetReader *ret_reader, BnetWireError *error);
/* Takes what was read off the vector. Asserts that it was well-formed. Always true. */
bool bnet_items_end(BnetItems *items, const BnetReader *reader, bool well_formed);

/* `count` ids that stand one after the other. */
BnetItems bnet_items_of_ids(const BnetId *ids, uint32_t count);

/* --- writer ---------------------------------------------------------------------------------- */

typedef struct BnetWriter {
    uint8_t *bytes; /* NULL: nothing is stored */
    size_t capacity;
    size_t n;               /* bytes written, or that would have been */
    struct sha256_ctx *sha; /* NULL: nothing is hashed */
} BnetWriter;

/* Writes to memory of that capacity. With NULL and 0 the writer only counts. */
void bnet_writer_init(BnetWriter *writer, void *bytes, size_t capacity);

/* All that was written is stored. Otherwise the memory was too small: nothing beyond it was
 * touched, and n is the size that it takes. */
static inline bool bnet_writer_fits(const BnetWriter *writer)
{
    return writer->n <= writer->capacity;
}

/* A writer that hashes. Stays where it was initialised. */
typedef struct BnetHasher {
    BnetWriter writer;
    struct sha256_ctx sha;
} BnetHasher;

void bnet_hasher_init(BnetHasher *hasher);

/* sha256 of all that was written. */
BnetId bnet_hasher_finish(BnetHasher *hasher);

/* Values in their one canonical form. Lengths and counts beyond the limits are asserted. */
void bnet_write_raw(BnetWriter *writer, const void *bytes, size_t n);
void bnet_write_u8(BnetWriter *writer, uint8_t value);
void bnet_write_u16(BnetWriter *writer, uint16_t value);
void bnet_write_u32(BnetWriter *writer, uint32_t value);
void bnet_write_u64(BnetWriter *writer, uint64_t value);
void bnet_write_varuint(BnetWriter *writer, uint32_t value);
void bnet_write_id(BnetWriter *writer, const BnetId *id);
void bnet_write_key(BnetWriter *writer, const BnetKey *key);
void bnet_write_signature(BnetWriter *writer, const BnetSignature *signature);
void bnet_write_wire_signature(BnetWriter *writer, const BnetWireSignature *signature);
void bnet_write_bytes(BnetWriter *writer, BnetSlice slice);
void bnet_write_ids(BnetWriter *writer, BnetItems ids);
void bnet_write_signatures(BnetWriter *writer, BnetItems signatures);
void bnet_write_extensions(BnetWriter *writer, BnetItems extensions);

/* A vector whose items are item_bytes long. */
void bnet_write_plain_items(BnetWriter *writer, BnetItems items, size_t item_bytes);

/* The count of a vector; its items follow. */
void bnet_write_count(BnetWriter *writer, uint32_t count);

#endif
