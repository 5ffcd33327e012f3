/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/loss.h"

#include <stdbool.h>

#include <glib.h>

#include "sim/fixmath.h"

#define PPM 1000000u
#define TIMEOUT_MIN_NS INT64_C(200000000)
#define TIMEOUT_MAX_NS INT64_C(60000000000)
#define ROUND_TRIP_MAX_NS INT64_C(7200000000000)
#define DUPLICATES 3u /* acknowledgements that tell of a loss */
/* A segment that is lost so often, each time but once in 2^64 or so, has waited for an hour. */
#define LOSSES_MAX 64u

uint32_t sim_loss_segments(uint32_t bytes)
{
    return bytes <= SIM_SEGMENT_BYTES ? 1 : (bytes - 1) / SIM_SEGMENT_BYTES + 1;
}

/* How many transmissions succeed before the next one that is lost, up to UINT32_MAX: the k for
 * which (1 - loss)^(k + 1) < share <= (1 - loss)^k, of the share of 64 random bits. */
static uint64_t successes(int64_t keep_bits_q32, SimRandom *random)
{
    const uint64_t odd = sim_random_u64(random) | 1;
    const int64_t bits_q32 = 64 * SIM_FIX_ONE_Q32 - sim_fix_log2_q32(odd);
    return (uint64_t)(bits_q32 / keep_bits_q32);
}

static bool is_lost(uint32_t loss_ppm, SimRandom *random)
{
    return sim_random_below(random, PPM) < loss_ppm;
}

/* A segment was lost; `behind`: segments of its message after it. How much later it is there. */
static int64_t segment_delay_ns(const SimLossPath *path, uint32_t behind, SimRandom *random)
{
    int64_t timeout_ns = MIN(MAX(TIMEOUT_MIN_NS, 2 * path->round_trip_ns), TIMEOUT_MAX_NS);
    int64_t delay_ns = 0;
    bool duplicates = behind >= DUPLICATES;
    for (uint32_t n = 0; n == 0 || (n < LOSSES_MAX && is_lost(path->loss_ppm, random)); n++) {
        if (duplicates) {
            delay_ns += path->round_trip_ns;
            duplicates = false;
            continue;
        }
        delay_ns += timeout_ns;
        timeout_ns = MIN(2 * timeout_ns, TIMEOUT_MAX_NS);
    }
    return delay_ns;
}

int64_t sim_loss_delay_ns(uint32_t n_segments, const SimLossPath *path, SimRandom *random)
{
    g_assert(path->loss_ppm <= SIM_LOSS_MAX_PPM && n_segments >= 1);
    g_assert(path->round_trip_ns >= 0 && path->round_trip_ns <= ROUND_TRIP_MAX_NS);
    g_assert(path->span_ns >= 0);
    if (path->loss_ppm == 0)
        return 0;
    const int64_t keep_bits_q32 = sim_fix_log2_q32(PPM) - sim_fix_log2_q32(PPM - path->loss_ppm);
    int64_t latest_ns = 0;
    uint64_t segment = successes(keep_bits_q32, random);
    while (segment < n_segments) {
        const uint32_t behind = n_segments - 1 - (uint32_t)segment;
        const int64_t ahead_ns = (int64_t)((__int128)path->span_ns * behind / n_segments);
        const int64_t delay_ns = segment_delay_ns(path, behind, random) - ahead_ns;
        latest_ns = MAX(latest_ns, delay_ns);
        segment += 1 + successes(keep_bits_q32, random);
    }
    return latest_ns;
}
