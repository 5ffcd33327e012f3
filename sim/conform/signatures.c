/* SPDX-License-Identifier: Apache-2.0 */

/* Kind signatures: of blocks, with the digests that they sign and the keys that signed. */

#include <string.h>

#include "core/sign.h"
#include "core/text.h"
#include "sim/conform/fields.h"

/* The signature itself is what is tried, so it is not compared but read. */
static BnetSignature take_signature(ConformObject *object)
{
    BnetSignature signature = {{0}};
    const char *text = conform_take_text(object, "signature");
    size_t n = strlen(text);
    if (conform_is_bad(object->run) || bnet_parse_signature(text, n, &signature)) {
        return signature;
    }
    BnetSlice bytes = conform_take_hex(object, "signature");
    if (conform_is_bad(object->run) || bytes.n != sizeof signature.bytes) {
        conform_bad(object->run, "key 'signature': must be a signature");
        return signature;
    }
    memcpy(signature.bytes, bytes.bytes, bytes.n);
    return signature;
}

static void check_key(ConformObject *object, const BnetSignature *signature, const BnetId *digest)
{
    static const char name[] = "public_key";
    BnetKey key;
    BnetSignVerdict verdict = bnet_sign_recover(signature, digest, &key);
    if (verdict == BNET_SIGN_GOOD) {
        conform_check(object, name, conform_key(&key));
        return;
    }
    const char *recorded = conform_take_text(object, name);
    conform_disagree(object->run, name, recorded, bnet_sign_verdict_text(verdict));
}

static void check(ConformRun *run, struct json_object *record)
{
    ConformObject object = conform_open(run, record);
    conform_case_begin(run, conform_take_text(&object, "id"));
    uint32_t number = (uint32_t)conform_take_number(&object, "block_num", UINT32_MAX);
    BnetId digest = conform_take_id(&object, "header_digest");
    BnetId root = conform_take_id(&object, "blockroot_merkle");
    BnetId schedule = conform_take_id(&object, "schedule_hash");
    BnetSignature signature = take_signature(&object);
    conform_take_notes(&object, "name", "note", "chain", "src", "source", "kind", NULL);
    if (!conform_is_bad(run)) {
        BnetId id = digest;
        for (size_t i = 0; i < 4; i++) {
            id.bytes[i] = (uint8_t)(number >> (24 - 8 * i));
        }
        BnetId signed_digest = bnet_wire_signature_digest(&digest, &root, &schedule);
        conform_check(&object, "id", conform_id(&id));
        conform_check(&object, "sig_digest", conform_id(&signed_digest));
        check_key(&object, &signature, &signed_digest);
        conform_close(&object);
    }
    conform_case_end(run);
}

const ConformKind conform_kind_signatures = {
    .name = "signatures", .markers = {"sig_digest", "public_key"}, .check = check};
