/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a cut whose links are mended one at a time, in an order that the scenario chooses.
 */
#include "sim/internal.h"

/* The links that the event has cut and that are cut by it still, as they are numbered. */
static GArray *links_of(const SimWorld *world, uint32_t event)
{
    GArray *links = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (uint32_t l = 0; l < world->scenario->n_links; l++)
        if (world->ends[2 * l].cut_by == event || world->ends[2 * l + 1].cut_by == event)
            g_array_append_val(links, l);
    return links;
}

static void swap(uint32_t *a, uint32_t *b)
{
    uint32_t before = *a;
    *a = *b;
    *b = before;
}

static void put_in_order(const SimWorld *world, uint32_t event, uint32_t *links, uint32_t n)
{
    SimRandom random = sim_random_stream(world->scenario->seed, SIM_RANDOM_RELEASE, event);
    switch (world->scenario->events[event].release_order) {
    case SCENARIO_RELEASE_FORWARD:
        break;
    case SCENARIO_RELEASE_REVERSE:
        for (uint32_t i = 0; i < n / 2; i++)
            swap(&links[i], &links[n - 1 - i]);
        break;
    case SCENARIO_RELEASE_RANDOM:
        for (uint32_t i = n; i > 1; i--)
            swap(&links[i - 1], &links[sim_random_below(&random, i)]);
        break;
    }
}

void sim_release_begin(SimWorld *world, uint32_t event)
{
    int64_t every_ns = world->scenario->events[event].release_every_ns;
    g_autoptr(GArray) links = links_of(world, event);
    uint32_t *order = (uint32_t *)(void *)links->data;
    put_in_order(world, event, order, links->len);
    for (guint i = 0; i < links->len; i++)
        sim_world_schedule(world, world->now_ns + i * every_ns, SIM_EVENT_RELEASE, order[i], event);
}

void sim_release_link(SimWorld *world, uint32_t link, uint32_t event)
{
    const SimEnd *ends = &world->ends[2 * link];
    if (ends[0].cut_by != event && ends[1].cut_by != event)
        return;
    world->fault = event + 1;
    sim_world_tell_fault(world, SIM_NONE, "link mended: %s | %s", world->peers[ends[0].peer].name,
                         world->peers[ends[1].peer].name);
    world->fault = 0;
    sim_faults_mend_link(world, link, event);
}
