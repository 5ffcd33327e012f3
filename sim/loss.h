/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_LOSS_H
#define BNETLAB_SIM_LOSS_H

/*
 * Lost segments, as the delay that TCP makes of them.
 *
 * Model: a message is cut into segments of SIM_SEGMENT_BYTES, the last one shorter. Each
 * transmission of a segment is lost with the same probability, independent of all others. The first
 * loss of a segment that has at least three later ones of its message behind it is known, by
 * duplicate acknowledgements, one round trip later. Any other loss is known when the
 * retransmission timeout is over: the larger of 200 ms and two round trips, twice as long at each
 * further timeout of the segment, 60 s at most. A segment whose loss is known is sent again at
 * once. The message is there when its last segment is.
 *
 * Not in it: congestion control, selective acknowledgements, lost acknowledgements, the bandwidth
 * that retransmissions take.
 *
 * Time: results are nanoseconds; no clock is read. Ownership: arguments are used during the call
 * only. Threads: one at a time for each stream. Bounds: as at the function. Cost: O(lost
 * transmissions); one draw for each, and one more. Integers alone, so that a seed gives the same
 * everywhere.
 */

#include <stdint.h>

#include "sim/random.h"

/* Payload of a TCP segment on Ethernet. */
#define SIM_SEGMENT_BYTES 1448u

#define SIM_LOSS_MAX_PPM 500000u

/* How a message would travel without loss. */
typedef struct SimLossPath {
    uint32_t loss_ppm;     /* 0 to SIM_LOSS_MAX_PPM, asserted */
    int64_t round_trip_ns; /* 0 to 2 h, asserted */
    int64_t span_ns;       /* from its first byte on the way to its last; 0 or more, asserted */
} SimLossPath;

/* Segments of a message of so many bytes; one at least. */
uint32_t sim_loss_segments(uint32_t bytes);

/*
 * How much later than without loss a message of so many segments (1 or more, asserted) is there, 0
 * or more. What loss_ppm says is exact to 2^-32 divided by itself: 0.02 % for the smallest. Takes
 * no draw of the stream if loss_ppm is 0.
 */
int64_t sim_loss_delay_ns(uint32_t n_segments, const SimLossPath *path, SimRandom *random);

#endif
