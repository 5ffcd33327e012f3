/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_LATENCY_H
#define BNETLAB_SIM_LATENCY_H

/*
 * Draws of durations: one-way latency of links, and gaps between arrivals.
 *
 * Integers alone, so that a seed gives the same nanoseconds everywhere.
 *
 * Time: results are nanoseconds; no clock is read. Ownership: arguments are read, and the stream is
 * moved on, during the call only. Threads: one at a time for each stream.
 *
 * Bounds: a latency is 1 ns to SCENARIO_LATENCY_MAX_NS, or within what the distribution says; an
 * arrival gap is 1 ns to 45 times its mean. What is drawn outside is set to the nearest bound.
 *
 * Cost: a constant takes 2 ns, a uniform draw 15 ns, an exponential one 30 ns, an empirical one 25
 * ns while its values fit the cache, a normal, log-normal or Pareto one 35 to 60 ns. Nothing is
 * allocated.
 */

#include <stdint.h>

#include "scenarios/scenario.h"
#include "sim/random.h"

#define SIM_PARETO_SHAPE_MIN_PPM 100000u

/* More than three years. */
#define SIM_EXPONENTIAL_MEAN_MAX_NS INT64_C(100000000000000000)

/*
 * One latency, 1 to SCENARIO_LATENCY_MAX_NS. A constant takes no draw of the stream, a uniform one
 * or rarely more, all others exactly one. Asserts a_ns >= 0, for uniform a_ns <= b_ns, for the
 * exponential b_ns >= 1, for Pareto shape_ppm >= SIM_PARETO_SHAPE_MIN_PPM, for empirical a sample.
 * The deviates of normal and log-normal are exact to 2e-7 of themselves, a Pareto's draw to 2^-28
 * of itself and 1 ns.
 */
int64_t sim_latency_draw(const ScenarioLatency *latency, SimRandom *random);

/* No draw is below that; for log-normal and normal, as far as `min_ns` says. */
int64_t sim_latency_least_ns(const ScenarioLatency *latency);

/* Time to the next of arrivals that come independently of each other, mean_ns apart on average (a
 * Poisson process). mean_ns is 1 to SIM_EXPONENTIAL_MEAN_MAX_NS, asserted. Exact to 2^-32 of the
 * mean and 1 ns. Takes exactly one draw of the stream. */
int64_t sim_exponential_draw_ns(int64_t mean_ns, SimRandom *random);

#endif
