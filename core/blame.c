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
    *blame = (BnetBlame){0};
}

void bnet_blame_add(BnetBlame *blame, BnetBlock block, uint32_t session)
{
    if (bnet_blame_has(blame, block, session))
        return;
    if (blame->n == blame->capacity) {
        blame->capacity = blame->capacity ? blame->capacity * 2 : FIRST_CAPACITY;
        blame->entries =
            bnet_mem_resize(blame->entries, blame->capacity * sizeof *blame->entries);
    }
    blame->entries[blame->n++] = (BnetBlameEntry){block, session};
}

/* From the end: what is asked for mostly came last. */
bool bnet_blame_has(const BnetBlame *blame, BnetBlock block, uint32_t session)
{
    for (uint32_t i = blame->n; i > 0; i--)
        if (blame->entries[i - 1].block == block && blame->entries[i - 1].session == session)
            return true;
    return false;
}

void bnet_blame_drop_block(BnetBlame *blame, BnetBlock block)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < blame->n; i++)
        if (blame->entries[i].block != block)
            blame->entries[kept++] = blame->entries[i];
    blame->n = kept;
}

void bnet_blame_drop_session(BnetBlame *blame, uint32_t session)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < blame->n; i++)
        if (blame->entries[i].session != session)
            blame->entries[kept++] = blame->entries[i];
    blame->n = kept;
}

uint32_t bnet_blame_take_guilty(BnetBlame *blame, const BnetStore *store, BnetBlock root)
{
    for (uint32_t i = 0; i < blame->n; i++) {
        BnetBlameEntry entry = blame->entries[i];
        if (!bnet_store_is_ancestor(store, root, entry.block))
            continue;
        for (uint32_t k = i + 1; k < blame->n; k++)
            blame->entries[k - 1] = blame->entries[k];
        blame->n--;
        return entry.session;
    }
    return BNET_NO_SESSION;
}
