/* SPDX-License-Identifier: Apache-2.0 */
#include "core/deployed.h"

#include "core/array.h"

static const BnetBlockInfo *info_of(const BnetDeployed *deployed, BnetBlock block)
{
    return bnet_store_block(deployed->store, block);
}

static bool is_same(const BnetDeployed *deployed, BnetBlock a, BnetBlock b)
{
    return bnet_id_equal(&info_of(deployed, a)->id, &info_of(deployed, b)->id);
}

/* Two blocks of one number are children of the same block, or both are block 1. */
static bool are_siblings(const BnetDeployed *deployed, BnetBlock a, BnetBlock b)
{
    const BnetBlock x = info_of(deployed, a)->parent;
    const BnetBlock y = info_of(deployed, b)->parent;
    return x == BNET_NO_BLOCK || is_same(deployed, x, y);
}

/* A block other than block 1 is a child of that one. */
static bool is_child(const BnetDeployed *deployed, BnetBlock block, BnetBlock parent)
{
    return is_same(deployed, info_of(deployed, block)->parent, parent);
}

/* --- growing lists --------------------------------------------------------------------------- */

static void path_add(BnetDeployedPath *path, BnetBlock block)
{
    path->blocks = bnet_array_grow(path->blocks, path->n, &path->capacity, sizeof *path->blocks);
    path->blocks[path->n++] = block;
}

static void tell(BnetDeployed *deployed, BnetDeployedEventKind kind, BnetBlock block,
                 BnetBlock other)
{
    deployed->events = bnet_array_grow(deployed->events, deployed->n_events,
                                       &deployed->events_capacity, sizeof *deployed->events);
    deployed->events[deployed->n_events++] = (BnetDeployedEvent){kind, block, other};
}

/* --- life ------------------------------------------------------------------------------------ */

/* Unmarks the first n transactions of a block. */
static void exclude_trxs(BnetDeployed *deployed, BnetBlock block, uint32_t n)
{
    const BnetTrx *trxs = bnet_store_block_trx(deployed->store, block);
    for (uint32_t i = 0; i < n; i++)
        bnet_bits_clear(&deployed->included, trxs[i]);
}

static void include_chain(BnetDeployed *deployed, BnetBlock block)
{
    for (; block != BNET_NO_BLOCK; block = info_of(deployed, block)->parent) {
        const BnetTrx *trxs = bnet_store_block_trx(deployed->store, block);
        for (uint32_t i = 0; i < info_of(deployed, block)->n_trx; i++)
            bnet_bits_set(&deployed->included, trxs[i]);
    }
}

void bnet_deployed_init(BnetDeployed *deployed, const BnetStore *store, BnetBlock root,
                        uint32_t quirks)
{
    *deployed = (BnetDeployed){
        .store = store,
        .quirks = quirks,
        .head = root,
        .fork_head = root,
        .irreversible = root,
    };
    bnet_bits_init(&deployed->included);
    if (store->n_block_trxs > 0)
        include_chain(deployed, root);
    bnet_fork_database_init(&deployed->forks, store);
    bnet_fork_database_add(&deployed->forks, root);
}

void bnet_deployed_finish(BnetDeployed *deployed)
{
    if (!deployed)
        return;
    bnet_fork_database_finish(&deployed->forks);
    bnet_bits_finish(&deployed->included);
    bnet_mem_resize(deployed->refused, 0);
    bnet_mem_resize(deployed->gained.blocks, 0);
    bnet_mem_resize(deployed->lost.blocks, 0);
    bnet_mem_resize(deployed->events, 0);
    *deployed = (BnetDeployed){0};
}

void bnet_deployed_refuse(BnetDeployed *deployed, const BnetId *id)
{
    deployed->refused = bnet_array_grow(deployed->refused, deployed->n_refused,
                                        &deployed->refused_capacity, sizeof *deployed->refused);
    deployed->refused[deployed->n_refused++] = *id;
}

bool bnet_deployed_has(const BnetDeployed *deployed, BnetBlock block)
{
    const BnetBlockInfo *info = info_of(deployed, block);
    if (bnet_fork_database_find(&deployed->forks, &info->id) != BNET_NO_BLOCK)
        return true;
    if (info->number > bnet_store_number(deployed->store, deployed->irreversible))
        return false;
    return is_same(deployed, block,
                   bnet_store_ancestor(deployed->store, deployed->irreversible, info->number));
}

/* --- the fork database ----------------------------------------------------------------------- */

/* Looks for the fork head again, after blocks were removed. It is undefined if none is left. */
static BnetDeployedResult find_fork_head(BnetDeployed *deployed)
{
    const BnetBlock best = bnet_fork_database_best(&deployed->forks);
    if (best == BNET_NO_BLOCK)
        return BNET_DEPLOYED_CRASHED;
    deployed->fork_head = best;
    return BNET_DEPLOYED_ACCEPTED;
}

static BnetDeployedResult remove_branch(BnetDeployed *deployed, BnetBlock block)
{
    bnet_fork_database_remove(&deployed->forks, block);
    return find_fork_head(deployed);
}

/* Makes a block irreversible, the oldest one there is, and gives up what conflicts with it. */
static BnetDeployedResult make_irreversible(BnetDeployed *deployed, BnetBlock block)
{
    const uint32_t number = info_of(deployed, block)->number;
    if (number > info_of(deployed, deployed->irreversible)->number) {
        /* All others of its number, and what is built on them, went with the last one. */
        bnet_assert(is_child(deployed, block, deployed->irreversible));
        deployed->irreversible = block;
    }
    tell(deployed, BNET_DEPLOYED_IRREVERSIBLE, block, BNET_NO_BLOCK);
    bnet_fork_database_drop(&deployed->forks, block);
    BnetDeployedResult result = BNET_DEPLOYED_ACCEPTED;
    while (result == BNET_DEPLOYED_ACCEPTED) {
        const BnetBlock other = bnet_fork_database_oldest(&deployed->forks);
        if (other == BNET_NO_BLOCK || info_of(deployed, other)->number != number)
            break;
        result = remove_branch(deployed, other);
    }
    return result;
}

/* The oldest block is below the LIB of the fork head. */
static bool is_behind(const BnetDeployed *deployed)
{
    const BnetBlock oldest = bnet_fork_database_oldest(&deployed->forks);
    return oldest != BNET_NO_BLOCK &&
           info_of(deployed, oldest)->number < info_of(deployed, deployed->fork_head)->lib;
}

static BnetDeployedResult add(BnetDeployed *deployed, BnetBlock block)
{
    bnet_fork_database_add(&deployed->forks, block);
    BnetDeployedResult result = find_fork_head(deployed);
    while (result == BNET_DEPLOYED_ACCEPTED && is_behind(deployed)) {
        result = make_irreversible(deployed, bnet_fork_database_oldest(&deployed->forks));
        if (deployed->quirks & BNET_DEPLOYED_TRAILING)
            break;
    }
    return result;
}

/* --- the applied chain ----------------------------------------------------------------------- */

static bool is_refused(const BnetDeployed *deployed, const BnetId *id)
{
    for (uint32_t i = 0; i < deployed->n_refused; i++)
        if (bnet_id_equal(&deployed->refused[i], id))
            return true;
    return false;
}

/* What is wrong with a block as a whole. Transactions that have expired or come twice are looked
 * for one by one. */
static bool is_faulty(const BnetDeployed *deployed, const BnetBlockInfo *info)
{
    const BnetFault fault = (BnetFault)info->content_fault;
    if (fault != BNET_FAULT_NONE && fault != BNET_FAULT_DUPLICATE && fault != BNET_FAULT_EXPIRED)
        return true;
    return is_refused(deployed, &info->id);
}

/* Includes the transactions of a block, in their order; none of them if one is at fault. */
static BnetDeployedResult include_trxs(BnetDeployed *deployed, BnetBlock block)
{
    const BnetBlockInfo *info = info_of(deployed, block);
    const BnetTrx *trxs = bnet_store_block_trx(deployed->store, block);
    const int64_t time_ns = bnet_store_slot_time_ns(deployed->store, info->slot);
    for (uint32_t i = 0; i < info->n_trx; i++) {
        BnetDeployedResult result = BNET_DEPLOYED_ACCEPTED;
        if (bnet_bits_has(&deployed->included, trxs[i]))
            result = BNET_DEPLOYED_DUPLICATE_TRX;
        else if (bnet_store_trx(deployed->store, trxs[i])->expires_ns < time_ns)
            result = BNET_DEPLOYED_EXPIRED_TRX;
        if (result != BNET_DEPLOYED_ACCEPTED) {
            exclude_trxs(deployed, block, i);
            return result;
        }
        bnet_bits_set(&deployed->included, trxs[i]);
    }
    return BNET_DEPLOYED_ACCEPTED;
}

static BnetDeployedResult apply(BnetDeployed *deployed, BnetBlock block)
{
    if (is_faulty(deployed, info_of(deployed, block)))
        return BNET_DEPLOYED_FAULTY;
    const BnetDeployedResult result = include_trxs(deployed, block);
    if (result == BNET_DEPLOYED_ACCEPTED)
        tell(deployed, BNET_DEPLOYED_ACCEPTED_BLOCK, block, BNET_NO_BLOCK);
    return result;
}

/* Undoes the head. */
static BnetDeployedResult undo(BnetDeployed *deployed)
{
    const BnetBlock parent = bnet_fork_database_parent(&deployed->forks, deployed->head);
    if (parent == BNET_NO_BLOCK)
        return BNET_DEPLOYED_STUCK;
    exclude_trxs(deployed, deployed->head, info_of(deployed, deployed->head)->n_trx);
    deployed->head = parent;
    return BNET_DEPLOYED_ACCEPTED;
}

/* Undoes as many blocks as the list has, which lose their marks. */
static BnetDeployedResult undo_all(BnetDeployed *deployed, const BnetBlock *blocks, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        bnet_fork_database_mark(&deployed->forks, blocks[i], false);
        const BnetDeployedResult result = undo(deployed);
        if (result != BNET_DEPLOYED_ACCEPTED)
            return result;
    }
    return BNET_DEPLOYED_ACCEPTED;
}

/* Applies again what a switch that failed had undone. */
static BnetDeployedResult restore(BnetDeployed *deployed)
{
    for (uint32_t i = deployed->lost.n; i > 0; i--) {
        const BnetBlock block = deployed->lost.blocks[i - 1];
        const BnetDeployedResult result = apply(deployed, block);
        if (result != BNET_DEPLOYED_ACCEPTED)
            return result;
        deployed->head = block;
        bnet_fork_database_mark(&deployed->forks, block, true);
    }
    return BNET_DEPLOYED_ACCEPTED;
}

/* --- switching ------------------------------------------------------------------------------- */

/* Adds a block to a branch and goes on to its parent; false: that is not there. */
static bool climb(const BnetDeployed *deployed, BnetDeployedPath *path, BnetBlock *block)
{
    path_add(path, *block);
    *block = bnet_fork_database_parent(&deployed->forks, *block);
    return *block != BNET_NO_BLOCK;
}

/* Finds the branches from where the chains of fork head and head part; false: that is not there. */
static bool find_branches(BnetDeployed *deployed)
{
    BnetBlock gained = deployed->fork_head;
    BnetBlock lost = deployed->head;
    deployed->gained.n = 0;
    deployed->lost.n = 0;
    while (info_of(deployed, gained)->number > info_of(deployed, lost)->number)
        if (!climb(deployed, &deployed->gained, &gained))
            return false;
    while (info_of(deployed, lost)->number > info_of(deployed, gained)->number)
        if (!climb(deployed, &deployed->lost, &lost))
            return false;
    while (!are_siblings(deployed, gained, lost))
        if (!climb(deployed, &deployed->gained, &gained) ||
            !climb(deployed, &deployed->lost, &lost))
            return false;
    path_add(&deployed->gained, gained);
    path_add(&deployed->lost, lost);
    return true;
}

/* Goes back to the branch that was left, after the block at `failed` of the new one failed. */
static BnetDeployedResult turn_back(BnetDeployed *deployed, uint32_t failed, BnetDeployedResult why)
{
    const BnetDeployedPath *gained = &deployed->gained;
    BnetDeployedResult result = remove_branch(deployed, gained->blocks[failed]);
    if (result == BNET_DEPLOYED_ACCEPTED)
        result = undo_all(deployed, &gained->blocks[failed + 1], gained->n - failed - 1);
    if (result == BNET_DEPLOYED_ACCEPTED)
        result = restore(deployed);
    return result == BNET_DEPLOYED_ACCEPTED ? why : result;
}

static BnetDeployedResult switch_branch(BnetDeployed *deployed)
{
    tell(deployed, BNET_DEPLOYED_FORK_SWITCH, deployed->head, deployed->fork_head);
    if (!find_branches(deployed))
        return BNET_DEPLOYED_CRASHED;
    BnetDeployedResult result = undo_all(deployed, deployed->lost.blocks, deployed->lost.n);
    if (result != BNET_DEPLOYED_ACCEPTED)
        return result;
    for (uint32_t i = deployed->gained.n; i > 0; i--) {
        const BnetBlock block = deployed->gained.blocks[i - 1];
        result = apply(deployed, block);
        if (result != BNET_DEPLOYED_ACCEPTED)
            return turn_back(deployed, i - 1, result);
        deployed->head = block;
        bnet_fork_database_mark(&deployed->forks, block, true);
    }
    return BNET_DEPLOYED_ACCEPTED;
}

/* Makes the fork head the head. */
static BnetDeployedResult settle(BnetDeployed *deployed)
{
    const BnetBlock block = deployed->fork_head;
    if (is_same(deployed, block, deployed->head))
        return BNET_DEPLOYED_ACCEPTED;
    if (!is_child(deployed, block, deployed->head))
        return switch_branch(deployed);
    BnetDeployedResult result = apply(deployed, block);
    if (result != BNET_DEPLOYED_ACCEPTED) {
        const BnetDeployedResult removed = remove_branch(deployed, block);
        return removed == BNET_DEPLOYED_ACCEPTED ? result : removed;
    }
    deployed->head = block;
    bnet_fork_database_mark(&deployed->forks, block, true);
    return BNET_DEPLOYED_ACCEPTED;
}

/* --- a push ---------------------------------------------------------------------------------- */

static BnetDeployedResult judge_header(const BnetBlockInfo *info)
{
    switch ((BnetFault)info->header_fault) {
    case BNET_FAULT_NONE:
        return BNET_DEPLOYED_ACCEPTED;
    case BNET_FAULT_PRODUCER:
        return BNET_DEPLOYED_WRONG_PRODUCER;
    case BNET_FAULT_SCHEDULE_VERSION:
    case BNET_FAULT_NEW_PRODUCERS:
        return BNET_DEPLOYED_WRONG_SCHEDULE;
    case BNET_FAULT_DOUBLE_CONFIRM:
        return BNET_DEPLOYED_DOUBLE_CONFIRM;
    case BNET_FAULT_SIGNATURE:
        return BNET_DEPLOYED_WRONG_SIGNATURE;
    case BNET_FAULT_HEADER_EXTENSION:
    case BNET_FAULT_TIMESTAMP:
    case BNET_FAULT_BLOCK_EXTENSION:
    case BNET_FAULT_CONTENT:
    case BNET_FAULT_ROOT:
    case BNET_FAULT_DUPLICATE:
    case BNET_FAULT_EXPIRED:
        break;
    }
    return BNET_DEPLOYED_FAULTY;
}

/* The content of a block failed, and it was removed. */
static bool is_content_failure(BnetDeployedResult result)
{
    return result == BNET_DEPLOYED_FAULTY || result == BNET_DEPLOYED_DUPLICATE_TRX ||
           result == BNET_DEPLOYED_EXPIRED_TRX;
}

static BnetDeployedResult take(BnetDeployed *deployed, BnetBlock block)
{
    BnetDeployedResult result = judge_header(info_of(deployed, block));
    if (result == BNET_DEPLOYED_ACCEPTED)
        result = add(deployed, block);
    if (result != BNET_DEPLOYED_ACCEPTED)
        return result;
    tell(deployed, BNET_DEPLOYED_ACCEPTED_HEADER, block, BNET_NO_BLOCK);
    result = settle(deployed);
    BnetDeployedResult last = result;
    while (!(deployed->quirks & BNET_DEPLOYED_NO_RETRY) && is_content_failure(last))
        last = settle(deployed);
    return last == BNET_DEPLOYED_ACCEPTED ? result : last;
}

BnetDeployedResult bnet_deployed_push(BnetDeployed *deployed, BnetBlock block, bool future)
{
    deployed->n_events = 0;
    if (deployed->crashed)
        return BNET_DEPLOYED_CRASHED;
    if (future)
        return BNET_DEPLOYED_FUTURE;
    if (bnet_deployed_has(deployed, block))
        return BNET_DEPLOYED_KNOWN;
    if (bnet_fork_database_parent(&deployed->forks, block) == BNET_NO_BLOCK)
        return BNET_DEPLOYED_UNLINKABLE;
    const BnetDeployedResult result = take(deployed, block);
    deployed->crashed = result == BNET_DEPLOYED_CRASHED;
    if (result != BNET_DEPLOYED_ACCEPTED && !deployed->crashed)
        tell(deployed, BNET_DEPLOYED_REJECTED, block, BNET_NO_BLOCK);
    return result;
}

/* --- names ----------------------------------------------------------------------------------- */

const char *bnet_deployed_result_name(BnetDeployedResult result)
{
    static const char *const names[] = {
        [BNET_DEPLOYED_ACCEPTED] = "accepted",
        [BNET_DEPLOYED_KNOWN] = "known",
        [BNET_DEPLOYED_UNLINKABLE] = "unlinkable",
        [BNET_DEPLOYED_FUTURE] = "future",
        [BNET_DEPLOYED_CRASHED] = "crashed",
        [BNET_DEPLOYED_FAULTY] = "rejected:block_validate_exception",
        [BNET_DEPLOYED_STUCK] = "rejected:block_validate_exception",
        [BNET_DEPLOYED_WRONG_PRODUCER] = "rejected:wrong_producer",
        [BNET_DEPLOYED_WRONG_SCHEDULE] = "rejected:producer_schedule_exception",
        [BNET_DEPLOYED_DOUBLE_CONFIRM] = "rejected:producer_double_confirm",
        [BNET_DEPLOYED_WRONG_SIGNATURE] = "rejected:wrong_signing_key",
        [BNET_DEPLOYED_DUPLICATE_TRX] = "rejected:tx_duplicate",
        [BNET_DEPLOYED_EXPIRED_TRX] = "rejected:expired_tx_exception",
    };
    return names[result];
}

const char *bnet_deployed_event_name(BnetDeployedEventKind kind)
{
    static const char *const names[] = {"irreversible", "accepted_block_header", "fork_switch",
                                        "accepted_block", "rejected"};
    return names[kind];
}
