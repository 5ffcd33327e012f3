/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/draw.h"

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
