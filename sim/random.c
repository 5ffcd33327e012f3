/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/random.h"

#include <Random123/philox.h>
#include <glib.h>

#define PURPOSE_SHIFT 56

__extension__ typedef unsigned __int128 Wide;

SimRandom sim_random_stream(uint64_t seed, SimRandomPurpose purpose, uint64_t entity)
{
    g_assert(entity <= SIM_RANDOM_ENTITY_MAX);
    g_assert((unsigned)purpose <= UINT8_MAX);
    return (SimRandom){
        .seed = seed, .stream = (uint64_t)purpose << PURPOSE_SHIFT | entity, .draw = 0};
}

uint64_t sim_random_u64(SimRandom *random)
{
    const philox4x32_key_t key = {{(uint32_t)random->seed, (uint32_t)(random->seed >> 32)}};
    const philox4x32_ctr_t counter = {{(uint32_t)random->draw, (uint32_t)(random->draw >> 32),
                                       (uint32_t)random->stream, (uint32_t)(random->stream >> 32)}};
    const philox4x32_ctr_t block = philox4x32_R(10, counter, key);
    random->draw++;
    return block.v[0] | (uint64_t)block.v[1] << 32;
}

/* The upper half of draw x bound is the result. Of the 2^64 draws each result gets floor(2^64 /
 * bound) or one more; those whose lower half is below 2^64 mod bound are the surplus, and are drawn
 * again. */
uint64_t sim_random_below(SimRandom *random, uint64_t bound)
{
    g_assert(bound >= 1);
    Wide product = (Wide)sim_random_u64(random) * bound;
    if ((uint64_t)product < bound) {
        const uint64_t surplus = (0 - bound) % bound;
        while ((uint64_t)product < surplus) {
            product = (Wide)sim_random_u64(random) * bound;
        }
    }
    return (uint64_t)(product >> 64);
}

int64_t sim_random_range_ns(SimRandom *random, int64_t min_ns, int64_t max_ns)
{
    g_assert(min_ns <= max_ns);
    const uint64_t bound = (uint64_t)max_ns - (uint64_t)min_ns + 1; /* 0 for all of int64 */
    const uint64_t offset = bound > 0 ? sim_random_below(random, bound) : sim_random_u64(random);
    return (int64_t)((uint64_t)min_ns + offset);
}
