/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_DRAW_H
#define BNETLAB_SCENARIOS_DRAW_H

/*
 * The random numbers of topologies and random faults: splitmix64 (state += 0x9e3779b97f4a7c15, then
 * a mixing of 64 bits), started with the scenario's seed. Integers alone, so that a seed gives the
 * same network on every machine. Cost: constant.
 */

#include <stdint.h>

typedef struct ScenarioDraw {
    uint64_t state; /* the seed, before the first draw */
} ScenarioDraw;

/* All 64 bits are random. */
uint64_t scenario_draw_bits(ScenarioDraw *draw);

/*
 * Even from 0 to n - 1; n > 0. Takes the remainder of the first number drawn below a multiple of n.
 */
uint64_t scenario_draw_below(ScenarioDraw *draw, uint64_t n);

/* Exponential with that mean, up to 2^57; never above 64 times the mean. */
uint64_t scenario_draw_exponential(ScenarioDraw *draw, uint64_t mean);

#endif
