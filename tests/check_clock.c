/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks that are wrong, and what a node does by its clock. */
#include "core/clock.h"
#include "tests/core_fixture.h"

#define S BNET_NS_PER_S
#define DAY (86400 * S)

/* --- the line -------------------------------------------------------------------------------- */

START_TEST(test_what_a_clock_shows)
{
    static const struct {
        BnetClock clock;
        int64_t now_ns;
        int64_t wall_ns;
    } cases[] = {
        {{0}, 0, 0},
        {{0}, 5 * S + 1, 5 * S + 1},
        {{.skew_ns = 3 * S}, 5 * S, 8 * S},
        {{.skew_ns = -3 * S}, S, -2 * S},
        {{.drift_ppm = 50}, 0, 0},
        {{.drift_ppm = 50}, 20 * S, 20 * S + 1000000},
        {{.drift_ppm = -50}, 20 * S, 20 * S - 1000000},
        {{.drift_ppm = 1}, 999999, 999999},
        {{.drift_ppm = 1}, 1000000, 1000001},
        {{.drift_ppm = -1}, 999999, 999999},
        {{.drift_ppm = -1}, 1000000, 999999},
        {{.drift_ppm = 100000}, 366 * DAY, 366 * DAY + 366 * DAY / 10},
        {{.drift_ppm = -100000}, 366 * DAY, 366 * DAY - 366 * DAY / 10},
        {{.skew_ns = S, .since_ns = 10 * S, .drift_ppm = 1000}, 10 * S, 11 * S},
        {{.skew_ns = S, .since_ns = 10 * S, .drift_ppm = 1000}, 20 * S, 21 * S + 10 * S / 1000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_int_eq(bnet_clock_at(&cases[i].clock, cases[i].now_ns), cases[i].wall_ns);
}
END_TEST

/* The first time at which a clock shows so much or more; it never goes backwards on its way. */
START_TEST(test_when_a_clock_shows_it)
{
    static const int32_t drifts[] = {0, 1, -1, 50, -50, 99999, -99999, 100000, -100000};
    static const int64_t pasts[] = {0, 1, 10, 999999, 1000000, S / 3, 500 * S, 366 * DAY - 7};
    for (size_t i = 0; i < sizeof drifts / sizeof *drifts; i++) {
        BnetClock clock = {.skew_ns = -5 * S, .since_ns = 3 * S + 1, .drift_ppm = drifts[i]};
        for (size_t j = 0; j < sizeof pasts / sizeof *pasts; j++) {
            int64_t wall_ns = bnet_clock_at(&clock, clock.since_ns) + pasts[j];
            int64_t when_ns = bnet_clock_when(&clock, wall_ns);
            ck_assert_int_ge(bnet_clock_at(&clock, when_ns), wall_ns);
            ck_assert_int_ge(when_ns, clock.since_ns);
            if (when_ns > clock.since_ns)
                ck_assert_int_lt(bnet_clock_at(&clock, when_ns - 1), wall_ns);
        }
        ck_assert_int_eq(bnet_clock_when(&clock, -DAY), clock.since_ns); /* it has been */
        for (int64_t t = clock.since_ns; t < clock.since_ns + 2000; t++)
            ck_assert_int_le(bnet_clock_at(&clock, t), bnet_clock_at(&clock, t + 1));
    }
}
END_TEST

/* --- the node -------------------------------------------------------------------------------- */

static BnetBlock start(CoreBench *bench, int64_t skew_ns)
{
    bench_init(bench, BNET_RULE_NONE, 0, 1);
    BnetBlock head = core_extend(&bench->store, BNET_GENESIS, 2);
    bench_start(bench, head);
    bench->node.clock.skew_ns = skew_ns;
    return head;
}

/* A child whose slot begins at that time. */
static BnetBlock child_at(CoreBench *bench, BnetBlock parent, int64_t time_ns)
{
    uint32_t slot = bnet_store_slot_at(&bench->store, time_ns);
    BnetBlockSpec spec = core_spec_at(&bench->store, parent, slot);
    return bnet_store_add_block(&bench->store, &spec);
}

/* Up to 7 s ahead of the node's clock, to the nanosecond. */
START_TEST(test_future)
{
    static const int64_t skews[] = {0, 3 * S, -3 * S, 3600 * S};
    for (size_t i = 0; i < sizeof skews / sizeof *skews; i++) {
        CoreBench bench;
        BnetBlock head = start(&bench, skews[i]);
        BnetBlock block = child_at(&bench, head, bench.now_ns + skews[i] + 7 * S);
        bench.now_ns -= 1;
        ck_assert_int_eq(bench_chain(&bench, BNET_NO_SESSION, block), BNET_VERDICT_FUTURE);
        bench.now_ns += 1;
        ck_assert_int_eq(bench_chain(&bench, BNET_NO_SESSION, block), BNET_VERDICT_ACCEPTED);
        bench_finish(&bench);
    }
}
END_TEST

/* A clock that is behind sees younger headers. */
START_TEST(test_age_of_notices)
{
    CoreBench bench;
    BnetBlock head = start(&bench, -4 * S);
    bench_connect(&bench, 0, 0, head);
    bench.text[0] = '\0';
    BnetBlock old = child_at(&bench, head, bench.now_ns - 10 * S);
    BnetBlock young = child_at(&bench, head, bench.now_ns - 10 * S + BNET_SLOT_NS);
    bench_chain(&bench, BNET_NO_SESSION, young);
    bench_expect(&bench, "accepted 4b; 0 notice 4b; applied 4b");
    bench_written(&bench, 0);
    bench.text[0] = '\0';
    bench_chain(&bench, BNET_NO_SESSION, old);
    bench_expect(&bench, "accepted 4");
    bench_finish(&bench);
}
END_TEST

/* Expired by our clock: not taken, not sent; by a clock that is right it is good for 2 s more. */
START_TEST(test_expired_transactions)
{
    static const int64_t skews[] = {2 * S, 2 * S + 1};
    for (size_t i = 0; i < sizeof skews / sizeof *skews; i++) {
        CoreBench bench;
        start(&bench, skews[i]);
        BnetTrx trx = core_trx(&bench.store, (uint32_t)(bench.now_ns / S) + 2);
        ck_assert_int_eq(bnet_node_receive_trx(&bench.node, trx, bench.now_ns), i == 0);
        bench_finish(&bench);
    }
}
END_TEST

/* What a peer sends and is expired by our clock does not go to the chain. */
START_TEST(test_expired_on_the_way)
{
    static const int64_t skews[] = {2 * S, 2 * S + 1};
    for (size_t i = 0; i < sizeof skews / sizeof *skews; i++) {
        CoreBench bench;
        BnetBlock head = start(&bench, skews[i]);
        bench_connect(&bench, 0, 0, head);
        bench.text[0] = '\0';
        bench_trx(&bench, 0, core_trx(&bench.store, (uint32_t)(bench.now_ns / S) + 2));
        bench_expect(&bench, i == 0 ? "0 submit trx 1" : "");
        bench_finish(&bench);
    }
}
END_TEST

/* Accepted in time, and expired when the session is free to send it. */
START_TEST(test_expired_while_waiting)
{
    for (int set_forward = 0; set_forward < 2; set_forward++) {
        CoreBench bench;
        BnetBlock head = start(&bench, 0);
        bench_connect(&bench, 0, 0, head);
        bench_ping(&bench, 0, 1, 0); /* a pong goes first */
        BnetTrx trx = core_trx(&bench.store, (uint32_t)(bench.now_ns / S) + 2);
        bench_accept_trx(&bench, trx);
        bench.text[0] = '\0';
        if (set_forward)
            bench.node.clock.skew_ns = 2 * S + 1;
        bench_written(&bench, 0);
        bench_expect(&bench, set_forward ? "" : "0 trx 1");
        bench_finish(&bench);
    }
}
END_TEST

/* A clock before time 0 sweeps nothing out. */
START_TEST(test_clock_far_behind)
{
    CoreBench bench;
    start(&bench, -3600 * S);
    BnetTrx trx = core_trx(&bench.store, 30);
    bench_accept_trx(&bench, trx);
    bench.now_ns += 10 * S;
    bench_accept_trx(&bench, core_trx(&bench.store, 31));
    ck_assert(bnet_trxs_is_pending(&bench.node.trxs, trx));
    bench.node.clock.skew_ns = 0;
    ck_assert(!bnet_node_receive_trx(&bench.node, core_trx(&bench.store, 32), bench.now_ns));
    ck_assert(!bnet_trxs_is_pending(&bench.node.trxs, trx));
    bench_finish(&bench);
}
END_TEST

/* A ping tells our time of day; when it is due goes by the driver's time, whatever is done to the
 * clock. */
START_TEST(test_pings)
{
    CoreBench bench;
    BnetBlock head = start(&bench, -1001 * S - 1500);
    bench_connect(&bench, 0, 0, head);
    ck_assert_int_eq(bench.pinged[0].sent_ns, -S - 1000); /* whole microseconds */
    bench.node.clock.skew_ns = 3600 * S;
    bench.now_ns += 3 * S - 1;
    ck_assert_int_eq(bnet_node_deadline(&bench.node, 0), bench.now_ns + 1);
    bench.text[0] = '\0';
    bench_timer(&bench, 0);
    bench_expect(&bench, "");
    bench.now_ns += 1;
    bench_timer(&bench, 0);
    bench_code(&bench, 0);
    bench_expect(&bench, "0 code; 0 ping 0");
    ck_assert_int_eq(bench.pinged[0].sent_ns, bench.now_ns + 3600 * S);
    bench_finish(&bench);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("clock");
    TCase *tcase = tcase_create("clock");
    tcase_add_test(tcase, test_what_a_clock_shows);
    tcase_add_test(tcase, test_when_a_clock_shows_it);
    tcase_add_test(tcase, test_future);
    tcase_add_test(tcase, test_age_of_notices);
    tcase_add_test(tcase, test_expired_transactions);
    tcase_add_test(tcase, test_expired_on_the_way);
    tcase_add_test(tcase, test_expired_while_waiting);
    tcase_add_test(tcase, test_clock_far_behind);
    tcase_add_test(tcase, test_pings);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
