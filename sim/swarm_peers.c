/* SPDX-License-Identifier: Apache-2.0 */

/* Peers of a random scenario: groups, what they are and how they run. */

#include "sim/swarm_parts.h"

const SwarmGroup *swarm_group_of(const Swarm *swarm, uint32_t peer)
{
    for (uint32_t g = 0; g < swarm->n_groups; g++) {
        const SwarmGroup *group = &swarm->groups[g];
        if (peer >= group->first && peer - group->first < group->count) {
            return group;
        }
    }
    g_assert_not_reached();
}

char *swarm_peer_name(const Swarm *swarm, uint32_t peer)
{
    const SwarmGroup *group = swarm_group_of(swarm, peer);
    return g_strdup_printf("%s[%u]", group->name, peer - group->first);
}

char *swarm_honest_groups(const Swarm *swarm)
{
    GString *names = g_string_new(NULL);
    for (uint32_t g = 0; g < swarm->n_groups; g++) {
        if (!swarm->groups[g].is_malicious) {
            g_string_append_printf(names, "%s'%s'", names->len > 0 ? ", " : "",
                                   swarm->groups[g].name);
        }
    }
    return g_string_free(names, FALSE);
}

/* --- the plan -------------------------------------------------------------------------------- */

static void add_group(Swarm *swarm, const SwarmGroup *group)
{
    if (group->count > 0) {
        g_assert(swarm->n_groups < SWARM_GROUPS_MAX);
        swarm->groups[swarm->n_groups++] = *group;
    }
}

static uint32_t draw_peers(const Swarm *swarm, SimRandom *random)
{
    if (swarm_has(swarm, SWARM_BIG)) {
        return swarm_between(random, 20, SIM_SWARM_PEERS_MAX - 2);
    }
    if (swarm_has(swarm, SWARM_FULL_STATUS)) {
        return swarm_between(random, 2, 3);
    }
    if (swarm_has(swarm, SWARM_STALL_LIB)) {
        return swarm_between(random, 3, 4);
    }
    return swarm_between(random, 2, swarm_chance(random, 500) ? 5 : 12);
}

static uint32_t draw_producers(const Swarm *swarm, SimRandom *random, uint32_t n_peers)
{
    uint32_t most = MIN(n_peers, SWARM_PRODUCERS_MAX);
    if (swarm_has(swarm, SWARM_STALL_LIB)) {
        return 3;
    }
    if (swarm_has(swarm, SWARM_FULL_STATUS) && swarm_chance(random, 800)) {
        return 1;
    }
    if (swarm_chance(random, 250)) {
        return most;
    }
    return swarm_between(random, 1, swarm_chance(random, 500) ? MIN(most, 4) : most);
}

/* So many of those that are left, at least one, at most three; 0 without the feature. */
static uint32_t take(const Swarm *swarm, SimRandom *random, SwarmFeature feature, uint32_t *left)
{
    if (!swarm_has(swarm, feature) || *left == 0) {
        return 0;
    }
    uint32_t n = swarm_between(random, 1, MIN(*left, 3));
    *left -= n;
    return n;
}

static void shuffle_groups(Swarm *swarm, SimRandom *random)
{
    for (uint32_t i = swarm->n_groups; i > 1; i--) {
        uint32_t j = swarm_below(random, i);
        SwarmGroup group = swarm->groups[i - 1];
        swarm->groups[i - 1] = swarm->groups[j];
        swarm->groups[j] = group;
    }
    uint32_t first = 0;
    for (uint32_t g = 0; g < swarm->n_groups; g++) {
        swarm->groups[g].first = first;
        first += swarm->groups[g].count;
    }
    swarm->n_peers = first;
}

/* All groups, or some and at least one. */
static void plan_profiles(Swarm *swarm)
{
    SimRandom random = swarm_random(swarm, SWARM_PART_PROFILES);
    bool is_mixed = swarm_chance(&random, 500);
    swarm->spares_fetch = swarm_chance(&random, 700);
    uint32_t one;
    do {
        one = swarm_below(&random, swarm->n_groups);
    } while (swarm->groups[one].is_malicious);
    for (uint32_t g = 0; g < swarm->n_groups; g++) {
        SwarmGroup *group = &swarm->groups[g];
        bool is_drawn = !is_mixed || g == one || swarm_chance(&random, 400);
        group->is_deployed = is_drawn && !group->is_malicious;
    }
}

/* One or two, in addition to the others. One that has turns may have an accomplice. */
static void add_malicious(Swarm *swarm, SimRandom *random)
{
    bool produces = swarm->n_producers < SWARM_PRODUCERS_MAX && swarm_chance(random, 600);
    bool are_two = swarm_chance(random, 600);
    SwarmGroup mallory = {.name = "mallory", .produces = produces, .is_malicious = true};
    mallory.count = are_two && !produces ? 2 : 1;
    swarm->n_producers += produces;
    add_group(swarm, &mallory);
    if (are_two && produces) {
        add_group(swarm, &(SwarmGroup){.name = "accomplice",
                                       .count = 1,
                                       .is_malicious = true,
                                       .is_accomplice = true});
    }
}

void swarm_plan_peers(Swarm *swarm)
{
    SimRandom random = swarm_random(swarm, SWARM_PART_PEERS);
    uint32_t n_peers = draw_peers(swarm, &random);
    uint32_t n_producers = draw_producers(swarm, &random, n_peers);
    uint32_t n_others = n_peers - n_producers;
    if (n_others == 0 && (swarm_has(swarm, SWARM_FOLLOWERS) || swarm_has(swarm, SWARM_LATE))) {
        n_others = 1;
    }
    uint32_t n_running = n_producers - 1;
    uint32_t n_down = take(swarm, &random, SWARM_OFFLINE, &n_running);
    uint32_t n_standby = take(swarm, &random, SWARM_SET_PRODUCERS, &n_others);
    uint32_t n_followers = take(swarm, &random, SWARM_FOLLOWERS, &n_others);
    uint32_t n_late = take(swarm, &random, SWARM_LATE, &n_others);
    uint32_t late_ms = swarm_between(&random, 1, swarm->quiet_ms);
    bool is_late_follower = swarm_chance(&random, 200);
    swarm->n_producers = n_producers;
    add_group(swarm, &(SwarmGroup){.name = "bp", .count = n_producers - n_down, .produces = true});
    add_group(swarm,
              &(SwarmGroup){.name = "down", .count = n_down, .produces = true, .is_offline = true});
    add_group(
        swarm,
        &(SwarmGroup){.name = "standby", .count = n_standby, .produces = true, .is_standby = true});
    add_group(swarm, &(SwarmGroup){.name = "follower", .count = n_followers, .is_follower = true});
    add_group(swarm, &(SwarmGroup){.name = "late",
                                   .count = n_late,
                                   .start_ms = late_ms,
                                   .is_follower = is_late_follower});
    add_group(swarm, &(SwarmGroup){.name = "relay", .count = n_others});
    if (swarm_has(swarm, SWARM_PERSONAS)) {
        add_malicious(swarm, &random);
    }
    shuffle_groups(swarm, &random);
    if (swarm->plugin.profile == SIM_SWARM_EOSIO_1_7) {
        plan_profiles(swarm);
    }
}

/* --- the text -------------------------------------------------------------------------------- */

/* What a chain thread takes. It keeps up with what the scenario brings, with room to spare. */
static void put_processing(Swarm *swarm, SimRandom *random)
{
    bool is_light = swarm_has(swarm, SWARM_BIG) || swarm_has(swarm, SWARM_FAR_LIB);
    uint32_t block_us = swarm_below(random, is_light ? 2000 : 30000);
    swarm_text_put(&swarm->text, "processing",
                   "{'header': '%uus', 'block': '%uus', 'kilobyte': '%uus', 'transaction': '%uus', "
                   "'fetch': '%uus'}",
                   swarm_below(random, is_light ? 200 : 2000), block_us, swarm_below(random, 1000),
                   swarm_below(random, 400), swarm_below(random, is_light ? 100 : 2000));
}

static void put_clock(Swarm *swarm, SwarmGroup *group, SimRandom *random)
{
    bool is_behind = swarm_chance(random, 500);
    if (swarm_has(swarm, SWARM_SKEW_FAR) && swarm_chance(random, 250)) {
        uint32_t skew_ms = swarm_between(random, 7000, 20000);
        group->is_far = true;
        swarm->ahead_ms = MAX(swarm->ahead_ms, is_behind ? 0 : skew_ms);
        swarm_text_put(&swarm->text, "clock", "{'skew': '%s%ums'}", is_behind ? "-" : "", skew_ms);
    } else if (swarm_has(swarm, SWARM_SKEW_NEAR) && swarm_chance(random, 500)) {
        swarm_text_put(&swarm->text, "clock", "{'skew': '%s%ums', 'drift_ppm': %d}",
                       is_behind ? "-" : "", swarm_below(random, 1000),
                       (int)swarm_below(random, 201) - 100);
    }
}

/* Wide enough for all links of a peer at once. */
static void put_access(Swarm *swarm, SimRandom *random)
{
    static const char *const keys[] = {"uplink", "downlink"};
    for (uint32_t k = 0; k < G_N_ELEMENTS(keys); k++) {
        if (swarm_chance(random, 600)) {
            uint32_t factor = swarm_between(random, 4, 40) * swarm->n_peers;
            swarm_text_put(&swarm->text, keys[k], "'%uB/s'", 30000 + swarm->load * factor);
        }
    }
}

static void put_role(Swarm *swarm, const SwarmGroup *group, SimRandom *random)
{
    SwarmText *text = &swarm->text;
    if (group->produces) {
        swarm_text_put(text, "produces", "true");
    }
    if (group->is_standby) {
        swarm_text_put(text, "scheduled", "false");
    }
    if (group->produces && swarm_has(swarm, SWARM_MISSED_SLOTS)) {
        swarm_text_put(text, "missed_slots", "0.%02u", swarm_below(random, 50));
    }
    if (group->is_follower) {
        swarm_text_put(text, "bnet-follow-irreversible", "true");
    }
    if (group->is_offline) {
        swarm_text_put(text, "start", "'none'");
    } else if (group->start_ms > 0) {
        swarm_text_put(text, "start", "'%ums'", group->start_ms);
    }
    if (!group->produces && swarm_has(swarm, SWARM_GENESIS) && swarm_chance(random, 600)) {
        swarm_text_put(text, "chain", "'genesis'");
    }
    bool is_spared = swarm->keeps_flood && !group->is_flooded;
    if (is_spared || (swarm_has(swarm, SWARM_NO_TRX) && swarm_chance(random, 500))) {
        swarm_text_put(text, "bnet-no-trx", "true");
    }
}

static void put_quirks(Swarm *swarm, BnetQuirks quirks, const char *value)
{
    g_autoptr(GString) words = g_string_new(NULL);
    for (uint32_t bit = 0; bit < BNET_QUIRKS; bit++) {
        if ((quirks >> bit & 1) != 0) {
            g_string_append_printf(words, "%s'%s': %s", words->len > 0 ? ", " : "",
                                   bnet_quirk_name(bit)->name, value);
        }
    }
    if (words->len > 0) {
        swarm_text_put(&swarm->text, "quirks", "{%s}", words->str);
    }
}

static void put_group(Swarm *swarm, SwarmGroup *group, SimRandom *random)
{
    SwarmText *text = &swarm->text;
    swarm_text_open(text, group->name, '{');
    swarm_text_put(text, "count", "%u", group->count);
    if (group->is_deployed) {
        swarm_text_put(text, "profile", "'eosio-1.7'");
        BnetQuirks spared = swarm->spares_fetch ? BNET_QUIRK_BUSY_FETCH : 0;
        put_quirks(swarm, swarm->plugin.without | spared, "false");
    }
    if (!group->is_malicious) {
        put_quirks(swarm, swarm->plugin.quirks, "true");
    }
    if (group->is_malicious) {
        swarm_put_personas(swarm, group);
    }
    put_role(swarm, group, random);
    put_clock(swarm, group, random);
    if (swarm_has(swarm, SWARM_PROCESSING) && swarm_chance(random, 600)) {
        put_processing(swarm, random);
    }
    if (swarm_has(swarm, SWARM_IDLE_TIMEOUT) && swarm_chance(random, 800)) {
        if (swarm_chance(random, 150)) {
            swarm_text_put(text, "idle_timeout", "'none'");
        } else {
            swarm_text_put(text, "idle_timeout", "'%us'", swarm_between(random, 12, 30));
        }
    }
    if (swarm_has(swarm, SWARM_ACCESS) && swarm_chance(random, 500)) {
        put_access(swarm, random);
    }
    swarm_text_close(text, '}');
}

void swarm_put_peers(Swarm *swarm)
{
    SimRandom random = swarm_random(swarm, SWARM_PART_PEERS);
    random.draw = 1000; /* behind those of the plan */
    swarm_text_open(&swarm->text, "peers", '{');
    for (uint32_t g = 0; g < swarm->n_groups; g++) {
        put_group(swarm, &swarm->groups[g], &random);
    }
    swarm_text_close(&swarm->text, '}');
}
