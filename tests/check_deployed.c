/* SPDX-License-Identifier: Apache-2.0 */
#include "core/deployed.h"
#include "tests/core_fixture.h"

typedef struct Fixture {
    BnetStore store;
    BnetDeployed deployed;
    char text[4096];
} Fixture;

static void setup_with(Fixture *f, BnetRule rule, uint32_t depth, uint32_t n_producers,
                       uint32_t quirks)
{
    memset(f, 0, sizeof *f);
    core_store_init(&f->store, rule, depth, n_producers);
    bnet_deployed_init(&f->deployed, &f->store, BNET_GENESIS, quirks);
}

static void setup(Fixture *f, BnetRule rule, uint32_t depth)
{
    setup_with(f, rule, depth, 1, BNET_DEPLOYED_QUIRKS);
}

static void teardown(Fixture *f)
{
    bnet_deployed_finish(&f->deployed);
    bnet_store_finish(&f->store);
}

static void say(Fixture *f, const char *separator, const char *text)
{
    const size_t used = strlen(f->text);
    const int n = snprintf(f->text + used, sizeof f->text - used, "%s%s", separator, text);
    ck_assert(n >= 0 && used + (size_t)n < sizeof f->text);
}

/* Pushes, and returns what came of it: "accepted: accepted_block_header 2, accepted_block 2". */
static const char *push_at(Fixture *f, BnetBlock block, bool future)
{
    f->text[0] = '\0';
    say(f, "", bnet_deployed_result_name(bnet_deployed_push(&f->deployed, block, future)));
    for (uint32_t i = 0; i < f->deployed.n_events; i++) {
        const BnetDeployedEvent *event = &f->deployed.events[i];
        say(f, i == 0 ? ": " : ", ", bnet_deployed_event_name(event->kind));
        say(f, " ", core_block_text(&f->store, event->block));
        if (event->other != BNET_NO_BLOCK)
            say(f, " to ", core_block_text(&f->store, event->other));
    }
    return f->text;
}

static const char *push(Fixture *f, BnetBlock block)
{
    return push_at(f, block, false);
}

/* The heads: "3", or "3, fork head 4b". */
static const char *heads(Fixture *f)
{
    f->text[0] = '\0';
    say(f, "", core_block_text(&f->store, f->deployed.head));
    if (f->deployed.fork_head != f->deployed.head)
        say(f, ", fork head ", core_block_text(&f->store, f->deployed.fork_head));
    return f->text;
}

/* Pushes the blocks above `from` on the chain of `head`, the oldest first; each must be accepted.
 */
static void push_chain(Fixture *f, BnetBlock from, BnetBlock head)
{
    const BnetBlock parent = bnet_store_block(&f->store, head)->parent;
    if (parent != from)
        push_chain(f, from, parent);
    ck_assert_uint_eq(bnet_deployed_push(&f->deployed, head, false), BNET_DEPLOYED_ACCEPTED);
}

/* --- verdicts -------------------------------------------------------------------------------- */

START_TEST(test_verdicts)
{
    Fixture f;
    setup(&f, BNET_RULE_NONE, 0);
    const BnetBlock two = core_child(&f.store, BNET_GENESIS, 0);
    const BnetBlock three = core_child(&f.store, two, 0);
    const BnetBlock other = core_child(&f.store, two, 1);
    ck_assert_str_eq(push(&f, BNET_GENESIS), "known");
    ck_assert_str_eq(push(&f, two), "accepted: accepted_block_header 2, accepted_block 2");
    ck_assert_str_eq(push(&f, two), "known");
    ck_assert_str_eq(push(&f, other), "accepted: accepted_block_header 3b, accepted_block 3b");
    /* No better than the head: its header only. */
    ck_assert_str_eq(push(&f, three), "accepted: accepted_block_header 3");
    ck_assert_str_eq(push(&f, three), "known");
    ck_assert_str_eq(heads(&f), "3b");
    ck_assert(bnet_deployed_has(&f.deployed, three));
    teardown(&f);
    bnet_deployed_finish(NULL);
}
END_TEST

/* What is dropped leaves no trace: no event, and it may come again. */
START_TEST(test_dropped)
{
    Fixture f;
    setup(&f, BNET_RULE_NONE, 0);
    const BnetBlock two = core_child(&f.store, BNET_GENESIS, 0);
    const BnetBlock three = core_child(&f.store, two, 0);
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_str_eq(push(&f, three), "unlinkable");
        ck_assert_str_eq(push_at(&f, two, true), "future");
        ck_assert_str_eq(push_at(&f, three, true), "future");
        ck_assert(!bnet_deployed_has(&f.deployed, two) && !bnet_deployed_has(&f.deployed, three));
    }
    ck_assert_str_eq(push(&f, two), "accepted: accepted_block_header 2, accepted_block 2");
    /* Future comes before known. */
    ck_assert_str_eq(push_at(&f, two, true), "future");
    ck_assert_str_eq(push(&f, three), "accepted: accepted_block_header 3, accepted_block 3");
    teardown(&f);
}
END_TEST

START_TEST(test_header_faults)
{
    Fixture f;
    setup_with(&f, BNET_RULE_DPOS, 0, 4, BNET_DEPLOYED_QUIRKS);
    const BnetBlock parent = core_extend(&f.store, BNET_GENESIS, 20);
    push_chain(&f, BNET_GENESIS, parent);
    const BnetBlockSpec good = core_spec(&f.store, parent, 0);
    const char *expected[] = {
        "rejected:block_validate_exception: rejected 22",
        "rejected:wrong_producer: rejected 22b",
        "rejected:producer_schedule_exception: rejected 22c",
        "rejected:producer_double_confirm: rejected 22d",
        "rejected:wrong_signing_key: rejected 22e",
    };
    BnetBlockSpec bad[5] = {good, good, good, good, good};
    bad[0].slot--;
    bad[1].producer++;
    bad[2].schedule_version++;
    bad[3].confirmed++;
    bad[4].signature_valid = false;
    for (unsigned i = 0; i < 5; i++) {
        const BnetBlock block = bnet_store_add_block(&f.store, &bad[i]);
        ck_assert_str_eq(push(&f, block), expected[i]);
        ck_assert(!bnet_deployed_has(&f.deployed, block));
    }
    ck_assert_str_eq(heads(&f), "21");
    teardown(&f);
}
END_TEST

/* A rejected block is judged anew each time, and its children have no parent. */
START_TEST(test_not_remembered)
{
    Fixture f;
    setup(&f, BNET_RULE_NONE, 0);
    const BnetBlock two = core_bad_child(&f.store, BNET_GENESIS, 0);
    const BnetBlock three = core_child(&f.store, two, 0);
    for (unsigned i = 0; i < 2; i++) {
        ck_assert_str_eq(push(&f, two), "rejected:block_validate_exception: "
                                        "accepted_block_header 2, rejected 2");
        ck_assert_str_eq(push(&f, three), "unlinkable");
    }
    teardown(&f);
}
END_TEST

/* Blocks are known by their id, which covers no signature. */
START_TEST(test_same_id)
{
    Fixture f;
    setup(&f, BNET_RULE_NONE, 0);
    const BnetBlock forged = core_unsigned_child(&f.store, BNET_GENESIS, 0);
    const BnetBlock good = core_child(&f.store, BNET_GENESIS, 0);
    const BnetBlock on_forged = core_child(&f.store, forged, 0);
    ck_assert_uint_ne(forged, good);
    ck_assert_str_eq(push(&f, forged), "rejected:wrong_signing_key: rejected 2");
    ck_assert_str_eq(push(&f, good), "accepted: accepted_block_header 2b, accepted_block 2b");
    ck_assert_str_eq(push(&f, forged), "known");
    ck_assert_str_eq(push(&f, on_forged), "accepted: accepted_block_header 3, accepted_block 3");
    ck_assert_uint_eq(f.deployed.head, on_forged);
    teardown(&f);
}
END_TEST

/* --- switching ------------------------------------------------------------------------------- */

START_TEST(test_switch)
{
    Fixture f;
    setup(&f, BNET_RULE_NONE, 0);
    const BnetBlock two = core_child(&f.store, BNET_GENESIS, 0);
    const BnetBlock three = core_child(&f.store, two, 0);
    const BnetBlock three_b = core_child(&f.store, two, 1);
    const BnetBlock four_b = core_child(&f.store, three_b, 0);
    push_chain(&f, BNET_GENESIS, three);
    ck_assert_str_eq(push(&f, three_b), "accepted: accepted_block_header 3b");
    ck_assert_str_eq(push(&f, four_b), "accepted: accepted_block_header 4, fork_switch 3 to 4, "
                                       "accepted_block 3b, accepted_block 4");
    ck_assert_str_eq(heads(&f), "4");
    teardown(&f);
}
END_TEST

/* H15: a bad block deep in a branch is found when a later one makes it the best, and that one is
 * told to be rejected. The branch that was left is applied again. */
START_TEST(test_bad_branch)
{
    Fixture f;
    setup(&f, BNET_RULE_NONE, 0);
    const BnetBlock two = core_child(&f.store, BNET_GENESIS, 0);
    const BnetBlock four = core_extend(&f.store, two, 2);
    const BnetBlock three_b = core_child(&f.store, two, 1);
    const BnetBlock four_b = core_bad_child(&f.store, three_b, 0);
    const BnetBlock five_b = core_child(&f.store, four_b, 0);
    push_chain(&f, BNET_GENESIS, four);
    ck_assert_str_eq(push(&f, three_b), "accepted: accepted_block_header 3b");
    ck_assert_str_eq(push(&f, four_b), "accepted: accepted_block_header 4b");
    ck_assert_str_eq(push(&f, five_b), "rejected:block_validate_exception: "
                                       "accepted_block_header 5, fork_switch 4 to 5, "
                                       "accepted_block 3b, accepted_block 3, accepted_block 4, "
                                       "rejected 5");
    ck_assert_str_eq(heads(&f), "4");
    ck_assert(bnet_deployed_has(&f.deployed, three_b));
    ck_assert(!bnet_deployed_has(&f.deployed, four_b) && !bnet_deployed_has(&f.deployed, five_b));
    teardown(&f);
}
END_TEST

/* A chain 2, 3, 4 whose block 3 is refused from now on, and beside it 3b, 4b and a bad 5. */
static BnetBlock build_apart(Fixture *f, const char *expected)
{
    const BnetBlock two = core_child(&f->store, BNET_GENESIS, 0);
    const BnetBlock three = core_child(&f->store, two, 0);
    const BnetBlock four = core_child(&f->store, three, 0);
    const BnetBlock four_b = core_child(&f->store, core_child(&f->store, two, 1), 0);
    const BnetBlock five = core_bad_child(&f->store, four_b, 0);
    push_chain(f, BNET_GENESIS, four);
    push_chain(f, two, four_b);
    bnet_deployed_refuse(&f->deployed, &bnet_store_block(&f->store, three)->id);
    ck_assert_str_eq(push(f, five), expected);
    return two;
}

/* A switch fails, and so does the way back: fork head and head differ until the next push, whatever
 * it is. That undoes and applies the lower one again, and is told to be rejected itself. */
START_TEST(test_apart)
{
    Fixture f;
    setup(&f, BNET_RULE_NONE, 0);
    const BnetBlock two = build_apart(&f, "rejected:block_validate_exception: "
                                          "accepted_block_header 5, fork_switch 4 to 5, "
                                          "accepted_block 3b, accepted_block 4b, rejected 5");
    ck_assert_str_eq(heads(&f), "2, fork head 4");
    ck_assert_str_eq(push(&f, core_child(&f.store, two, 2)),
                     "rejected:block_validate_exception: accepted_block_header 3c, "
                     "fork_switch 2 to 4, accepted_block 2, accepted_block 2, rejected 3c");
    ck_assert_str_eq(heads(&f), "2, fork head 4b");
    ck_assert_str_eq(push(&f, core_child(&f.store, two, 3)),
                     "accepted: accepted_block_header 3d, fork_switch 2 to 4b, "
                     "accepted_block 2, accepted_block 3b, accepted_block 4b");
    ck_assert_str_eq(heads(&f), "4b");
    teardown(&f);
}
END_TEST

/* Where the switch after that begins with block 1, it is impossible: that has no parent. */
START_TEST(test_apart_at_block_1)
{
    for (uint32_t quirks = 0; quirks <= BNET_DEPLOYED_NO_RETRY; quirks += BNET_DEPLOYED_NO_RETRY) {
        const bool retries = quirks == 0;
        Fixture f;
        setup_with(&f, BNET_RULE_NONE, 0, 1, quirks);
        const BnetBlock two = core_child(&f.store, BNET_GENESIS, 0);
        const BnetBlock three = core_child(&f.store, two, 0);
        const BnetBlock three_b = core_child(&f.store, core_child(&f.store, BNET_GENESIS, 1), 0);
        push_chain(&f, BNET_GENESIS, three);
        push_chain(&f, BNET_GENESIS, three_b);
        bnet_deployed_refuse(&f.deployed, &bnet_store_block(&f.store, two)->id);
        const BnetBlock four_b = core_bad_child(&f.store, three_b, 0);
        ck_assert_uint_eq(bnet_deployed_push(&f.deployed, four_b, false),
                          retries ? BNET_DEPLOYED_STUCK : BNET_DEPLOYED_FAULTY);
        ck_assert_str_eq(heads(&f), "1, fork head 3");
        for (uint32_t skip = 5; skip < 7; skip++)
            ck_assert_uint_eq(
                bnet_deployed_push(&f.deployed, core_child(&f.store, two, skip), false),
                BNET_DEPLOYED_STUCK);
        ck_assert_str_eq(heads(&f), "1, fork head 3");
        teardown(&f);
    }
}
END_TEST

/* Without that oddity the best block is looked for until a switch succeeds. */
START_TEST(test_retry)
{
    Fixture f;
    setup_with(&f, BNET_RULE_NONE, 0, 1, BNET_DEPLOYED_TRAILING);
    build_apart(&f, "rejected:block_validate_exception: accepted_block_header 5, "
                    "fork_switch 4 to 5, accepted_block 3b, accepted_block 4b, "
                    "fork_switch 2 to 4, accepted_block 2, accepted_block 2, "
                    "fork_switch 2 to 4b, accepted_block 2, accepted_block 3b, accepted_block 4b, "
                    "rejected 5");
    ck_assert_str_eq(heads(&f), "4b");
    teardown(&f);
}
END_TEST

/* --- transactions ---------------------------------------------------------------------------- */

static BnetBlock child_with(Fixture *f, BnetBlock parent, uint32_t skip, const BnetTrx *trxs,
                            uint32_t n)
{
    BnetBlockSpec spec = core_spec(&f->store, parent, skip);
    spec.trxs = trxs;
    spec.n_trxs = n;
    return bnet_store_add_block(&f->store, &spec);
}

/* The first transaction at fault counts; a block that fails includes none. */
START_TEST(test_transactions)
{
    Fixture f;
    setup(&f, BNET_RULE_NONE, 0);
    const BnetTrx a = core_trx(&f.store, 1000);
    const BnetTrx b = core_trx(&f.store, 1000);
    const BnetTrx expired = core_trx(&f.store, 4);
    const BnetBlock nine = core_extend(&f.store, BNET_GENESIS, 8); /* in slot 8, at 4 s */
    const BnetBlock two = child_with(&f, BNET_GENESIS, 8, &a, 1);
    push_chain(&f, BNET_GENESIS, two);
    ck_assert_str_eq(push(&f, child_with(&f, two, 0, (BnetTrx[]){b, a, expired}, 3)),
                     "rejected:tx_duplicate: accepted_block_header 3b, rejected 3b");
    ck_assert_str_eq(push(&f, child_with(&f, two, 0, (BnetTrx[]){b, expired, a}, 3)),
                     "rejected:expired_tx_exception: accepted_block_header 3c, rejected 3c");
    ck_assert_str_eq(push(&f, child_with(&f, two, 0, (BnetTrx[]){b, b}, 2)),
                     "rejected:tx_duplicate: accepted_block_header 3d, rejected 3d");
    ck_assert_str_eq(push(&f, child_with(&f, two, 0, &b, 1)),
                     "accepted: accepted_block_header 3e, accepted_block 3e");
    /* On another branch they may be again; one that expires when the block is made is good. */
    push_chain(&f, BNET_GENESIS, core_extend(&f.store, BNET_GENESIS, 7));
    ck_assert_str_eq(heads(&f), "8");
    ck_assert_str_eq(push(&f, nine), "accepted: accepted_block_header 9, accepted_block 9");
    const BnetBlock eight = bnet_store_block(&f.store, nine)->parent;
    const BnetBlock at_limit = child_with(&f, eight, 0, (BnetTrx[]){expired, b, a}, 3);
    ck_assert_str_eq(push(&f, at_limit), "accepted: accepted_block_header 9b");
    ck_assert_str_eq(push(&f, core_child(&f.store, at_limit, 0)),
                     "accepted: accepted_block_header 10, fork_switch 9 to 10, "
                     "accepted_block 9b, accepted_block 10");
    teardown(&f);
}
END_TEST

/* A view may begin anywhere: what is below is irreversible, its transactions are included. */
START_TEST(test_root)
{
    Fixture f;
    setup(&f, BNET_RULE_NONE, 0);
    const BnetTrx trx = core_trx(&f.store, 1000);
    const BnetBlock two = core_child_with(&f.store, BNET_GENESIS, 0, trx);
    const BnetBlock four = core_extend(&f.store, two, 2);
    bnet_deployed_finish(&f.deployed);
    bnet_deployed_init(&f.deployed, &f.store, four, BNET_DEPLOYED_QUIRKS);
    ck_assert_str_eq(heads(&f), "4");
    ck_assert_str_eq(push(&f, two), "known");
    ck_assert_str_eq(push(&f, core_child(&f.store, BNET_GENESIS, 3)), "unlinkable");
    ck_assert_str_eq(push(&f, core_child_with(&f.store, four, 0, trx)),
                     "rejected:tx_duplicate: accepted_block_header 5, rejected 5");
    teardown(&f);
}
END_TEST

/* --- irreversible blocks --------------------------------------------------------------------- */

/* H18: the LIB is 0 up to block 84 and 48 at block 85; from there on each block that is added makes
 * one irreversible, 116 of them up to block 200, whose LIB is 156. */
START_TEST(test_trailing)
{
    Fixture f;
    setup_with(&f, BNET_RULE_DPOS, 0, 4, BNET_DEPLOYED_QUIRKS);
    const BnetBlock head = core_extend(&f.store, BNET_GENESIS, 199);
    push_chain(&f, BNET_GENESIS, bnet_store_ancestor(&f.store, head, 84));
    ck_assert_uint_eq(f.deployed.irreversible, BNET_GENESIS);
    ck_assert_str_eq(push(&f, bnet_store_ancestor(&f.store, head, 85)),
                     "accepted: irreversible 1, accepted_block_header 85, accepted_block 85");
    push_chain(&f, bnet_store_ancestor(&f.store, head, 85), head);
    ck_assert_uint_eq(bnet_store_block(&f.store, f.deployed.head)->lib, 156);
    ck_assert_uint_eq(bnet_store_number(&f.store, f.deployed.irreversible), 116);
    teardown(&f);

    /* Without that oddity it follows. */
    setup_with(&f, BNET_RULE_DPOS, 0, 4, BNET_DEPLOYED_NO_RETRY);
    push_chain(&f, BNET_GENESIS, core_extend(&f.store, BNET_GENESIS, 199));
    ck_assert_uint_eq(bnet_store_number(&f.store, f.deployed.irreversible), 155);
    teardown(&f);
}
END_TEST

/*
 * Of several blocks of one number that which is applied becomes irreversible, though it came last.
 * Two producers have slots 0 to 11 and 12 to 23, and so on; block 35 stands in slot 34, of the
 * first. A block of the second raises the LIB and so is better than two more of the first.
 */
START_TEST(test_current_first)
{
    Fixture f;
    setup_with(&f, BNET_RULE_DPOS, 0, 2, BNET_DEPLOYED_QUIRKS);
    const BnetBlock fork = core_extend(&f.store, BNET_GENESIS, 34);
    const BnetBlock refused = core_child(&f.store, fork, 0);
    const BnetBlock side = core_extend(&f.store, core_child(&f.store, fork, 13), 1);
    push_chain(&f, BNET_GENESIS, core_child(&f.store, refused, 12));
    push_chain(&f, fork, side);
    bnet_deployed_refuse(&f.deployed, &bnet_store_block(&f.store, refused)->id);
    ck_assert_uint_eq(bnet_deployed_push(&f.deployed, core_bad_child(&f.store, side, 0), false),
                      BNET_DEPLOYED_FAULTY);
    ck_assert_str_eq(heads(&f), "35, fork head 37b");
    BnetBlock head = core_child(&f.store, fork, 1);
    const BnetBlock last = head;
    push_chain(&f, fork, head);
    ck_assert_uint_eq(f.deployed.head, last);
    while (bnet_store_number(&f.store, f.deployed.irreversible) < 36) {
        ck_assert_uint_lt(f.store.n_blocks, 200);
        const BnetBlock parent = head;
        head = core_child(&f.store, head, 0);
        push_chain(&f, parent, head);
    }
    ck_assert_uint_eq(f.deployed.irreversible, last);
    ck_assert(!bnet_deployed_has(&f.deployed, refused));
    teardown(&f);
}
END_TEST

/* What conflicts with an irreversible block goes with all that is built on it. */
START_TEST(test_pruned)
{
    Fixture f;
    setup(&f, BNET_RULE_DEPTH, 2);
    const BnetBlock five = core_extend(&f.store, BNET_GENESIS, 4);
    const BnetBlock three_b = core_child(&f.store, core_child(&f.store, BNET_GENESIS, 1), 0);
    const BnetBlock two = bnet_store_ancestor(&f.store, five, 2);
    push_chain(&f, BNET_GENESIS, bnet_store_ancestor(&f.store, five, 3));
    push_chain(&f, BNET_GENESIS, three_b);
    ck_assert_str_eq(push(&f, bnet_store_ancestor(&f.store, five, 4)),
                     "accepted: irreversible 1, accepted_block_header 4, accepted_block 4");
    ck_assert(bnet_deployed_has(&f.deployed, three_b));
    ck_assert_str_eq(push(&f, five),
                     "accepted: irreversible 2, accepted_block_header 5, accepted_block 5");
    ck_assert(!bnet_deployed_has(&f.deployed, three_b));
    ck_assert_str_eq(push(&f, two), "known");
    ck_assert_str_eq(push(&f, three_b), "unlinkable");
    ck_assert_str_eq(push(&f, bnet_store_block(&f.store, three_b)->parent), "unlinkable");
    teardown(&f);
}
END_TEST

/* The fork point of a switch is irreversible: the head goes back to the block above it, and stays.
 */
START_TEST(test_stuck)
{
    Fixture f;
    setup(&f, BNET_RULE_DEPTH, 2);
    const BnetBlock two = core_child(&f.store, BNET_GENESIS, 0);
    const BnetBlock three = core_child(&f.store, two, 0);
    const BnetBlock three_b = core_child(&f.store, core_child(&f.store, BNET_GENESIS, 1), 0);
    const BnetBlock four = core_child(&f.store, three_b, 0);
    push_chain(&f, BNET_GENESIS, three);
    push_chain(&f, BNET_GENESIS, three_b);
    ck_assert_uint_eq(bnet_store_block(&f.store, f.deployed.head)->lib, 1);
    ck_assert_str_eq(push(&f, four), "rejected:block_validate_exception: irreversible 1, "
                                     "accepted_block_header 4, fork_switch 3 to 4, rejected 4");
    ck_assert_str_eq(heads(&f), "2, fork head 4");
    /* The LIB of the head fell. */
    ck_assert_uint_eq(bnet_store_block(&f.store, f.deployed.head)->lib, 0);
    ck_assert_uint_eq(bnet_deployed_push(&f.deployed, core_child(&f.store, two, 5), false),
                      BNET_DEPLOYED_STUCK);
    ck_assert_str_eq(heads(&f), "2, fork head 4");
    /* The oldest block, not the one below the fork head, becomes irreversible: what was pushed is
     * gone when it is told to be accepted. */
    const BnetBlock five = core_child(&f.store, four, 0);
    ck_assert_str_eq(push(&f, five), "accepted: irreversible 2, accepted_block_header 5, "
                                     "accepted_block 3");
    ck_assert(!bnet_deployed_has(&f.deployed, five));
    ck_assert_str_eq(heads(&f), "3");
    teardown(&f);
}
END_TEST

/* The fork head's chain does not lead to the head any more. */
START_TEST(test_crash_of_a_switch)
{
    Fixture f;
    setup(&f, BNET_RULE_DEPTH, 2);
    const BnetBlock two = core_child(&f.store, BNET_GENESIS, 0);
    const BnetBlock three = core_child(&f.store, two, 0);
    const BnetBlock four = core_extend(&f.store, core_child(&f.store, BNET_GENESIS, 1), 2);
    const BnetBlock four_c = core_child(&f.store, core_child(&f.store, two, 4), 0);
    push_chain(&f, BNET_GENESIS, three);
    push_chain(&f, BNET_GENESIS, bnet_store_block(&f.store, four)->parent);
    ck_assert_uint_eq(bnet_deployed_push(&f.deployed, four, false), BNET_DEPLOYED_STUCK);
    const BnetBlock three_c = bnet_store_block(&f.store, four_c)->parent;
    ck_assert_uint_eq(bnet_deployed_push(&f.deployed, three_c, false), BNET_DEPLOYED_STUCK);
    ck_assert_uint_eq(bnet_deployed_push(&f.deployed, four_c, false), BNET_DEPLOYED_STUCK);
    const BnetBlock five_c = core_child(&f.store, four_c, 0);
    ck_assert_str_eq(push(&f, five_c),
                     "crashed: irreversible 2, accepted_block_header 5, fork_switch 2 to 5");
    ck_assert_str_eq(push(&f, two), "crashed");
    ck_assert_str_eq(push_at(&f, two, true), "crashed");
    teardown(&f);
}
END_TEST

/* Nothing is left in the fork database. */
START_TEST(test_crash_of_an_empty_database)
{
    Fixture f;
    setup(&f, BNET_RULE_DEPTH, 1);
    const BnetBlock two = core_child(&f.store, BNET_GENESIS, 0);
    const BnetBlock two_b = core_child(&f.store, BNET_GENESIS, 1);
    const BnetBlock four = core_extend(&f.store, two_b, 2);
    const BnetBlock three = bnet_store_block(&f.store, four)->parent;
    push_chain(&f, BNET_GENESIS, two);
    push_chain(&f, BNET_GENESIS, two_b);
    ck_assert_uint_eq(bnet_deployed_push(&f.deployed, three, false), BNET_DEPLOYED_STUCK);
    ck_assert_str_eq(push(&f, four), "crashed: irreversible 2");
    ck_assert_str_eq(push(&f, four), "crashed");
    teardown(&f);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("deployed");
    TCase *tests = tcase_create("deployed");
    tcase_add_test(tests, test_verdicts);
    tcase_add_test(tests, test_dropped);
    tcase_add_test(tests, test_header_faults);
    tcase_add_test(tests, test_not_remembered);
    tcase_add_test(tests, test_same_id);
    tcase_add_test(tests, test_switch);
    tcase_add_test(tests, test_bad_branch);
    tcase_add_test(tests, test_apart);
    tcase_add_test(tests, test_apart_at_block_1);
    tcase_add_test(tests, test_retry);
    tcase_add_test(tests, test_transactions);
    tcase_add_test(tests, test_root);
    tcase_add_test(tests, test_trailing);
    tcase_add_test(tests, test_current_first);
    tcase_add_test(tests, test_pruned);
    tcase_add_test(tests, test_stuck);
    tcase_add_test(tests, test_crash_of_a_switch);
    tcase_add_test(tests, test_crash_of_an_empty_database);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
