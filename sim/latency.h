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
 * Bounds: a latency is 1 ns to SCENARIO_LATENCY_MAX_NS, an arrival gap 1 ns to 45 times its mean.
 * What is drawn outside is set to the nearest bound.
 *
 * Cost: a constant takes 2 ns, a uniform draw 15 ns, an exponential one 30 ns, a log-normal one 60
 * ns. Nothing is allocated.
 */

#include <stdint.h>

#include "scenarios/scenario.h"
#include "sim/random.h"

/* More than three years. */
#define SIM_EXPONENTIAL_MEAN_MAX_NS INT64_C(100000000000000000)

/* One latency, 1 to SCENARIO_LATENCY_MAX_NS. A constant takes no draw of the stream, a log-normal
 * exactly one, a uniform one or rarely more. Asserts a_ns >= 0 and, for uniform, a_ns <= b_ns; any
 * sigma_ppm. A log-normal's deviate is exact to 2e-7 of itself. */
int64_t sim_latency_draw(const ScenarioLatency *latency, SimRandom *random);

/* Time to the next of arrivals that come independently of each other, mean_ns apart on average (a
 * Poisson process). mean_ns is 1 to SIM_EXPONENTIAL_MEAN_MAX_NS, asserted. Exact to 2^-32 of the
 * mean and 1 ns. Takes exactly one draw of the stream. */
int64_t sim_exponential_draw_ns(int64_t mean_ns, SimRandom *random);

#endif
