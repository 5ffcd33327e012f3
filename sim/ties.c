/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/ties.h"

#include <glib.h>

#include "sim/random.h"

#define MASK (SIM_TIES_HIDDEN - 1)

/* Odd, with their inverses modulo 2^31. */
#define FACTOR_A 0x2c1b3c6du
#define INVERSE_A 0x64ea2d65u
#define FACTOR_B 0x297a2d39u
#define INVERSE_B 0xcf0b109u

/* A shift by more than half of the 31 bits undoes itself. */
#define FOLD 16u

/* What is added to a target of that time, 31 bits each. */
typedef struct Salt {
    uint32_t before;
    uint32_t between;
    uint32_t after;
} Salt;

static uint64_t scramble(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static Salt salt_of(const SimTies *ties, int64_t time_ns)
{
    uint64_t a = scramble(ties->key ^ (uint64_t)time_ns);
    uint64_t b = scramble(a);
    return (Salt){a & MASK, (a >> 32) & MASK, b & MASK};
}

static uint32_t fold(uint32_t x)
{
    return x ^ (x >> FOLD);
}

SimTies sim_ties_of(uint64_t seed)
{
    SimRandom random = sim_random_stream(seed, SIM_RANDOM_TIES, 0);
    return (SimTies){.shuffled = true, .key = sim_random_u64(&random)};
}

uint32_t sim_ties_hide(const SimTies *ties, int64_t time_ns, uint32_t target)
{
    g_assert(target < SIM_TIES_HIDDEN);
    Salt salt = salt_of(ties, time_ns);
    uint32_t x = fold((target ^ salt.before) * FACTOR_A & MASK);
    x = fold((x ^ salt.between) * FACTOR_B & MASK);
    return (x ^ salt.after) | SIM_TIES_HIDDEN;
}

uint32_t sim_ties_show(const SimTies *ties, int64_t time_ns, uint32_t target)
{
    if (!(target & SIM_TIES_HIDDEN))
        return target;
    Salt salt = salt_of(ties, time_ns);
    uint32_t x = fold((target & MASK) ^ salt.after) * INVERSE_B & MASK;
    x = fold(x ^ salt.between) * INVERSE_A & MASK;
    return x ^ salt.before;
}
