/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/latency.h"

#include <glib.h>

#include "scenarios/sample.h"
#include "sim/fixmath.h"

#define LOG2_E_Q32 UINT64_C(0x171547653)
#define LN2_Q64 UINT64_C(0xb17217f7d1cf79ac)
#define PPM 1000000u

__extension__ typedef __int128 SignedWide;
__extension__ typedef unsigned __int128 Wide;

/* median x e^(sigma x deviate) */
static uint64_t lognormal_ns(const ScenarioLatency *latency, SimRandom *random)
{
    const uint64_t sigma_log2_q32 = (uint64_t)((Wide)latency->shape_ppm * LOG2_E_Q32 / PPM);
    const int64_t deviate_q32 = sim_fix_normal_q32(sim_random_u64(random));
    const SignedWide exponent_q64 = (SignedWide)deviate_q32 * (SignedWide)sigma_log2_q32;
    return sim_fix_scale_exp2((uint64_t)latency->a_ns, (int64_t)(exponent_q64 / SIM_FIX_ONE_Q32));
}

/* mean + standard deviation x deviate; 0 where that is below. */
static uint64_t normal_ns(const ScenarioLatency *latency, SimRandom *random)
{
    g_assert(latency->b_ns >= 0);
    const SignedWide deviate_q32 = sim_fix_normal_q32(sim_random_u64(random));
    const SignedWide shift_q32 = deviate_q32 * latency->b_ns + SIM_FIX_ONE_Q32 / 2;
    const SignedWide drawn_ns = (shift_q32 >> 32) + latency->a_ns;
    return drawn_ns <= 0 ? 0 : (uint64_t)MIN(drawn_ns, INT64_MAX);
}

/* minimum x share^(-1 / shape), for the share (2 bits + 1) / 2^64 of 63 random bits. */
static uint64_t pareto_ns(const ScenarioLatency *latency, SimRandom *random)
{
    g_assert(latency->shape_ppm >= SIM_PARETO_SHAPE_MIN_PPM);
    const uint64_t odd = sim_random_u64(random) | 1;
    const int64_t bits_q32 = 64 * SIM_FIX_ONE_Q32 - sim_fix_log2_q32(odd); /* up to 64 */
    return sim_fix_scale_exp2((uint64_t)latency->a_ns, bits_q32 * PPM / latency->shape_ppm);
}

/* base + what is exponential */
static uint64_t exponential_ns(const ScenarioLatency *latency, SimRandom *random)
{
    return (uint64_t)latency->a_ns + (uint64_t)sim_exponential_draw_ns(latency->b_ns, random);
}

/* What is drawn beyond the bounds becomes the nearest. */
static int64_t within_bounds(const ScenarioLatency *latency, uint64_t drawn_ns)
{
    const int64_t max_ns = latency->max_ns > 0 ? latency->max_ns : SCENARIO_LATENCY_MAX_NS;
    return (int64_t)CLAMP(drawn_ns, (uint64_t)MAX(latency->min_ns, 1), (uint64_t)max_ns);
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
    case SCENARIO_LATENCY_NORMAL:
        drawn_ns = normal_ns(latency, random);
        break;
    case SCENARIO_LATENCY_EXPONENTIAL:
        drawn_ns = exponential_ns(latency, random);
        break;
    case SCENARIO_LATENCY_PARETO:
        drawn_ns = pareto_ns(latency, random);
        break;
    case SCENARIO_LATENCY_EMPIRICAL:
        g_assert(latency->sample);
        drawn_ns = (uint64_t)scenario_sample_at(latency->sample, sim_random_u64(random));
        break;
    default:
        g_assert_not_reached();
    }
    return within_bounds(latency, drawn_ns);
}

int64_t sim_latency_least_ns(const ScenarioLatency *latency)
{
    int64_t least_ns = 0;
    switch (latency->kind) {
    case SCENARIO_LATENCY_CONSTANT:
    case SCENARIO_LATENCY_UNIFORM:
    case SCENARIO_LATENCY_EXPONENTIAL:
    case SCENARIO_LATENCY_PARETO:
        least_ns = latency->a_ns;
        break;
    case SCENARIO_LATENCY_EMPIRICAL:
        least_ns = scenario_sample_at(latency->sample, 0);
        break;
    case SCENARIO_LATENCY_LOGNORMAL:
    case SCENARIO_LATENCY_NORMAL:
        break;
    }
    return within_bounds(latency, (uint64_t)least_ns);
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
