/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/latency.h"

#include <glib.h>

#include "sim/fixmath.h"

#define LOG2_E_Q32 UINT64_C(0x171547653)
#define LN2_Q64 UINT64_C(0xb17217f7d1cf79ac)
#define PPM 1000000u

__extension__ typedef __int128 SignedWide;
__extension__ typedef unsigned __int128 Wide;

/* median x e^(sigma x deviate) */
static uint64_t lognormal_ns(const ScenarioLatency *latency, SimRandom *random)
{
    const uint64_t sigma_log2_q32 = (uint64_t)((Wide)latency->sigma_ppm * LOG2_E_Q32 / PPM);
    const int64_t deviate_q32 = sim_fix_normal_q32(sim_random_u64(random));
    const SignedWide exponent_q64 = (SignedWide)deviate_q32 * (SignedWide)sigma_log2_q32;
    return sim_fix_scale_exp2((uint64_t)latency->a_ns, (int64_t)(exponent_q64 / SIM_FIX_ONE_Q32));
}

int64_t sim_latency_draw(const ScenarioLatency *latency, SimRandom *random)
{
    g_assert(latency->a_ns >= 0);
    uint64_t drawn_ns = 0;
    switch (latency->kind) {
    case SCENARIO_LATENCY_CONSTANT:
        drawn_ns = (uint64_t)latency->a_ns;
        break;
    case SCENARIO_LATENCY_UNIFORM:
        drawn_ns = (uint64_t)sim_random_range_ns(random, latency->a_ns, latency->b_ns);
        break;
    case SCENARIO_LATENCY_LOGNORMAL:
        drawn_ns = lognormal_ns(latency, random);
        break;
    default:
        g_assert_not_reached();
    }
    return (int64_t)CLAMP(drawn_ns, 1, (uint64_t)SCENARIO_LATENCY_MAX_NS);
}

/* -mean x ln(share), for the share (2 bits + 1) / 2^64 of 63 random bits: never 0 or 1. */
int64_t sim_exponential_draw_ns(int64_t mean_ns, SimRandom *random)
{
    g_assert(mean_ns >= 1 && mean_ns <= SIM_EXPONENTIAL_MEAN_MAX_NS);
    const uint64_t odd = sim_random_u64(random) | 1;
    const uint64_t bits_q32 = (uint64_t)(64 * SIM_FIX_ONE_Q32 - sim_fix_log2_q32(odd));
    const uint64_t factor_q57 = (uint64_t)((Wide)bits_q32 * LN2_Q64 >> (64 - 25));
    const Wide half_q57 = (Wide)1 << 56;
    const int64_t drawn_ns = (int64_t)(((Wide)(uint64_t)mean_ns * factor_q57 + half_q57) >> 57);
    return drawn_ns >= 1 ? drawn_ns : 1;
}
