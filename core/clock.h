/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_CLOCK_H
#define BNETLAB_CORE_CLOCK_H

/*
 * The wall clock of a node, which may be wrong: a line over the driver's time, which is right and
 * only goes forward. All zero is a clock that shows the driver's time.
 *
 * The rules of the chain go by it (is a block too new, has a transaction expired, is a header too
 * old to be noticed), timers and timeouts by the driver's time. Plain values, pure functions,
 * constant cost. Times are int64 nanoseconds, up to 2^61 either way, and so are what comes out.
 */

#include "core/base.h"

/* Most that a clock gains or loses, in millionths: a tenth. */
#define BNET_CLOCK_DRIFT_MAX_PPM 100000

typedef struct BnetClock {
    int64_t skew_ns;   /* what it showed at since_ns, less that; behind is negative */
    int64_t since_ns;  /* driver's time from which it drifts */
    int32_t drift_ppm; /* what it gains, up to BNET_CLOCK_DRIFT_MAX_PPM; loses, if negative */
} BnetClock;

/* What a clock gains in a time, rounded towards 0. */
int64_t bnet_clock_gained_ns(const BnetClock *clock, int64_t past_ns);

/* What the clock shows at that time of the driver, which is not before since_ns. Never less than
 * at an earlier time. */
static inline int64_t bnet_clock_at(const BnetClock *clock, int64_t now_ns)
{
    int64_t past_ns = now_ns - clock->since_ns;
    bnet_assert(past_ns >= 0);
    int64_t gained_ns = clock->drift_ppm == 0 ? 0 : bnet_clock_gained_ns(clock, past_ns);
    return now_ns + clock->skew_ns + gained_ns;
}

/* The first time of the driver, not before since_ns, at which the clock shows wall_ns or more. */
int64_t bnet_clock_when(const BnetClock *clock, int64_t wall_ns);

#endif
