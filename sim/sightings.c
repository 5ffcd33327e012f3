/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sightings.h"

#include "sim/probes.h"
#include "sim/world.h"

static const struct {
    const char *name;
    const char *word;
    bool is_probe; /* it occurred where the probe `probe` of all was hit */
    uint32_t probe;
} texts[SIM_SIGHTINGS] = {
    [SIM_SIGHTING_FORK_SWITCH] = {"fork switch", "fork_switch", true, BNET_PROBE_FORK_SWITCH},
    [SIM_SIGHTING_FAR_LIB] = {"LIB over 2048 blocks behind", "far_lib", true, BNET_PROBE_LIB_STALL},
    [SIM_SIGHTING_FUTURE_BLOCK] = {"block over 7 s in the future", "future_block", true,
                                   BNET_PROBE_VERDICT_FUTURE},
    [SIM_SIGHTING_RESYNC] = {"resync", "resync", true, BNET_PROBE_CLOSE_RESYNC},
    [SIM_SIGHTING_DEAD] = {"connection given up as dead", "dead", true, BNET_PROBE_CLOSE_DEAD},
    [SIM_SIGHTING_CROSS_DIAL] = {"redundant connection", "cross_dial", true,
                                 BNET_PROBE_CLOSE_REDUNDANT},
    [SIM_SIGHTING_LOST_CHAIN] = {"crash with loss of the chain", "lost_chain", false, 0},
    [SIM_SIGHTING_FULL_STATUS] = {"transaction status full", "full_status", true,
                                  BNET_PROBE_TRX_REFUSED},
    [SIM_SIGHTING_FOLLOWER] = {"follower of irreversible blocks", "follower", false, 0},
    [SIM_SIGHTING_FINALITY_CONFLICT] = {"finality conflict", "finality_conflict", true,
                                        (uint32_t)BNET_PROBES + SIM_PROBE_FINALITY_CONFLICT},
};

const char *sim_sighting_name(SimSighting sighting)
{
    return texts[sighting].name;
}

const char *sim_sighting_word(SimSighting sighting)
{
    return texts[sighting].word;
}

/* --- what is looked at ----------------------------------------------------------------------- */

static uint32_t *head_of(SimSightings *self, uint32_t peer)
{
    if (peer >= self->heads->len) {
        g_array_set_size(self->heads, peer + 1);
    }
    return &g_array_index(self->heads, uint32_t, peer);
}

static void look_at_process(SimSightings *self, SimWorld *world, const SimHappening *happening)
{
    uint32_t number = bnet_view_head_number(&sim_world_node(world, happening->peer)->view);
    uint32_t *head = head_of(self, happening->peer);
    if (happening->kind == SIM_STOPPED) {
        *head = number;
    } else {
        self->seen[SIM_SIGHTING_LOST_CHAIN] |= number < *head;
    }
}

static void happened(SimObserver *observer, SimWorld *world, const SimHappening *happening)
{
    SimSightings *self = (SimSightings *)observer;
    if (happening->kind == SIM_DELIVERED) {
        self->seen[SIM_SIGHTING_FOLLOWER] |= happening->message->u.hello.irreversible_only;
    } else {
        look_at_process(self, world, happening);
    }
}

/* --- lifetime -------------------------------------------------------------------------------- */

void sim_sightings_init(SimSightings *sightings)
{
    *sightings = (SimSightings){
        .observer.mask = 1u << SIM_STARTED | 1u << SIM_STOPPED,
        .observer.delivered = 1u << BNET_MESSAGE_HELLO,
        .observer.happened = happened,
        .heads = g_array_new(FALSE, TRUE, sizeof(uint32_t)),
    };
}

void sim_sightings_conclude(SimSightings *sightings, const SimResult *result)
{
    for (uint32_t s = 0; s < SIM_SIGHTINGS; s++) {
        sightings->seen[s] |= texts[s].is_probe && result->probes[texts[s].probe] > 0;
    }
}

void sim_sightings_finish(SimSightings *sightings)
{
    if (sightings != NULL) {
        g_clear_pointer(&sightings->heads, g_array_unref);
    }
}
