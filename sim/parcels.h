/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_PARCELS_H
#define BNETLAB_SIM_PARCELS_H

/*
 * Messages on their way that are more than a handle: hellos, pings, long notices. Each is packed
 * into a cache line; an id of a chain that is not the store's, as only a persona says it, into
 * another one.
 *
 * Ownership: a message that is packed belongs to its parcel until it is taken out. Bounds:
 * SIM_PARCELS_MAX, asserted. Cost: O(1); memory is that of the most parcels that were ever in use
 * at a time, with what the array has in reserve.
 */

#include "core/message.h"

#define SIM_PARCELS_MAX BNET_HANDLES_MAX

typedef struct SimParcel SimParcel;

/* Index 0 is never used. Zeroed: empty. */
typedef struct SimParcels {
    SimParcel *items;
    uint32_t capacity;
    uint32_t n;    /* so many were ever in use, 0 included */
    uint32_t free; /* first of those that are not in use; 0: none */
    uint32_t n_free;
} SimParcels;

/* Accepts NULL. */
void sim_parcels_finish(SimParcels *parcels);

/* Takes the message over; its index, 1 or more. */
uint32_t sim_parcels_pack(SimParcels *parcels, const BnetMessage *message, const BnetStore *store);

/* What was packed there. The message is the parcel's still. */
void sim_parcels_look(const SimParcels *parcels, uint32_t index, const BnetStore *store,
                      BnetMessage *ret_message);

/* The parcel is of no use any more: what it held is somebody's else. */
void sim_parcels_drop(SimParcels *parcels, uint32_t index);

/* How many are in use. */
static inline uint32_t sim_parcels_used(const SimParcels *parcels)
{
    return parcels->n == 0 ? 0 : parcels->n - 1 - parcels->n_free;
}

#endif
