/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_PARCELS_H
#define BNETLAB_SIM_PARCELS_H

/*
 * Messages on their way that are more than a handle: hellos, pings, long notices. Each is packed
 * into half a cache line. What does not fit, of a hello and of the unusual ping, is kept apart. The
 * same hello, which a peer says to all its neighbours, is packed once.
 *
 * Ownership: a message that is packed belongs to its parcel until it is taken out. Bounds:
 * SIM_PARCELS_MAX, asserted. Cost: O(1); memory is that of the most parcels that were ever in use
 * at a time, with what the arrays have in reserve.
 */

#include "core/message.h"

#define SIM_PARCELS_MAX BNET_HANDLES_MAX

typedef union SimParcelSlot SimParcelSlot;

/* Index 0 is never used. Zeroed: empty. */
typedef struct SimParcelSlots {
    SimParcelSlot *items;
    uint32_t capacity;
    uint32_t n;    /* so many were ever in use, 0 included */
    uint32_t free; /* first of those that are not in use; 0: none */
    uint32_t n_free;
} SimParcelSlots;

/* Zeroed: empty. */
typedef struct SimParcels {
    SimParcelSlots messages;
    SimParcelSlots rest; /* of a message, 32 bytes each */
} SimParcels;

/* Accepts NULL. */
void sim_parcels_finish(SimParcels *parcels);

/* Takes the message over; its index, 1 or more. */
uint32_t sim_parcels_pack(SimParcels *parcels, const BnetMessage *message, const BnetStore *store);

/* The same for a hello that may have been packed already, at `like`; any number will do. */
uint32_t sim_parcels_pack_hello(SimParcels *parcels, const BnetMessage *message,
                                const BnetStore *store, uint32_t like);

/* What was packed there. The message is the parcel's still. */
void sim_parcels_look(const SimParcels *parcels, uint32_t index, const BnetStore *store,
                      BnetMessage *ret_message);

/* One of those for whom it was packed has no use for the parcel any more: what it held is somebody
 * else's. */
void sim_parcels_drop(SimParcels *parcels, uint32_t index);

static inline uint32_t sim_parcel_slots_used(const SimParcelSlots *slots)
{
    return slots->n == 0 ? 0 : slots->n - 1 - slots->n_free;
}

/* How many are in use, with what is kept apart. */
static inline uint32_t sim_parcels_used(const SimParcels *parcels)
{
    return sim_parcel_slots_used(&parcels->messages) + sim_parcel_slots_used(&parcels->rest);
}

#endif
