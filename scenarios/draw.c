/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/draw.h"

#include <stdbool.h>

#include <glib.h>

uint64_t scenario_draw_bits(ScenarioDraw *draw)
{
    uint64_t z = draw->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint64_t scenario_draw_below(ScenarioDraw *draw, uint64_t n)
{
    g_assert(n > 0);
    const uint64_t limit = UINT64_MAX - UINT64_MAX % n;
    uint64_t bits = scenario_draw_bits(draw);

    while (bits >= limit) {
        bits = scenario_draw_bits(draw);
    }
    return bits % n;
}

/*
 * By von Neumann's method, which compares and needs no logarithm: numbers are drawn while each is
 * below the one before; when an odd number of them fell, the first is the fraction of the result,
 * else its whole part is one more and all begins again.
 */
uint64_t scenario_draw_exponential(ScenarioDraw *draw, uint64_t mean)
{
    uint64_t whole = 0;

    for (; whole < 64u; whole++) {
        const uint64_t first = scenario_draw_bits(draw);
        uint64_t last = first;
        uint64_t next = scenario_draw_bits(draw);
        bool odd = true;

        for (; next < last; next = scenario_draw_bits(draw)) {
            last = next;
            odd = !odd;
        }
        if (odd) {
            return whole * mean + (uint64_t)((unsigned __int128)first * mean >> 64u);
        }
    }
    return whole * mean;
}
