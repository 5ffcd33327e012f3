/* SPDX-License-Identifier: Apache-2.0 */
#include "core/rules.h"
#include "tests/core_fixture.h"

/* --- chains of headers ----------------------------------------------------------------------- */

/* Names of producers: 1, 2, ... */
static uint32_t add_schedule(BnetSchedules *schedules, uint32_t version, const uint64_t *names,
                             uint32_t n)
{
    BnetWireProducer producers[BNET_PRODUCERS_MAX] = {{0}};
    for (uint32_t i = 0; i < n; i++)
        producers[i].name = names[i];
    return bnet_schedules_add(schedules, version, producers, n);
}

typedef struct Headers {
    BnetSchedules schedules;
    BnetDpos state;
    uint32_t slot; /* of the newest */
} Headers;

/* Block 1, in slot 0, with the producers 1 to n. */
static void headers_init(Headers *headers, uint32_t n)
{
    uint64_t names[BNET_PRODUCERS_MAX];
    for (uint32_t i = 0; i < n; i++)
        names[i] = i + 1;
    bnet_schedules_init(&headers->schedules);
    ck_assert_uint_eq(add_schedule(&headers->schedules, 0, names, n), 0);
    bnet_dpos_genesis(&headers->state, n);
    headers->slot = 0;
}

static const BnetSchedule *active(const Headers *headers)
{
    return bnet_schedules_at(&headers->schedules, headers->state.schedule);
}

/* A valid header `skip` slots after the next. */
static BnetHeaderFacts facts_after(const Headers *headers, uint32_t skip)
{
    const BnetDpos *state = &headers->state;
    const uint32_t slot = headers->slot + 1 + skip;
    const uint32_t turn = bnet_dpos_scheduled(active(headers)->n, slot);
    const uint32_t last = state->last_produced[turn];
    return (BnetHeaderFacts){
        .slot = slot,
        .producer = active(headers)->producers[turn].name,
        .confirmed = last ? (uint16_t)(state->number - last) : 0,
        .schedule_version = active(headers)->version,
    };
}

/* What is found; a valid header is added to the chain, another is not. */
static BnetFault judge(Headers *headers, const BnetHeaderFacts *facts)
{
    BnetDpos state = headers->state;
    const BnetFault fault = bnet_rules_judge(&headers->schedules, facts, headers->slot, &state);
    if (fault == BNET_FAULT_NONE) {
        headers->state = state;
        headers->slot = facts->slot;
    }
    return fault;
}

static void extend(Headers *headers, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        const BnetHeaderFacts facts = facts_after(headers, 0);
        ck_assert_int_eq(judge(headers, &facts), BNET_FAULT_NONE);
    }
}

/* What is found in the next header if it carries a schedule. */
static BnetFault judge_change(Headers *headers, uint32_t schedule)
{
    BnetHeaderFacts facts = facts_after(headers, 0);
    facts.change = BNET_CHANGE_NEW;
    facts.schedule = schedule;
    return judge(headers, &facts);
}

/* --- single faults --------------------------------------------------------------------------- */

/* Spoils a header that is valid but for the faults of higher numbers. */
static void spoil(BnetHeaderFacts *facts, BnetFault fault, uint32_t parent_slot)
{
    switch (fault) {
    case BNET_FAULT_HEADER_EXTENSION:
        facts->bad_extension = true;
        break;
    case BNET_FAULT_TIMESTAMP:
        facts->slot = parent_slot;
        break;
    case BNET_FAULT_PRODUCER:
        facts->producer += 100;
        break;
    case BNET_FAULT_SCHEDULE_VERSION:
        facts->schedule_version++;
        break;
    case BNET_FAULT_DOUBLE_CONFIRM:
        facts->confirmed++;
        break;
    case BNET_FAULT_NEW_PRODUCERS:
        facts->change = BNET_CHANGE_INVALID;
        break;
    case BNET_FAULT_NONE:
    case BNET_FAULT_SIGNATURE:
    case BNET_FAULT_BLOCK_EXTENSION:
    case BNET_FAULT_CONTENT:
    case BNET_FAULT_ROOT:
    case BNET_FAULT_DUPLICATE:
    case BNET_FAULT_EXPIRED:
        ck_abort_msg("the rules for headers do not find %d", (int)fault);
    }
}

START_TEST(test_each_fault)
{
    Headers headers;
    headers_init(&headers, 4);
    extend(&headers, 60);
    for (BnetFault fault = BNET_FAULT_HEADER_EXTENSION; fault <= BNET_FAULT_NEW_PRODUCERS;
         fault++) {
        BnetHeaderFacts facts = facts_after(&headers, 0);
        spoil(&facts, fault, headers.slot);
        ck_assert_int_eq(judge(&headers, &facts), fault);
    }
    extend(&headers, 1);
    bnet_schedules_finish(&headers.schedules);
}
END_TEST

/* Of several faults the first counts. */
START_TEST(test_order)
{
    Headers headers;
    headers_init(&headers, 4);
    extend(&headers, 60);
    for (BnetFault first = BNET_FAULT_HEADER_EXTENSION; first <= BNET_FAULT_NEW_PRODUCERS;
         first++) {
        BnetHeaderFacts facts = facts_after(&headers, 0);
        for (BnetFault fault = first; fault <= BNET_FAULT_NEW_PRODUCERS; fault++)
            spoil(&facts, fault, headers.slot);
        ck_assert_int_eq(judge(&headers, &facts), first);
    }
    bnet_schedules_finish(&headers.schedules);
}
END_TEST

/* After a fault the state is that of a valid block in this place. */
START_TEST(test_state_after_fault)
{
    static Headers headers;
    headers_init(&headers, 4);
    extend(&headers, 60);
    const BnetHeaderFacts good = facts_after(&headers, 0);
    BnetDpos expected = headers.state;
    ck_assert_int_eq(bnet_rules_judge(&headers.schedules, &good, headers.slot, &expected),
                     BNET_FAULT_NONE);
    static const BnetFault faults[] = {BNET_FAULT_HEADER_EXTENSION, BNET_FAULT_PRODUCER,
                                       BNET_FAULT_SCHEDULE_VERSION, BNET_FAULT_NEW_PRODUCERS};
    const size_t bytes = bnet_dpos_packed_bytes(&expected);
    uint8_t *packed[2] = {malloc(bytes), malloc(bytes)};
    bnet_dpos_pack(&expected, packed[0]);
    for (uint32_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        BnetHeaderFacts facts = good;
        spoil(&facts, faults[i], headers.slot);
        BnetDpos state = headers.state;
        ck_assert_int_eq(bnet_rules_judge(&headers.schedules, &facts, headers.slot, &state),
                         faults[i]);
        ck_assert_uint_eq(bnet_dpos_packed_bytes(&state), bytes);
        bnet_dpos_pack(&state, packed[1]);
        ck_assert_mem_eq(packed[0], packed[1], bytes);
    }
    free(packed[0]);
    free(packed[1]);
    bnet_schedules_finish(&headers.schedules);
}
END_TEST

START_TEST(test_timestamp)
{
    Headers headers;
    headers_init(&headers, 1);
    extend(&headers, 10);
    for (int32_t ahead = -10; ahead <= 1; ahead++) {
        BnetHeaderFacts facts = facts_after(&headers, 0);
        facts.slot = (uint32_t)((int32_t)headers.slot + ahead);
        ck_assert_int_eq(judge(&headers, &facts),
                         ahead > 0 ? BNET_FAULT_NONE : BNET_FAULT_TIMESTAMP);
    }
    BnetHeaderFacts last = facts_after(&headers, 0);
    last.slot = UINT32_MAX;
    ck_assert_int_eq(judge(&headers, &last), BNET_FAULT_NONE);
    last.slot = 0;
    ck_assert_int_eq(judge(&headers, &last), BNET_FAULT_TIMESTAMP);
    bnet_schedules_finish(&headers.schedules);
}
END_TEST

/* --- new producers --------------------------------------------------------------------------- */

/* The first block promotes the schedule of genesis. */
START_TEST(test_change_in_first_blocks)
{
    Headers headers;
    headers_init(&headers, 4);
    const uint32_t next = add_schedule(&headers.schedules, 1, (uint64_t[]){1, 2}, 2);
    ck_assert_int_eq(judge_change(&headers, next), BNET_FAULT_NEW_PRODUCERS);
    extend(&headers, 1);
    ck_assert_int_eq(judge_change(&headers, next), BNET_FAULT_NONE);
    ck_assert_uint_eq(headers.state.changed, 3);
    ck_assert(headers.state.is_pending);
    ck_assert_uint_eq(headers.state.newest, next);
    ck_assert_uint_eq(headers.state.schedule, 0);
    bnet_schedules_finish(&headers.schedules);
}
END_TEST

/* The next version, and no other. */
START_TEST(test_version_of_change)
{
    static const uint32_t wrong[] = {0, 2, 3, UINT32_MAX};
    Headers headers;
    headers_init(&headers, 4);
    extend(&headers, 1);
    for (uint32_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const uint32_t next = add_schedule(&headers.schedules, wrong[i], (uint64_t[]){1, 2}, 2);
        ck_assert_int_eq(judge_change(&headers, next), BNET_FAULT_NEW_PRODUCERS);
    }
    /* The same producers again are a change, too. */
    const uint32_t same = add_schedule(&headers.schedules, 1, (uint64_t[]){1, 2, 3, 4}, 4);
    ck_assert_int_eq(judge_change(&headers, same), BNET_FAULT_NONE);
    bnet_schedules_finish(&headers.schedules);
}
END_TEST

/* n = 4: block 3 carries a change; the first LIB is 48, with block 85. */
START_TEST(test_change_while_pending)
{
    Headers headers;
    headers_init(&headers, 4);
    const uint32_t first = add_schedule(&headers.schedules, 1, (uint64_t[]){4, 5}, 2);
    const uint32_t second = add_schedule(&headers.schedules, 1, (uint64_t[]){6}, 1);
    const uint32_t third = add_schedule(&headers.schedules, 2, (uint64_t[]){7, 8, 9}, 3);
    extend(&headers, 1);
    ck_assert_int_eq(judge_change(&headers, first), BNET_FAULT_NONE);
    while (headers.state.schedule == 0) {
        BnetHeaderFacts facts = facts_after(&headers, 0);
        ck_assert_uint_eq(facts.schedule_version, 0);
        BnetHeaderFacts early = facts;
        early.schedule_version = 1;
        ck_assert_int_eq(judge(&headers, &early), BNET_FAULT_SCHEDULE_VERSION);
        /* Neither the same again, nor another; nor in the block that promotes it. */
        ck_assert_int_eq(judge_change(&headers, first), BNET_FAULT_NEW_PRODUCERS);
        ck_assert_int_eq(judge_change(&headers, second), BNET_FAULT_NEW_PRODUCERS);
        ck_assert_int_eq(judge_change(&headers, third), BNET_FAULT_NEW_PRODUCERS);
        ck_assert_int_eq(judge(&headers, &facts), BNET_FAULT_NONE);
        ck_assert_uint_eq(headers.state.schedule, headers.state.lib >= 3 ? first : 0);
    }
    ck_assert(!headers.state.is_pending);
    ck_assert_uint_eq(headers.state.lib, 48);
    ck_assert_uint_eq(headers.state.number, 85);
    ck_assert_uint_eq(headers.state.n_producers, 2);
    ck_assert_int_eq(judge_change(&headers, first), BNET_FAULT_NEW_PRODUCERS);
    ck_assert_int_eq(judge_change(&headers, third), BNET_FAULT_NONE);
    BnetHeaderFacts late = facts_after(&headers, 0);
    late.schedule_version = 0;
    ck_assert_int_eq(judge(&headers, &late), BNET_FAULT_SCHEDULE_VERSION);
    ck_assert_uint_eq(late.producer,
                      active(&headers)->producers[bnet_dpos_scheduled(2, late.slot)].name);
    bnet_schedules_finish(&headers.schedules);
}
END_TEST

/* One without producers stays pending for ever, and may be replaced. */
START_TEST(test_empty_change)
{
    Headers headers;
    headers_init(&headers, 1);
    const uint32_t empty = add_schedule(&headers.schedules, 1, NULL, 0);
    const uint32_t wrong = add_schedule(&headers.schedules, 2, (uint64_t[]){2, 3}, 2);
    const uint32_t next = add_schedule(&headers.schedules, 1, (uint64_t[]){2, 3}, 2);
    extend(&headers, 5);
    ck_assert_int_eq(judge_change(&headers, empty), BNET_FAULT_NONE);
    extend(&headers, 100);
    ck_assert(headers.state.is_pending);
    ck_assert_uint_eq(headers.state.schedule, 0);
    ck_assert_uint_eq(headers.state.newest, empty);
    ck_assert_uint_eq(headers.state.lib, 106);
    ck_assert_int_eq(judge_change(&headers, wrong), BNET_FAULT_NEW_PRODUCERS);
    ck_assert_int_eq(judge_change(&headers, empty), BNET_FAULT_NONE);
    ck_assert_int_eq(judge_change(&headers, next), BNET_FAULT_NONE);
    extend(&headers, 1);
    ck_assert_uint_eq(headers.state.schedule, next);
    bnet_schedules_finish(&headers.schedules);
}
END_TEST

/* --- a model from the words of the protocol -------------------------------------------------- */

/*
 * Everything is found anew for each block by looking back along the chain: who belonged to the
 * schedule since when, which blocks he made since then, and who confirmed what.
 */

enum {
    WALK = 500,
    NAMES = 9,
    SLOTS = 12,
};

typedef struct Model {
    uint64_t names[2 * WALK][NAMES]; /* of schedules, by their number */
    uint32_t n_names[2 * WALK];
    uint32_t version[2 * WALK];
    uint32_t n; /* the newest block */
    uint64_t producer[WALK + 2];
    uint32_t confirmed[WALK + 2];
    uint32_t in_force[WALK + 2]; /* schedule by which the block is judged */
    uint32_t proposed[WALK + 2];
    uint32_t lib[WALK + 2];
    uint32_t pending; /* 0: none */
    uint32_t pending_since;
} Model;

static bool belongs(const Model *model, uint32_t schedule, uint64_t name)
{
    bool found = false;
    for (uint32_t i = 0; i < model->n_names[schedule]; i++)
        found |= model->names[schedule][i] == name;
    return found;
}

/* The block that brought a member of the schedule that judges block k into it. */
static uint32_t joined(const Model *model, uint64_t name, uint32_t k)
{
    while (k > 2 && belongs(model, model->in_force[k - 1], name))
        k--;
    return k - 1;
}

/* The newest of his blocks from `joined` on up to k; 0: none. */
static uint32_t newest_of(const Model *model, uint64_t name, uint32_t after, uint32_t k)
{
    while (k > after && model->producer[k] != name)
        k--;
    return k > after ? k : 0;
}

/* Who promoted a schedule that he is not in counts as having made that block when he is in the next
 * one; else whoever is new counts as having made the LIB. */
static uint32_t last_before(const Model *model, uint64_t name, uint32_t at)
{
    if (at == 1)
        return 0;
    uint32_t before = at;
    while (before > 1 && model->in_force[before] == model->in_force[at])
        before--;
    const bool left = before > 1 && model->producer[before] == name;
    return left ? before : model->lib[at];
}

/* His last block as the child k of k - 1 sees it. */
static uint32_t model_last(const Model *model, uint64_t name, uint32_t k)
{
    const uint32_t at = joined(model, name, k);
    const uint32_t newest = newest_of(model, name, at, k - 1);
    return newest ? newest : last_before(model, name, at);
}

/* What block k and those before it say is irreversible in his view. */
static uint32_t model_implied(const Model *model, uint64_t name, uint32_t k)
{
    const uint32_t at = joined(model, name, k);
    const uint32_t newest = newest_of(model, name, at, k);
    if (newest)
        return model->proposed[newest - 1];
    return at == 1 ? 0 : model->lib[at];
}

/* The newest block that as many have confirmed as had to when it was made; block 1 is beyond it. */
static uint32_t model_proposed(const Model *model, uint32_t n)
{
    const uint32_t old = model->proposed[n - 1];
    for (uint32_t j = n; j > 1 && j > old; j--) {
        uint32_t count = 0;
        for (uint32_t k = j; k <= n; k++)
            count += k - j <= model->confirmed[k];
        if (count >= model->n_names[model->in_force[j]] * 2 / 3 + 1)
            return j;
    }
    return old;
}

/* The value of the producers' views than which at most a third are lower. */
static uint32_t model_lib(const Model *model, uint32_t n)
{
    const uint32_t schedule = model->in_force[n];
    const uint32_t n_names = model->n_names[schedule];
    uint32_t lib = 0;
    for (uint32_t i = 0; i < n_names; i++) {
        const uint32_t value = model_implied(model, model->names[schedule][i], n);
        uint32_t lower = 0;
        for (uint32_t j = 0; j < n_names; j++)
            lower += model_implied(model, model->names[schedule][j], n) < value;
        if (lower <= (n_names - 1) / 3 && value > lib)
            lib = value;
    }
    return lib;
}

static BnetFault model_judge(Model *model, const BnetHeaderFacts *facts)
{
    const uint32_t n = model->n + 1;
    const uint32_t schedule = model->in_force[n];
    const uint32_t last = model_last(model, facts->producer, n);
    if (n > 2 && facts->confirmed <= n && last >= n - facts->confirmed)
        return BNET_FAULT_DOUBLE_CONFIRM;
    model->producer[n] = facts->producer;
    model->confirmed[n] = facts->confirmed;
    model->proposed[n] = model_proposed(model, n);
    model->lib[n] = model_lib(model, n);
    const bool promotes = model->pending && model->n_names[model->pending] > 0 &&
                          model->lib[n] >= model->pending_since;
    if (facts->change != BNET_CHANGE_NONE &&
        (promotes || n == 2 || (model->pending && model->n_names[model->pending] > 0) ||
         model->version[facts->schedule] != model->version[schedule] + 1))
        return BNET_FAULT_NEW_PRODUCERS;
    model->in_force[n + 1] = promotes ? model->pending : schedule;
    if (promotes)
        model->pending = 0;
    if (facts->change != BNET_CHANGE_NONE) {
        model->pending = facts->schedule;
        model->pending_since = n;
    }
    model->n = n;
    return BNET_FAULT_NONE;
}

static void assert_like_model(const Headers *headers, const Model *model)
{
    const BnetDpos *state = &headers->state;
    const uint32_t schedule = model->in_force[model->n + 1];
    ck_assert_uint_eq(state->number, model->n);
    ck_assert_uint_eq(state->lib, model->lib[model->n]);
    ck_assert_uint_eq(state->proposed, model->proposed[model->n]);
    ck_assert_uint_eq(state->schedule, schedule);
    ck_assert_uint_eq(state->n_producers, model->n_names[schedule]);
    for (uint32_t i = 0; i < state->n_producers; i++)
        ck_assert_uint_eq(state->last_produced[i],
                          model_last(model, model->names[schedule][i], model->n + 1));
}

/* A schedule of 0 to NAMES producers, drawn from twice as many names. */
static uint32_t random_schedule(uint64_t *random, Headers *headers, Model *model, uint32_t version)
{
    uint64_t names[NAMES];
    const uint32_t n = core_below(random, 12) ? 1 + core_below(random, NAMES) : 0;
    for (uint32_t i = 0; i < n; i++)
        names[i] = 1 + (core_below(random, 2) + 2 * i + version) % (2 * NAMES);
    const uint32_t number = add_schedule(&headers->schedules, version, names, n);
    memcpy(model->names[number], names, n * sizeof *names);
    model->n_names[number] = n;
    model->version[number] = version;
    return number;
}

static BnetHeaderFacts random_facts(uint64_t *random, Headers *headers, Model *model)
{
    BnetHeaderFacts facts = facts_after(headers, core_below(random, 3) ? SLOTS : 0);
    const uint32_t version = facts.schedule_version;
    if (core_below(random, 8) == 0)
        facts.confirmed = (uint16_t)core_below(random, 2u * facts.confirmed + 3);
    if (core_below(random, 60) == 0)
        facts.confirmed = UINT16_MAX;
    if (core_below(random, 6) == 0) {
        facts.change = BNET_CHANGE_NEW;
        facts.schedule =
            random_schedule(random, headers, model, version + (core_below(random, 5) ? 1 : 2));
    }
    return facts;
}

START_TEST(test_random_walks)
{
    static Headers headers;
    static Model model;
    uint64_t random = (uint64_t)_i;
    const uint32_t n = 1 + core_below(&random, NAMES);
    memset(&model, 0, sizeof model);
    headers_init(&headers, n);
    model.n = 1;
    model.n_names[0] = n;
    for (uint32_t i = 0; i < n; i++)
        model.names[0][i] = i + 1;
    uint32_t promotions = 0;
    for (uint32_t i = 0; i < WALK; i++) {
        const BnetHeaderFacts facts = random_facts(&random, &headers, &model);
        const BnetFault fault = model_judge(&model, &facts);
        ck_assert_int_eq(judge(&headers, &facts), fault);
        assert_like_model(&headers, &model);
        promotions +=
            fault == BNET_FAULT_NONE && model.in_force[model.n] != model.in_force[model.n + 1];
    }
    ck_assert_uint_gt(model.n, WALK / 2);
    ck_assert_uint_gt(promotions, 0);
    bnet_schedules_finish(&headers.schedules);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("chain_rules");
    TCase *tcase = tcase_create("rules");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_each_fault);
    tcase_add_test(tcase, test_order);
    tcase_add_test(tcase, test_state_after_fault);
    tcase_add_test(tcase, test_timestamp);
    tcase_add_test(tcase, test_change_in_first_blocks);
    tcase_add_test(tcase, test_version_of_change);
    tcase_add_test(tcase, test_change_while_pending);
    tcase_add_test(tcase, test_empty_change);
    tcase_add_loop_test(tcase, test_random_walks, 0, 60);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
