/* SPDX-License-Identifier: Apache-2.0 */
#include "core/dpos.h"
#include "tests/core_fixture.h"

/* --- schedule -------------------------------------------------------------------------------- */

START_TEST(test_schedule)
{
    ck_assert_uint_eq(bnet_dpos_scheduled(1, 0), 0);
    ck_assert_uint_eq(bnet_dpos_scheduled(1, UINT32_MAX), 0);
    ck_assert_uint_eq(bnet_dpos_scheduled(4, 11), 0);
    ck_assert_uint_eq(bnet_dpos_scheduled(4, 12), 1);
    ck_assert_uint_eq(bnet_dpos_scheduled(4, 47), 3);
    ck_assert_uint_eq(bnet_dpos_scheduled(4, 48), 0);
    ck_assert_uint_eq(bnet_dpos_scheduled(21, 251), 20);
    ck_assert_uint_eq(bnet_dpos_scheduled(21, 252), 0);
    ck_assert_uint_eq(bnet_dpos_scheduled(125, 1499), 124);
}
END_TEST

START_TEST(test_required)
{
    static const uint32_t required[][2] = {{1, 1},   {2, 2},    {3, 3},   {4, 3},
                                           {6, 5},   {7, 5},    {20, 14}, {21, 15},
                                           {22, 15}, {124, 83}, {125, 84}};
    for (unsigned i = 0; i < sizeof required / sizeof *required; i++)
        ck_assert_uint_eq(bnet_dpos_required(required[i][0]), required[i][1]);
}
END_TEST

static void no_producers(void)
{
    static BnetDpos state;
    bnet_dpos_genesis(&state, 0);
}

static void too_many_producers(void)
{
    static BnetDpos state;
    bnet_dpos_genesis(&state, BNET_PRODUCERS_MAX + 1);
}

static void unknown_producer(void)
{
    static BnetDpos state;
    bnet_dpos_genesis(&state, 4);
    bnet_dpos_advance(&state, 4, 0);
}

START_TEST(test_limits_of_producers)
{
    static BnetDpos state;
    bnet_dpos_genesis(&state, BNET_PRODUCERS_MAX);
    bnet_dpos_advance(&state, BNET_PRODUCERS_MAX - 1, UINT16_MAX);
    ck_assert_uint_eq(state.number, 2);
    ck_assert(core_asserts(no_producers));
    ck_assert(core_asserts(too_many_producers));
    ck_assert(core_asserts(unknown_producer));
}
END_TEST

/* --- the known figures ----------------------------------------------------------------------- */

/* LIB of each block of a chain without a missed slot, whose block 1 begins a round. */
static void lib_of_straight_chain(uint32_t n_producers, uint32_t n_blocks, uint32_t *lib)
{
    BnetDpos state;
    uint32_t last[26] = {0};
    bnet_dpos_genesis(&state, n_producers);
    lib[1] = 0;
    for (uint32_t number = 2; number <= n_blocks; number++) {
        uint32_t producer = bnet_dpos_scheduled(n_producers, number - 1);
        uint32_t confirmed = last[producer] ? number - 1 - last[producer] : 0;
        ck_assert(!bnet_dpos_confirms_twice(&state, producer, (uint16_t)confirmed));
        bnet_dpos_advance(&state, producer, (uint16_t)confirmed);
        ck_assert_uint_eq(state.number, number);
        last[producer] = number;
        lib[number] = state.lib;
    }
}

/* Protocol section 8: n = 1. */
START_TEST(test_one_producer)
{
    uint32_t lib[2001];
    lib_of_straight_chain(1, 2000, lib);
    ck_assert_uint_eq(lib[2], 0);
    for (uint32_t number = 3; number <= 2000; number++)
        ck_assert_uint_eq(lib[number], number - 1);
}
END_TEST

/* Protocol section 8: n = 4. */
START_TEST(test_four_producers)
{
    uint32_t lib[2001];
    lib_of_straight_chain(4, 2000, lib);
    ck_assert_uint_eq(lib[85], 48);
    ck_assert_uint_eq(lib[97], 60);
    for (uint32_t number = 97; number <= 2000; number++) {
        bool rises = (number - 97) % 12 == 0;
        ck_assert_uint_eq(lib[number] - lib[number - 1], rises ? 12 : 0);
    }
}
END_TEST

/* Protocol section 8: n = 21. */
START_TEST(test_twenty_one_producers)
{
    uint32_t lib[3001];
    lib_of_straight_chain(21, 3000, lib);
    ck_assert_uint_eq(lib[577], 252);
    for (uint32_t number = 578; number <= 3000; number++) {
        bool rises = (number - 577) % 12 == 0;
        ck_assert_uint_eq(lib[number] - lib[number - 1], rises ? 12 : 0);
        ck_assert(number - lib[number] >= 325 && number - lib[number] <= 336);
    }
}
END_TEST

/* --- double confirmation
 * -------------------------------------------------------------------------- */

START_TEST(test_double_confirmation)
{
    BnetDpos state;
    bnet_dpos_genesis(&state, 4);
    /* The first block may confirm anything. */
    ck_assert(!bnet_dpos_confirms_twice(&state, 0, UINT16_MAX));
    for (uint32_t number = 2; number <= 10; number++)
        bnet_dpos_advance(&state, 0, 0);
    for (uint32_t number = 11; number <= 20; number++)
        bnet_dpos_advance(&state, 1, 0);
    /* The next block is 21; producer 0 last made 10, so that it may confirm 11 to 20. */
    ck_assert(!bnet_dpos_confirms_twice(&state, 0, 0));
    ck_assert(!bnet_dpos_confirms_twice(&state, 0, 10));
    ck_assert(bnet_dpos_confirms_twice(&state, 0, 11));
    ck_assert(!bnet_dpos_confirms_twice(&state, 1, 0));
    ck_assert(bnet_dpos_confirms_twice(&state, 1, 1));
    /* Producer 2 counts as having made 0: it may confirm back to block 1. */
    ck_assert(!bnet_dpos_confirms_twice(&state, 2, 20));
    ck_assert(bnet_dpos_confirms_twice(&state, 2, 21));
    /* Past block 0 the deployed rule wraps around. */
    ck_assert(!bnet_dpos_confirms_twice(&state, 2, 22));
    ck_assert(!bnet_dpos_confirms_twice(&state, 2, UINT16_MAX));
}
END_TEST

/* --- the bound of the counters
 * -------------------------------------------------------------------- */

/* Blocks 2 to 10 get two of three confirmations early; block `number` gives the third to block
 * 10. */
static uint32_t proposed_after_late_third(uint32_t number)
{
    BnetDpos state;
    bnet_dpos_genesis(&state, 4);
    for (uint32_t i = 2; i <= 10; i++)
        bnet_dpos_advance(&state, 0, 0);
    bnet_dpos_advance(&state, 1, 9);
    for (uint32_t i = 12; i < number; i++)
        bnet_dpos_advance(&state, 0, 0);
    bnet_dpos_advance(&state, 2, (uint16_t)(number - 10));
    ck_assert_uint_eq(state.number, number);
    ck_assert_uint_le(state.n_missing, BNET_CONFIRMATIONS_MAX);
    return state.proposed;
}

START_TEST(test_counters_go_back_1024_blocks)
{
    ck_assert_uint_eq(BNET_CONFIRMATIONS_MAX, 1024);
    ck_assert_uint_eq(proposed_after_late_third(12), 10);
    ck_assert_uint_eq(proposed_after_late_third(1033), 10);
    ck_assert_uint_eq(proposed_after_late_third(1034), 0);
    ck_assert_uint_eq(proposed_after_late_third(3000), 0);
}
END_TEST

/* --- the rule's text, counted afresh for each block
 * ------------------------------------------------ */

enum {
    TREE = 500
};

typedef struct TreeBlock {
    uint32_t parent;
    uint32_t number;
    uint32_t producer;
    uint32_t confirmed;
    BnetDpos state;
} TreeBlock;

/* Proposed irreversible after each number of a chain path[2..n], into proposed[1..n]: the newest
 * block that at least `required` blocks confirmed by then. */
static void count_proposed(TreeBlock *const *path, uint32_t n, uint32_t required,
                           uint32_t *proposed)
{
    static uint32_t count[TREE + 2];
    memset(count, 0, sizeof count);
    proposed[1] = 0;
    for (uint32_t k = 2; k <= n; k++) {
        uint32_t reach = path[k]->confirmed < k - 2 ? path[k]->confirmed : k - 2;
        for (uint32_t j = k - reach; j <= k; j++)
            if (k - j < BNET_CONFIRMATIONS_MAX)
                count[j]++;
        proposed[k] = proposed[k - 1];
        for (uint32_t j = proposed[k - 1] + 1; j <= k; j++)
            if (count[j] >= required)
                proposed[k] = j;
    }
}

static uint32_t counted_lib(TreeBlock *const *path, uint32_t n, uint32_t n_producers,
                            const uint32_t *proposed)
{
    uint32_t implied[BNET_PRODUCERS_MAX] = {0};
    for (uint32_t k = 2; k <= n; k++)
        implied[path[k]->producer] = proposed[k - 1];
    /* The value at index (n-1)/3 in ascending order: at most so many are smaller. */
    uint32_t lib = 0;
    for (uint32_t i = 0; i < n_producers; i++) {
        uint32_t smaller = 0;
        for (uint32_t j = 0; j < n_producers; j++)
            smaller += implied[j] < implied[i];
        if (smaller <= (n_producers - 1) / 3 && implied[i] > lib)
            lib = implied[i];
    }
    return lib;
}

static void assert_counted(TreeBlock *tree, uint32_t at, uint32_t n_producers)
{
    static TreeBlock *path[TREE + 2];
    static uint32_t proposed[TREE + 2];
    uint32_t n = tree[at].number;
    uint32_t last[BNET_PRODUCERS_MAX] = {0};
    for (uint32_t b = at; b > 0; b = tree[b].parent) {
        path[tree[b].number] = &tree[b];
        if (last[tree[b].producer] == 0)
            last[tree[b].producer] = tree[b].number;
    }
    count_proposed(path, n, n_producers * 2 / 3 + 1, proposed);
    const BnetDpos *state = &tree[at].state;
    ck_assert_uint_eq(state->proposed, proposed[n]);
    ck_assert_uint_eq(state->lib, counted_lib(path, n, n_producers, proposed));
    uint32_t wrong = 0;
    for (uint32_t p = 0; p < n_producers; p++)
        for (uint32_t c = 0; c <= n; c++)
            wrong += bnet_dpos_confirms_twice(state, p, (uint16_t)c) != (last[p] >= n + 1 - c);
    ck_assert_uint_eq(wrong, 0);
}

/* Takes a child's state from its parent's through the packed form. */
static void advance_packed(TreeBlock *child, const TreeBlock *parent)
{
    size_t bytes = bnet_dpos_packed_bytes(&parent->state);
    uint8_t *packed = malloc(bytes);
    bnet_dpos_pack(&parent->state, packed);
    memset(&child->state, 0xa5, sizeof child->state);
    child->state.n_producers = parent->state.n_producers;
    bnet_dpos_unpack(&child->state, packed);
    free(packed);
    bnet_dpos_advance(&child->state, child->producer, (uint16_t)child->confirmed);
}

START_TEST(test_random_forks)
{
    static const uint32_t counts[] = {1, 2, 3, 4, 5, 7, 10, 21};
    static TreeBlock tree[TREE];
    uint64_t random = (uint64_t)_i;
    uint32_t n_producers = counts[_i % 8];
    uint32_t highest_lib = 0;
    bnet_dpos_genesis(&tree[0].state, n_producers);
    tree[0].number = 1;
    for (uint32_t i = 1; i < TREE; i++) {
        TreeBlock *block = &tree[i];
        bool straight = core_below(&random, 10) > 0;
        block->parent = straight ? i - 1 : core_below(&random, i);
        block->number = tree[block->parent].number + 1;
        block->producer = core_below(&random, n_producers);
        block->confirmed = core_below(&random, core_below(&random, 4) ? 3 * n_producers : 400);
        if (core_below(&random, 50) == 0)
            block->confirmed = UINT16_MAX;
        advance_packed(block, &tree[block->parent]);
        assert_counted(tree, i, n_producers);
        highest_lib = block->state.lib > highest_lib ? block->state.lib : highest_lib;
    }
    ck_assert_uint_gt(highest_lib, 10);
}
END_TEST

/* --- schedule changes ------------------------------------------------------------------------ */

/* A table of three schedules of named producers: 1 to 4; 3, 5, 1; 2, 3. */
static void add_schedules(BnetSchedules *schedules)
{
    static const uint64_t names[3][4] = {{1, 2, 3, 4}, {3, 5, 1}, {2, 3}};
    static const uint32_t counts[3] = {4, 3, 2};
    bnet_schedules_init(schedules);
    for (uint32_t i = 0; i < 3; i++) {
        BnetWireProducer producers[4] = {{0}};
        for (uint32_t k = 0; k < counts[i]; k++)
            producers[k].name = names[i][k];
        ck_assert_uint_eq(bnet_schedules_add(schedules, i, producers, counts[i]), i);
    }
}

/* Block 100 of the first schedule, whose LIB is 40. */
static BnetDpos state_of_four(void)
{
    BnetDpos state = {
        .n_producers = 4,
        .number = 100,
        .proposed = 70,
        .lib = 40,
        .last_produced = {91, 92, 93, 100},
        .implied = {30, 40, 50, 60},
        .n_missing = 3,
        .missing = {1, 2, 3},
    };
    return state;
}

static void assert_numbers(const uint32_t *numbers, uint32_t n, const char *expected)
{
    char text[64] = "";
    for (uint32_t i = 0; i < n; i++) {
        const size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%u", i > 0 ? " " : "", numbers[i]);
    }
    ck_assert_str_eq(text, expected);
}

/* Not before the block that carried it is irreversible, and once. */
START_TEST(test_promoted_when_irreversible)
{
    BnetSchedules schedules;
    add_schedules(&schedules);
    BnetDpos state = state_of_four();
    ck_assert(!bnet_dpos_promote(&state, &schedules, 0));
    bnet_dpos_change(&state, 1);
    ck_assert_uint_eq(state.changed, 100);
    state.lib = 99;
    ck_assert(!bnet_dpos_promote(&state, &schedules, 0));
    ck_assert_uint_eq(state.schedule, 0);
    state.lib = 100;
    ck_assert(bnet_dpos_promote(&state, &schedules, 0));
    ck_assert_uint_eq(state.schedule, 1);
    ck_assert_uint_eq(state.newest, 1);
    ck_assert(!bnet_dpos_promote(&state, &schedules, 0));
    bnet_schedules_finish(&schedules);
}
END_TEST

/* Who stays keeps both numbers; who is new starts at the LIB. What lacks confirmations still does.
 */
START_TEST(test_numbers_after_promotion)
{
    BnetSchedules schedules;
    add_schedules(&schedules);
    BnetDpos state = state_of_four();
    state.newest = 1;
    state.changed = 40;
    state.is_pending = true;
    ck_assert(bnet_dpos_promote(&state, &schedules, 2));
    ck_assert_uint_eq(state.n_producers, 3);
    assert_numbers(state.last_produced, 3, "93 40 91");
    assert_numbers(state.implied, 3, "50 40 30");
    ck_assert_uint_eq(state.n_missing, 3);
    ck_assert_uint_eq(state.proposed, 70);
    ck_assert_uint_eq(state.lib, 40);
    bnet_schedules_finish(&schedules);
}
END_TEST

/* Producer 2 promotes the schedule that he is not in, and is in the one after it. */
START_TEST(test_promoter_comes_back)
{
    BnetSchedules schedules;
    add_schedules(&schedules);
    BnetDpos state = state_of_four();
    state.newest = 1;
    state.is_pending = true;
    ck_assert(bnet_dpos_promote(&state, &schedules, 1));
    bnet_dpos_advance(&state, 0, 0);
    bnet_dpos_change(&state, 2);
    ck_assert_uint_eq(state.changed, 101);
    state.lib = 101;
    ck_assert(bnet_dpos_promote(&state, &schedules, 0));
    assert_numbers(state.last_produced, 2, "100 101");
    assert_numbers(state.implied, 2, "101 70");
    bnet_schedules_finish(&schedules);
}
END_TEST

/* 0 is a name like any other: whoever has it and is new starts at the LIB. */
START_TEST(test_new_producer_without_name)
{
    BnetSchedules schedules;
    bnet_schedules_init(&schedules);
    const BnetWireProducer producers[] = {{.name = 1}, {.name = 0}};
    bnet_schedules_add(&schedules, 0, producers, 1);
    bnet_schedules_add(&schedules, 1, producers, 2);
    BnetDpos state = {.n_producers = 1, .number = 9, .lib = 8, .newest = 1, .is_pending = true};
    state.last_produced[0] = 9;
    ck_assert(bnet_dpos_promote(&state, &schedules, 0));
    assert_numbers(state.last_produced, 2, "9 8");
    bnet_schedules_finish(&schedules);
}
END_TEST

/* With fewer producers the LIB can fall: the quorum is of those that are left. */
START_TEST(test_lib_falls)
{
    BnetSchedules schedules;
    add_schedules(&schedules);
    BnetDpos state = state_of_four();
    state.implied[1] = 5;
    state.last_produced[2] = 60;
    state.newest = 2;
    state.is_pending = true;
    ck_assert(bnet_dpos_promote(&state, &schedules, 3));
    bnet_dpos_advance(&state, 1, 0);
    ck_assert_uint_eq(state.lib, 5);
    ck_assert_uint_eq(state.proposed, 70);
    bnet_schedules_finish(&schedules);
}
END_TEST

/* Each block lacks the confirmations that were asked for when it was made. */
START_TEST(test_required_after_promotion)
{
    BnetSchedules schedules;
    add_schedules(&schedules);
    BnetDpos state = state_of_four();
    bnet_dpos_advance(&state, 0, 0);
    state.newest = 2;
    state.is_pending = true;
    ck_assert(bnet_dpos_promote(&state, &schedules, 0));
    bnet_dpos_advance(&state, 0, 0);
    ck_assert_uint_eq(state.n_missing, 5);
    /* One confirmation less each: of 3, then of 2. */
    ck_assert_mem_eq(state.missing, ((uint8_t[]){1, 2, 3, 2, 1}), 5);
    bnet_schedules_finish(&schedules);
}
END_TEST

START_TEST(test_packed_change)
{
    BnetDpos state = state_of_four();
    state.schedule = 0x01020304;
    state.newest = 0x11121314;
    state.changed = 0x21222324;
    state.former = UINT64_C(0x3132333435363738);
    state.former_last = 0x41424344;
    state.is_pending = true;
    uint8_t *bytes = malloc(bnet_dpos_packed_bytes(&state));
    bnet_dpos_pack(&state, bytes);
    ck_assert_uint_eq(bnet_dpos_packed_schedule(bytes), 0x01020304);
    BnetDpos other;
    memset(&other, 0x5a, sizeof other);
    bnet_dpos_unpack(&other, bytes);
    ck_assert_uint_eq(other.schedule, state.schedule);
    ck_assert_uint_eq(other.newest, state.newest);
    ck_assert_uint_eq(other.changed, state.changed);
    ck_assert_uint_eq(other.former, state.former);
    ck_assert_uint_eq(other.former_last, state.former_last);
    ck_assert(other.is_pending && !other.schedule_fresh);
    assert_numbers(other.last_produced, 4, "91 92 93 100");
    assert_numbers(other.implied, 4, "30 40 50 60");
    free(bytes);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dpos");
    TCase *tcase = tcase_create("dpos");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_schedule);
    tcase_add_test(tcase, test_required);
    tcase_add_test(tcase, test_limits_of_producers);
    tcase_add_test(tcase, test_one_producer);
    tcase_add_test(tcase, test_four_producers);
    tcase_add_test(tcase, test_twenty_one_producers);
    tcase_add_test(tcase, test_double_confirmation);
    tcase_add_test(tcase, test_counters_go_back_1024_blocks);
    tcase_add_loop_test(tcase, test_random_forks, 0, 16);
    tcase_add_test(tcase, test_promoted_when_irreversible);
    tcase_add_test(tcase, test_numbers_after_promotion);
    tcase_add_test(tcase, test_promoter_comes_back);
    tcase_add_test(tcase, test_new_producer_without_name);
    tcase_add_test(tcase, test_lib_falls);
    tcase_add_test(tcase, test_required_after_promotion);
    tcase_add_test(tcase, test_packed_change);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
