/* SPDX-License-Identifier: Apache-2.0 */
#include "core/wire.h"

#include <string.h>

/* The highest type of keys, and of signatures without eosio_2. */
#define TYPE_R1 1u

/* What errors say is allowed. */
_Static_assert(BNET_WIRE_BYTES_MAX == 20971520, "the text below names it");
_Static_assert(BNET_WIRE_ITEMS_MAX == 1048576, "the text below names it");
static const char allowed_more[] = "more bytes: the input ends here";
static const char allowed_bytes[] = "at most 20971520 bytes";
static const char allowed_items[] = "at most 1048576 items";
static const char allowed_bool[] = "0 or 1";
static const char allowed_key[] = "type 0 (K1) or 1 (R1)";
static const char allowed_eosio_2[] = "type 0 (K1), 1 (R1) or 2 (WebAuthn)";

/* --- errors ---------------------------------------------------------------------------------- */

void bnet_wire_error_init(BnetWireError *error, size_t offset, const char *name,
                          const char *allowed)
{
    *error = (BnetWireError){.offset = offset, .allowed = allowed, .depth = 1};
    error->steps[0] = (BnetWireStep){.name = name, .index = BNET_WIRE_NO_INDEX};
}

void bnet_wire_error_within(BnetWireError *error, const char *name, uint32_t index)
{
    bnet_assert(error->depth < BNET_WIRE_DEPTH_MAX);
    error->steps[error->depth++] = (BnetWireStep){.name = name, .index = index};
}

bool bnet_reader_fail_cut(BnetReader *reader, const uint8_t *at, const char *name)
{
    bnet_reader_fail(reader, at, name, allowed_more);
    reader->error->cut = true;
    return false;
}

static bool fail_cut(BnetReader *reader, const char *name)
{
    return bnet_reader_fail_cut(reader, reader->at, name);
}

static char *put_text(char *at, const char *end, const char *text)
{
    while (*text) {
        bnet_assert(at < end);
        *at++ = *text++;
    }
    return at;
}

static char *put_index(char *at, const char *end, uint32_t index)
{
    char digits[11];
    size_t n = sizeof digits - 1;
    digits[n] = '\0';
    do {
        digits[--n] = (char)('0' + index % 10);
        index /= 10;
    } while (index > 0);
    at = put_text(at, end, "[");
    at = put_text(at, end, digits + n);
    return put_text(at, end, "]");
}

void bnet_wire_error_path(const BnetWireError *error, char path[BNET_WIRE_PATH_BYTES])
{
    bnet_assert(error->depth >= 1 && error->depth <= BNET_WIRE_DEPTH_MAX);
    char *at = path;
    const char *end = path + BNET_WIRE_PATH_BYTES - 1;
    for (uint32_t i = error->depth; i-- > 0;) {
        const BnetWireStep *step = &error->steps[i];
        if (at > path && step->name[0])
            at = put_text(at, end, ".");
        at = put_text(at, end, step->name);
        if (step->index != BNET_WIRE_NO_INDEX)
            at = put_index(at, end, step->index);
    }
    *at = '\0';
}

/* --- reader ---------------------------------------------------------------------------------- */

void bnet_reader_init(BnetReader *reader, const void *bytes, size_t n, BnetScratch scratch,
                      BnetWireError *error)
{
    bnet_assert((bytes || n == 0) && error);
    /* NULL has no offsets, not even 0. */
    static const uint8_t none[1];
    const uint8_t *start = bytes ? bytes : none;
    *reader = (BnetReader){
        .start = start, .at = start, .end = start + n, .scratch = scratch, .error = error};
}

static uint64_t little(const uint8_t *bytes, size_t n)
{
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++)
        value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

bool bnet_read_u8(BnetReader *reader, const char *name, uint8_t *ret_value)
{
    if (bnet_reader_left(reader) < 1)
        return fail_cut(reader, name);
    *ret_value = *reader->at++;
    return true;
}

bool bnet_read_u16(BnetReader *reader, const char *name, uint16_t *ret_value)
{
    if (bnet_reader_left(reader) < 2)
        return fail_cut(reader, name);
    *ret_value = (uint16_t)little(reader->at, 2);
    reader->at += 2;
    return true;
}

bool bnet_read_u32(BnetReader *reader, const char *name, uint32_t *ret_value)
{
    if (bnet_reader_left(reader) < 4)
        return fail_cut(reader, name);
    *ret_value = (uint32_t)little(reader->at, 4);
    reader->at += 4;
    return true;
}

bool bnet_read_u64(BnetReader *reader, const char *name, uint64_t *ret_value)
{
    if (bnet_reader_left(reader) < 8)
        return fail_cut(reader, name);
    *ret_value = little(reader->at, 8);
    reader->at += 8;
    return true;
}

bool bnet_read_bool(BnetReader *reader, const char *name, bool *ret_value)
{
    if (bnet_reader_left(reader) < 1)
        return fail_cut(reader, name);
    if (*reader->at > 1)
        return bnet_reader_fail(reader, reader->at, name, allowed_bool);
    *ret_value = *reader->at++ == 1;
    return true;
}

bool bnet_read_varuint(BnetReader *reader, const char *name, uint32_t *ret_value)
{
    uint32_t value = 0;
    const size_t left = bnet_reader_left(reader);
    for (unsigned i = 0; i < BNET_WIRE_VARUINT_BYTES_MAX; i++) {
        if (i == left)
            return fail_cut(reader, name);
        const uint8_t byte = reader->at[i];
        value |= (uint32_t)(byte & 0x7f) << (7 * i);
        if (!(byte & 0x80) || i + 1 == BNET_WIRE_VARUINT_BYTES_MAX) {
            reader->at += i + 1;
            break;
        }
    }
    *ret_value = value;
    return true;
}

bool bnet_read_id(BnetReader *reader, const char *name, BnetId *ret_id)
{
    if (bnet_reader_left(reader) < sizeof ret_id->bytes)
        return fail_cut(reader, name);
    memcpy(ret_id->bytes, reader->at, sizeof ret_id->bytes);
    reader->at += sizeof ret_id->bytes;
    return true;
}

/* A type of at most type_max, then bytes; all n of both to `value`. */
static bool read_typed(BnetReader *reader, const char *name, uint32_t type_max, uint8_t *value,
                       size_t n)
{
    const uint8_t *start = reader->at;
    uint32_t type;
    if (!bnet_read_varuint(reader, name, &type))
        return false;
    if (type > type_max)
        return bnet_reader_fail(reader, start, name,
                                type_max == TYPE_R1 ? allowed_key : allowed_eosio_2);
    if (bnet_reader_left(reader) < n - 1)
        return bnet_reader_fail_cut(reader, start, name);
    value[0] = (uint8_t)type;
    memcpy(value + 1, reader->at, n - 1);
    reader->at += n - 1;
    return true;
}

bool bnet_read_key(BnetReader *reader, const char *name, BnetKey *ret_key)
{
    return read_typed(reader, name, TYPE_R1, ret_key->bytes, sizeof ret_key->bytes);
}

bool bnet_read_signature(BnetReader *reader, const char *name, BnetSignature *ret_signature)
{
    return read_typed(reader, name, TYPE_R1, ret_signature->bytes, sizeof ret_signature->bytes);
}

bool bnet_read_wire_signature(BnetReader *reader, const char *name,
                              BnetWireSignature *ret_signature)
{
    const uint32_t type_max = reader->eosio_2 ? BNET_TYPE_WEBAUTHN : TYPE_R1;
    BnetWireSignature found = {.auth_data = {0}};
    uint8_t *bytes = found.signature.bytes;
    if (!read_typed(reader, name, type_max, bytes, sizeof found.signature.bytes))
        return false;
    if (bytes[0] == BNET_TYPE_WEBAUTHN &&
        (!bnet_read_bytes(reader, "auth_data", &found.auth_data) ||
         !bnet_read_bytes(reader, "client_json", &found.client_json)))
        return bnet_reader_within(reader, name);
    *ret_signature = found;
    return true;
}

bool bnet_read_bytes(BnetReader *reader, const char *name, BnetSlice *ret_slice)
{
    const uint8_t *start = reader->at;
    uint32_t n;
    if (!bnet_read_varuint(reader, name, &n))
        return false;
    if (n > BNET_WIRE_BYTES_MAX)
        return bnet_reader_fail(reader, start, name, allowed_bytes);
    if (bnet_reader_left(reader) < n)
        return bnet_reader_fail_cut(reader, start, name);
    *ret_slice = (BnetSlice){.bytes = reader->at, .n = n};
    reader->at += n;
    return true;
}

static bool read_count(BnetReader *reader, const char *name, uint32_t *ret_count)
{
    const uint8_t *start = reader->at;
    uint32_t count;
    if (!bnet_read_varuint(reader, name, &count))
        return false;
    if (count > BNET_WIRE_ITEMS_MAX)
        return bnet_reader_fail(reader, start, name, allowed_items);
    *ret_count = count;
    return true;
}

bool bnet_read_items(BnetReader *reader, const char *name, BnetReadItem *read_item,
                     BnetItems *ret_items)
{
    uint32_t count;
    if (!read_count(reader, name, &count))
        return false;
    const uint8_t *start = reader->at;
    for (uint32_t i = 0; i < count; i++) {
        if (!read_item(reader))
            return bnet_reader_within_item(reader, name, i);
    }
    *ret_items = (BnetItems){.bytes = start, .n = (size_t)(reader->at - start), .count = count};
    return true;
}

bool bnet_read_plain_items(BnetReader *reader, const char *name, size_t item_bytes,
                           BnetItems *ret_items)
{
    uint32_t count;
    if (!read_count(reader, name, &count))
        return false;
    const size_t whole = bnet_reader_left(reader) / item_bytes;
    if (whole < count) {
        bnet_reader_fail_cut(reader, reader->at + whole * item_bytes, name);
        reader->error->steps[0].index = (uint32_t)whole;
        return false;
    }
    *ret_items = (BnetItems){.bytes = reader->at, .n = count * item_bytes, .count = count};
    reader->at += ret_items->n;
    return true;
}

bool bnet_read_ids(BnetReader *reader, const char *name, BnetItems *ret_ids)
{
    return bnet_read_plain_items(reader, name, sizeof(BnetId), ret_ids);
}

static bool read_extension(BnetReader *reader, BnetWireExtension *extension)
{
    return bnet_read_u16(reader, "type", &extension->type) &&
           bnet_read_bytes(reader, "data", &extension->data);
}

static bool read_extension_item(BnetReader *reader)
{
    BnetWireExtension extension;
    return read_extension(reader, &extension);
}

bool bnet_read_extensions(BnetReader *reader, const char *name, BnetItems *ret_extensions)
{
    return bnet_read_items(reader, name, read_extension_item, ret_extensions);
}

/* --- items ----------------------------------------------------------------------------------- */

bool bnet_items_begin(const BnetItems *items, BnetReader *ret_reader, BnetWireError *error)
{
    if (items->count == 0)
        return false;
    bnet_reader_init(ret_reader, items->bytes, items->n, (BnetScratch){0}, error);
    ret_reader->eosio_2 = true; /* who read the vector has judged that */
    return true;
}

bool bnet_items_end(BnetItems *items, const BnetReader *reader, bool well_formed)
{
    bnet_assert(well_formed);
    items->n = bnet_reader_left(reader);
    items->bytes = reader->at;
    items->count--;
    return true;
}

bool bnet_next_id(BnetItems *ids, BnetId *ret_id)
{
    BnetReader reader;
    BnetWireError error;
    return bnet_items_begin(ids, &reader, &error) &&
           bnet_items_end(ids, &reader, bnet_read_id(&reader, "", ret_id));
}

bool bnet_next_wire_signature(BnetItems *signatures, BnetWireSignature *ret_signature)
{
    BnetReader reader;
    BnetWireError error;
    return bnet_items_begin(signatures, &reader, &error) &&
           bnet_items_end(signatures, &reader,
                          bnet_read_wire_signature(&reader, "", ret_signature));
}

bool bnet_next_bytes(BnetItems *items, BnetSlice *ret_slice)
{
    BnetReader reader;
    BnetWireError error;
    return bnet_items_begin(items, &reader, &error) &&
           bnet_items_end(items, &reader, bnet_read_bytes(&reader, "", ret_slice));
}

bool bnet_next_extension(BnetItems *extensions, BnetWireExtension *ret_extension)
{
    BnetReader reader;
    BnetWireError error;
    return bnet_items_begin(extensions, &reader, &error) &&
           bnet_items_end(extensions, &reader, read_extension(&reader, ret_extension));
}

BnetItems bnet_items_of_ids(const BnetId *ids, uint32_t count)
{
    bnet_assert(ids || count == 0);
    return (BnetItems){.bytes = ids ? ids->bytes : NULL, .n = count * sizeof *ids, .count = count};
}

/* --- writer ---------------------------------------------------------------------------------- */

void bnet_writer_init(BnetWriter *writer, void *bytes, size_t capacity)
{
    bnet_assert(bytes || capacity == 0);
    *writer = (BnetWriter){.bytes = bytes, .capacity = capacity};
}

void bnet_hasher_init(BnetHasher *hasher)
{
    sha256_init(&hasher->sha);
    hasher->writer = (BnetWriter){.sha = &hasher->sha};
}

BnetId bnet_hasher_finish(BnetHasher *hasher)
{
    BnetId id;
    sha256_digest(&hasher->sha, sizeof id.bytes, id.bytes);
    return id;
}

void bnet_write_raw(BnetWriter *writer, const void *bytes, size_t n)
{
    if (n == 0)
        return;
    if (writer->sha)
        sha256_update(writer->sha, n, bytes);
    else if (writer->n <= writer->capacity && n <= writer->capacity - writer->n)
        memcpy(writer->bytes + writer->n, bytes, n);
    writer->n += n;
}

static void write_little(BnetWriter *writer, uint64_t value, size_t n)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
    bnet_write_raw(writer, bytes, n);
}

void bnet_write_u8(BnetWriter *writer, uint8_t value)
{
    bnet_write_raw(writer, &value, 1);
}

void bnet_write_u16(BnetWriter *writer, uint16_t value)
{
    write_little(writer, value, 2);
}

void bnet_write_u32(BnetWriter *writer, uint32_t value)
{
    write_little(writer, value, 4);
}

void bnet_write_u64(BnetWriter *writer, uint64_t value)
{
    write_little(writer, value, 8);
}

void bnet_write_varuint(BnetWriter *writer, uint32_t value)
{
    uint8_t bytes[BNET_WIRE_VARUINT_BYTES_MAX];
    size_t n = 0;
    for (; value >= 0x80; value >>= 7)
        bytes[n++] = (uint8_t)(value | 0x80);
    bytes[n++] = (uint8_t)value;
    bnet_write_raw(writer, bytes, n);
}

void bnet_write_id(BnetWriter *writer, const BnetId *id)
{
    bnet_write_raw(writer, id->bytes, sizeof id->bytes);
}

void bnet_write_key(BnetWriter *writer, const BnetKey *key)
{
    bnet_assert(key->bytes[0] <= TYPE_R1);
    bnet_write_raw(writer, key->bytes, sizeof key->bytes);
}

void bnet_write_signature(BnetWriter *writer, const BnetSignature *signature)
{
    bnet_assert(signature->bytes[0] <= TYPE_R1);
    bnet_write_raw(writer, signature->bytes, sizeof signature->bytes);
}

void bnet_write_wire_signature(BnetWriter *writer, const BnetWireSignature *signature)
{
    const uint8_t *bytes = signature->signature.bytes;
    bnet_assert(bytes[0] <= BNET_TYPE_WEBAUTHN);
    bnet_write_raw(writer, bytes, sizeof signature->signature.bytes);
    if (bytes[0] != BNET_TYPE_WEBAUTHN)
        return;
    bnet_write_bytes(writer, signature->auth_data);
    bnet_write_bytes(writer, signature->client_json);
}

void bnet_write_bytes(BnetWriter *writer, BnetSlice slice)
{
    bnet_assert(slice.n <= BNET_WIRE_BYTES_MAX);
    bnet_write_varuint(writer, (uint32_t)slice.n);
    bnet_write_raw(writer, slice.bytes, slice.n);
}

void bnet_write_count(BnetWriter *writer, uint32_t count)
{
    bnet_assert(count <= BNET_WIRE_ITEMS_MAX);
    bnet_write_varuint(writer, count);
}

void bnet_write_plain_items(BnetWriter *writer, BnetItems items, size_t item_bytes)
{
    bnet_assert(items.n == items.count * item_bytes);
    bnet_write_count(writer, items.count);
    bnet_write_raw(writer, items.bytes, items.n);
}

void bnet_write_ids(BnetWriter *writer, BnetItems ids)
{
    bnet_write_plain_items(writer, ids, sizeof(BnetId));
}

void bnet_write_signatures(BnetWriter *writer, BnetItems signatures)
{
    bnet_write_count(writer, signatures.count);
    BnetWireSignature signature;
    while (bnet_next_wire_signature(&signatures, &signature))
        bnet_write_wire_signature(writer, &signature);
}

void bnet_write_extensions(BnetWriter *writer, BnetItems extensions)
{
    bnet_write_count(writer, extensions.count);
    BnetWireExtension extension;
    while (bnet_next_extension(&extensions, &extension)) {
        bnet_write_u16(writer, extension.type);
        bnet_write_bytes(writer, extension.data);
    }
}
