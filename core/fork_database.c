/* SPDX-License-Identifier: Apache-2.0 */
#include "core/fork_database.h"

#include <string.h>

#include "core/array.h"
#include "core/view.h"

#define FIRST_BUCKETS 128u
#define FIRST_LEVELS 64u

/* A block that is there. Others are named by their slot; 0 is none. */
typedef struct BnetFork {
    BnetBlock block;
    bool current;
    uint64_t order;   /* of arrival */
    uint32_t parent;  /* 0: of the lowest number */
    uint32_t child;   /* the newest of them */
    uint32_t sibling; /* the next older child of its parent */
    uint32_t before;  /* in the order of its number */
    uint32_t after;
    uint32_t same_bucket; /* the next one in its bucket; of an unused slot, the next of them */
    uint32_t heap_at;
} BnetFork;

void bnet_fork_database_init(BnetForkDatabase *database, const BnetStore *store)
{
    *database = (BnetForkDatabase){.store = store, .n_slots = 1};
}

void bnet_fork_database_finish(BnetForkDatabase *database)
{
    if (!database)
        return;
    bnet_mem_resize(database->forks, 0);
    bnet_mem_resize(database->buckets, 0);
    bnet_mem_resize(database->heap, 0);
    bnet_mem_resize(database->levels, 0);
    *database = (BnetForkDatabase){0};
}

static const BnetBlockInfo *info_of(const BnetForkDatabase *database, uint32_t slot)
{
    return bnet_store_block(database->store, database->forks[slot].block);
}

/* --- slots ----------------------------------------------------------------------------------- */

static uint32_t take_slot(BnetForkDatabase *database)
{
    uint32_t slot = database->free;
    if (slot) {
        database->free = database->forks[slot].same_bucket;
        return slot;
    }
    database->forks = bnet_array_grow(database->forks, database->n_slots, &database->slots_capacity,
                                      sizeof *database->forks);
    return database->n_slots++;
}

static void give_slot(BnetForkDatabase *database, uint32_t slot)
{
    database->forks[slot] = (BnetFork){.same_bucket = database->free};
    database->free = slot;
}

/* --- by id ----------------------------------------------------------------------------------- */

static uint32_t *bucket_of(const BnetForkDatabase *database, const BnetId *id)
{
    uint32_t hash;
    memcpy(&hash, id->bytes + 8, sizeof hash);
    return &database->buckets[hash & (database->n_buckets - 1)];
}

static uint32_t find_slot(const BnetForkDatabase *database, const BnetId *id)
{
    uint32_t slot = database->n_buckets ? *bucket_of(database, id) : 0;
    while (slot && !bnet_id_equal(&info_of(database, slot)->id, id))
        slot = database->forks[slot].same_bucket;
    return slot;
}

static uint32_t slot_of(const BnetForkDatabase *database, BnetBlock block)
{
    return find_slot(database, &bnet_store_block(database->store, block)->id);
}

static void put_in_bucket(BnetForkDatabase *database, uint32_t slot)
{
    uint32_t *bucket = bucket_of(database, &info_of(database, slot)->id);
    database->forks[slot].same_bucket = *bucket;
    *bucket = slot;
}

static void take_from_bucket(BnetForkDatabase *database, uint32_t slot)
{
    uint32_t *at = bucket_of(database, &info_of(database, slot)->id);
    while (*at != slot)
        at = &database->forks[*at].same_bucket;
    *at = database->forks[slot].same_bucket;
}

/* Makes room for one more block. */
static void reserve_bucket(BnetForkDatabase *database)
{
    if (database->n < database->n_buckets)
        return;
    uint32_t size = database->n_buckets ? database->n_buckets * 2 : FIRST_BUCKETS;
    bnet_assert(size > database->n_buckets);
    database->buckets = bnet_mem_resize(database->buckets, size * sizeof *database->buckets);
    memset(database->buckets, 0, size * sizeof *database->buckets);
    database->n_buckets = size;
    for (uint32_t i = 0; i < database->n; i++)
        put_in_bucket(database, database->heap[i]);
}

/* --- the best one ---------------------------------------------------------------------------- */

static bool is_better(const BnetForkDatabase *database, uint32_t a, uint32_t b)
{
    const BnetFork *x = &database->forks[a];
    const BnetFork *y = &database->forks[b];
    if (bnet_fork_choice_prefers(database->store, x->block, y->block))
        return true;
    return !bnet_fork_choice_prefers(database->store, y->block, x->block) && x->order < y->order;
}

static void heap_put(BnetForkDatabase *database, uint32_t at, uint32_t slot)
{
    database->heap[at] = slot;
    database->forks[slot].heap_at = at;
}

/* Finds the place of a slot that stands at `at`, or further up. */
static void heap_raise(BnetForkDatabase *database, uint32_t at, uint32_t slot)
{
    while (at > 0 && is_better(database, slot, database->heap[(at - 1) / 2])) {
        heap_put(database, at, database->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    heap_put(database, at, slot);
}

/* The same, or further down. */
static void heap_lower(BnetForkDatabase *database, uint32_t at, uint32_t slot)
{
    const uint32_t n = database->n;
    while (2 * at + 1 < n) {
        uint32_t child = 2 * at + 1;
        if (child + 1 < n && is_better(database, database->heap[child + 1], database->heap[child]))
            child++;
        if (!is_better(database, database->heap[child], slot))
            break;
        heap_put(database, at, database->heap[child]);
        at = child;
    }
    heap_put(database, at, slot);
}

static void heap_add(BnetForkDatabase *database, uint32_t slot)
{
    database->heap = bnet_array_grow(database->heap, database->n, &database->heap_capacity,
                                     sizeof *database->heap);
    heap_raise(database, database->n++, slot);
}

static void heap_remove(BnetForkDatabase *database, uint32_t slot)
{
    const uint32_t at = database->forks[slot].heap_at;
    const uint32_t last = database->heap[--database->n];
    if (last == slot)
        return;
    heap_lower(database, at, last);
    heap_raise(database, database->forks[last].heap_at, last);
}

/* --- by number ------------------------------------------------------------------------------- */

static BnetForkLevel *level_at(const BnetForkDatabase *database, uint32_t number)
{
    return &database->levels[number & (database->n_levels - 1)];
}

static BnetForkLevel *level_of(const BnetForkDatabase *database, uint32_t slot)
{
    return level_at(database, info_of(database, slot)->number);
}

/* Makes room for a number that is within the others, or the next one. */
static void reserve_level(BnetForkDatabase *database, uint32_t number)
{
    if (database->n == 0)
        database->low = number;
    if (database->n_levels && number - database->low < database->n_levels)
        return;
    uint32_t size = database->n_levels ? database->n_levels * 2 : FIRST_LEVELS;
    bnet_assert(number - database->low < size);
    BnetForkLevel *levels = bnet_mem_resize(NULL, size * sizeof *levels);
    memset(levels, 0, size * sizeof *levels);
    for (uint32_t i = 0; i < database->n_levels; i++)
        levels[(database->low + i) & (size - 1)] = *level_at(database, database->low + i);
    bnet_mem_resize(database->levels, 0);
    database->levels = levels;
    database->n_levels = size;
}

/* Puts a slot in front of `after`, one of its number, or as the last one of it (0). */
static void level_insert(BnetForkDatabase *database, uint32_t slot, uint32_t after)
{
    BnetForkLevel *level = level_of(database, slot);
    BnetFork *fork = &database->forks[slot];
    fork->after = after;
    fork->before = after ? database->forks[after].before : level->last;
    *(fork->before ? &database->forks[fork->before].after : &level->first) = slot;
    *(after ? &database->forks[after].before : &level->last) = slot;
}

static void level_remove(BnetForkDatabase *database, uint32_t slot)
{
    BnetForkLevel *level = level_of(database, slot);
    const BnetFork *fork = &database->forks[slot];
    *(fork->before ? &database->forks[fork->before].after : &level->first) = fork->after;
    *(fork->after ? &database->forks[fork->after].before : &level->last) = fork->before;
}

/* Leaves the lowest numbers out that have no block any more. */
static void shrink_levels(BnetForkDatabase *database)
{
    while (database->n > 0 && !level_at(database, database->low)->first)
        database->low++;
}

/* --- queries --------------------------------------------------------------------------------- */

BnetBlock bnet_fork_database_find(const BnetForkDatabase *database, const BnetId *id)
{
    uint32_t slot = find_slot(database, id);
    return slot ? database->forks[slot].block : BNET_NO_BLOCK;
}

BnetBlock bnet_fork_database_parent(const BnetForkDatabase *database, BnetBlock block)
{
    BnetBlock parent = bnet_store_block(database->store, block)->parent;
    if (parent == BNET_NO_BLOCK)
        return BNET_NO_BLOCK;
    return bnet_fork_database_find(database, &bnet_store_block(database->store, parent)->id);
}

BnetBlock bnet_fork_database_best(const BnetForkDatabase *database)
{
    return database->n ? database->forks[database->heap[0]].block : BNET_NO_BLOCK;
}

BnetBlock bnet_fork_database_oldest(const BnetForkDatabase *database)
{
    if (database->n == 0)
        return BNET_NO_BLOCK;
    return database->forks[level_at(database, database->low)->first].block;
}

/* --- changes --------------------------------------------------------------------------------- */

void bnet_fork_database_add(BnetForkDatabase *database, BnetBlock block)
{
    const BnetBlock above = bnet_fork_database_parent(database, block);
    bnet_assert(slot_of(database, block) == 0);
    bnet_assert(above != BNET_NO_BLOCK || database->n == 0);
    const uint32_t parent = above ? slot_of(database, above) : 0;
    const uint32_t slot = take_slot(database);
    database->forks[slot] = (BnetFork){
        .block = block,
        .order = database->n_added++,
        .parent = parent,
        .sibling = parent ? database->forks[parent].child : 0,
    };
    if (parent)
        database->forks[parent].child = slot;
    reserve_level(database, bnet_store_number(database->store, block));
    level_insert(database, slot, 0);
    reserve_bucket(database);
    put_in_bucket(database, slot);
    heap_add(database, slot);
}

/* Takes a slot out of everything but the tree. */
static void forget(BnetForkDatabase *database, uint32_t slot)
{
    take_from_bucket(database, slot);
    level_remove(database, slot);
    heap_remove(database, slot);
    give_slot(database, slot);
}

static void leave_parent(BnetForkDatabase *database, uint32_t slot)
{
    const uint32_t parent = database->forks[slot].parent;
    if (!parent)
        return;
    uint32_t *at = &database->forks[parent].child;
    while (*at != slot)
        at = &database->forks[*at].sibling;
    *at = database->forks[slot].sibling;
}

void bnet_fork_database_drop(BnetForkDatabase *database, BnetBlock block)
{
    const uint32_t slot = slot_of(database, block);
    bnet_assert(slot);
    leave_parent(database, slot);
    for (uint32_t c = database->forks[slot].child; c; c = database->forks[c].sibling)
        database->forks[c].parent = 0;
    forget(database, slot);
    shrink_levels(database);
}

void bnet_fork_database_remove(BnetForkDatabase *database, BnetBlock block)
{
    const uint32_t root = slot_of(database, block);
    bnet_assert(root);
    leave_parent(database, root);
    /* Children before their parents, which always lose their first child. */
    uint32_t slot = root;
    for (;;) {
        while (database->forks[slot].child)
            slot = database->forks[slot].child;
        const uint32_t parent = database->forks[slot].parent;
        const uint32_t sibling = database->forks[slot].sibling;
        forget(database, slot);
        if (slot == root)
            break;
        database->forks[parent].child = sibling;
        slot = parent;
    }
    shrink_levels(database);
}

void bnet_fork_database_mark(BnetForkDatabase *database, BnetBlock block, bool current)
{
    const uint32_t slot = slot_of(database, block);
    bnet_assert(slot || !current);
    if (!slot || database->forks[slot].current == current)
        return;
    BnetFork *fork = &database->forks[slot];
    fork->current = current;
    if (current) {
        level_remove(database, slot);
        uint32_t after = level_of(database, slot)->first;
        while (after && database->forks[after].current)
            after = database->forks[after].after;
        level_insert(database, slot, after);
    } else if (fork->after && database->forks[fork->after].current) {
        level_remove(database, slot);
        level_insert(database, slot, 0);
    }
}
