/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What peers that misbehave do, and what it costs them, can be read in the traces of the library's
 * adversaries. Run from the project's root.
 */
#include "tests/run_suite.h"
#include "tests/trace_fixture.h"

#define S INT64_C(1000000000)
#define END INT64_MAX

static TraceRun *run_of(const char *name)
{
    g_autofree char *path = g_strdup_printf("scenarios/adversaries/%s.json", name);
    return trace_run(path);
}

static const struct json_object *line_at(const TraceRun *run, guint index)
{
    ck_assert_uint_lt(index, run->lines->len);
    return run->lines->pdata[index];
}

/* How many lines from a time on fit that have one before them, of another kind, with the same id.
 */
static guint count_with_twin(const TraceRun *run, int64_t from_ns, const char *const *lines,
                             const char *const *twin)
{
    guint n = 0;
    for (guint i = trace_find(run, 0, lines); i < run->lines->len;
         i = trace_find(run, i + 1, lines)) {
        if (trace_number(line_at(run, i), "t") < from_ns)
            continue;
        const char *id = trace_text(line_at(run, i), "id");
        guint at = trace_find(run, 0, twin);
        while (at < i && g_strcmp0(trace_text(line_at(run, at), "id"), id) != 0)
            at = trace_find(run, at + 1, twin);
        n += at < i;
    }
    return n;
}

static uint32_t closed(const TraceRun *run, const char *by, const char *who, const char *why)
{
    return trace_count(run, 0, END,
                       TRACE("what", "closed", "peer", by, "remote", who, "reason", why));
}

/* --- who is closed, and why ------------------------------------------------------------------ */

static const struct {
    const char *name;
    const char *by;
    const char *why;
    int64_t from_s;
    uint32_t at_least;
} closes[] = {
    {"unlinkable-block", "relay", "resync", 26, 1},
    {"bad-block-in-a-fork", "bp[0]", "bad-block", 26, 1},
    {"junk-notices", "bp[3]", "bad-block", 22, 1},
    {"wrong-pong", "bp[1]", "bad-pong", 20, 1},
    {"mute", "bp[2]", "dead", 45, 1},
    {"double-hello", "bp[0]", "protocol", 20, 1},
    {"early", "bp[0]", "protocol", 0, 4},
    {"malformed", "bp[0]", "malformed", 20, 6},
    {"hello-other-chain", "bp[3]", "wrong-chain", 0, 4},
    {"hello-own-id", "bp[3]", "self", 0, 4},
    {"hello-foreign-id", "bp[0]", "redundant", 10, 3},
    {"hello-old-version", "follower", "old-version", 0, 4},
    {"hello-too-long", "bp[0]", "malformed", 0, 3},
};

/* For that reason, not before mallory did it, and nobody else for anything. */
START_TEST(test_closed)
{
    const char *name = closes[_i].name;
    g_autoptr(TraceRun) run = run_of(name);
    const char *const *pairs =
        TRACE("what", "closed", "peer", closes[_i].by, "reason", closes[_i].why);
    ck_assert_msg(run->result->verdict == SIM_VERDICT_PASS, "%s fails", name);
    ck_assert_uint_ge(closed(run, closes[_i].by, "mallory", closes[_i].why), closes[_i].at_least);
    ck_assert_uint_eq(trace_count(run, 0, closes[_i].from_s * S, pairs), 0);
    for (guint i = 0; i < run->lines->len; i++) {
        const struct json_object *line = line_at(run, i);
        if (g_strcmp0(trace_text(line, "what"), "closed") == 0 &&
            g_strcmp0(trace_text(line, "reason"), "lost") != 0)
            ck_assert_msg(trace_fits(line, TRACE("remote", "mallory", "reason", closes[_i].why)) ||
                              g_str_equal(name, "hello-foreign-id"),
                          "%s: %s", name, json_object_get_string(run->lines->pdata[i]));
    }
}
END_TEST

/* --- blocks ---------------------------------------------------------------------------------- */

START_TEST(test_unlinkable)
{
    g_autoptr(TraceRun) run = run_of("unlinkable-block");
    const guint at = trace_find(run, 0, TRACE("what", "verdict", "verdict", "unlinkable"));
    const struct json_object *line = line_at(run, at);
    ck_assert_str_eq(trace_text(line, "peer"), "relay");
    const int64_t number = trace_number(line, "number");
    const int64_t to_ns = trace_number(line, "t") + 6 * S;
    ck_assert_uint_eq(closed(run, "relay", "mallory", "bad-block"), 0);
    const guint end = trace_find(run, at, TRACE("what", "closed", "peer", "relay"));
    ck_assert_int_eq(trace_number(line_at(run, end), "t"), to_ns);
    /* Far enough ahead: the relay has not reached it in time. */
    for (guint i = at; i < end; i++)
        if (trace_fits(line_at(run, i), TRACE("what", "chain", "peer", "relay")))
            ck_assert_int_lt(trace_number(line_at(run, i), "number"), number);
}
END_TEST

/* The bad block is taken in on a side branch, and what it is shows when the branch has become the
 * best. */
START_TEST(test_bad_block_in_a_fork)
{
    g_autoptr(TraceRun) run = run_of("bad-block-in-a-fork");
    static const char *const honest[] = {"bp[0]", "bp[1]", "bp[2]"};
    const guint made = trace_find(run, 0, TRACE("what", "fault", "peer", "mallory"));
    const guint bad = trace_find(run, made, TRACE("what", "produced", "peer", "mallory"));
    const char *id = trace_text(line_at(run, bad), "id");
    const guint sent = trace_find(run, bad, TRACE("what", "sent", "peer", "mallory", "id", id));
    ck_assert_int_gt(trace_number(line_at(run, sent), "t"),
                     trace_number(line_at(run, bad), "t") + 5 * S);
    for (guint i = 0; i < G_N_ELEMENTS(honest); i++) {
        const guint taken = trace_find(
            run, bad, TRACE("what", "verdict", "peer", honest[i], "id", id, "verdict", "accepted"));
        const guint away = trace_find(
            run, taken, TRACE("what", "chain", "peer", honest[i], "event", "fork_switch"));
        const guint found =
            trace_find(run, away, TRACE("what", "chain", "peer", honest[i], "event", "rejected"));
        const guint cut = trace_find(run, found, TRACE("what", "closed", "peer", honest[i]));
        ck_assert_str_eq(trace_text(line_at(run, found), "id"), id);
        ck_assert(trace_fits(line_at(run, cut), TRACE("remote", "mallory", "reason", "bad-block")));
        ck_assert_int_eq(trace_number(line_at(run, cut), "t"),
                         trace_number(line_at(run, found), "t"));
        ck_assert_uint_eq(
            trace_count(run, 0, END,
                        TRACE("what", "chain", "peer", honest[i], "event", "applied", "id", id)),
            0);
    }
}
END_TEST

START_TEST(test_double_production)
{
    g_autoptr(TraceRun) run = run_of("double-production");
    const char *const *made = TRACE("what", "produced", "peer", "mallory");
    const guint fault = trace_find(run, 0, TRACE("what", "fault", "peer", "mallory"));
    const guint first = trace_find(run, fault, made);
    const guint second = trace_find(run, first + 1, made);
    const char *a = trace_text(line_at(run, first), "id");
    const char *b = trace_text(line_at(run, second), "id");
    const char *applied[] = {a, b, a};
    static const char *const honest[] = {"bp[0]", "bp[1]", "bp[2]"};
    ck_assert_str_ne(a, b);
    ck_assert_int_eq(trace_number(line_at(run, first), "number"),
                     trace_number(line_at(run, second), "number"));
    for (guint i = 0; i < G_N_ELEMENTS(honest); i++) {
        const guint at = trace_find(run, fault,
                                    TRACE("what", "delivered", "message", "signed_block", "peer",
                                          honest[i], "remote", "mallory"));
        ck_assert_str_eq(trace_text(line_at(run, at), "id"), applied[i]);
        const guint head =
            trace_find(run, at, TRACE("what", "chain", "event", "applied", "peer", honest[i]));
        ck_assert_str_eq(trace_text(line_at(run, head), "id"), applied[i]);
    }
    /* Who got the second one is sent the first, too, before what is built on it. */
    const guint parent = trace_find(
        run, second, TRACE("what", "delivered", "peer", "bp[1]", "remote", "mallory", "id", a));
    const guint left = trace_find(
        run, parent, TRACE("what", "chain", "event", "fork_switch", "peer", "bp[1]", "left_id", b));
    ck_assert_uint_lt(left, run->lines->len);
    ck_assert_uint_eq(trace_count(run, 0, END, TRACE("what", "verdict", "verdict", "unlinkable")),
                      0);
}
END_TEST

START_TEST(test_withhold)
{
    g_autoptr(TraceRun) run = run_of("withhold");
    const char *const *made = TRACE("what", "produced", "peer", "mallory");
    const char *const *sent = TRACE("what", "sent", "message", "signed_block", "peer", "mallory");
    const char *const *notices =
        TRACE("what", "sent", "message", "block_notice", "peer", "mallory");
    const uint32_t n = trace_count(run, 18 * S, 28 * S, made);
    ck_assert_uint_eq(n, 12);
    ck_assert_uint_eq(trace_count(run, 18 * S, 28 * S, sent), 0);
    /* All at once, to each of the three. */
    ck_assert_uint_eq(trace_count(run, 28 * S, 28 * S + 1, sent), 3 * n);
    for (guint i = trace_find(run, 0, made); i < run->lines->len;
         i = trace_find(run, i + 1, made)) {
        const int64_t at_ns = trace_number(line_at(run, i), "t");
        if (at_ns < 18 * S || at_ns >= 28 * S)
            continue;
        const char *id = trace_text(line_at(run, i), "id");
        for (guint j = trace_find(run, i, notices);
             j < run->lines->len && trace_number(line_at(run, j), "t") < 28 * S;
             j = trace_find(run, j + 1, notices))
            ck_assert_ptr_null(strstr(trace_text(line_at(run, j), "ids"), id));
    }
    /* The others lose what they have made meanwhile. */
    const guint left =
        trace_find(run, 0, TRACE("what", "chain", "event", "fork_switch", "peer", "bp[0]"));
    ck_assert_int_ge(trace_number(line_at(run, left), "left_number") -
                         trace_number(line_at(run, left), "number"),
                     4);
}
END_TEST

/* It takes blocks in, and has no verdict on any of them. */
START_TEST(test_forget)
{
    g_autoptr(TraceRun) run = run_of("forget");
    ck_assert_uint_gt(
        trace_count(run, 10 * S, 30 * S,
                    TRACE("what", "delivered", "message", "signed_block", "peer", "mallory")),
        30);
    ck_assert_uint_eq(trace_count(run, 10 * S, 30 * S, TRACE("what", "verdict", "peer", "mallory")),
                      0);
    ck_assert_uint_gt(
        trace_count(run, 30 * S, 36 * S,
                    TRACE("what", "verdict", "peer", "mallory", "verdict", "unlinkable")),
        5);
    ck_assert_uint_ge(trace_count(run, 36 * S, 40 * S,
                                  TRACE("what", "closed", "peer", "mallory", "reason", "resync")),
                      1);
}
END_TEST

START_TEST(test_replay)
{
    g_autoptr(TraceRun) run = run_of("replay");
    const char *const *known = TRACE("what", "verdict", "peer", "bp[0]", "verdict", "known");
    const char *const *stale = TRACE("what", "verdict", "peer", "bp[0]", "verdict", "stale");
    ck_assert_uint_ge(trace_count(run, 10 * S, 21 * S, known), 200);
    ck_assert_uint_ge(trace_count(run, 25 * S, 36 * S, known), 200);
    ck_assert_uint_eq(trace_count(run, 40 * S, 51 * S, stale), 200);
    ck_assert_uint_eq(trace_count(run, 0, END, TRACE("what", "chain", "event", "fork_switch")), 0);
}
END_TEST

/* --- notices and claims ---------------------------------------------------------------------- */

START_TEST(test_junk_notices)
{
    g_autoptr(TraceRun) run = run_of("junk-notices");
    const char *const *junk =
        TRACE("what", "delivered", "message", "block_notice", "peer", "bp[0]", "remote", "mallory");
    uint32_t n = 0;
    for (guint i = trace_find(run, 0, junk); i < run->lines->len; i = trace_find(run, i + 1, junk))
        n += trace_number(line_at(run, i), "bytes") == 1 + 2 + 500 * 32;
    ck_assert_uint_eq(n, 10);
}
END_TEST

START_TEST(test_claims)
{
    g_autoptr(TraceRun) run = run_of("claims");
    const guint at =
        trace_find(run, 0, TRACE("what", "sent", "message", "hello", "peer", "mallory"));
    ck_assert_int_eq(trace_number(line_at(run, at), "number"), 300);
    ck_assert_uint_eq(trace_count(run, 0, 60 * S, TRACE("what", "chain", "peer", "mallory")), 0);
    ck_assert_uint_gt(
        trace_count(run, 0, 60 * S,
                    TRACE("what", "verdict", "peer", "mallory", "verdict", "unlinkable")),
        20);
    ck_assert_uint_gt(
        trace_count(run, 1 * S, 60 * S,
                    TRACE("what", "sent", "message", "block_notice", "peer", "mallory")),
        20);
    ck_assert_uint_gt(trace_count(run, 60 * S, 90 * S,
                                  TRACE("what", "chain", "peer", "mallory", "event", "applied")),
                      400);
}
END_TEST

/* --- transactions ---------------------------------------------------------------------------- */

START_TEST(test_echo)
{
    g_autoptr(TraceRun) run = run_of("echo");
    const char *const *back = TRACE("what", "sent", "message", "packed_transaction", "peer",
                                    "mallory", "remote", "bp[0]");
    const char *const *there = TRACE("what", "delivered", "message", "packed_transaction", "peer",
                                     "mallory", "remote", "bp[0]");
    const guint echoed = count_with_twin(run, 10 * S, back, there);
    ck_assert_uint_gt(echoed, 20);
    ck_assert_uint_eq(count_with_twin(run, 0, back, there), echoed);
    /* Once in each chain, and only once. */
    const char *const *accepted = TRACE("what", "trx", "peer", "bp[0]");
    ck_assert_uint_eq(count_with_twin(run, 0, accepted, accepted), 0);
}
END_TEST

START_TEST(test_flood)
{
    g_autoptr(TraceRun) run = run_of("flood");
    const char *const *from = TRACE("what", "delivered", "message", "packed_transaction", "peer",
                                    "bp[0]", "remote", "mallory");
    const char *const *accepted = TRACE("what", "trx", "peer", "bp[0]");
    ck_assert_uint_ge(trace_count(run, 5 * S, 11 * S, from), 500);
    ck_assert_uint_eq(trace_count(run, 5 * S, 11 * S, accepted), 4 * 500);
    ck_assert_uint_eq(trace_count(run, 12 * S, 18 * S, from), 500);
    ck_assert_uint_eq(trace_count(run, 12 * S, 18 * S, accepted), 0);
    ck_assert_uint_ge(trace_count(run, 19 * S, 25 * S, from), 500);
    ck_assert_uint_eq(trace_count(run, 19 * S, 25 * S, accepted), 4 * 50);
}
END_TEST

/* --- pings and silence ----------------------------------------------------------------------- */

START_TEST(test_no_pong)
{
    g_autoptr(TraceRun) run = run_of("no-pong");
    ck_assert_uint_eq(
        trace_count(run, 0, END, TRACE("what", "sent", "message", "pong", "peer", "mallory")), 0);
    ck_assert_uint_eq(
        trace_count(run, 0, END,
                    TRACE("what", "sent", "message", "ping", "remote", "mallory", "peer", "bp[0]")),
        1);
    ck_assert_uint_gt(
        trace_count(run, 30 * S, END,
                    TRACE("what", "delivered", "message", "signed_block", "peer", "mallory")),
        50);
    ck_assert_uint_eq(trace_count(run, 0, END, TRACE("what", "closed")), 0);
}
END_TEST

START_TEST(test_mute)
{
    g_autoptr(TraceRun) run = run_of("mute");
    const char *const *sent = TRACE("what", "sent", "peer", "mallory");
    ck_assert_uint_eq(trace_count(run, 20 * S, END, sent),
                      trace_count(run, 20 * S, END,
                                  TRACE("what", "sent", "message", "hello", "peer", "mallory")));
    ck_assert_uint_gt(trace_count(run, 1 * S, 20 * S, sent), 0);
}
END_TEST

/* At most a message in two seconds from each, while the others are served as always. */
START_TEST(test_slow_reader)
{
    g_autoptr(TraceRun) run = run_of("slow-reader");
    const char *const *read = TRACE("what", "delivered", "peer", "mallory", "remote", "bp[0]");
    const char *const *sent = TRACE("what", "sent", "peer", "bp[0]", "remote", "mallory");
    const char *const *other = TRACE("what", "chain", "event", "applied", "peer", "bp[0]");
    ck_assert_uint_le(trace_count(run, 10 * S + 1, 60 * S, read), 25);
    ck_assert_uint_ge(trace_count(run, 10 * S + 1, 60 * S, read), 24);
    ck_assert_uint_lt(trace_count(run, 30 * S, 60 * S, sent), 40);
    ck_assert_uint_gt(trace_count(run, 61 * S, 91 * S, sent), 100);
    ck_assert_uint_eq(trace_count(run, 30 * S, 60 * S, other), 60);
}
END_TEST

/* --- hello and bytes ------------------------------------------------------------------------- */

START_TEST(test_double_hello)
{
    g_autoptr(TraceRun) run = run_of("double-hello");
    ck_assert_uint_eq(trace_count(run, 20 * S, 20 * S + 1,
                                  TRACE("what", "sent", "message", "hello", "peer", "mallory")),
                      4);
}
END_TEST

START_TEST(test_early)
{
    g_autoptr(TraceRun) run = run_of("early");
    const char *const *mallory = TRACE("what", "sent", "peer", "mallory", "remote", "bp[0]");
    guint at = trace_find(run, 0, mallory);
    ck_assert_str_eq(trace_text(line_at(run, at), "message"), "ping");
    at = trace_find(run, at + 1, mallory);
    ck_assert_str_eq(trace_text(line_at(run, at), "message"), "hello");
}
END_TEST

START_TEST(test_unknown_ids)
{
    g_autoptr(TraceRun) run = run_of("hello-unknown-ids");
    const char *const *hello = TRACE("what", "delivered", "message", "hello", "remote", "mallory");
    const struct json_object *line = line_at(run, trace_find(run, 0, hello));
    ck_assert_int_eq(trace_number(line, "unknown_ids"), 20000);
    ck_assert_int_gt(trace_number(line, "bytes"), 20000 * 32);
    ck_assert_uint_eq(trace_count(run, 0, END, hello), 4);
    ck_assert_uint_eq(trace_count(run, 0, END, TRACE("what", "closed")), 0);
}
END_TEST

START_TEST(test_old_version)
{
    g_autoptr(TraceRun) run = run_of("hello-old-version");
    ck_assert_uint_eq(trace_count(run, 0, END,
                                  TRACE("what", "delivered", "message", "hello", "remote",
                                        "mallory", "peer", "bp[0]", "version", "1.0.0")),
                      1);
    ck_assert_uint_eq(closed(run, "bp[0]", "mallory", "old-version"), 0);
}
END_TEST

/* The honest relay pays for the impostor's hello. */
START_TEST(test_stolen_id)
{
    g_autoptr(TraceRun) run = run_of("hello-stolen-id");
    const char *const *cut = TRACE("what", "closed", "remote", "relay", "reason", "redundant");
    ck_assert_uint_eq(trace_count(run, 0, 10 * S, cut), 0);
    ck_assert_uint_ge(trace_count(run, 10 * S, END, cut), 1);
}
END_TEST

static const int64_t malformed_sizes[][2] = {{1, 100},  {1, 44},  {1, 100},
                                             {46, 145}, {16, 16}, {16777217, 16777217}};

/* Each closes one connection of each neighbour, at the moment it is read. */
START_TEST(test_malformed)
{
    g_autoptr(TraceRun) run = run_of("malformed");
    const char *const *read = TRACE("what", "delivered", "message", "malformed", "peer", "bp[0]");
    guint at = trace_find(run, 0, read);
    for (guint i = 0; i < G_N_ELEMENTS(malformed_sizes); i++) {
        const struct json_object *line = line_at(run, at);
        ck_assert_int_ge(trace_number(line, "bytes"), malformed_sizes[i][0]);
        ck_assert_int_le(trace_number(line, "bytes"), malformed_sizes[i][1]);
        const struct json_object *next = line_at(run, at + 1);
        ck_assert(trace_fits(next, TRACE("what", "closed", "peer", "bp[0]", "remote", "mallory",
                                         "reason", "malformed")));
        ck_assert_int_eq(trace_number(next, "t"), trace_number(line, "t"));
        at = trace_find(run, at + 1, read);
    }
    ck_assert_uint_eq(at, run->lines->len);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_closed, 0, G_N_ELEMENTS(closes));
    tcase_add_test(tcase, test_unlinkable);
    tcase_add_test(tcase, test_bad_block_in_a_fork);
    tcase_add_test(tcase, test_double_production);
    tcase_add_test(tcase, test_withhold);
    tcase_add_test(tcase, test_forget);
    tcase_add_test(tcase, test_replay);
    tcase_add_test(tcase, test_junk_notices);
    tcase_add_test(tcase, test_claims);
    tcase_add_test(tcase, test_echo);
    tcase_add_test(tcase, test_flood);
    tcase_add_test(tcase, test_no_pong);
    tcase_add_test(tcase, test_mute);
    tcase_add_test(tcase, test_slow_reader);
    tcase_add_test(tcase, test_double_hello);
    tcase_add_test(tcase, test_early);
    tcase_add_test(tcase, test_unknown_ids);
    tcase_add_test(tcase, test_old_version);
    tcase_add_test(tcase, test_stolen_id);
    tcase_add_test(tcase, test_malformed);
}

int main(void)
{
    Suite *suite = suite_create("effects_personas");
    TCase *tcase = tcase_create("personas");
    tcase_set_timeout(tcase, 0);
    add_tests(tcase);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
