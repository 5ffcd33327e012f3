/* SPDX-License-Identifier: Apache-2.0 */
#include "core/header.h"

#include <string.h>

#include <nettle/sha2.h>

#include "core/text.h"

BnetId bnet_sha256(const void *bytes, size_t n)
{
    struct sha256_ctx sha;
    BnetId id;
    sha256_init(&sha);
    sha256_update(&sha, n, bytes);
    sha256_digest(&sha, sizeof id.bytes, id.bytes);
    return id;
}

bool bnet_id_equal(const BnetId *a, const BnetId *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

uint8_t *bnet_put_little(uint8_t *at, uint64_t value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        *at++ = (uint8_t)(value >> (8 * i));
    return at;
}

static uint8_t *put_id(uint8_t *at, const BnetId *id)
{
    memcpy(at, id->bytes, sizeof id->bytes);
    return at + sizeof id->bytes;
}

void bnet_header_pack(const BnetHeader *header, uint8_t bytes[BNET_HEADER_BYTES])
{
    uint8_t *at = bytes;
    at = bnet_put_little(at, header->slot, 4);
    at = bnet_put_little(at, header->producer, 8);
    at = bnet_put_little(at, header->confirmed, 2);
    at = put_id(at, &header->previous);
    at = put_id(at, &header->transaction_mroot);
    at = put_id(at, &header->action_mroot);
    at = bnet_put_little(at, header->schedule_version, 4);
    *at++ = 0; /* no new producers */
    *at++ = 0; /* no header extensions */
    bnet_assert(at == bytes + BNET_HEADER_BYTES);
}

uint32_t bnet_id_number(const BnetId *id)
{
    const uint8_t *b = id->bytes;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

uint32_t bnet_header_number(const BnetHeader *header)
{
    return bnet_id_number(&header->previous) + 1;
}

BnetId bnet_header_id(const BnetHeader *header)
{
    uint8_t bytes[BNET_HEADER_BYTES];
    bnet_header_pack(header, bytes);
    BnetId id = bnet_sha256(bytes, sizeof bytes);
    uint32_t number = bnet_header_number(header);
    for (unsigned i = 0; i < 4; i++)
        id.bytes[i] = (uint8_t)(number >> (24 - 8 * i));
    return id;
}

BnetId bnet_receipt_digest(const BnetId *transaction)
{
    uint8_t bytes[1 + 4 + 1 + sizeof transaction->bytes] = {0};
    memcpy(bytes + 6, transaction->bytes, sizeof transaction->bytes);
    return bnet_sha256(bytes, sizeof bytes);
}

BnetId bnet_merkle_root(BnetId *digests, size_t n)
{
    if (n == 0)
        return (BnetId){{0}};
    while (n > 1) {
        if (n % 2) {
            digests[n] = digests[n - 1];
            n++;
        }
        for (size_t i = 0; i < n; i += 2) {
            BnetId pair[2] = {digests[i], digests[i + 1]};
            pair[0].bytes[0] &= 0x7f;
            pair[1].bytes[0] |= 0x80;
            digests[i / 2] = bnet_sha256(pair, sizeof pair);
        }
        n /= 2;
    }
    return digests[0];
}

uint64_t bnet_name(const char *text)
{
    size_t n = 0;
    while (n <= BNET_TEXT_NAME_MAX && text[n])
        n++;
    uint64_t name = 0;
    bool is_name = bnet_parse_name(text, n, &name);
    bnet_assert(is_name);
    return name;
}

uint32_t bnet_varuint_bytes(uint32_t value)
{
    uint32_t n = 1;
    for (; value >= 0x80; value >>= 7)
        n++;
    return n;
}
