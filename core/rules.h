/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_RULES_H
#define BNETLAB_CORE_RULES_H

/*
 * The rules for block headers (protocol section 8), in the order in which a node checks them.
 */

#include "core/store.h"

/* What a header says of the producers to come. */
typedef enum BnetChange {
    BNET_CHANGE_NONE,
    BNET_CHANGE_NEW,     /* a new schedule */
    BNET_CHANGE_INVALID, /* what cannot be a schedule */
} BnetChange;

/* What the rules need of a header. */
typedef struct BnetHeaderFacts {
    uint32_t slot;
    uint64_t producer;
    uint16_t confirmed;
    uint32_t schedule_version;
    bool bad_extension; /* has a header extension, and the chain allows none */
    BnetChange change;
    uint32_t schedule; /* of BNET_CHANGE_NEW: its number */
} BnetHeaderFacts;

/*
 * The first fault of a header whose parent stands in that slot and has that state, which becomes
 * the block's own; without regard to its signature. After a fault the state is that of a valid
 * block in this place.
 */
BnetFault bnet_rules_judge(const BnetSchedules *schedules, const BnetHeaderFacts *facts,
                           uint32_t parent_slot, BnetDpos *state);

/*
 * A block in that slot by its scheduled producer, which confirms so many, may bring a new schedule:
 * it promotes none itself, and none is pending. The state is the parent's; it becomes the block's
 * own.
 */
bool bnet_rules_take_schedule(const BnetSchedules *schedules, uint32_t slot, uint16_t confirmed,
                              BnetDpos *state);

#endif
