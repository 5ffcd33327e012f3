/* SPDX-License-Identifier: Apache-2.0 */

/* Chain and transactions of a random scenario. */

#include "sim/swarm_parts.h"

/* A block without transactions and what goes with it. */
#define BLOCK_BYTES 250u

/* So soon a link can bring all that there is to whoever has nothing. */
#define CATCH_UP_S 15u

/* --- chain ----------------------------------------------------------------------------------- */

static uint32_t blocks_bytes_per_s(const Swarm *swarm, uint32_t height, uint32_t block_bytes)
{
    return 2 * block_bytes + (height + swarm->quiet_ms / 500) * block_bytes / CATCH_UP_S;
}

static void put_height(Swarm *swarm, uint32_t height)
{
    swarm->load += blocks_bytes_per_s(swarm, height, BLOCK_BYTES);
    swarm_text_put(&swarm->text, "start_height", "%u", height);
}

/* The LIB is 2048 blocks and more below the head from the start on: because it takes so many blocks
 * on top of one, or because none ever is. */
static void put_far_lib(Swarm *swarm, SimRandom *random)
{
    uint32_t depth = swarm_between(random, 2049, 2300);
    put_height(swarm, depth + swarm_below(random, 100));
    if (swarm_chance(random, 300)) {
        swarm_text_put(&swarm->text, "irreversibility", "'none'");
    } else {
        swarm_text_put(&swarm->text, "irreversibility", "{'depth': %u}", depth);
    }
}

static void put_heights(Swarm *swarm, SimRandom *random)
{
    static const uint32_t heights[] = {1, 1, 2, 13, 100, 400, 800};
    uint32_t height = heights[swarm_below(random, G_N_ELEMENTS(heights))];
    put_height(swarm, height);
    uint32_t rule = swarm_below(random, 10);
    if (rule == 0) {
        swarm_text_put(&swarm->text, "irreversibility", "'none'");
    } else if (rule <= 3) {
        uint32_t depth = swarm_chance(random, 450) ? swarm_between(random, 1, 5)
                                                   : swarm_between(random, 10, 150);
        swarm_text_put(&swarm->text, "irreversibility", "{'depth': %u}", depth);
    }
}

/* Blocks are large only where nobody can come to lack thousands of them: the end is not long enough
 * for so many bytes. */
static void put_block(Swarm *swarm, SimRandom *random)
{
    static const uint32_t limits[] = {0, 1, 10, 1000};
    bool is_large = swarm_chance(random, 200) && !swarm_has(swarm, SWARM_STALL_LIB) &&
                    !swarm_has(swarm, SWARM_FULL_STATUS) && !swarm_has(swarm, SWARM_FAR_LIB);
    uint32_t filler = swarm_between(random, 64, is_large ? 50000 : 2000);
    uint32_t limit = limits[swarm_below(random, G_N_ELEMENTS(limits))];
    if (swarm_chance(random, 500)) {
        swarm->load += blocks_bytes_per_s(swarm, 0, filler);
        swarm_text_put(&swarm->text, "block", "{'filler': %u, 'max_transactions': %u}", filler,
                       limit);
    } else {
        swarm_text_put(&swarm->text, "block", "{'max_transactions': %u}", limit);
    }
}

void swarm_put_chain(Swarm *swarm)
{
    SimRandom random = swarm_random(swarm, SWARM_PART_CHAIN);
    swarm_text_open(&swarm->text, "chain", '{');
    if (swarm_has(swarm, SWARM_FAR_LIB)) {
        put_far_lib(swarm, &random);
    } else if (swarm_has(swarm, SWARM_STALL_LIB)) {
        put_height(swarm, swarm_between(&random, 100, 200));
    } else {
        put_heights(swarm, &random);
    }
    if (swarm_has(swarm, SWARM_FULL_STATUS)) {
        swarm_text_put(&swarm->text, "block", "{'max_transactions': %u}",
                       swarm_chance(&random, 700) ? 0u : 2000u);
    } else if (swarm_has(swarm, SWARM_BLOCK)) {
        put_block(swarm, &random);
    }
    swarm_text_close(&swarm->text, '}');
}

/* --- transactions ---------------------------------------------------------------------------- */

/* Where they arrive: everywhere, or at one group. */
static const char *draw_from(const Swarm *swarm, SimRandom *random)
{
    return swarm_chance(random, 500) ? "*"
                                     : swarm->groups[swarm_below(random, swarm->n_groups)].name;
}

static void put_stream(Swarm *swarm, SimRandom *random)
{
    uint32_t rate = swarm_between(random, 1, swarm_chance(random, 200) ? 20 : 5);
    uint32_t least = swarm_between(random, 50, 400);
    uint32_t most = least + swarm_below(random, 600);
    uint32_t lifetime_s = swarm_between(random, 1, 40);
    swarm->load += 2 * rate * most;
    swarm_text_put(&swarm->text, NULL,
                   "{'rate': '%u/s', 'size': {'uniform': [%u, %u]}, 'lifetime': {'uniform': "
                   "['%us', '%us']}, 'from': '%s', 'origin': '%s'}",
                   rate, least, most, lifetime_s, lifetime_s + swarm_below(random, 30),
                   draw_from(swarm, random), swarm_chance(random, 500) ? "even" : "round-robin");
}

static void put_burst(Swarm *swarm, SimRandom *random)
{
    uint32_t count = swarm_between(random, 1, 300);
    uint32_t size = swarm_between(random, 50, 300);
    swarm->load += count * size / 5;
    swarm_text_put(&swarm->text, NULL,
                   "{'burst': {'count': %u, 'every': '%us'}, 'begin': '%ums', 'size': %u, "
                   "'lifetime': '%us', 'from': '%s'}",
                   count, swarm_between(random, 20, 90), swarm_below(random, swarm->quiet_ms), size,
                   swarm_between(random, 1, 60), draw_from(swarm, random));
}

/* More than the 65,536 that a peer's status holds, at one instant. */
static void put_flood(Swarm *swarm, SimRandom *random)
{
    SwarmGroup *group;
    do {
        group = &swarm->groups[swarm_below(random, swarm->n_groups)];
    } while (group->is_offline);
    uint32_t count = swarm_between(random, 65600, 66500);
    swarm->load += 2 * 60 * count / CATCH_UP_S;
    swarm->keeps_flood = swarm_chance(random, 800);
    group->is_flooded = true;
    swarm_text_put(&swarm->text, NULL,
                   "{'burst': {'count': %u}, 'begin': '%ums', 'size': 50, 'lifetime': '%us', "
                   "'from': '%s[0]'}",
                   count, group->start_ms + 1 + swarm_below(random, 15 * SWARM_SECOND_MS),
                   swarm_between(random, 5, 40), group->name);
}

void swarm_put_transactions(Swarm *swarm)
{
    SimRandom random = swarm_random(swarm, SWARM_PART_TRANSACTIONS);
    bool has_stream = swarm_has(swarm, SWARM_STREAM);
    bool has_burst = swarm_has(swarm, SWARM_BURST);
    bool has_flood = swarm_has(swarm, SWARM_FULL_STATUS);
    if (!has_stream && !has_burst && !has_flood) {
        return;
    }
    swarm_text_open(&swarm->text, "transactions", '[');
    if (has_stream) {
        put_stream(swarm, &random);
    }
    if (has_burst) {
        put_burst(swarm, &random);
    }
    if (has_flood) {
        put_flood(swarm, &random);
    }
    swarm_text_close(&swarm->text, ']');
}
