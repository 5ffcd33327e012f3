/* SPDX-License-Identifier: Apache-2.0 */
#include "core/clock.h"

#define PPM INT64_C(1000000)

int64_t bnet_clock_gained_ns(const BnetClock *clock, int64_t past_ns)
{
    return past_ns / PPM * clock->drift_ppm + past_ns % PPM * clock->drift_ppm / PPM;
}

int64_t bnet_clock_when(const BnetClock *clock, int64_t wall_ns)
{
    int64_t rate_ppm = PPM + clock->drift_ppm;
    int64_t wanted_ns = wall_ns - clock->skew_ns - clock->since_ns;
    if (wanted_ns <= 0)
        return clock->since_ns;
    /* What the clock gains is rounded, so this is a few nanoseconds off at most. */
    int64_t past_ns = wanted_ns / rate_ppm * PPM + wanted_ns % rate_ppm * PPM / rate_ppm;
    int64_t when_ns = clock->since_ns + past_ns;
    while (bnet_clock_at(clock, when_ns) < wall_ns)
        when_ns++;
    while (when_ns > clock->since_ns && bnet_clock_at(clock, when_ns - 1) >= wall_ns)
        when_ns--;
    return when_ns;
}
