/* SPDX-License-Identifier: Apache-2.0 */
#include "core/view.h"

#include <string.h>

#include "core/array.h"

/* --- lists ----------------------------------------------------------------------------------- */

static void list_add(BnetList *list, uint32_t item)
{
    list->items = bnet_array_grow(list->items, list->n, &list->capacity, sizeof *list->items);
    list->items[list->n++] = item;
}

/* Looks first where the last item was taken out, then from the end: the blocks of a branch lie one
 * behind the other, and a single block mostly came last. */
static void list_remove(BnetList *list, uint32_t item)
{
    uint32_t at =
        list->hint < list->n && list->items[list->hint] == item ? list->hint + 1 : list->n;
    while (at > 0 && list->items[at - 1] != item)
        at--;
    if (at == 0)
        return;
    memmove(&list->items[at - 1], &list->items[at], (list->n - at) * sizeof *list->items);
    list->n--;
    list->hint = at - 1;
}

static void list_finish(BnetList *list)
{
    bnet_mem_resize(list->items, 0);
    *list = (BnetList){0};
}

/* --- life ------------------------------------------------------------------------------------ */

/* Unmarks the first n transactions of a block, which are marked as included. */
static void exclude_trxs(BnetView *view, BnetBlock block, uint32_t n)
{
    const BnetTrx *trxs = bnet_store_block_trx(view->store, block);
    for (uint32_t i = 0; i < n; i++)
        bnet_bits_clear(&view->included, trxs[i]);
}

/* Marks the transactions of a block as included; false, and none marked: one was already. */
static bool include_trxs(BnetView *view, BnetBlock block)
{
    const BnetTrx *trxs = bnet_store_block_trx(view->store, block);
    uint32_t n = bnet_store_block(view->store, block)->n_trx;
    for (uint32_t i = 0; i < n; i++) {
        if (bnet_bits_has(&view->included, trxs[i])) {
            exclude_trxs(view, block, i);
            return false;
        }
        bnet_bits_set(&view->included, trxs[i]);
    }
    return true;
}

static void set_head(BnetView *view, BnetBlock head)
{
    view->head = head;
    view->head_number = bnet_store_number(view->store, head);
}

/* The block of that number on our chain; 0: none. */
static void set_lib(BnetView *view, uint32_t number)
{
    view->lib = number > 0 ? bnet_store_ancestor(view->store, view->head, number) : BNET_NO_BLOCK;
    view->lib_number = number;
}

void bnet_view_init(BnetView *view, const BnetStore *store, BnetBlock head)
{
    *view = (BnetView){.store = store, .target = head};
    set_head(view, head);
    bnet_bits_init(&view->has);
    bnet_bits_init(&view->included);
    uint32_t lib = bnet_store_block(store, head)->lib;
    set_lib(view, lib);
    view->announced = lib;
    view->announced_block = view->lib;
    bnet_bits_raise(&view->has, view->lib);
    for (BnetBlock b = head; bnet_store_number(store, b) > lib;
         b = bnet_store_block(store, b)->parent)
        bnet_bits_set(&view->has, b);
    /* Mostly a run begins before there are transactions: then the chain need not be walked. */
    BnetBlock b = store->n_block_trxs > 0 ? head : BNET_NO_BLOCK;
    for (; b != BNET_NO_BLOCK; b = bnet_store_block(store, b)->parent)
        include_trxs(view, b);
}

void bnet_view_finish(BnetView *view)
{
    if (!view)
        return;
    bnet_bits_finish(&view->has);
    bnet_bits_finish(&view->included);
    list_finish(&view->side);
    list_finish(&view->invalid);
    list_finish(&view->pruned);
    list_finish(&view->returned);
    *view = (BnetView){0};
}

/* --- queries --------------------------------------------------------------------------------- */

bool bnet_view_applied(const BnetView *view, BnetBlock block)
{
    return bnet_store_is_ancestor(view->store, block, view->head);
}

bool bnet_view_has(const BnetView *view, BnetBlock block)
{
    if (bnet_store_number(view->store, block) > bnet_view_lib_number(view))
        return bnet_bits_has(&view->has, block);
    return bnet_store_is_ancestor(view->store, block, view->lib);
}

BnetBlock bnet_view_at(const BnetView *view, uint32_t number)
{
    if (number == 0 || number > bnet_view_head_number(view))
        return BNET_NO_BLOCK;
    return bnet_store_ancestor(view->store, view->head, number);
}

uint32_t bnet_view_pending(const BnetView *view)
{
    BnetBlock fork = bnet_store_common(view->store, view->head, view->target);
    return bnet_store_number(view->store, view->target) - bnet_store_number(view->store, fork);
}

/* --- fork choice ----------------------------------------------------------------------------- */

bool bnet_fork_choice_prefers(const BnetStore *store, BnetBlock a, BnetBlock b)
{
    const BnetBlockInfo *x = bnet_store_block(store, a);
    const BnetBlockInfo *y = bnet_store_block(store, b);
    if (x->lib != y->lib)
        return x->lib > y->lib;
    return x->number > y->number;
}

/* The best block there is; among equals the applied head, then the first that came. */
static BnetBlock best_candidate(const BnetView *view)
{
    BnetBlock best = view->head;
    if (view->fallback != BNET_NO_BLOCK && bnet_view_has(view, view->fallback))
        best = view->fallback;
    for (uint32_t i = 0; i < view->side.n; i++)
        if (bnet_fork_choice_prefers(view->store, view->side.items[i], best))
            best = view->side.items[i];
    return bnet_fork_choice_prefers(view->store, view->head, best) ? view->head : best;
}

/* --- arrival --------------------------------------------------------------------------------- */

/* The block is the root of an invalid branch that is remembered, or on one. */
static bool is_on_invalid_branch(const BnetView *view, BnetBlock block)
{
    for (uint32_t i = 0; i < view->invalid.n; i++)
        if (bnet_store_is_ancestor(view->store, view->invalid.items[i], block))
            return true;
    return false;
}

static bool is_future(const BnetView *view, const BnetBlockInfo *info, int64_t wall_ns)
{
    return bnet_store_slot_time_ns(view->store, info->slot) > wall_ns + BNET_FUTURE_NS;
}

static void remember_invalid(BnetView *view, BnetBlock block)
{
    if (!(view->quirks & BNET_QUIRK_BLAMES_LAST_SENDER))
        list_add(&view->invalid, block);
}

/* H18: an added block may bring one irreversible event, of the block after that of the last one,
 * once that is below the LIB of the best chain. */
static bool owes_event(const BnetView *view)
{
    return (view->quirks & BNET_QUIRK_TRAILING_LIB) &&
           view->announced + 1 < bnet_store_block(view->store, view->target)->lib;
}

BnetVerdict bnet_view_receive(BnetView *view, BnetBlock block, int64_t wall_ns)
{
    const BnetBlockInfo *info = bnet_store_block(view->store, block);
    if (bnet_view_has(view, block))
        return BNET_VERDICT_KNOWN;
    if (info->number <= bnet_view_lib_number(view))
        return BNET_VERDICT_STALE;
    if (is_on_invalid_branch(view, block))
        return BNET_VERDICT_INVALID;
    if (is_future(view, info, wall_ns))
        return BNET_VERDICT_FUTURE;
    if (info->parent == BNET_NO_BLOCK || !bnet_view_has(view, info->parent))
        return BNET_VERDICT_UNLINKABLE;
    if (info->header_fault != BNET_FAULT_NONE && !view->credulous) {
        remember_invalid(view, block);
        return BNET_VERDICT_INVALID;
    }
    bnet_bits_set(&view->has, block);
    list_add(&view->side, block);
    if (bnet_fork_choice_prefers(view->store, block, view->target))
        view->target = block;
    view->owes_event = owes_event(view);
    return BNET_VERDICT_ACCEPTED;
}

/* --- steps ----------------------------------------------------------------------------------- */

/* Takes the head back to where the target's branch leaves it. */
static void unwind(BnetView *view, BnetChainEvent *ret_event)
{
    BnetBlock from = view->head;
    BnetBlock fork = bnet_store_common(view->store, from, view->target);
    BnetList side = {
        0}; /* the blocks of the branch that is left were there before those of the side */
    for (BnetBlock b = from; b != fork; b = bnet_store_block(view->store, b)->parent) {
        const BnetTrx *trxs = bnet_store_block_trx(view->store, b);
        for (uint32_t i = bnet_store_block(view->store, b)->n_trx; i > 0; i--)
            list_add(&view->returned, trxs[i - 1]);
        exclude_trxs(view, b, bnet_store_block(view->store, b)->n_trx);
        list_add(&side, b);
    }
    for (uint32_t i = 0; i < view->side.n; i++)
        list_add(&side, view->side.items[i]);
    list_finish(&view->side);
    view->side = side;
    if (view->fallback == BNET_NO_BLOCK)
        view->fallback = from;
    set_head(view, fork);
    *ret_event = (BnetChainEvent){BNET_CHAIN_SWITCH, fork, from};
}

/* Gives up the blocks of the side that `drop` says; `to` (nullable) gets them. */
static void sweep_side(BnetView *view, bool (*drop)(const BnetView *, BnetBlock, BnetBlock),
                       BnetBlock reason, BnetList *to)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < view->side.n; i++) {
        BnetBlock b = view->side.items[i];
        if (!drop(view, b, reason)) {
            view->side.items[kept++] = b;
            continue;
        }
        bnet_bits_clear(&view->has, b);
        if (to)
            list_add(to, b);
    }
    view->side.n = kept;
}

static bool is_built_on(const BnetView *view, BnetBlock block, BnetBlock root)
{
    return bnet_store_is_ancestor(view->store, root, block);
}

static bool conflicts_with(const BnetView *view, BnetBlock block, BnetBlock lib)
{
    return !bnet_store_is_ancestor(view->store, lib, block);
}

static void reject(BnetView *view, BnetBlock block, BnetChainEvent *ret_event)
{
    const BnetBlock target = view->target;
    sweep_side(view, is_built_on, block, NULL);
    remember_invalid(view, block);
    view->target = best_candidate(view);
    *ret_event = (BnetChainEvent){BNET_CHAIN_REJECTED, block, target};
}

/* Forgets invalid branches whose root is at or below the LIB: what is built there is stale. */
static void forget_invalid(BnetView *view)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < view->invalid.n; i++)
        if (bnet_store_number(view->store, view->invalid.items[i]) > bnet_view_lib_number(view))
            view->invalid.items[kept++] = view->invalid.items[i];
    view->invalid.n = kept;
}

static void raise_lib_to(BnetView *view, uint32_t lib)
{
    if (lib <= bnet_view_lib_number(view))
        return;
    set_lib(view, lib);
    sweep_side(view, conflicts_with, view->lib, &view->pruned);
    bnet_bits_raise(&view->has, view->lib);
    forget_invalid(view);
}

/* The LIB is that of the head, and never moves back. */
static void raise_lib(BnetView *view)
{
    raise_lib_to(view, bnet_store_block(view->store, view->head)->lib);
}

void bnet_view_set_lib(BnetView *view, uint32_t number, bool announced)
{
    bnet_assert(view->head == view->target && view->announced == bnet_view_lib_number(view));
    bnet_assert(number <= bnet_view_head_number(view) && number >= view->announced);
    raise_lib_to(view, number);
    if (!announced)
        return;
    view->announced = number;
    view->announced_block = view->lib;
}

/* Applies the content of a block: true, and its transactions are included, unless it fails. */
static bool apply_content(BnetView *view, BnetBlock block)
{
    const BnetBlockInfo *info = bnet_store_block(view->store, block);
    bool included = include_trxs(view, block);
    if (view->credulous)
        return true;
    if (included && info->content_fault)
        exclude_trxs(view, block, info->n_trx);
    return included && !info->content_fault;
}

static void apply_next(BnetView *view, BnetChainEvent *ret_event)
{
    uint32_t number = bnet_view_head_number(view) + 1;
    BnetBlock next = bnet_store_ancestor(view->store, view->target, number);
    if (!apply_content(view, next)) {
        reject(view, next, ret_event);
        return;
    }
    set_head(view, next);
    list_remove(&view->side, next);
    raise_lib(view);
    *ret_event = (BnetChainEvent){.kind = BNET_CHAIN_APPLIED, .block = next};
}

/* The next irreversible event is due. */
static bool has_irreversible(const BnetView *view)
{
    if ((view->quirks & BNET_QUIRK_TRAILING_LIB) && !view->owes_event)
        return false;
    return view->announced < bnet_view_lib_number(view);
}

bool bnet_view_step(BnetView *view, BnetChainEvent *ret_event)
{
    if (has_irreversible(view)) {
        BnetBlock block = bnet_store_ancestor(view->store, view->lib, ++view->announced);
        view->owes_event = false;
        view->announced_block = block;
        *ret_event = (BnetChainEvent){.kind = BNET_CHAIN_IRREVERSIBLE, .block = block};
        return true;
    }
    if (view->pruned.n > 0) {
        BnetBlock block = view->pruned.items[--view->pruned.n];
        *ret_event = (BnetChainEvent){.kind = BNET_CHAIN_PRUNED, .block = block};
        return true;
    }
    if (view->head == view->target) {
        view->fallback = BNET_NO_BLOCK;
        return false;
    }
    if (bnet_store_is_ancestor(view->store, view->head, view->target))
        apply_next(view, ret_event);
    else
        unwind(view, ret_event);
    return true;
}

/* --- names ----------------------------------------------------------------------------------- */

const char *bnet_verdict_name(BnetVerdict verdict)
{
    static const char *const names[] = {"accepted", "known",      "invalid",
                                        "stale",    "unlinkable", "future"};
    return names[verdict];
}

const char *bnet_chain_event_name(BnetChainEventKind kind)
{
    static const char *const names[] = {"header",       "fork_switch", "applied",
                                        "irreversible", "rejected",    "pruned"};
    return names[kind];
}
