/* SPDX-License-Identifier: Apache-2.0 */
#include "core/block_marks.h"

#include <string.h>

#include "core/header.h"

#define FIRST_CAPACITY 64u

void bnet_block_marks_finish(BnetBlockMarks *marks)
{
    if (!marks)
        return;
    bnet_mem_resize(marks->places, 0);
    *marks = (BnetBlockMarks){0};
}

static uint64_t key_of(const BnetId *id)
{
    uint64_t key;
    memcpy(&key, id->bytes + 8, sizeof key);
    return key;
}

/* Where the id stands, or would stand. There is a free place. */
static BnetBlockMark *place_of(const BnetBlockMarks *marks, uint64_t key, uint32_t number)
{
    const uint32_t mask = marks->capacity - 1;
    uint32_t at = (uint32_t)key & mask;
    while (marks->places[at].flags != 0 &&
           (marks->places[at].key != key || marks->places[at].number != number))
        at = (at + 1) & mask;
    return &marks->places[at];
}

/* Moves what is not below `number` to a new table. */
static void rebuild(BnetBlockMarks *marks, uint32_t capacity, uint32_t number)
{
    const BnetBlockMarks old = *marks;
    marks->places = bnet_mem_resize(NULL, capacity * sizeof *marks->places);
    memset(marks->places, 0, capacity * sizeof *marks->places);
    marks->capacity = capacity;
    marks->n = 0;
    for (uint32_t i = 0; i < old.capacity; i++) {
        const BnetBlockMark *mark = &old.places[i];
        if (mark->flags == 0 || mark->number < number)
            continue;
        *place_of(marks, mark->key, mark->number) = *mark;
        marks->n++;
    }
    bnet_mem_resize(old.places, 0);
}

uint32_t bnet_block_marks_get(const BnetBlockMarks *marks, const BnetId *id)
{
    return marks->n == 0 ? 0 : place_of(marks, key_of(id), bnet_id_number(id))->flags;
}

void bnet_block_marks_add(BnetBlockMarks *marks, const BnetId *id, uint32_t flags)
{
    if (marks->n >= marks->capacity / 2)
        rebuild(marks, marks->capacity ? marks->capacity * 2 : FIRST_CAPACITY, 0);
    BnetBlockMark *mark = place_of(marks, key_of(id), bnet_id_number(id));
    if (mark->flags == 0) {
        *mark = (BnetBlockMark){.key = key_of(id), .number = bnet_id_number(id)};
        marks->n++;
    }
    mark->flags |= flags | BNET_MARK_LISTED;
}

void bnet_block_marks_purge(BnetBlockMarks *marks, uint32_t number)
{
    bool any = false;
    for (uint32_t i = 0; i < marks->capacity && !any; i++)
        any = marks->places[i].flags != 0 && marks->places[i].number < number;
    if (any)
        rebuild(marks, marks->capacity, number);
}
