/* SPDX-License-Identifier: Apache-2.0 */

/* A scenario from a seed: which features it has, how long it takes, and its parts in order. */

#include "sim/swarm.h"

#include "sim/swarm_parts.h"

#define STALL_MIN_MS (1570u * SWARM_SECOND_MS)

/* How likely a feature is, in thousandths: at the usual weight, which the seed may raise or lower,
 * or always, where it is dear or must not get rare. */
typedef struct FeatureOdds {
    uint32_t permille;
    bool is_fixed;
} FeatureOdds;

static const FeatureOdds odds[SWARM_FEATURES] = {
    [SWARM_PARTITION] = {400, false},
    [SWARM_CUT] = {350, false},
    [SWARM_ONE_WAY] = {350, false},
    [SWARM_RELEASE] = {300, false},
    [SWARM_RESET] = {250, false},
    [SWARM_CRASH] = {450, false},
    [SWARM_LOSE_CHAIN] = {500, false},
    [SWARM_PAUSE] = {250, false},
    [SWARM_SLOW] = {250, false},
    [SWARM_STOP_PRODUCING] = {250, false},
    [SWARM_SKEW_NEAR] = {200, false},
    [SWARM_SKEW_FAR] = {280, false},
    [SWARM_DRIFT] = {150, false},
    [SWARM_SET_PRODUCERS] = {150, false},
    [SWARM_CHANGE_LINKS] = {200, false},
    [SWARM_CHANGE_PEERS] = {100, false},
    [SWARM_RANDOM_FAULTS] = {250, false},
    [SWARM_MISSED_SLOTS] = {250, false},
    [SWARM_LATE] = {250, false},
    [SWARM_OFFLINE] = {150, false},
    [SWARM_GENESIS] = {200, false},
    [SWARM_FOLLOWERS] = {250, false},
    [SWARM_NO_TRX] = {200, false},
    [SWARM_STREAM] = {500, false},
    [SWARM_BURST] = {150, false},
    [SWARM_FULL_STATUS] = {63, true},
    [SWARM_PROCESSING] = {250, false},
    [SWARM_IDLE_TIMEOUT] = {600, false},
    [SWARM_BLOCK] = {150, false},
    [SWARM_LOSS] = {200, false},
    [SWARM_BANDWIDTH] = {250, false},
    [SWARM_BUFFERS] = {250, false},
    [SWARM_ACCESS] = {200, false},
    [SWARM_BETWEEN] = {250, false},
    [SWARM_REGIONS] = {100, false},
    [SWARM_BYTES] = {20, true},
    [SWARM_BIG] = {15, true},
    [SWARM_FAR_LIB] = {50, true},
    [SWARM_STALL_LIB] = {20, true},
    [SWARM_MUTUAL] = {180, false},
    [SWARM_PERSONAS] = {350, false},
};

/* --- draws ----------------------------------------------------------------------------------- */

SimRandom swarm_random(const Swarm *swarm, SwarmPart part)
{
    return sim_random_stream(swarm->seed, SIM_RANDOM_SWARM, (uint64_t)part);
}

uint32_t swarm_below(SimRandom *random, uint32_t bound)
{
    return (uint32_t)sim_random_below(random, bound);
}

uint32_t swarm_between(SimRandom *random, uint32_t least, uint32_t greatest)
{
    g_assert(least <= greatest);
    return least + swarm_below(random, greatest - least + 1);
}

bool swarm_chance(SimRandom *random, uint32_t permille)
{
    return swarm_below(random, 1000) < permille;
}

/* --- the plan -------------------------------------------------------------------------------- */

static void leave_out(Swarm *swarm, SwarmFeature feature)
{
    swarm->features &= ~(UINT64_C(1) << feature);
}

/* What would make a run dear, or undo what another feature is for. */
static void keep_apart(Swarm *swarm)
{
    if (swarm_has(swarm, SWARM_STALL_LIB)) {
        static const SwarmFeature others[] = {
            SWARM_FULL_STATUS, SWARM_BIG,           SWARM_BYTES,      SWARM_FAR_LIB,
            SWARM_OFFLINE,     SWARM_SET_PRODUCERS, SWARM_SKEW_FAR,   SWARM_DRIFT,
            SWARM_PARTITION,   SWARM_RANDOM_FAULTS, SWARM_SLOW,       SWARM_MISSED_SLOTS,
            SWARM_STREAM,      SWARM_BURST,         SWARM_PROCESSING, SWARM_PERSONAS,
        };
        for (uint32_t i = 0; i < G_N_ELEMENTS(others); i++) {
            leave_out(swarm, others[i]);
        }
    }
    if (swarm_has(swarm, SWARM_FULL_STATUS)) {
        leave_out(swarm, SWARM_BIG);
        leave_out(swarm, SWARM_BYTES);
        leave_out(swarm, SWARM_PROCESSING);
        leave_out(swarm, SWARM_SLOW);
        leave_out(swarm, SWARM_PERSONAS);
    }
    if (swarm_has(swarm, SWARM_FAR_LIB)) {
        leave_out(swarm, SWARM_BIG);
        leave_out(swarm, SWARM_BYTES);
    }
}

static void plan_features(Swarm *swarm)
{
    static const uint32_t weights[] = {200, 450, 800, 1300};
    SimRandom random = swarm_random(swarm, SWARM_PART_FEATURES);
    uint32_t weight = weights[swarm_below(&random, G_N_ELEMENTS(weights))];
    for (uint32_t f = 0; f < SWARM_FEATURES; f++) {
        uint32_t permille =
            odds[f].is_fixed ? odds[f].permille : MIN(odds[f].permille * weight / 1000, 900);
        if (swarm_chance(&random, permille)) {
            swarm->features |= UINT64_C(1) << f;
        }
    }
    keep_apart(swarm);
    if (swarm_has(swarm, SWARM_STALL_LIB)) {
        swarm->quiet_ms = STALL_MIN_MS + swarm_below(&random, 80 * SWARM_SECOND_MS);
    } else {
        uint32_t most_s = swarm_chance(&random, 150) ? 240 : 60;
        swarm->quiet_ms = swarm_between(&random, 20, most_s) * SWARM_SECOND_MS;
    }
}

/* From the last fault to the end: redials, lost connections that are found out, what clocks were
 * ahead, the way through the network several times over. */
static uint32_t duration_ms(const Swarm *swarm)
{
    return swarm->quiet_ms + 60 * SWARM_SECOND_MS + swarm->n_peers * SWARM_SECOND_MS +
           2 * swarm->ahead_ms + 8 * swarm->hop_ms * swarm->diameter;
}

/* --- the text -------------------------------------------------------------------------------- */

/* Nobody is cut off for a bad block but who may make one. */
static void put_bad_blocks(Swarm *swarm)
{
    if (!swarm_has(swarm, SWARM_PERSONAS)) {
        swarm_text_put(&swarm->text, "bad_block", "[]");
        return;
    }
    g_autofree char *honest = swarm_honest_groups(swarm);
    swarm_text_put(&swarm->text, "disconnects", "[{'who': [%s], 'why': 'bad-block', 'exactly': 0}]",
                   honest);
}

char *sim_swarm_text(uint64_t seed, SimSwarmPlugin plugin)
{
    Swarm swarm = {.seed = seed, .plugin = plugin, .text.out = g_string_new(NULL)};
    SwarmText *text = &swarm.text;
    plan_features(&swarm);
    swarm_plan_peers(&swarm);
    swarm_text_open(text, NULL, '{');
    swarm_text_put(text, "name", "'explore-%" G_GUINT64_FORMAT "'", seed);
    swarm_text_put(text, "description", "'Random faults among %s, then a calm end.'",
                   swarm_has(&swarm, SWARM_PERSONAS) ? "honest peers and such that misbehave"
                                                     : "honest peers");
    swarm_text_put(text, "seed", "%" G_GUINT64_FORMAT, seed);
    if (swarm_has(&swarm, SWARM_BYTES)) {
        swarm_text_put(text, "wire", "'bytes'");
    }
    swarm_put_chain(&swarm);
    swarm_put_transactions(&swarm);
    swarm_put_peers(&swarm);
    swarm_put_topology(&swarm);
    swarm_put_links(&swarm);
    swarm_put_events(&swarm);
    swarm_put_random_faults(&swarm);
    swarm_text_put(text, "duration", "'%ums'", duration_ms(&swarm));
    swarm_text_open(text, "expect", '{');
    put_bad_blocks(&swarm);
    swarm_text_close(text, '}');
    swarm_text_close(text, '}');
    return g_string_free(text->out, FALSE);
}
