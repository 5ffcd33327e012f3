/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/parcels.h"

#include <glib.h>

#define FIRST_CAPACITY 64u

/* A hello but for its flags; the chain's id stands elsewhere. */
typedef struct PackedHello {
    BnetKey peer_id;
    uint32_t chain; /* parcel of its id; 0: it is that of the store */
    uint32_t lib_number;
    BnetBlock first;
    BnetBlock head;
    uint32_t unknown_ids;
} PackedHello;

struct SimParcel {
    uint8_t kind; /* BnetMessageKind */
    bool request_transactions : 1;
    bool irreversible_only : 1;
    bool version_1_0_1 : 1;
    union {
        uint32_t next; /* of those that are not in use; 0: none */
        PackedHello hello;
        BnetId chain_id;
        BnetRing notice;
        BnetPing ping;
        BnetMalformed malformed;
    } u;
};

G_STATIC_ASSERT(sizeof(SimParcel) == 64);

void sim_parcels_finish(SimParcels *parcels)
{
    if (!parcels)
        return;
    g_free(parcels->items);
    *parcels = (SimParcels){0};
}

static uint32_t new_parcel(SimParcels *parcels)
{
    uint32_t index = parcels->free;
    if (index != 0) {
        parcels->free = parcels->items[index].u.next;
        parcels->n_free--;
        return index;
    }
    if (parcels->n >= parcels->capacity) {
        parcels->capacity = parcels->capacity ? parcels->capacity * 2 : FIRST_CAPACITY;
        parcels->items = g_renew(SimParcel, parcels->items, parcels->capacity);
    }
    if (parcels->n == 0)
        parcels->n = 1;
    g_assert(parcels->n < SIM_PARCELS_MAX);
    return parcels->n++;
}

static void pack_hello(SimParcels *parcels, uint32_t index, const BnetHello *hello,
                       const BnetStore *store)
{
    uint32_t chain = 0;
    if (!bnet_id_equal(&hello->chain_id, &store->chain_id)) {
        chain = new_parcel(parcels);
        parcels->items[chain].u.chain_id = hello->chain_id;
    }
    SimParcel *parcel = &parcels->items[index];
    parcel->request_transactions = hello->request_transactions;
    parcel->irreversible_only = hello->irreversible_only;
    parcel->version_1_0_1 = hello->version_1_0_1;
    parcel->u.hello = (PackedHello){
        .peer_id = hello->peer_id,
        .chain = chain,
        .lib_number = hello->lib_number,
        .first = hello->first,
        .head = hello->head,
        .unknown_ids = hello->unknown_ids,
    };
}

uint32_t sim_parcels_pack(SimParcels *parcels, const BnetMessage *message, const BnetStore *store)
{
    uint32_t index = new_parcel(parcels);
    SimParcel *parcel = &parcels->items[index];
    parcel->kind = (uint8_t)message->kind;
    switch (message->kind) {
    case BNET_MESSAGE_HELLO:
        pack_hello(parcels, index, &message->u.hello, store);
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
        parcel->u.ping = message->u.ping;
        break;
    case BNET_MESSAGE_MALFORMED:
        parcel->u.malformed = message->u.malformed;
        break;
    }
    return index;
}

static BnetHello hello_of(const SimParcels *parcels, const SimParcel *parcel,
                          const BnetStore *store)
{
    const PackedHello *hello = &parcel->u.hello;
    return (BnetHello){
        .peer_id = hello->peer_id,
        .chain_id = hello->chain ? parcels->items[hello->chain].u.chain_id : store->chain_id,
        .request_transactions = parcel->request_transactions,
        .irreversible_only = parcel->irreversible_only,
        .version_1_0_1 = parcel->version_1_0_1,
        .lib_number = hello->lib_number,
        .first = hello->first,
        .head = hello->head,
        .unknown_ids = hello->unknown_ids,
    };
}

void sim_parcels_look(const SimParcels *parcels, uint32_t index, const BnetStore *store,
                      BnetMessage *ret_message)
{
    const SimParcel *parcel = &parcels->items[index];
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
        ret_message->u.ping = parcel->u.ping;
        break;
    case BNET_MESSAGE_MALFORMED:
        ret_message->u.malformed = parcel->u.malformed;
        break;
    }
}

static void free_parcel(SimParcels *parcels, uint32_t index)
{
    parcels->items[index].u.next = parcels->free;
    parcels->free = index;
    parcels->n_free++;
}

void sim_parcels_drop(SimParcels *parcels, uint32_t index)
{
    const SimParcel *parcel = &parcels->items[index];
    if (parcel->kind == BNET_MESSAGE_HELLO && parcel->u.hello.chain != 0)
        free_parcel(parcels, parcel->u.hello.chain);
    free_parcel(parcels, index);
}
