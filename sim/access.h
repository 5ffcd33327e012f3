/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_ACCESS_H
#define BNETLAB_SIM_ACCESS_H

/*
 * The uplinks and downlinks of peers, which their links share.
 *
 * A port is one way of a peer's access to the network. Its flows are the connections over it; it
 * serves them by fair queueing, a piece at a time: at most SIM_SEGMENT_BYTES of one message. A
 * piece may begin where the one before it of its flow ended, counted in bytes, and not before what
 * the port serves just now began; the one that began first is served first, of equals that of the
 * end with the lower number. So flows that always have something to send get equal shares, to a
 * segment, and what one does not use the others get.
 *
 * What an end sends goes through its peer's uplink; from there over the link, which serves one
 * piece at a time and keeps one more waiting; a latency later to the downlink of the other peer,
 * and through it. An end that has neither limit, ever, has no part in this (sim/wire.c).
 *
 * Time: virtual, of the world. Ownership: the world's. Bounds: messages below 2^31 bytes, asserted.
 * Cost: for each piece and port that it passes an event, and O(log flows) if others wait; memory
 * only in worlds with a limit.
 */

#include <stdbool.h>
#include <stdint.h>

#include "sim/observer.h"

typedef struct SimAccess SimAccess;

/* Of a port: 2 peer + way. */
#define SIM_UPLINK 0u
#define SIM_DOWNLINK 1u

/* world->access, from the scenario; NULL: nothing in it is ever limited. */
SimAccess *sim_access_new(const SimWorld *world);
void sim_access_free(SimAccess *access);

/* In a world with limits: a message of `bytes` sets out from `end`, behind what is on its way from
 * there; false: it is none of the access's business. The arrival events of the message are
 * scheduled in time. */
bool sim_access_send(SimWorld *world, uint32_t end, uint32_t bytes);

/* All that `end` has sent and that has not arrived is gone; its shares are free. */
void sim_access_drop(SimWorld *world, uint32_t end);

/* The limit of a port from now on; 0: without limit. What has been served counts. A limit must be
 * on a port that has one at some time in the scenario, asserted. */
void sim_access_set_rate(SimWorld *world, uint32_t index, uint64_t bytes_per_s);

/* The events of a port, of a link that takes the next piece, and of a piece that comes to the
 * downlink of the peer of `end`. Where a link is cut, all that is on its way there is missed. */
void sim_access_port(SimWorld *world, uint32_t index, uint32_t ticket);
void sim_access_link(SimWorld *world, uint32_t end, uint32_t ticket);
void sim_access_piece(SimWorld *world, uint32_t end, uint32_t epoch);

/* Chunks of lists that uplinks and downlinks hold. O(ends). */
uint32_t sim_access_chunks(const SimWorld *world);

#endif
