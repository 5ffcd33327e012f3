/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_SCHEDULE_H
#define BNETLAB_CORE_SCHEDULE_H

/*
 * Producer schedules (protocol section 8): who may produce, in order of turns, and with which key.
 * Each is kept once, for as long as its table; a number names it. Adding compares it with all that
 * are kept.
 */

#include "core/wire_block.h"

#define BNET_PRODUCERS_MAX 125u

typedef struct BnetSchedule {
    uint32_t version;
    uint32_t n; /* 0 to BNET_PRODUCERS_MAX */
    BnetWireProducer *producers;
    BnetId hash; /* what blocks sign while it is the newest (protocol section 3) */
} BnetSchedule;

typedef struct BnetSchedules {
    BnetSchedule *items;
    uint32_t n;
    uint32_t capacity;
} BnetSchedules;

void bnet_schedules_init(BnetSchedules *schedules);
void bnet_schedules_finish(BnetSchedules *schedules);

/* The number of a schedule like this one, whose producers are copied. At most BNET_PRODUCERS_MAX
 * producers, each name once; asserted. The hash is that of its encoding. */
uint32_t bnet_schedules_add(BnetSchedules *schedules, uint32_t version,
                            const BnetWireProducer *producers, uint32_t n);

/*
 * The number of a schedule that stands in a header. False: it has too many producers, or one of
 * them twice.
 */
bool bnet_schedules_read(BnetSchedules *schedules, const BnetWireSchedule *schedule,
                         uint32_t *ret_number);

/*
 * The same for a schedule change of EOSIO 2, the data of a header extension: producers with an
 * authority each. False too if it is malformed, or an authority is anything but one key that alone
 * suffices.
 */
bool bnet_schedules_read_authorities(BnetSchedules *schedules, BnetSlice data,
                                     uint32_t *ret_number);

/* Valid until the next one is added. */
const BnetSchedule *bnet_schedules_at(const BnetSchedules *schedules, uint32_t number);

/* Index of a producer; n: it is not in the schedule. */
uint32_t bnet_schedule_find(const BnetSchedule *schedule, uint64_t name);

#endif
