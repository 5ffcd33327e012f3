/* SPDX-License-Identifier: Apache-2.0 */

/* Kind blocks: packed headers and packed blocks with what is known of them. */

#include "sim/conform/fields.h"

static void check_header(ConformObject *object, BnetSlice bytes)
{
    ConformRun *run = object->run;
    BnetReader reader;
    BnetWireError error;
    BnetWireHeader header;
    conform_reader(run, bytes, true, &reader, &error);
    if (!bnet_wire_read_header(&reader, &header)) {
        conform_malformed(run, "packed_header", "a block header", &error);
        return;
    }
    const BnetHeader *fields = &header.fields;
    BnetId id = bnet_wire_block_id(&header);
    conform_check(object, "id", conform_id(&id));
    conform_check(object, "block_num", conform_number(bnet_header_number(fields)));
    conform_check(object, "timestamp", conform_slot(fields->slot));
    conform_check(object, "producer", conform_name(fields->producer));
    conform_check(object, "previous", conform_id(&fields->previous));
    conform_check(object, "transaction_mroot", conform_id(&fields->transaction_mroot));
    conform_same_bytes(run, "packed_header", bytes,
                       conform_written(run, conform_write_header, &header));
}

static void check_block(ConformObject *object, BnetSlice header, BnetSlice bytes)
{
    ConformRun *run = object->run;
    BnetReader reader;
    BnetWireError error;
    BnetWireBlock block;
    conform_reader(run, bytes, true, &reader, &error);
    if (!bnet_wire_read_block(&reader, &block)) {
        conform_malformed(run, "packed_block", "a signed block", &error);
        return;
    }
    BnetId root = bnet_wire_transaction_mroot(&block);
    conform_check(object, "n_trx", conform_number(block.transactions.count));
    conform_check(object, "transaction_mroot", conform_id(&root));
    conform_same_bytes(run, "packed_block", bytes,
                       conform_written(run, conform_write_block, &block));
    conform_same_bytes(run, "packed_header", header,
                       conform_written(run, conform_write_header, &block.header));
}

static void check(ConformRun *run, struct json_object *record)
{
    ConformObject object = conform_open(run, record);
    conform_case_begin(run, conform_peek_text(&object, "id"));
    BnetSlice header = conform_take_hex(&object, "packed_header");
    conform_take_notes(&object, "name", "note", "chain", "packed_source", "source", NULL);
    check_header(&object, header);
    if (conform_has(&object, "packed_block")) {
        BnetSlice block = conform_take_hex(&object, "packed_block");
        check_block(&object, header, block);
    } else if (conform_has(&object, "n_trx") && conform_take(&object, "n_trx") != NULL) {
        conform_bad(run, "key \"n_trx\" cannot be compared without \"packed_block\"");
    }
    if (!conform_case_disagrees(run)) {
        conform_close(&object);
    }
    conform_case_end(run);
}

const ConformKind conform_kind_blocks = {
    .name = "blocks", .markers = {"packed_header"}, .check = check};
