/* SPDX-License-Identifier: Apache-2.0 */
#include "core/schedule.h"

#include <string.h>

#include "core/array.h"

/* Variants of a block signing authority; there is one. */
#define AUTHORITY_V0 0u

void bnet_schedules_init(BnetSchedules *schedules)
{
    *schedules = (BnetSchedules){0};
}

void bnet_schedules_finish(BnetSchedules *schedules)
{
    if (!schedules)
        return;
    for (uint32_t i = 0; i < schedules->n; i++)
        bnet_mem_resize(schedules->items[i].producers, 0);
    bnet_mem_resize(schedules->items, 0);
    *schedules = (BnetSchedules){0};
}

/* --- adding ---------------------------------------------------------------------------------- */

static bool has_duplicate(const BnetWireProducer *producers, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < i; j++)
            if (producers[i].name == producers[j].name)
                return true;
    return false;
}

/* The hash covers all the rest. */
static uint32_t add(BnetSchedules *schedules, const BnetSchedule *schedule)
{
    for (uint32_t i = 0; i < schedules->n; i++)
        if (bnet_id_equal(&schedules->items[i].hash, &schedule->hash))
            return i;
    schedules->items = bnet_array_grow(schedules->items, schedules->n, &schedules->capacity,
                                       sizeof *schedules->items);
    BnetSchedule *kept = &schedules->items[schedules->n];
    *kept = *schedule;
    kept->producers = NULL;
    if (schedule->n > 0) {
        size_t bytes = schedule->n * sizeof *schedule->producers;
        kept->producers = bnet_mem_resize(NULL, bytes);
        memcpy(kept->producers, schedule->producers, bytes);
    }
    return schedules->n++;
}

uint32_t bnet_schedules_add(BnetSchedules *schedules, uint32_t version,
                            const BnetWireProducer *producers, uint32_t n)
{
    bnet_assert(n <= BNET_PRODUCERS_MAX && !has_duplicate(producers, n));
    BnetWireProducer copies[BNET_PRODUCERS_MAX];
    BnetHasher hasher;
    bnet_hasher_init(&hasher);
    bnet_write_u32(&hasher.writer, version);
    bnet_write_count(&hasher.writer, n);
    for (uint32_t i = 0; i < n; i++) {
        copies[i] = producers[i];
        bnet_wire_write_producer(&hasher.writer, &copies[i]);
    }
    const BnetSchedule schedule = {
        .version = version,
        .n = n,
        .producers = copies,
        .hash = bnet_hasher_finish(&hasher),
    };
    return add(schedules, &schedule);
}

bool bnet_schedules_read(BnetSchedules *schedules, const BnetWireSchedule *schedule,
                         uint32_t *ret_number)
{
    BnetWireProducer producers[BNET_PRODUCERS_MAX];
    BnetItems items = schedule->producers;
    uint32_t n = items.count;
    if (n > BNET_PRODUCERS_MAX)
        return false;
    for (uint32_t i = 0; i < n; i++)
        bnet_next_producer(&items, &producers[i]);
    if (has_duplicate(producers, n))
        return false;
    *ret_number = bnet_schedules_add(schedules, schedule->version, producers, n);
    return true;
}

/* A producer whose authority is one key that alone suffices; writes it in its canonical form. */
static bool read_authority(BnetReader *reader, BnetWriter *writer, BnetWireProducer *producer)
{
    uint32_t variant;
    uint32_t threshold;
    uint32_t n_keys;
    uint16_t weight;
    if (!bnet_read_u64(reader, "producer_name", &producer->name) ||
        !bnet_read_varuint(reader, "authority", &variant) || variant != AUTHORITY_V0 ||
        !bnet_read_u32(reader, "threshold", &threshold) ||
        !bnet_read_varuint(reader, "keys", &n_keys) || n_keys != 1 ||
        !bnet_read_key(reader, "key", &producer->key) ||
        !bnet_read_u16(reader, "weight", &weight) || weight < threshold)
        return false;
    bnet_write_u64(writer, producer->name);
    bnet_write_varuint(writer, variant);
    bnet_write_u32(writer, threshold);
    bnet_write_count(writer, n_keys);
    bnet_write_key(writer, &producer->key);
    bnet_write_u16(writer, weight);
    return true;
}

bool bnet_schedules_read_authorities(BnetSchedules *schedules, BnetSlice data, uint32_t *ret_number)
{
    BnetReader reader;
    BnetWireError error;
    uint32_t version;
    uint32_t n;
    BnetWireProducer producers[BNET_PRODUCERS_MAX];
    bnet_reader_init(&reader, data.bytes, data.n, (BnetScratch){0}, &error);
    if (!bnet_read_u32(&reader, "version", &version) ||
        !bnet_read_varuint(&reader, "producers", &n) || n > BNET_PRODUCERS_MAX)
        return false;
    BnetHasher hasher;
    bnet_hasher_init(&hasher);
    bnet_write_u32(&hasher.writer, version);
    bnet_write_count(&hasher.writer, n);
    for (uint32_t i = 0; i < n; i++)
        if (!read_authority(&reader, &hasher.writer, &producers[i]))
            return false;
    if (bnet_reader_left(&reader) > 0 || has_duplicate(producers, n))
        return false;
    const BnetSchedule schedule = {
        .version = version,
        .n = n,
        .producers = producers,
        .hash = bnet_hasher_finish(&hasher),
    };
    *ret_number = add(schedules, &schedule);
    return true;
}

/* --- queries --------------------------------------------------------------------------------- */

const BnetSchedule *bnet_schedules_at(const BnetSchedules *schedules, uint32_t number)
{
    bnet_assert(number < schedules->n);
    return &schedules->items[number];
}

uint32_t bnet_schedule_find(const BnetSchedule *schedule, uint64_t name)
{
    uint32_t i = 0;
    while (i < schedule->n && schedule->producers[i].name != name)
        i++;
    return i;
}
