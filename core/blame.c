/* SPDX-License-Identifier: Apache-2.0 */
#include "core/blame.h"

#define FIRST_CAPACITY 8u

void bnet_blame_init(BnetBlame *blame)
{
    *blame = (BnetBlame){0};
}

void bnet_blame_finish(BnetBlame *blame)
{
    if (!blame)
        return;
    bnet_mem_resize(blame->entries, 0);
    bnet_mem_resize(blame->chains, 0);
    *blame = (BnetBlame){0};
}

/* Handles are dense: their low bits spread them evenly. */
static uint32_t *chain_of(const BnetBlame *blame, BnetBlock block)
{
    return &blame->chains[block & (blame->capacity - 1)];
}

static void link_in(BnetBlame *blame, uint32_t index)
{
    uint32_t *chain = chain_of(blame, blame->entries[index].block);
    blame->entries[index].next = *chain;
    *chain = index + 1;
}

/* Doubles the room; all chains are made anew. */
static void grow(BnetBlame *blame)
{
    uint32_t old = blame->capacity;
    uint32_t capacity = old ? old * 2 : FIRST_CAPACITY;
    bnet_assert(capacity > old);
    blame->entries = bnet_mem_resize(blame->entries, capacity * sizeof *blame->entries);
    blame->chains = bnet_mem_resize(blame->chains, capacity * sizeof *blame->chains);
    blame->capacity = capacity;
    for (uint32_t i = 0; i < capacity; i++)
        blame->chains[i] = 0;
    for (uint32_t i = 0; i < old; i++)
        link_in(blame, i);
    for (uint32_t i = capacity; i > old; i--) {
        blame->entries[i - 1] = (BnetBlameEntry){.next = blame->free};
        blame->free = i;
    }
}

void bnet_blame_add(BnetBlame *blame, BnetBlock block, uint32_t session)
{
    if (bnet_blame_has(blame, block, session))
        return;
    if (blame->free == 0)
        grow(blame);
    uint32_t index = blame->free - 1;
    blame->free = blame->entries[index].next;
    blame->entries[index].block = block;
    blame->entries[index].session = session;
    link_in(blame, index);
    blame->n++;
}

bool bnet_blame_has(const BnetBlame *blame, BnetBlock block, uint32_t session)
{
    if (blame->n == 0)
        return false;
    for (uint32_t at = *chain_of(blame, block); at != 0; at = blame->entries[at - 1].next)
        if (blame->entries[at - 1].block == block && blame->entries[at - 1].session == session)
            return true;
    return false;
}

/* Frees the entry at which `link` points. */
static void unlink_at(BnetBlame *blame, uint32_t *link)
{
    uint32_t at = *link;
    BnetBlameEntry *entry = &blame->entries[at - 1];
    *link = entry->next;
    *entry = (BnetBlameEntry){.next = blame->free};
    blame->free = at;
    blame->n--;
}

void bnet_blame_drop_block(BnetBlame *blame, BnetBlock block)
{
    if (blame->n == 0)
        return;
    uint32_t *link = chain_of(blame, block);
    while (*link != 0) {
        if (blame->entries[*link - 1].block == block)
            unlink_at(blame, link);
        else
            link = &blame->entries[*link - 1].next;
    }
}

void bnet_blame_drop_session(BnetBlame *blame, uint32_t session)
{
    for (uint32_t c = 0; c < blame->capacity && blame->n > 0; c++) {
        uint32_t *link = &blame->chains[c];
        while (*link != 0) {
            if (blame->entries[*link - 1].session == session)
                unlink_at(blame, link);
            else
                link = &blame->entries[*link - 1].next;
        }
    }
}

/* Takes out one entry. */
static void drop_entry(BnetBlame *blame, uint32_t index)
{
    uint32_t *link = chain_of(blame, blame->entries[index].block);
    while (*link != index + 1)
        link = &blame->entries[*link - 1].next;
    unlink_at(blame, link);
}

uint32_t bnet_blame_take_guilty(BnetBlame *blame, const BnetStore *store, BnetBlock root)
{
    uint32_t guilty = BNET_NO_SESSION;
    uint32_t found = 0;
    for (uint32_t i = 0; i < blame->capacity && blame->n > 0; i++) {
        const BnetBlameEntry *entry = &blame->entries[i];
        if (entry->block == BNET_NO_BLOCK || entry->session >= guilty)
            continue;
        if (!bnet_store_is_ancestor(store, root, entry->block))
            continue;
        guilty = entry->session;
        found = i;
    }
    if (guilty != BNET_NO_SESSION)
        drop_entry(blame, found);
    return guilty;
}
