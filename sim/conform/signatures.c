/* SPDX-License-Identifier: Apache-2.0 */

/* Kind signatures: of blocks, with the digests that they sign and the keys that signed. */

#include "core/sign.h"
#include "sim/conform/fields.h"

static void check_key(ConformObject *object, const BnetSignature *signature, const BnetId *digest)
{
    static const char name[] = "public_key";
    BnetKey key;
    BnetSignVerdict verdict = bnet_sign_recover(signature, digest, &key);
    if (verdict == BNET_SIGN_GOOD) {
        conform_check(object, name, conform_key(&key));
        return;
    }
    struct json_object *recorded = conform_take(object, name);
    g_autofree char *expected = conform_recorded_text(recorded);
    conform_disagree(object->run, name, expected, bnet_sign_verdict_text(verdict));
}

static void check_id(ConformObject *object, uint64_t number, const BnetId *digest)
{
    BnetId id = *digest;
    for (size_t i = 0; i < 4; i++) {
        id.bytes[i] = (uint8_t)(number >> (24 - 8 * i));
    }
    conform_check(object, "id", conform_id(&id));
}

/* Where a value that others follow from is none, it disagrees, and those are not compared. */
static void check_fields(ConformObject *object)
{
    ConformRun *run = object->run;
    uint64_t number;
    BnetId digest;
    BnetId root;
    BnetId schedule;
    BnetSignature signature;
    bool has_number = conform_read_number(object, "block_num", UINT32_MAX, &number);
    bool has_digest = conform_read_id(object, "header_digest", &digest);
    bool has_root = conform_read_id(object, "blockroot_merkle", &root);
    bool has_schedule = conform_read_id(object, "schedule_hash", &schedule);
    struct json_object *recorded = conform_take(object, "signature");
    conform_enter(run, "signature");
    bool has_signature = conform_read_signature(run, recorded, &signature);
    conform_leave(run);
    conform_take_notes(object, "id", "sig_digest", "public_key", NULL);
    if (has_number && has_digest) {
        check_id(object, number, &digest);
    }
    if (has_digest && has_root && has_schedule) {
        BnetId signed_digest = bnet_wire_signature_digest(&digest, &root, &schedule);
        conform_check(object, "sig_digest", conform_id(&signed_digest));
        if (has_signature) {
            check_key(object, &signature, &signed_digest);
        }
    }
}

static void check(ConformRun *run, struct json_object *record)
{
    ConformObject object = conform_open(run, record);
    conform_case_begin(run, conform_peek_text(&object, "id"));
    (void)conform_take(&object, "id");
    conform_take_notes(&object, "name", "note", "chain", "src", "source", "kind", NULL);
    check_fields(&object);
    conform_close(&object);
    conform_case_end(run);
}

const ConformKind conform_kind_signatures = {
    .name = "signatures", .markers = {"sig_digest", "public_key"}, .check = check};
