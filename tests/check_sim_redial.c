/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The check C6 can fail, in made-up happenings; and dials are told.
 */
#include "tests/session_fixture.h"

static SessionFixture fixture;
static SimWorld *world;

static void setup(void)
{
    fixture = session_fixture();
    world = fixture.world;
}

static void teardown(void)
{
    session_fixture_finish(&fixture);
}

/* Who dials whom. */
static void ends_of_link(uint32_t *ret_dialler, uint32_t *ret_dialled)
{
    bool a_dials = fix_end(world, A, B) % 2 == 0;
    *ret_dialler = a_dials ? A : B;
    *ret_dialled = a_dials ? B : A;
}

static void lose_and_redial(int64_t wait_ns, SimHappeningKind how)
{
    uint32_t dialler;
    uint32_t dialled;
    ends_of_link(&dialler, &dialled);
    fix_tell(world, how, dialler, dialled);
    world->now_ns += wait_ns;
    fix_tell(world, SIM_DIALLED, dialler, dialled);
}

static void finish_check(void)
{
    SimCheck *check = fix_check_of(world, "C6");
    check->finish(check, world);
}

START_TEST(test_right)
{
    lose_and_redial(10 * S, SIM_CLOSED);
    lose_and_redial(15 * S, SIM_UNDIALLED);
    finish_check();
    fix_expect_check(world, "C6", 0, NULL);
    ck_assert(fix_check_of(world, "C6")->judged);
}
END_TEST

START_TEST(test_early_and_late)
{
    uint32_t dialler;
    uint32_t dialled;
    ends_of_link(&dialler, &dialled);
    lose_and_redial(10 * S - MS, SIM_CLOSED);
    g_autofree char *text =
        g_strdup_printf("at 11.499 s %s dialled %s again after 9.999 s, not 10 to 15 s",
                        world->peers[dialler].name, world->peers[dialled].name);
    fix_expect_check(world, "C6", 1, text);
    lose_and_redial(15 * S + 1, SIM_UNDIALLED);
    fix_expect_check(world, "C6", 2, NULL);
}
END_TEST

/* A peer that stood still dials when it goes on; one that starts, at once. */
START_TEST(test_exceptions)
{
    uint32_t dialler;
    uint32_t dialled;
    ends_of_link(&dialler, &dialled);
    world->peers[dialler].resumed_ns = world->now_ns + 20 * S;
    lose_and_redial(20 * S, SIM_CLOSED);
    fix_tell(world, SIM_CLOSED, dialler, dialled);
    fix_tell(world, SIM_STARTED, dialler, dialled);
    fix_tell(world, SIM_DIALLED, dialler, dialled);
    fix_tell(world, SIM_CLOSED, dialled, dialler); /* not the side that dials */
    fix_tell(world, SIM_DIALLED, dialler, dialled);
    fix_expect_check(world, "C6", 0, NULL);
}
END_TEST

START_TEST(test_all_alike)
{
    lose_and_redial(12 * S, SIM_CLOSED);
    lose_and_redial(12 * S, SIM_CLOSED);
    finish_check();
    fix_expect_check(world, "C6", 0, NULL);
    lose_and_redial(12 * S, SIM_CLOSED);
    finish_check();
    fix_expect_check(world, "C6", 1, "at 37.500 s all 3 waits before a redial were 12.000 s");
}
END_TEST

/* A dial that fails is told, and the next one comes 10 to 15 s later. */
START_TEST(test_told)
{
    g_autoptr(Scenario) scenario = fix_scenario(
        "{'duration': '40s', 'peers': {'b': {'start': 'none'}, 'a': {'produces': true}},"
        " 'expect': {'convergence': false}}");
    FixRecorder recorder;
    fix_recorder_init(&recorder);
    g_autoptr(SimResult) result = fix_run(scenario, &recorder);
    fix_assert_pass(result);
    const FixNote *failed = fix_find(&recorder, SIM_UNDIALLED, FIX_ANY, 0);
    ck_assert_ptr_nonnull(failed);
    const FixNote *again =
        fix_find(&recorder, SIM_DIALLED, failed->happening.peer, failed->happening.time_ns);
    ck_assert_ptr_nonnull(again);
    int64_t wait_ns = again->happening.time_ns - failed->happening.time_ns;
    ck_assert(wait_ns >= 10 * S && wait_ns <= 15 * S);
    ck_assert_int_eq(fix_check(result, "C6")->verdict, SIM_VERDICT_PASS);
    fix_recorder_finish(&recorder);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_redial");
    TCase *tcase = tcase_create("redial");
    tcase_set_timeout(tcase, 0);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_right);
    tcase_add_test(tcase, test_early_and_late);
    tcase_add_test(tcase, test_exceptions);
    tcase_add_test(tcase, test_all_alike);
    tcase_add_test(tcase, test_told);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
