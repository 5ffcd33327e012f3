/* SPDX-License-Identifier: Apache-2.0 */
/* Lost segments: what single draws make of a message, and the mean delay against theory. */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include <check.h>
#include <glib.h>

#include "sim/loss.h"
#include "tests/run_suite.h"

#define MS INT64_C(1000000)
#define S INT64_C(1000000000)
#define DELAYS_MAX 24 /* losses of one segment that theory looks at */

START_TEST(test_segments)
{
    ck_assert_uint_eq(sim_loss_segments(0), 1);
    ck_assert_uint_eq(sim_loss_segments(1), 1);
    ck_assert_uint_eq(sim_loss_segments(1448), 1);
    ck_assert_uint_eq(sim_loss_segments(1449), 2);
    ck_assert_uint_eq(sim_loss_segments(2896), 2);
    ck_assert_uint_eq(sim_loss_segments(1048576), 725);
    ck_assert_uint_eq(sim_loss_segments(UINT32_MAX), 2966138);
}
END_TEST

START_TEST(test_no_loss_no_draw)
{
    SimRandom random = sim_random_stream(1, SIM_RANDOM_TEST, 0);
    const SimLossPath path = {.loss_ppm = 0, .round_trip_ns = 80 * MS, .span_ns = S};

    for (uint32_t n = 1; n < 1000; n++)
        ck_assert_int_eq(sim_loss_delay_ns(n, &path, &random), 0);
    ck_assert_uint_eq(random.draw, 0);
}
END_TEST

/* A segment by itself can be found by timeouts alone: 200 ms, 600 ms, 1400 ms, ... */
START_TEST(test_timeouts)
{
    SimRandom random = sim_random_stream(1, SIM_RANDOM_TEST, 1);
    const SimLossPath path = {.loss_ppm = 500000, .round_trip_ns = 80 * MS};
    int64_t most_ns = 0;

    for (uint32_t i = 0; i < 20000; i++) {
        const int64_t delay_ns = sim_loss_delay_ns(1, &path, &random);
        int64_t sum_ns = 0;

        for (int64_t timeout_ns = 200 * MS; sum_ns < delay_ns;
             timeout_ns = MIN(2 * timeout_ns, 60 * S))
            sum_ns += timeout_ns;
        ck_assert_int_eq(delay_ns, sum_ns);
        most_ns = MAX(most_ns, delay_ns);
    }
    ck_assert_int_gt(most_ns,
                     102 * S + 60 * S); /* more than nine losses: the timeout at its most */
}
END_TEST

/* The timeout is two round trips if that is more. */
START_TEST(test_long_round_trip)
{
    SimRandom random = sim_random_stream(1, SIM_RANDOM_TEST, 2);
    const SimLossPath path = {.loss_ppm = 1000, .round_trip_ns = 150 * MS};
    int64_t delay_ns = 0;

    while (delay_ns == 0)
        delay_ns = sim_loss_delay_ns(1, &path, &random);
    ck_assert_int_eq(delay_ns, 300 * MS);
}
END_TEST

/* Of ten segments the first seven are found after a round trip, the last three by the timeout. */
START_TEST(test_duplicates)
{
    SimRandom random = sim_random_stream(1, SIM_RANDOM_TEST, 3);
    const SimLossPath path = {.loss_ppm = 100, .round_trip_ns = 80 * MS};
    uint32_t by_duplicates = 0;
    uint32_t by_timeout = 0;

    while (by_duplicates + by_timeout < 2000) {
        const int64_t delay_ns = sim_loss_delay_ns(10, &path, &random);

        by_duplicates += delay_ns == 80 * MS;
        by_timeout += delay_ns >= 200 * MS;
        ck_assert(delay_ns == 0 || delay_ns == 80 * MS || delay_ns >= 200 * MS);
    }
    ck_assert_uint_ge(by_duplicates, 1330); /* 1400 and three standard deviations and more */
    ck_assert_uint_le(by_duplicates, 1470);
}
END_TEST

/* What is found again before the message's last segment has left delays nothing. */
START_TEST(test_span)
{
    SimRandom random = sim_random_stream(1, SIM_RANDOM_TEST, 4);
    const SimLossPath path = {.loss_ppm = 1000, .round_trip_ns = 80 * MS, .span_ns = 100 * S};
    uint32_t late = 0;

    for (uint32_t i = 0; i < 20000; i++)
        late += sim_loss_delay_ns(1000, &path, &random) > 0;
    /* One of the last three (0.3 %), or the one before, with 20 ms left, or a second loss. */
    ck_assert_uint_ge(late, 40);
    ck_assert_uint_le(late, 100);
}
END_TEST

/* P(delay of a segment <= x), without span. */
static double share_within(double loss, double round_trip_s, bool duplicates, double x)
{
    double timeout_s = fmax(0.2, 2 * round_trip_s);
    double delay_s = 0;
    double share = 0;
    double weight = 1 - loss;

    for (int losses = 0; losses <= DELAYS_MAX && delay_s <= x * (1 + 1e-12); losses++) {
        share += weight;
        weight *= loss;
        if (duplicates && losses == 0) {
            delay_s += round_trip_s;
        } else {
            delay_s += timeout_s;
            timeout_s = fmin(2 * timeout_s, 60);
        }
    }
    return share;
}

static int by_size(const void *a, const void *b)
{
    const double difference = *(const double *)a - *(const double *)b;

    return difference < 0 ? -1 : difference > 0;
}

/* The mean of the greatest delay of n segments: over all delays there are, in their order. */
static double mean_of_theory(double loss, double round_trip_s, uint32_t n)
{
    double values[2 * DELAYS_MAX + 1] = {0};
    size_t n_values = 1;

    for (int duplicates = 0; duplicates < 2; duplicates++) {
        double timeout_s = fmax(0.2, 2 * round_trip_s);
        double delay_s = duplicates ? round_trip_s : 0;

        if (duplicates)
            values[n_values++] = delay_s;
        for (int losses = 0; losses + duplicates < DELAYS_MAX; losses++) {
            delay_s += timeout_s;
            timeout_s = fmin(2 * timeout_s, 60);
            values[n_values++] = delay_s;
        }
    }
    qsort(values, n_values, sizeof values[0], by_size);
    const uint32_t tail = MIN(n, 3u);
    double mean_s = 0;
    double before = 0;

    for (size_t i = 0; i < n_values; i++) {
        const double share = pow(share_within(loss, round_trip_s, false, values[i]), tail) *
                             pow(share_within(loss, round_trip_s, true, values[i]), n - tail);

        mean_s += (share - before) * values[i];
        before = share;
    }
    return mean_s;
}

static void check_mean(uint32_t loss_ppm, int64_t round_trip_ns, uint32_t n, uint32_t draws)
{
    SimRandom random = sim_random_stream(7, SIM_RANDOM_TEST, loss_ppm + n);
    const SimLossPath path = {.loss_ppm = loss_ppm, .round_trip_ns = round_trip_ns};
    double sum_s = 0;

    for (uint32_t i = 0; i < draws; i++)
        sum_s += (double)sim_loss_delay_ns(n, &path, &random) / 1e9;
    const double mean_s = sum_s / draws;
    const double theory_s = mean_of_theory(loss_ppm / 1e6, (double)round_trip_ns / 1e9, n);

    ck_assert_msg(fabs(mean_s - theory_s) < 0.01 * theory_s, "%u ppm, %u segments: %f s, not %f s",
                  loss_ppm, n, mean_s, theory_s);
}

START_TEST(test_mean)
{
    check_mean(200000, 80 * MS, 1, 1000000);
    check_mean(50000, 80 * MS, 1, 500000);
    check_mean(50000, 300 * MS, 3, 300000);
    check_mean(10000, 80 * MS, 10, 600000);
    check_mean(10000, 150 * MS, 725, 100000);
    check_mean(100, 80 * MS, 725, 400000);
}
END_TEST

/* As many draws as lost transmissions, and one more: none for the segments that are not lost. */
START_TEST(test_draws)
{
    SimRandom random = sim_random_stream(7, SIM_RANDOM_TEST, 5);
    const SimLossPath path = {.loss_ppm = 1, .round_trip_ns = 80 * MS};
    uint32_t late = 0;

    for (uint32_t i = 0; i < 1000; i++)
        late += sim_loss_delay_ns(UINT32_C(100000), &path, &random) > 0;
    ck_assert_uint_ge(late, 65); /* 95, in ten thousand draws for a hundred million segments */
    ck_assert_uint_le(late, 125);
    ck_assert_uint_le(random.draw, 1000 + 3 * 125);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("loss");
    TCase *tcase = tcase_create("loss");

    tcase_add_test(tcase, test_segments);
    tcase_add_test(tcase, test_no_loss_no_draw);
    tcase_add_test(tcase, test_timeouts);
    tcase_add_test(tcase, test_long_round_trip);
    tcase_add_test(tcase, test_duplicates);
    tcase_add_test(tcase, test_span);
    tcase_add_test(tcase, test_mean);
    tcase_add_test(tcase, test_draws);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
