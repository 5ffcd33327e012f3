/* SPDX-License-Identifier: Apache-2.0 */

/* Who is dialled again and when: a node runs in this very process, whose clock the test moves on.
 * (The linker puts the function __wrap_g_get_monotonic_time in the place of GLib's.) */

#include <stdatomic.h>

#include "tests/inner_fixture.h"

static _Atomic gint64 ahead_us; /* of the real clock */

gint64 __real_g_get_monotonic_time(void);
gint64 __wrap_g_get_monotonic_time(void);

gint64 __wrap_g_get_monotonic_time(void)
{
    return __real_g_get_monotonic_time() + atomic_load(&ahead_us);
}

/* What a node did: how often it dialled that peer, and how often that failed. It dials nobody else.
 */
typedef struct Dials {
    const char *peer;
    int tried;
    int failed;
} Dials;

/* Counts what comes before the answer to a command that changes nothing. */
static void count_until_answer(LiveNode *node, Dials *dials)
{
    bool is_answer;
    live_say(node, "{\"cmd\":\"status\"}");
    do {
        struct json_object *object = live_next(node);
        is_answer = live_get(object, "ok") != NULL;
        const char *what = is_answer ? "" : live_text(object, "what");
        const bool is_try = strcmp(what, "dialling") == 0;
        if (is_try)
            ck_assert_str_eq(live_text(object, "peer"), dials->peer);
        dials->tried += is_try;
        dials->failed += strcmp(what, "undialled") == 0;
        json_object_put(object);
    } while (!is_answer);
}

/* Lets so much time pass. The first answer is that of an input; timers come after inputs, so when
 * the second is there they have run. */
static void pass(LiveNode *node, gint64 us, Dials *dials)
{
    atomic_fetch_add(&ahead_us, us);
    count_until_answer(node, dials);
    count_until_answer(node, dials);
    for (; dials->failed < dials->tried; dials->failed++)
        json_object_put(live_event(node, "undialled"));
}

/* Waits for so many events of a kind; nobody is dialled meanwhile. */
static void await_closed(LiveNode *node, int n)
{
    while (n > 0) {
        struct json_object *object = live_next(node);
        const char *what = live_text(object, "what");
        ck_assert_str_ne(what, "dialling");
        n -= strcmp(what, "closed") == 0;
        json_object_put(object);
    }
}

/* Of two peers that are lost, the one that we had dialled is dialled again, after 10 to 15 s, and
 * again; the one that had dialled us never is. */
static void lose_both(const char *profile)
{
    Inner inner;
    LiveNode caller;
    LiveNode called;
    inner_begin_with(&inner, "--profile", profile, "--idle-timeout", "0");
    live_begin_with(&called, "--bnet-threads", "1");
    live_begin_with(&caller, "--bnet-connect", inner.node.peer);
    live_do(&inner.node, "{\"cmd\":\"connect\",\"peer\":\"%s\"}", called.peer);
    live_do(&inner.node, "{\"cmd\":\"wait\",\"sessions\":2,\"timeout\":60}");
    g_autofree char *peer = g_strdup(called.peer);
    live_do(&inner.node, "{\"cmd\":\"subscribe\"}");
    live_kill(&called);
    live_kill(&caller);
    await_closed(&inner.node, 2);
    Dials dials = {.peer = peer};
    for (int s = 0; s < 60; s++) /* each fails at once: nobody listens there */
        pass(&inner.node, G_USEC_PER_SEC, &dials);
    ck_assert_int_ge(dials.tried, 3); /* in steps of a second some 16 s may pass */
    ck_assert_int_le(dials.tried, 6);
    inner_end(&inner);
}

START_TEST(test_documented)
{
    lose_both("documented");
}
END_TEST

START_TEST(test_deployed)
{
    lose_both("eosio-1.7");
}
END_TEST

/* Not before 10 s have gone, and when 15 have, it is. */
START_TEST(test_when)
{
    Inner inner;
    LiveNode called;
    inner_begin_with(&inner, "--idle-timeout", "0");
    live_begin_with(&called, "--bnet-threads", "1");
    live_do(&inner.node, "{\"cmd\":\"connect\",\"peer\":\"%s\"}", called.peer);
    live_do(&inner.node, "{\"cmd\":\"wait\",\"sessions\":1,\"timeout\":60}");
    g_autofree char *peer = g_strdup(called.peer);
    live_do(&inner.node, "{\"cmd\":\"subscribe\"}");
    const gint64 before_us = g_get_monotonic_time();
    live_kill(&called);
    await_closed(&inner.node, 1);
    Dials dials = {.peer = peer};
    pass(&inner.node, 9 * G_USEC_PER_SEC, &dials);
    const gint64 gone_us = g_get_monotonic_time() - before_us;
    ck_assert(dials.tried == 0 || gone_us >= 10 * G_USEC_PER_SEC); /* the machine is slow */
    pass(&inner.node, 6 * G_USEC_PER_SEC, &dials);
    ck_assert_int_eq(dials.tried, 1);
    inner_end(&inner);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {test_documented, test_deployed, test_when};
    return live_run("live_redial", tests, G_N_ELEMENTS(tests));
}
