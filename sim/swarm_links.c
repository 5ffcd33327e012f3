/* SPDX-License-Identifier: Apache-2.0 */

/* Topology and links of a random scenario. */

#include "sim/swarm_parts.h"

/* From one end of the network to the other, one way: so that a block is everywhere well before the
 * turn of its producer is over. */
#define SPAN_MAX_MS 2400u
#define HOP_MAX_MS 1200u
#define LOSSY_HOP_MAX_MS 200u

/* --- topology -------------------------------------------------------------------------------- */

typedef enum Shape {
    SHAPE_LINKS, /* listed one by one */
    SHAPE_FULL_MESH,
    SHAPE_RING,
    SHAPE_LINE,
    SHAPE_STAR,
    SHAPE_TREE,
    SHAPE_GRID,
    SHAPE_RANDOM_REGULAR,
    SHAPE_ERDOS_RENYI,
    SHAPE_BARABASI_ALBERT,
    SHAPE_WATTS_STROGATZ,
    SHAPE_REGIONS,
    SHAPES,
} Shape;

static bool fits(const Swarm *swarm, Shape shape)
{
    uint32_t n = swarm->n_peers;
    bool is_big = swarm_has(swarm, SWARM_BIG);
    switch (shape) {
    case SHAPE_FULL_MESH:
    case SHAPE_LINE:
        return !is_big;
    case SHAPE_RING:
        return n >= 3 && !is_big;
    case SHAPE_GRID:
        return n >= 4 && n % 2 == 0;
    case SHAPE_RANDOM_REGULAR:
        return n >= 5;
    case SHAPE_ERDOS_RENYI:
        return n >= 3;
    case SHAPE_WATTS_STROGATZ:
        return n >= 8;
    case SHAPE_REGIONS:
        return n >= 6;
    case SHAPE_LINKS:
    case SHAPE_STAR:
    case SHAPE_TREE:
    case SHAPE_BARABASI_ALBERT:
        return true;
    case SHAPES:
        break;
    }
    return false;
}

static Shape draw_shape(const Swarm *swarm, SimRandom *random)
{
    if (swarm_chance(random, 300)) {
        return SHAPE_LINKS;
    }
    Shape shape;
    do {
        shape = (Shape)swarm_below(random, SHAPES);
    } while (!fits(swarm, shape));
    return shape;
}

static void put_pair(Swarm *swarm, SimRandom *random, uint32_t a, uint32_t b)
{
    bool is_turned = swarm_chance(random, 500);
    g_autofree char *dials = swarm_peer_name(swarm, is_turned ? a : b);
    g_autofree char *is_dialled = swarm_peer_name(swarm, is_turned ? b : a);
    swarm_text_put(&swarm->text, NULL, "['%s', '%s']", dials, is_dialled);
    swarm->n_links_max++;
}

/* A random tree, and some links more; either side dials. */
static void put_listed_links(Swarm *swarm, SimRandom *random)
{
    uint32_t n = swarm->n_peers;
    bool taken[SIM_SWARM_PEERS_MAX][SIM_SWARM_PEERS_MAX] = {{false}};
    uint32_t depths[SIM_SWARM_PEERS_MAX] = {0};
    swarm_text_open(&swarm->text, "links", '[');
    for (uint32_t peer = 1; peer < n; peer++) {
        uint32_t parent = swarm_below(random, peer);
        depths[peer] = depths[parent] + 1;
        swarm->diameter = MAX(swarm->diameter, 2 * depths[peer]);
        taken[parent][peer] = true;
        put_pair(swarm, random, peer, parent);
    }
    for (uint32_t more = swarm_below(random, 2 * n); more > 0; more--) {
        uint32_t a = swarm_below(random, n);
        uint32_t b = swarm_below(random, n);
        if (a < b && !taken[a][b]) {
            taken[a][b] = true;
            put_pair(swarm, random, a, b);
        }
    }
    swarm_text_close(&swarm->text, ']');
}

/* Keys besides the kind, and the diameter: n - 1 where it is not known. */
static void put_shape(Swarm *swarm, SimRandom *random, Shape shape)
{
    SwarmText *text = &swarm->text;
    uint32_t n = swarm->n_peers;
    bool is_big = swarm_has(swarm, SWARM_BIG);
    swarm->diameter = is_big ? 8 : n - 1;
    swarm->n_links_max = n * (n - 1) / 2;
    switch (shape) {
    case SHAPE_LINKS:
        swarm->diameter = 1;
        swarm->n_links_max = 0;
        put_listed_links(swarm, random);
        break;
    case SHAPE_FULL_MESH:
        swarm->diameter = 1;
        break;
    case SHAPE_RING:
        swarm->diameter = n / 2;
        break;
    case SHAPE_STAR: {
        g_autofree char *center = swarm_peer_name(swarm, swarm_below(random, n));
        swarm_text_put(text, "center", "'%s'", center);
        swarm->diameter = 2;
        break;
    }
    case SHAPE_TREE:
        swarm_text_put(text, "arity", "%u", swarm_between(random, is_big ? 3 : 1, 4));
        break;
    case SHAPE_GRID:
        swarm_text_put(text, "width", "%u", n % 4 == 0 && swarm_chance(random, 500) ? 4u : 2u);
        swarm_text_put(text, "wrap", swarm_chance(random, 500) ? "true" : "false");
        swarm->diameter = n / 2;
        break;
    case SHAPE_RANDOM_REGULAR:
        swarm_text_put(text, "degree", "%u", is_big ? 4u : 2 * swarm_between(random, 1, 2));
        break;
    case SHAPE_ERDOS_RENYI:
        swarm_text_put(text, "probability", is_big ? "0.3" : "0.6");
        break;
    case SHAPE_BARABASI_ALBERT:
        swarm_text_put(text, "edges", "%u", swarm_between(random, 1, MIN(n - 1, 3)));
        break;
    case SHAPE_WATTS_STROGATZ:
        swarm_text_put(text, "degree", "4");
        swarm_text_put(text, "rewiring", "0.%u", swarm_below(random, 10));
        break;
    case SHAPE_REGIONS:
        swarm_text_put(text, "degree", "2");
        swarm_text_put(text, "count", "%u", is_big ? 4u : 2u);
        swarm_text_put(text, "between", "%u", swarm_between(random, 1, 3));
        swarm->diameter = is_big ? 12 : n - 1;
        break;
    case SHAPE_LINE:
    case SHAPES:
        break;
    }
}

static bool has_follower(const Swarm *swarm)
{
    for (uint32_t g = 0; g < swarm->n_groups; g++) {
        if (swarm->groups[g].is_follower) {
            return true;
        }
    }
    return false;
}

void swarm_put_topology(Swarm *swarm)
{
    static const char *const kinds[SHAPES] = {
        "links",          "full-mesh", "ring",           "line",        "star",
        "tree",           "grid",      "random-regular", "erdos-renyi", "barabasi-albert",
        "watts-strogatz", "regions",
    };
    SimRandom random = swarm_random(swarm, SWARM_PART_TOPOLOGY);
    Shape shape = draw_shape(swarm, &random);
    swarm_text_open(&swarm->text, "topology", '{');
    swarm_text_put(&swarm->text, "kind", "'%s'", kinds[shape]);
    put_shape(swarm, &random, shape);
    if (swarm_has(swarm, SWARM_MUTUAL)) {
        swarm_text_put(&swarm->text, "mutual", "true");
        swarm->n_links_max *= 2;
    }
    swarm_text_close(&swarm->text, '}');
    uint32_t hop_max_ms = MIN(SPAN_MAX_MS / swarm->diameter, HOP_MAX_MS);
    if (swarm_has(swarm, SWARM_LOSS) && has_follower(swarm)) {
        hop_max_ms = MIN(hop_max_ms, LOSSY_HOP_MAX_MS); /* a follower may be 5 s behind */
    }
    const uint32_t scales_ms[] = {1, 20, 100, 300, hop_max_ms};
    uint32_t scale_ms = scales_ms[swarm_below(&random, G_N_ELEMENTS(scales_ms))];
    swarm->hop_ms = MIN(scale_ms, hop_max_ms);
}

/* --- links ----------------------------------------------------------------------------------- */

static void put_latency(Swarm *swarm, SimRandom *random)
{
    SwarmText *text = &swarm->text;
    uint32_t most_us = swarm->hop_ms * 1000;
    uint32_t us = swarm_between(random, 1, most_us);
    switch (swarm_below(random, 7)) {
    case 0:
        swarm_text_put(text, "latency", "'%uus'", us);
        break;
    case 1:
        swarm_text_put(text, "latency", "{'uniform': ['%uus', '%uus']}", us, most_us);
        break;
    case 2:
        swarm_text_put(text, "latency",
                       "{'lognormal': {'median': '%uus', 'sigma': %u.%u, 'max': '%uus'}}", us,
                       swarm_below(random, 2), swarm_below(random, 10), most_us);
        break;
    case 3:
        swarm_text_put(text, "latency",
                       "{'normal': {'mean': '%uus', 'deviation': '%uus', 'max': '%uus'}}", us,
                       swarm_between(random, 0, us), most_us);
        break;
    case 4:
        swarm_text_put(text, "latency",
                       "{'exponential': {'mean': '%uus', 'min': '%uns', 'max': '%uus'}}", us,
                       swarm_between(random, 1, 999), most_us);
        break;
    case 5:
        swarm_text_put(text, "latency",
                       "{'pareto': {'min': '%uus', 'shape': %u.%u, 'max': '%uus'}}", us,
                       swarm_between(random, 1, 3), swarm_below(random, 10), most_us);
        break;
    default:
        swarm_text_put(text, "latency",
                       "{'empirical': {'values': ['%uus', '%uus'], 'weights': [%u, 1]}}", us,
                       most_us, swarm_between(random, 1, 50));
        break;
    }
}

/* What a link does besides taking time: wide enough for what crosses it, several times over. */
static void put_properties(Swarm *swarm, SimRandom *random)
{
    SwarmText *text = &swarm->text;
    if (swarm_has(swarm, SWARM_BANDWIDTH)) {
        swarm_text_put(text, "bandwidth", "'%uB/s'",
                       30000 + swarm->load * swarm_between(random, 4, 40));
    }
    if (swarm_has(swarm, SWARM_LOSS)) {
        swarm_text_put(text, "loss", "0.0%02u", swarm_between(random, 1, 20));
    }
    if (swarm_has(swarm, SWARM_BUFFERS)) {
        /* As much as is under way in two round trips, several times over. */
        uint32_t least = swarm->load * swarm->hop_ms / 1000 * 8;
        swarm_text_put(text, "send_buffer", "%u", MAX(1024u << swarm_below(random, 8), least));
        swarm_text_put(text, "receive_buffer", "%u", 1024u << swarm_below(random, 8));
    }
}

static bool has_accomplice(const Swarm *swarm)
{
    for (uint32_t g = 0; g < swarm->n_groups; g++) {
        if (swarm->groups[g].is_accomplice) {
            return true;
        }
    }
    return false;
}

/* Who has an accomplice is far from the others, so that what it sends may come by it before. */
static void put_detour(Swarm *swarm)
{
    g_autofree char *honest = swarm_honest_groups(swarm);
    swarm_text_put(&swarm->text, NULL,
                   "{'from': 'mallory', 'to': [%s], 'latency': '%ums', 'one_way': true}", honest,
                   swarm->hop_ms);
}

static void put_rules(Swarm *swarm, SimRandom *random)
{
    SwarmText *text = &swarm->text;
    swarm_text_open(text, "between", '[');
    uint32_t most = swarm_has(swarm, SWARM_BETWEEN) ? 4 : 0;
    for (uint32_t n = swarm_between(random, MIN(1, most), most); n > 0; n--) {
        g_autofree char *from = swarm_peer_name(swarm, swarm_below(random, swarm->n_peers));
        swarm_text_open(text, NULL, '{');
        swarm_text_put(text, "from", "'%s'", from);
        swarm_text_put(text, "to", "'*'");
        put_latency(swarm, random);
        swarm_text_put(text, "one_way", swarm_chance(random, 400) ? "true" : "false");
        swarm_text_close(text, '}');
    }
    if (has_accomplice(swarm)) {
        put_detour(swarm);
    }
    swarm_text_close(text, ']');
}

void swarm_put_links(Swarm *swarm)
{
    SimRandom random = swarm_random(swarm, SWARM_PART_LINKS);
    SwarmText *text = &swarm->text;
    swarm_text_open(text, "links", '{');
    if (swarm_has(swarm, SWARM_REGIONS) && swarm->diameter <= 5) {
        swarm_text_put(text, "regions", "{'table': '%s', 'of': 'even', 'jitter': '%u%%'}",
                       swarm_chance(&random, 500) ? "aws16" : "internet6",
                       swarm_below(&random, 50));
        swarm->hop_ms = MAX(swarm->hop_ms, 400);
    } else {
        put_latency(swarm, &random);
    }
    put_properties(swarm, &random);
    if (swarm_has(swarm, SWARM_BETWEEN) || has_accomplice(swarm)) {
        put_rules(swarm, &random);
    }
    swarm_text_close(text, '}');
}
