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

static bool has_chains(const BnetBlame *blame)
{
    return blame->n > blame->n_few;
}

/* Index among the few; n_few: it is not there. */
static uint32_t find_few(const BnetBlame *blame, BnetBlock block, uint32_t session)
{
    uint32_t i = 0;
    while (i < blame->n_few && (blame->few[i].block != block || blame->few[i].session != session))
        i++;
    return i;
}

static void drop_few(BnetBlame *blame, uint32_t index)
{
    blame->few[index] = blame->few[--blame->n_few];
    blame->n--;
}

static void add_to_chain(BnetBlame *blame, BnetBlock block, uint32_t session)
{
    if (blame->free == 0)
        grow(blame);
    uint32_t index = blame->free - 1;
    blame->free = blame->entries[index].next;
    blame->entries[index].block = block;
    blame->entries[index].session = session;
    link_in(blame, index);
}

void bnet_blame_add(BnetBlame *blame, BnetBlock block, uint32_t session)
{
    if (bnet_blame_has(blame, block, session))
        return;
    if (blame->n_few < BNET_BLAME_FEW)
        blame->few[blame->n_few++] = (BnetBlameFew){block, session};
    else
        add_to_chain(blame, block, session);
    blame->n++;
}

bool bnet_blame_has(const BnetBlame *blame, BnetBlock block, uint32_t session)
{
    if (find_few(blame, block, session) < blame->n_few)
        return true;
    if (!has_chains(blame))
        return false;
    for (uint32_t at = *chain_of(blame, block); at != 0; at = blame->entries[at - 1].next)
        if (blame->entries[at - 1].block == block && blame->entries[at - 1].session == session)
            return true;
    return false;
}

bool bnet_blame_has_session(const BnetBlame *blame, uint32_t session)
{
    for (uint32_t i = 0; i < blame->n_few; i++)
        if (blame->few[i].session == session)
            return true;
    for (uint32_t i = 0; i < blame->capacity && has_chains(blame); i++)
        if (blame->entries[i].block != BNET_NO_BLOCK && blame->entries[i].session == session)
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
    for (uint32_t i = blame->n_few; i > 0; i--)
        if (blame->few[i - 1].block == block)
            drop_few(blame, i - 1);
    if (!has_chains(blame))
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
    for (uint32_t i = blame->n_few; i > 0; i--)
        if (blame->few[i - 1].session == session)
            drop_few(blame, i - 1);
    for (uint32_t c = 0; c < blame->capacity && has_chains(blame); c++) {
        uint32_t *link = &blame->chains[c];
        while (*link != 0) {
            if (blame->entries[*link - 1].session == session)
                unlink_at(blame, link);
            else
                link = &blame->entries[*link - 1].next;
        }
    }
}

/* Takes out an entry of a chain. */
static void drop_entry(BnetBlame *blame, BnetBlock block, uint32_t session)
{
    uint32_t *link = chain_of(blame, block);
    while (blame->entries[*link - 1].block != block || blame->entries[*link - 1].session != session)
        link = &blame->entries[*link - 1].next;
    unlink_at(blame, link);
}

/* The guilty one is `found` or the sender of this block, whoever is the lower session. */
static void judge(const BnetStore *store, BnetBlock root, BnetBlameFew sent, BnetBlameFew *found)
{
    if (sent.block != BNET_NO_BLOCK && sent.session < found->session &&
        bnet_store_is_ancestor(store, root, sent.block))
        *found = sent;
}

uint32_t bnet_blame_take_guilty(BnetBlame *blame, const BnetStore *store, BnetBlock root)
{
    BnetBlameFew found = {.session = BNET_NO_SESSION};
    for (uint32_t i = 0; i < blame->n_few; i++)
        judge(store, root, blame->few[i], &found);
    for (uint32_t i = 0; i < blame->capacity && has_chains(blame); i++)
        judge(store, root, (BnetBlameFew){blame->entries[i].block, blame->entries[i].session},
              &found);
    if (found.session == BNET_NO_SESSION)
        return BNET_NO_SESSION;
    uint32_t index = find_few(blame, found.block, found.session);
    if (index < blame->n_few)
        drop_few(blame, index);
    else
        drop_entry(blame, found.block, found.session);
    return found.session;
}
