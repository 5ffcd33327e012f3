/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sightings.h"

#include "core/bits.h"
#include "sim/world.h"

static const struct {
    const char *name;
    const char *word;
} texts[SIM_SIGHTINGS] = {
    [SIM_SIGHTING_FORK_SWITCH] = {"fork switch", "fork_switch"},
    [SIM_SIGHTING_FAR_LIB] = {"LIB over 2048 blocks behind", "far_lib"},
    [SIM_SIGHTING_FUTURE_BLOCK] = {"block over 7 s in the future", "future_block"},
    [SIM_SIGHTING_RESYNC] = {"resync", "resync"},
    [SIM_SIGHTING_DEAD] = {"connection given up as dead", "dead"},
    [SIM_SIGHTING_CROSS_DIAL] = {"redundant connection", "cross_dial"},
    [SIM_SIGHTING_LOST_CHAIN] = {"crash with loss of the chain", "lost_chain"},
    [SIM_SIGHTING_FULL_STATUS] = {"transaction status full", "full_status"},
    [SIM_SIGHTING_FOLLOWER] = {"follower of irreversible blocks", "follower"},
    [SIM_SIGHTING_FINALITY_CONFLICT] = {"finality conflict", "finality_conflict"},
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

static void look_at_chain(SimSightings *self, SimWorld *world, const SimHappening *happening)
{
    if (happening->event == BNET_CHAIN_SWITCH) {
        self->seen[SIM_SIGHTING_FORK_SWITCH] = true;
    } else if (happening->event == BNET_CHAIN_APPLIED) {
        const BnetView *view = &sim_world_node(world, happening->peer)->view;
        uint32_t above = bnet_view_head_number(view) - bnet_view_lib_number(view);
        self->seen[SIM_SIGHTING_FAR_LIB] |= above > BNET_STATUS_BLOCKS_MAX;
    }
}

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
    if (happening->kind == SIM_CHAIN) {
        look_at_chain(self, world, happening);
    } else if (happening->kind == SIM_VERDICT) {
        self->seen[SIM_SIGHTING_FUTURE_BLOCK] |= happening->verdict == BNET_VERDICT_FUTURE;
    } else if (happening->kind == SIM_CLOSED) {
        self->seen[SIM_SIGHTING_RESYNC] |= happening->reason == BNET_CLOSE_RESYNC;
        self->seen[SIM_SIGHTING_DEAD] |= happening->reason == BNET_CLOSE_DEAD;
        self->seen[SIM_SIGHTING_CROSS_DIAL] |= happening->reason == BNET_CLOSE_REDUNDANT;
    } else if (happening->kind == SIM_DELIVERED) {
        const BnetMessage *message = happening->message;
        self->seen[SIM_SIGHTING_FOLLOWER] |=
            message->kind == BNET_MESSAGE_HELLO && message->u.hello.irreversible_only;
    } else {
        look_at_process(self, world, happening);
    }
}

/* --- lifetime -------------------------------------------------------------------------------- */

void sim_sightings_init(SimSightings *sightings)
{
    *sightings = (SimSightings){
        .observer.mask = 1u << SIM_CHAIN | 1u << SIM_VERDICT | 1u << SIM_CLOSED |
                         1u << SIM_DELIVERED | 1u << SIM_STARTED | 1u << SIM_STOPPED,
        .observer.happened = happened,
        .heads = g_array_new(FALSE, TRUE, sizeof(uint32_t)),
    };
}

void sim_sightings_conclude(SimSightings *sightings, const SimResult *result)
{
    sightings->seen[SIM_SIGHTING_FULL_STATUS] |= result->transactions_refused > 0;
    for (uint32_t i = 0; i < result->n_checks; i++) {
        const SimCheckResult *check = &result->checks[i];
        sightings->seen[SIM_SIGHTING_FINALITY_CONFLICT] |=
            g_str_equal(check->id, "S8") && g_str_has_prefix(check->detail, "finality conflict");
    }
}

void sim_sightings_finish(SimSightings *sightings)
{
    if (sightings != NULL) {
        g_clear_pointer(&sightings->heads, g_array_unref);
    }
}
