/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What stands in the way of holding a conversation live: its blocks and transactions were recorded
 * for a clock, and mean something else once they are, or are not, of the future or the past any
 * more.
 */

#include "core/text.h"
#include "sim/conform/sessions.h"
#include "sim/conform/talk_parts.h"

/* A block may be so far ahead of the clock, and a conversation may take so long. */
#define MARGIN_S (7 + 3600)

/* Where a recorded value has a time, in seconds since 1970. False: it has none. */
typedef bool ReadTime(BnetReader *reader, BnetScratch scratch, int64_t *ret_time_s);

static bool read_block_time(BnetReader *reader, BnetScratch scratch, int64_t *ret_time_s)
{
    (void)scratch;
    BnetWireBlock block;
    if (!bnet_wire_read_block(reader, &block))
        return false;
    *ret_time_s = BNET_SLOT_EPOCH_S + block.header.fields.slot / 2;
    return true;
}

static bool read_trx_time(BnetReader *reader, BnetScratch scratch, int64_t *ret_time_s)
{
    BnetWirePackedTrx packed;
    BnetWireError error;
    BnetWireTrx trx;
    if (!bnet_wire_read_packed_trx(reader, &packed) ||
        !bnet_wire_open_trx(&packed, scratch, &error, &trx))
        return false;
    *ret_time_s = trx.expiration_s;
    return true;
}

/* The clocks do not agree whether that time has come. */
static bool is_between(int64_t time_s)
{
    const int64_t begin_s = BNET_SLOT_EPOCH_S + TALK_BEGIN_SLOT / 2;
    const int64_t now_s = g_get_real_time() / G_USEC_PER_SEC;
    return time_s >= MIN(begin_s, now_s) && time_s <= MAX(begin_s, now_s) + MARGIN_S;
}

/* (transfer full) (nullable) */
static char *obstacle_in(ConformRun *run, struct json_object *named, ReadTime *read)
{
    if (!json_object_is_type(named, json_type_object))
        return NULL;
    struct json_object_iterator at = json_object_iter_begin(named);
    struct json_object_iterator end = json_object_iter_end(named);
    for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
        int64_t time_s = 0;
        BnetReader reader;
        BnetWireError error;
        struct json_object *hex = json_object_object_get(json_object_iter_peek_value(&at), "hex");
        if (!json_object_is_type(hex, json_type_string))
            continue; /* which is told when the record is read */
        const BnetSlice bytes = conform_hex(run, hex);
        bnet_reader_init(&reader, bytes.bytes, bytes.n, conform_scratch(run), &error);
        if (!conform_is_bad(run) && read(&reader, conform_scratch(run), &time_s) &&
            is_between(time_s))
            return g_strdup_printf("the time of %s lies between 2026-01-01 and now",
                                   json_object_iter_peek_name(&at));
    }
    return NULL;
}

char *sessions_obstacle(ConformRun *run, struct json_object *record)
{
    char *obstacle = obstacle_in(run, json_object_object_get(record, "blocks"), read_block_time);
    if (obstacle == NULL)
        obstacle = obstacle_in(run, json_object_object_get(record, "trxs"), read_trx_time);
    return obstacle;
}
