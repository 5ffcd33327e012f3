/* SPDX-License-Identifier: Apache-2.0 */
#include "core/view.h"
#include "tests/core_fixture.h"

/* Late enough for every block of these tests. */
#define NOW (1000000 * BNET_NS_PER_S)

typedef struct Fixture {
    BnetStore store;
    BnetView view;
    char text[4096];
} Fixture;

static void setup(Fixture *f, BnetRule rule, uint32_t depth, uint32_t n_producers)
{
    memset(f, 0, sizeof *f);
    core_store_init(&f->store, rule, depth, n_producers);
    bnet_view_init(&f->view, &f->store, BNET_GENESIS);
}

static void teardown(Fixture *f)
{
    bnet_view_finish(&f->view);
    bnet_store_finish(&f->store);
}

/* Settles, and returns what happened: "applied 2; irreversible 1". */
static const char *settle(Fixture *f)
{
    BnetChainEvent event;
    f->text[0] = '\0';
    while (bnet_view_step(&f->view, &event)) {
        size_t used = strlen(f->text);
        snprintf(f->text + used, sizeof f->text - used, "%s%s %s", used ? "; " : "",
                 bnet_chain_event_name(event.kind), core_block_text(&f->store, event.block));
        if (event.kind == BNET_CHAIN_SWITCH) {
            used = strlen(f->text);
            snprintf(f->text + used, sizeof f->text - used, " from %s",
                     core_block_text(&f->store, event.other));
        }
    }
    return f->text;
}

static BnetVerdict receive(Fixture *f, BnetBlock block)
{
    return bnet_view_receive(&f->view, block, NOW);
}

/* Receives a valid block and all its ancestors that are missing, oldest first, then settles. */
static void receive_chain(Fixture *f, BnetBlock head)
{
    BnetBlock parent = bnet_store_block(&f->store, head)->parent;
    if (!bnet_view_has(&f->view, parent))
        receive_chain(f, parent);
    ck_assert_uint_eq(receive(f, head), BNET_VERDICT_ACCEPTED);
    settle(f);
}

/* --- verdicts -------------------------------------------------------------------------------- */

START_TEST(test_verdicts)
{
    Fixture f;
    setup(&f, BNET_RULE_DEPTH, 3, 1);
    BnetBlock two = core_child(&f.store, BNET_GENESIS, 0);
    BnetBlock three = core_child(&f.store, two, 0);
    ck_assert_uint_eq(receive(&f, BNET_GENESIS), BNET_VERDICT_KNOWN);
    ck_assert_uint_eq(receive(&f, three), BNET_VERDICT_UNLINKABLE);
    ck_assert_uint_eq(receive(&f, two), BNET_VERDICT_ACCEPTED);
    ck_assert_uint_eq(receive(&f, two), BNET_VERDICT_KNOWN);
    ck_assert_uint_eq(receive(&f, three), BNET_VERDICT_ACCEPTED);
    ck_assert_str_eq(settle(&f), "applied 2; applied 3");
    ck_assert_uint_eq(receive(&f, two), BNET_VERDICT_KNOWN);

    BnetBlock bad = core_unsigned_child(&f.store, three, 0);
    BnetBlock on_bad = core_child(&f.store, bad, 0);
    ck_assert_uint_eq(receive(&f, on_bad), BNET_VERDICT_UNLINKABLE);
    ck_assert_uint_eq(receive(&f, bad), BNET_VERDICT_INVALID);
    ck_assert(!bnet_view_has(&f.view, bad));
    ck_assert_uint_eq(receive(&f, bad), BNET_VERDICT_INVALID);
    ck_assert_uint_eq(receive(&f, on_bad), BNET_VERDICT_INVALID);
    ck_assert_str_eq(settle(&f), "");

    /* The LIB becomes 3: what conflicts with it, invalid or not, is stale. */
    receive_chain(&f, core_extend(&f.store, three, 3));
    ck_assert_uint_eq(bnet_view_lib_number(&f.view), 3);
    BnetBlock other = core_child(&f.store, two, 1);
    ck_assert_uint_eq(receive(&f, other), BNET_VERDICT_STALE);
    ck_assert_uint_eq(receive(&f, core_child(&f.store, other, 0)), BNET_VERDICT_UNLINKABLE);
    ck_assert_uint_eq(receive(&f, two), BNET_VERDICT_KNOWN);
    ck_assert_uint_eq(receive(&f, core_unsigned_child(&f.store, two, 2)), BNET_VERDICT_STALE);
    teardown(&f);
}
END_TEST

START_TEST(test_names)
{
    ck_assert_str_eq(bnet_verdict_name(BNET_VERDICT_ACCEPTED), "accepted");
    ck_assert_str_eq(bnet_verdict_name(BNET_VERDICT_FUTURE), "future");
    ck_assert_str_eq(bnet_chain_event_name(BNET_CHAIN_HEADER), "header");
    ck_assert_str_eq(bnet_chain_event_name(BNET_CHAIN_PRUNED), "pruned");
}
END_TEST

/* A block may be 7 s ahead of our clock, not a nanosecond more; nothing is remembered of it. */
START_TEST(test_future)
{
    Fixture f;
    setup(&f, BNET_RULE_NONE, 0, 1);
    BnetBlockSpec spec = core_spec_at(&f.store, BNET_GENESIS, 100); /* at 50 s */
    BnetBlock block = bnet_store_add_block(&f.store, &spec);
    int64_t limit_ns = 43 * BNET_NS_PER_S;
    ck_assert_uint_eq(bnet_view_receive(&f.view, block, limit_ns - 1), BNET_VERDICT_FUTURE);
    ck_assert(!bnet_view_has(&f.view, block));
    ck_assert_uint_eq(bnet_view_receive(&f.view, block, limit_ns), BNET_VERDICT_ACCEPTED);
    ck_assert_str_eq(settle(&f), "applied 2");
    teardown(&f);
}
END_TEST

/* A persona that finds no fault: it takes bad headers and bad contents. */
START_TEST(test_credulous)
{
    Fixture f;
    setup(&f, BNET_RULE_NONE, 0, 1);
    f.view.credulous = true;
    BnetBlock bad = core_unsigned_child(&f.store, BNET_GENESIS, 0);
    ck_assert_uint_eq(receive(&f, bad), BNET_VERDICT_ACCEPTED);
    ck_assert_uint_eq(receive(&f, core_bad_child(&f.store, bad, 0)), BNET_VERDICT_ACCEPTED);
    ck_assert_str_eq(settle(&f), "applied 2; applied 3");
    teardown(&f);
}
END_TEST

/* --- fork choice ----------------------------------------------------------------------------- */

START_TEST(test_first_of_equals)
{
    Fixture f;
    setup(&f, BNET_RULE_NONE, 0, 1);
    BnetBlock a = core_child(&f.store, BNET_GENESIS, 0);
    BnetBlock b = core_child(&f.store, BNET_GENESIS, 1);
    BnetBlock c = core_child(&f.store, BNET_GENESIS, 2);
    ck_assert_uint_eq(receive(&f, b), BNET_VERDICT_ACCEPTED);
    ck_assert_uint_eq(receive(&f, a), BNET_VERDICT_ACCEPTED);
    ck_assert_uint_eq(bnet_view_pending(&f.view), 1);
    ck_assert_str_eq(settle(&f), "applied 2b");
    ck_assert_uint_eq(bnet_view_pending(&f.view), 0);
    ck_assert_uint_eq(receive(&f, c), BNET_VERDICT_ACCEPTED);
    ck_assert_str_eq(settle(&f), "");
    /* A higher number wins. */
    ck_assert_uint_eq(receive(&f, core_child(&f.store, c, 0)), BNET_VERDICT_ACCEPTED);
    ck_assert_uint_eq(bnet_view_pending(&f.view), 2);
    ck_assert_str_eq(settle(&f), "fork_switch 1 from 2b; applied 2c; applied 3");
    ck_assert(bnet_view_applied(&f.view, c));
    ck_assert(!bnet_view_applied(&f.view, b));
    ck_assert(bnet_view_has(&f.view, b));
    ck_assert_uint_eq(bnet_view_at(&f.view, 2), c);
    ck_assert_uint_eq(bnet_view_at(&f.view, 0), BNET_NO_BLOCK);
    ck_assert_uint_eq(bnet_view_at(&f.view, 4), BNET_NO_BLOCK);
    teardown(&f);
}
END_TEST

/* 100 blocks of one of four producers have no LIB; 85 of all four have LIB 48, and win. */
START_TEST(test_lib_first)
{
    Fixture f;
    setup(&f, BNET_RULE_DPOS, 0, 4);
    BnetBlock lonely = BNET_GENESIS;
    for (uint32_t i = 1; i < 100; i++) {
        BnetBlockSpec spec = core_spec_at(&f.store, lonely, i / 12 * 48 + i % 12);
        lonely = bnet_store_add_block(&f.store, &spec);
    }
    receive_chain(&f, lonely);
    ck_assert_uint_eq(bnet_view_head_number(&f.view), 100);
    ck_assert_uint_eq(bnet_view_lib_number(&f.view), 0);
    BnetBlock fork = bnet_view_at(&f.view, 12);
    BnetBlock all = core_extend(&f.store, fork, 72);
    receive_chain(&f, all);
    ck_assert_uint_eq(bnet_store_number(&f.store, all), 84);
    ck_assert_uint_eq(f.view.head, lonely);
    all = core_child(&f.store, all, 0);
    ck_assert_uint_eq(receive(&f, all), BNET_VERDICT_ACCEPTED);
    ck_assert_str_ne(settle(&f), "");
    ck_assert_uint_eq(f.view.head, all);
    ck_assert_uint_eq(bnet_view_lib_number(&f.view), 48);
    ck_assert_uint_eq(f.view.lib, bnet_view_at(&f.view, 48));
    /* All of the lonely branch conflicts with the LIB. */
    ck_assert(!bnet_view_has(&f.view, lonely));
    ck_assert_uint_eq(f.view.side.n, 0);
    ck_assert_uint_eq(receive(&f, lonely), BNET_VERDICT_UNLINKABLE);
    teardown(&f);
}
END_TEST

/* --- irreversibility ------------------------------------------------------------------------- */

/* One event for each number, in order, right after the block that made it so; then the pruned. */
START_TEST(test_irreversible_events)
{
    Fixture f;
    setup(&f, BNET_RULE_DPOS, 0, 4);
    BnetBlock eighty_four = core_extend(&f.store, BNET_GENESIS, 83);
    receive_chain(&f, eighty_four);
    BnetBlock side = core_child(&f.store, bnet_view_at(&f.view, 47), 100);
    BnetBlock kept = core_child(&f.store, bnet_view_at(&f.view, 48), 100);
    ck_assert_uint_eq(receive(&f, side), BNET_VERDICT_ACCEPTED);
    ck_assert_uint_eq(receive(&f, kept), BNET_VERDICT_ACCEPTED);
    settle(&f);
    BnetBlock block = core_child(&f.store, eighty_four, 0);
    ck_assert_uint_eq(receive(&f, block), BNET_VERDICT_ACCEPTED);
    BnetChainEvent event;
    ck_assert(bnet_view_step(&f.view, &event));
    ck_assert_uint_eq(event.kind, BNET_CHAIN_APPLIED);
    ck_assert_uint_eq(event.block, block);
    for (uint32_t number = 1; number <= 48; number++) {
        ck_assert(bnet_view_step(&f.view, &event));
        ck_assert_uint_eq(event.kind, BNET_CHAIN_IRREVERSIBLE);
        ck_assert_uint_eq(event.block, bnet_view_at(&f.view, number));
    }
    ck_assert(bnet_view_step(&f.view, &event));
    ck_assert_uint_eq(event.kind, BNET_CHAIN_PRUNED);
    ck_assert_uint_eq(event.block, side);
    ck_assert(!bnet_view_step(&f.view, &event));
    ck_assert(!bnet_view_has(&f.view, side));
    ck_assert(bnet_view_has(&f.view, kept));
    teardown(&f);
}
END_TEST

/* A view that starts with a chain has seen its irreversible blocks. */
START_TEST(test_start_with_a_chain)
{
    Fixture f;
    setup(&f, BNET_RULE_DEPTH, 5, 1);
    BnetTrx trx = core_trx(&f.store, 1000);
    BnetBlock early = core_child_with(&f.store, core_extend(&f.store, BNET_GENESIS, 4), 0, trx);
    BnetBlock head = core_extend(&f.store, early, 20);
    bnet_view_finish(&f.view);
    bnet_view_init(&f.view, &f.store, head);
    ck_assert_str_eq(settle(&f), "");
    ck_assert_uint_eq(bnet_view_head_number(&f.view), 26);
    ck_assert_uint_eq(bnet_view_lib_number(&f.view), 21);
    for (BnetBlock b = BNET_GENESIS; b <= head; b++) {
        ck_assert(bnet_view_has(&f.view, b));
        ck_assert(bnet_view_applied(&f.view, b));
    }
    ck_assert(bnet_bits_has(&f.view.included, trx));
    ck_assert_uint_eq(receive(&f, core_child(&f.store, head, 0)), BNET_VERDICT_ACCEPTED);
    ck_assert_str_eq(settle(&f), "applied 27; irreversible 22");
    teardown(&f);
}
END_TEST

/* --- blocks that fail when they are applied
 * ------------------------------------------------------- */

/* The switch fails at its third block: the old head comes back, although others are as high. */
START_TEST(test_failed_switch)
{
    Fixture f;
    setup(&f, BNET_RULE_NONE, 0, 1);
    BnetBlock fork = core_extend(&f.store, BNET_GENESIS, 2);
    BnetBlock ours = core_extend(&f.store, fork, 3);  /* 4, 5, 6 */
    BnetBlock rival = core_child(&f.store, fork, 5);  /* 4b */
    BnetBlock top = core_extend(&f.store, rival, 2);  /* 5b, 6b: as high as ours, but later */
    BnetBlock bad = core_bad_child(&f.store, top, 0); /* 7 */
    BnetBlock on_bad = core_child(&f.store, bad, 0);  /* 8 */
    receive_chain(&f, ours);
    receive_chain(&f, top);
    ck_assert_uint_eq(receive(&f, bad), BNET_VERDICT_ACCEPTED);
    ck_assert_uint_eq(receive(&f, on_bad), BNET_VERDICT_ACCEPTED);
    ck_assert_str_eq(settle(&f), "fork_switch 3 from 6; applied 4b; applied 5b; applied 6b; "
                                 "rejected 7; fork_switch 3 from 6b; applied 4; applied 5; "
                                 "applied 6");
    ck_assert_uint_eq(f.view.head, ours);
    ck_assert(bnet_view_has(&f.view, top));
    ck_assert(!bnet_view_has(&f.view, bad));
    ck_assert(!bnet_view_has(&f.view, on_bad));
    ck_assert_uint_eq(receive(&f, bad), BNET_VERDICT_INVALID);
    ck_assert_uint_eq(receive(&f, on_bad), BNET_VERDICT_INVALID);
    ck_assert_uint_eq(receive(&f, core_child(&f.store, bad, 3)), BNET_VERDICT_INVALID);
    /* The good part of that branch may still win. */
    ck_assert_uint_eq(receive(&f, core_child(&f.store, top, 2)), BNET_VERDICT_ACCEPTED);
    ck_assert_str_eq(settle(&f), "fork_switch 3 from 6; applied 4b; applied 5b; applied 6b; "
                                 "applied 7b");
    teardown(&f);
}
END_TEST

/* After a failure the best of what is left is taken, not simply the old head. */
START_TEST(test_failed_switch_to_another)
{
    Fixture f;
    setup(&f, BNET_RULE_NONE, 0, 1);
    BnetBlock ours = core_extend(&f.store, BNET_GENESIS, 1);   /* 2 */
    BnetBlock other = core_child(&f.store, BNET_GENESIS, 1);   /* 2b */
    other = core_extend(&f.store, other, 1);                   /* 3 */
    BnetBlock bad = core_bad_child(&f.store, BNET_GENESIS, 2); /* 2c */
    BnetBlock on_bad = core_extend(&f.store, bad, 2);          /* 3b, 4 */
    receive_chain(&f, ours);
    ck_assert_uint_eq(receive(&f, bad), BNET_VERDICT_ACCEPTED);
    ck_assert_uint_eq(receive(&f, bnet_store_block(&f.store, on_bad)->parent),
                      BNET_VERDICT_ACCEPTED);
    ck_assert_uint_eq(receive(&f, on_bad), BNET_VERDICT_ACCEPTED);
    ck_assert_uint_eq(receive(&f, bnet_store_block(&f.store, other)->parent),
                      BNET_VERDICT_ACCEPTED);
    ck_assert_uint_eq(receive(&f, other), BNET_VERDICT_ACCEPTED);
    ck_assert_str_eq(settle(&f), "fork_switch 1 from 2; rejected 2c; applied 2b; applied 3");
    teardown(&f);
}
END_TEST

/* A better block may come while a switch is under way. */
START_TEST(test_target_moves_during_a_switch)
{
    Fixture f;
    setup(&f, BNET_RULE_NONE, 0, 1);
    BnetBlock ours = core_extend(&f.store, BNET_GENESIS, 2); /* 2, 3 */
    BnetBlock two_b = core_child(&f.store, BNET_GENESIS, 1);
    BnetBlock three_b = core_child(&f.store, two_b, 0);
    BnetBlock rival = core_child(&f.store, three_b, 0); /* 4 */
    BnetBlock four_b = core_child(&f.store, ours, 0);
    BnetBlock five = core_child(&f.store, four_b, 0);
    receive_chain(&f, ours);
    receive(&f, two_b);
    receive(&f, three_b);
    receive(&f, rival);
    BnetChainEvent event;
    ck_assert(bnet_view_step(&f.view, &event)); /* the fork switch */
    ck_assert(bnet_view_step(&f.view, &event)); /* 2b */
    ck_assert_uint_eq(f.view.head, two_b);
    receive(&f, four_b);
    ck_assert_uint_eq(f.view.target, rival);
    receive(&f, five);
    ck_assert_str_eq(settle(&f), "fork_switch 1 from 2b; applied 2; applied 3; applied 4b; "
                                 "applied 5");
    ck_assert_uint_eq(f.view.head, five);
    teardown(&f);
}
END_TEST

/* Invalid blocks are forgotten when the LIB passes them: then they are stale. */
START_TEST(test_invalid_is_forgotten)
{
    Fixture f;
    setup(&f, BNET_RULE_DEPTH, 2, 1);
    BnetBlock bad = core_unsigned_child(&f.store, BNET_GENESIS, 0); /* number 2 */
    BnetBlock two = core_child(&f.store, BNET_GENESIS, 0);
    receive_chain(&f, two);
    ck_assert_uint_eq(receive(&f, bad), BNET_VERDICT_INVALID);
    BnetBlock later = core_bad_child(&f.store, core_extend(&f.store, two, 1), 0); /* number 4 */
    receive_chain(&f, core_extend(&f.store, two, 1));
    ck_assert_uint_eq(receive(&f, later), BNET_VERDICT_ACCEPTED);
    ck_assert_str_eq(settle(&f), "rejected 4");
    ck_assert_uint_eq(f.view.invalid.n, 2);
    receive_chain(&f, core_extend(&f.store, two, 2)); /* head 4, LIB 2 */
    ck_assert_uint_eq(bnet_view_lib_number(&f.view), 2);
    ck_assert_uint_eq(f.view.invalid.n, 1);
    ck_assert_uint_eq(receive(&f, bad), BNET_VERDICT_STALE);
    ck_assert_uint_eq(receive(&f, later), BNET_VERDICT_INVALID);
    receive_chain(&f, core_extend(&f.store, two, 4)); /* LIB 4 */
    ck_assert_uint_eq(f.view.invalid.n, 0);
    ck_assert_uint_eq(receive(&f, later), BNET_VERDICT_STALE);
    teardown(&f);
}
END_TEST

/* --- transactions
 * --------------------------------------------------------------------------------- */

START_TEST(test_included_twice)
{
    Fixture f;
    setup(&f, BNET_RULE_NONE, 0, 1);
    BnetTrx trx = core_trx(&f.store, 1000);
    BnetBlock first = core_child_with(&f.store, BNET_GENESIS, 0, trx);
    BnetBlock again = core_child_with(&f.store, core_child(&f.store, first, 0), 0, trx);
    BnetBlock rival = core_child_with(&f.store, core_child(&f.store, BNET_GENESIS, 5), 0, trx);
    receive_chain(&f, bnet_store_block(&f.store, again)->parent);
    ck_assert_uint_eq(receive(&f, again), BNET_VERDICT_ACCEPTED);
    ck_assert_str_eq(settle(&f), "rejected 4");
    ck_assert(bnet_bits_has(&f.view.included, trx));
    /* On another fork it may be included once more. */
    ck_assert_uint_eq(receive(&f, bnet_store_block(&f.store, rival)->parent),
                      BNET_VERDICT_ACCEPTED);
    ck_assert_uint_eq(receive(&f, rival), BNET_VERDICT_ACCEPTED);
    ck_assert_uint_eq(receive(&f, core_child(&f.store, rival, 0)), BNET_VERDICT_ACCEPTED);
    ck_assert_str_eq(settle(&f), "fork_switch 1 from 3; applied 2b; applied 3b; applied 4b");
    ck_assert(bnet_bits_has(&f.view.included, trx));
    teardown(&f);
}
END_TEST

/* Unwound blocks give their transactions back. */
START_TEST(test_returned)
{
    Fixture f;
    setup(&f, BNET_RULE_NONE, 0, 1);
    BnetTrx a = core_trx(&f.store, 1000);
    BnetTrx b = core_trx(&f.store, 1000);
    BnetBlock with_a = core_child_with(&f.store, BNET_GENESIS, 0, a);
    BnetBlock with_b = core_child_with(&f.store, with_a, 0, b);
    receive_chain(&f, with_b);
    ck_assert_uint_eq(f.view.returned.n, 0);
    BnetBlock rival = core_child(&f.store, BNET_GENESIS, 7);
    ck_assert_uint_eq(receive(&f, rival), BNET_VERDICT_ACCEPTED);
    for (uint32_t i = 0; i < 2; i++) {
        rival = core_child(&f.store, rival, 0);
        ck_assert_uint_eq(receive(&f, rival), BNET_VERDICT_ACCEPTED);
    }
    ck_assert_str_eq(settle(&f), "fork_switch 1 from 3; applied 2b; applied 3b; applied 4");
    ck_assert(!bnet_bits_has(&f.view.included, a));
    ck_assert(!bnet_bits_has(&f.view.included, b));
    ck_assert_uint_eq(f.view.returned.n, 2);
    teardown(&f);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("view");
    TCase *tcase = tcase_create("view");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_verdicts);
    tcase_add_test(tcase, test_names);
    tcase_add_test(tcase, test_future);
    tcase_add_test(tcase, test_credulous);
    tcase_add_test(tcase, test_first_of_equals);
    tcase_add_test(tcase, test_lib_first);
    tcase_add_test(tcase, test_irreversible_events);
    tcase_add_test(tcase, test_start_with_a_chain);
    tcase_add_test(tcase, test_failed_switch);
    tcase_add_test(tcase, test_failed_switch_to_another);
    tcase_add_test(tcase, test_target_moves_during_a_switch);
    tcase_add_test(tcase, test_invalid_is_forgotten);
    tcase_add_test(tcase, test_included_twice);
    tcase_add_test(tcase, test_returned);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
