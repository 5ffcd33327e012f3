/* SPDX-License-Identifier: Apache-2.0 */
#include "core/rules.h"

/* What is judged by the parent's state. */
static BnetFault judge_by_parent(const BnetSchedule *active, const BnetHeaderFacts *facts,
                                 uint32_t parent_slot, const BnetDpos *state)
{
    const uint32_t scheduled = bnet_dpos_scheduled(active->n, facts->slot);
    if (facts->bad_extension)
        return BNET_FAULT_HEADER_EXTENSION;
    if (facts->slot <= parent_slot)
        return BNET_FAULT_TIMESTAMP;
    if (facts->producer != active->producers[scheduled].name)
        return BNET_FAULT_PRODUCER;
    if (facts->schedule_version != active->version)
        return BNET_FAULT_SCHEDULE_VERSION;
    if (bnet_dpos_confirms_twice(state, scheduled, facts->confirmed))
        return BNET_FAULT_DOUBLE_CONFIRM;
    return BNET_FAULT_NONE;
}

/* A change is pending. */
static bool is_pending(const BnetSchedules *schedules, const BnetDpos *state)
{
    return state->is_pending && bnet_schedules_at(schedules, state->newest)->n > 0;
}

/* A change needs the next version, no other change that is pending, and a block that promotes
 * none. */
static bool may_change(const BnetSchedules *schedules, const BnetHeaderFacts *facts,
                       const BnetDpos *state, bool promoted)
{
    if (facts->change == BNET_CHANGE_INVALID || promoted)
        return false;
    const BnetSchedule *active = bnet_schedules_at(schedules, state->schedule);
    return !is_pending(schedules, state) &&
           bnet_schedules_at(schedules, facts->schedule)->version == active->version + 1;
}

BnetFault bnet_rules_judge(const BnetSchedules *schedules, const BnetHeaderFacts *facts,
                           uint32_t parent_slot, BnetDpos *state)
{
    const BnetSchedule *active = bnet_schedules_at(schedules, state->schedule);
    const uint32_t scheduled = bnet_dpos_scheduled(active->n, facts->slot);
    BnetFault fault = judge_by_parent(active, facts, parent_slot, state);
    bnet_dpos_advance(state, scheduled, facts->confirmed);
    const bool promoted = bnet_dpos_promote(state, schedules, scheduled);
    if (facts->change == BNET_CHANGE_NONE)
        return fault;
    if (may_change(schedules, facts, state, promoted))
        bnet_dpos_change(state, facts->schedule);
    else if (fault == BNET_FAULT_NONE)
        fault = BNET_FAULT_NEW_PRODUCERS;
    return fault;
}

bool bnet_rules_take_schedule(const BnetSchedules *schedules, uint32_t slot, uint16_t confirmed,
                              BnetDpos *state)
{
    const uint32_t scheduled = bnet_dpos_scheduled(state->n_producers, slot);
    bnet_dpos_advance(state, scheduled, confirmed);
    return !bnet_dpos_promote(state, schedules, scheduled) && !is_pending(schedules, state);
}
