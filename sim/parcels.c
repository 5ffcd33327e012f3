/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/parcels.h"

#include <string.h>

#include <glib.h>

#define FIRST_CAPACITY 64u

/* A hello but for its flags. */
typedef struct PackedHello {
    uint32_t key;   /* where all of the peer's id but its first two bytes stands */
    uint32_t chain; /* where the chain's id stands; 0: it is that of the store */
    uint32_t lib_number;
    BnetBlock first;
    BnetBlock head;
    uint32_t unknown_ids;
} PackedHello;

/* Our own codes are zero but for their first eight bytes. */
typedef struct PackedPing {
    int64_t sent_ns;
    uint64_t code;
    uint32_t whole; /* where the code stands if it is another one; 0: it is not */
    uint32_t lib_number;
} PackedPing;

typedef struct Parcel {
    uint8_t kind; /* BnetMessageKind */
    bool request_transactions : 1;
    bool irreversible_only : 1;
    bool version_1_0_1 : 1;
    uint8_t key[2]; /* with which the peer's id of a hello begins */
    uint32_t uses;  /* 0: not in use */
    union {
        PackedHello hello;
        PackedPing ping;
        BnetRing notice;
        BnetMalformed malformed;
    } u;
} Parcel;

union SimParcelSlot {
    uint32_t next; /* of those that are not in use; 0: none */
    Parcel parcel;
    BnetId rest;
};

G_STATIC_ASSERT(sizeof(SimParcelSlot) == 32);
G_STATIC_ASSERT(sizeof(BnetKey) - sizeof((Parcel *)0)->key == sizeof(BnetId));

/* --- slots ----------------------------------------------------------------------------------- */

static uint32_t take_slot(SimParcelSlots *slots)
{
    uint32_t index = slots->free;
    if (index != 0) {
        slots->free = slots->items[index].next;
        slots->n_free--;
        return index;
    }
    if (slots->n >= slots->capacity) {
        slots->capacity = slots->capacity ? slots->capacity * 2 : FIRST_CAPACITY;
        slots->items = g_renew(SimParcelSlot, slots->items, slots->capacity);
    }
    if (slots->n == 0)
        slots->n = 1;
    g_assert(slots->n < SIM_PARCELS_MAX);
    return slots->n++;
}

static void give_slot(SimParcelSlots *slots, uint32_t index)
{
    slots->items[index].next = slots->free;
    slots->free = index;
    slots->n_free++;
}

void sim_parcels_finish(SimParcels *parcels)
{
    if (!parcels)
        return;
    g_free(parcels->messages.items);
    g_free(parcels->rest.items);
    *parcels = (SimParcels){0};
}

static const BnetId *rest_at(const SimParcels *parcels, uint32_t index)
{
    return &parcels->rest.items[index].rest;
}

/* Where the 32 bytes are kept. */
static uint32_t keep_rest(SimParcels *parcels, const void *bytes)
{
    uint32_t index = take_slot(&parcels->rest);
    memcpy(&parcels->rest.items[index].rest, bytes, sizeof(BnetId));
    return index;
}

/* --- in -------------------------------------------------------------------------------------- */

static void pack_hello(SimParcels *parcels, Parcel *parcel, const BnetHello *hello,
                       const BnetStore *store)
{
    parcel->request_transactions = hello->request_transactions;
    parcel->irreversible_only = hello->irreversible_only;
    parcel->version_1_0_1 = hello->version_1_0_1;
    memcpy(parcel->key, hello->peer_id.bytes, sizeof parcel->key);
    parcel->u.hello = (PackedHello){
        .key = keep_rest(parcels, &hello->peer_id.bytes[sizeof parcel->key]),
        .lib_number = hello->lib_number,
        .first = hello->first,
        .head = hello->head,
        .unknown_ids = hello->unknown_ids,
    };
    if (!bnet_id_equal(&hello->chain_id, &store->chain_id))
        parcel->u.hello.chain = keep_rest(parcels, &hello->chain_id);
}

static void pack_ping(SimParcels *parcels, Parcel *parcel, const BnetPing *ping)
{
    parcel->u.ping = (PackedPing){.sent_ns = ping->sent_ns, .lib_number = ping->lib_number};
    BnetId code = {{0}};
    memcpy(code.bytes, ping->code.bytes, sizeof parcel->u.ping.code);
    if (bnet_id_equal(&code, &ping->code))
        memcpy(&parcel->u.ping.code, code.bytes, sizeof parcel->u.ping.code);
    else
        parcel->u.ping.whole = keep_rest(parcels, &ping->code);
}

uint32_t sim_parcels_pack(SimParcels *parcels, const BnetMessage *message, const BnetStore *store)
{
    uint32_t index = take_slot(&parcels->messages);
    Parcel *parcel = &parcels->messages.items[index].parcel;
    parcel->kind = (uint8_t)message->kind;
    parcel->uses = 1;
    switch (message->kind) {
    case BNET_MESSAGE_HELLO:
        pack_hello(parcels, parcel, &message->u.hello, store);
        break;
    case BNET_MESSAGE_TRX_NOTICE:
    case BNET_MESSAGE_BLOCK_NOTICE:
        parcel->u.notice = message->u.notice;
        break;
    case BNET_MESSAGE_BLOCK:
    case BNET_MESSAGE_TRX:
        g_assert_not_reached(); /* their handle says it all */
    case BNET_MESSAGE_PING:
    case BNET_MESSAGE_PONG:
        pack_ping(parcels, parcel, &message->u.ping);
        break;
    case BNET_MESSAGE_MALFORMED:
        parcel->u.malformed = message->u.malformed;
        break;
    }
    return index;
}

static bool is_same(const BnetHello *a, const BnetHello *b)
{
    return memcmp(&a->peer_id, &b->peer_id, sizeof a->peer_id) == 0 &&
           bnet_id_equal(&a->chain_id, &b->chain_id) &&
           a->request_transactions == b->request_transactions &&
           a->irreversible_only == b->irreversible_only && a->version_1_0_1 == b->version_1_0_1 &&
           a->lib_number == b->lib_number && a->first == b->first && a->head == b->head &&
           a->unknown_ids == b->unknown_ids;
}

uint32_t sim_parcels_pack_hello(SimParcels *parcels, const BnetMessage *message,
                                const BnetStore *store, uint32_t like)
{
    if (like > 0 && like < parcels->messages.n) {
        Parcel *parcel = &parcels->messages.items[like].parcel;
        BnetMessage packed;
        if (parcel->uses > 0) {
            sim_parcels_look(parcels, like, store, &packed);
            if (packed.kind == BNET_MESSAGE_HELLO && is_same(&packed.u.hello, &message->u.hello)) {
                parcel->uses++;
                return like;
            }
        }
    }
    return sim_parcels_pack(parcels, message, store);
}

/* --- out ------------------------------------------------------------------------------------- */

static BnetHello hello_of(const SimParcels *parcels, const Parcel *parcel, const BnetStore *store)
{
    const PackedHello *packed = &parcel->u.hello;
    BnetHello hello = {
        .chain_id = packed->chain ? *rest_at(parcels, packed->chain) : store->chain_id,
        .request_transactions = parcel->request_transactions,
        .irreversible_only = parcel->irreversible_only,
        .version_1_0_1 = parcel->version_1_0_1,
        .lib_number = packed->lib_number,
        .first = packed->first,
        .head = packed->head,
        .unknown_ids = packed->unknown_ids,
    };
    memcpy(hello.peer_id.bytes, parcel->key, sizeof parcel->key);
    memcpy(&hello.peer_id.bytes[sizeof parcel->key], rest_at(parcels, packed->key), sizeof(BnetId));
    return hello;
}

static BnetPing ping_of(const SimParcels *parcels, const PackedPing *packed)
{
    BnetPing ping = {.sent_ns = packed->sent_ns, .lib_number = packed->lib_number};
    if (packed->whole)
        ping.code = *rest_at(parcels, packed->whole);
    else
        memcpy(ping.code.bytes, &packed->code, sizeof packed->code);
    return ping;
}

void sim_parcels_look(const SimParcels *parcels, uint32_t index, const BnetStore *store,
                      BnetMessage *ret_message)
{
    const Parcel *parcel = &parcels->messages.items[index].parcel;
    ret_message->kind = parcel->kind;
    switch (ret_message->kind) {
    case BNET_MESSAGE_HELLO:
        ret_message->u.hello = hello_of(parcels, parcel, store);
        break;
    case BNET_MESSAGE_TRX_NOTICE:
    case BNET_MESSAGE_BLOCK_NOTICE:
        ret_message->u.notice = parcel->u.notice;
        break;
    case BNET_MESSAGE_BLOCK:
    case BNET_MESSAGE_TRX:
        g_assert_not_reached();
    case BNET_MESSAGE_PING:
    case BNET_MESSAGE_PONG:
        ret_message->u.ping = ping_of(parcels, &parcel->u.ping);
        break;
    case BNET_MESSAGE_MALFORMED:
        ret_message->u.malformed = parcel->u.malformed;
        break;
    }
}

/* What of the message is kept apart is not needed any more. */
static void drop_rest(SimParcels *parcels, const Parcel *parcel)
{
    if (parcel->kind == BNET_MESSAGE_HELLO) {
        give_slot(&parcels->rest, parcel->u.hello.key);
        if (parcel->u.hello.chain)
            give_slot(&parcels->rest, parcel->u.hello.chain);
    } else if ((parcel->kind == BNET_MESSAGE_PING || parcel->kind == BNET_MESSAGE_PONG) &&
               parcel->u.ping.whole) {
        give_slot(&parcels->rest, parcel->u.ping.whole);
    }
}

void sim_parcels_drop(SimParcels *parcels, uint32_t index)
{
    Parcel *parcel = &parcels->messages.items[index].parcel;
    if (--parcel->uses > 0)
        return;
    drop_rest(parcels, parcel);
    give_slot(&parcels->messages, index);
}
