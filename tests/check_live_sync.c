/* SPDX-License-Identifier: Apache-2.0 */

/* Nodes as processes: blocks and transactions get from one to the others. */

#include "tests/live_fixture.h"

/* One has a chain, the other gets it, and what is produced then. */
START_TEST(test_two_nodes)
{
    LiveNode producer;
    LiveNode follower;
    live_begin_with(&producer, LIVE_PRODUCER);
    live_do(&producer, "{\"cmd\":\"produce\",\"count\":500,\"slots\":\"next\"}");
    live_begin_with(&follower, "--bnet-connect", producer.peer);
    live_do(&follower, "{\"cmd\":\"wait\",\"head\":501,\"lib\":500}");
    struct json_object *made =
        live_ask(&producer, "{\"cmd\":\"produce\",\"count\":20,\"slots\":\"next\"}");
    ck_assert_int_eq(live_number(made, "head.number"), 521);
    live_do(&follower, "{\"cmd\":\"wait\",\"head_id\":\"%s\"}", live_text(made, "head.id"));
    json_object_put(made);
    live_end(&follower);
    live_end(&producer);
}
END_TEST

/* From end to end of a line, and through the middle once that was restarted. */
START_TEST(test_a_line_of_three)
{
    LiveNode nodes[3];
    live_begin_with(&nodes[0], LIVE_PRODUCER);
    live_begin_with(&nodes[1], "--bnet-connect", nodes[0].peer, "--bnet-threads", "3");
    live_begin_with(&nodes[2], "--bnet-connect", nodes[1].peer);
    live_do(&nodes[2], "{\"cmd\":\"wait\",\"sessions\":1}");
    live_do(&nodes[0], "{\"cmd\":\"produce\",\"count\":30,\"slots\":\"next\"}");
    live_do(&nodes[2], "{\"cmd\":\"wait\",\"head\":31}");
    struct json_object *pushed = live_ask(&nodes[2], "{\"cmd\":\"push_transaction\"}");
    live_do(&nodes[0], "{\"cmd\":\"wait\",\"transaction\":\"%s\"}",
            live_text(pushed, "transaction"));
    live_do(&nodes[0], "{\"cmd\":\"wait\",\"transactions\":1,\"timeout\":0}");
    json_object_put(pushed);
    for (int i = 0; i < 3; i++)
        live_end(&nodes[i]);
}
END_TEST

/* Producing on its slots by itself: LIB is right behind the head where there is one producer. */
START_TEST(test_producing_on_slots)
{
    LiveNode producer;
    LiveNode follower;
    live_begin_with(&producer, "--producer", "eosio", "--private-key", LIVE_KEY,
                    "--enable-stale-production");
    live_begin_with(&follower, "--bnet-connect", producer.peer, "--profile", "eosio-1.7");
    live_do(&follower, "{\"cmd\":\"wait\",\"head\":4,\"lib\":3}");
    live_end(&follower);
    live_end(&producer);
}
END_TEST

/* Three producers in turn from block 2 on: it takes all of them to confirm what is irreversible. A
 * node with another order takes not all of their blocks. */
START_TEST(test_first_producers)
{
    LiveNode producer;
    LiveNode follower;
    LiveNode stranger;
    live_begin_with(&producer, "--first-producers", "a,b,c", "--producer", "a", "--private-key",
                    LIVE_KEY, "--producer", "b", "--private-key", LIVE_KEY, "--producer", "c",
                    "--private-key", LIVE_KEY, "--produce-on-command");
    live_do(&producer, "{\"cmd\":\"produce\",\"count\":100,\"slots\":\"next\"}");
    live_begin_with(&follower, "--bnet-connect", producer.peer, "--first-producers", "a,b,c");
    live_do(&follower, "{\"cmd\":\"wait\",\"head\":101}");
    struct json_object *status = live_ask(&follower, "{\"cmd\":\"status\"}");
    /* With one producer it would be 100; with three, all have to confirm twice in their turns. */
    ck_assert_int_eq(live_number(status, "lib.number"), 60);
    json_object_put(status);
    live_begin_with(&stranger, "--first-producers", "a,c,b");
    live_do(&stranger, "{\"cmd\":\"subscribe\"}");
    live_do(&stranger, "{\"cmd\":\"connect\",\"peer\":\"%s\"}", producer.peer);
    struct json_object *verdict = live_event(&stranger, "verdict");
    while (strcmp(live_text(verdict, "verdict"), "invalid") != 0) {
        json_object_put(verdict);
        verdict = live_event(&stranger, "verdict");
    }
    ck_assert_int_lt(live_number(verdict, "number"), 102);
    json_object_put(verdict);
    live_end(&stranger);
    live_end(&follower);
    live_end(&producer);
}
END_TEST

/* A follower of irreversible blocks gets no others. */
START_TEST(test_following_irreversible)
{
    LiveNode producer;
    LiveNode follower;
    live_begin_with(&producer, LIVE_PRODUCER);
    live_begin_with(&follower, "--bnet-connect", producer.peer, "--bnet-follow-irreversible", "1");
    live_do(&producer, "{\"cmd\":\"produce\",\"count\":10,\"slots\":\"next\"}");
    live_do(&follower, "{\"cmd\":\"wait\",\"head\":10}");
    ck_assert_int_eq(live_head(&follower), 10);
    live_end(&follower);
    live_end(&producer);
}
END_TEST

/* Two producers were apart: one leaves its block for the longer chain, and what was in it waits
 * again on both. */
START_TEST(test_fork_switch)
{
    LiveNode nodes[2];
    live_begin_with(&nodes[0], LIVE_PRODUCER);
    live_begin_with(&nodes[1], LIVE_PRODUCER);
    live_do(&nodes[0], "{\"cmd\":\"produce\",\"count\":2,\"slots\":\"next\"}");
    struct json_object *pushed = live_ask(&nodes[1], "{\"cmd\":\"push_transaction\"}");
    struct json_object *left = live_ask(&nodes[1], "{\"cmd\":\"produce\",\"slots\":\"now\"}");
    live_do(&nodes[1], "{\"cmd\":\"subscribe\"}");
    live_do(&nodes[1], "{\"cmd\":\"connect\",\"peer\":\"%s\"}", nodes[0].peer);
    struct json_object *event = live_event(&nodes[1], "fork_switch");
    ck_assert_int_eq(live_number(event, "number"), 1);
    ck_assert_str_eq(live_text(event, "left.id"), live_text(left, "head.id"));
    live_do(&nodes[1], "{\"cmd\":\"wait\",\"head\":3,\"lib\":2,\"transactions\":1}");
    live_do(&nodes[0], "{\"cmd\":\"wait\",\"transaction\":\"%s\",\"transactions\":1}",
            live_text(pushed, "transaction"));
    json_object_put(event);
    json_object_put(left);
    json_object_put(pushed);
    live_end(&nodes[0]);
    live_end(&nodes[1]);
}
END_TEST

/* Many transactions and blocks at once, through every node of a ring. */
START_TEST(test_ring_under_load)
{
    enum {
        NODES = 4,
        ROUNDS = 20
    };
    LiveNode nodes[NODES];
    int64_t head = 1;
    for (int i = 0; i < NODES; i++)
        live_begin_with(&nodes[i], LIVE_PRODUCER, "--bnet-threads", "2");
    for (int i = 0; i < NODES; i++)
        live_do(&nodes[i], "{\"cmd\":\"connect\",\"peer\":\"%s\"}", nodes[(i + 1) % NODES].peer);
    for (int i = 0; i < NODES; i++)
        live_do(&nodes[i], "{\"cmd\":\"wait\",\"sessions\":2}");
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < NODES; i++)
            live_do(&nodes[i], "{\"cmd\":\"push_transaction\",\"size\":20000,\"nonce\":%d}",
                    NODES * round + i);
        for (int i = 0; i < NODES; i++)
            live_do(&nodes[i], "{\"cmd\":\"wait\",\"transactions\":%d}", NODES);
        LiveNode *maker = &nodes[round % NODES];
        live_do(maker, "{\"cmd\":\"produce\",\"slots\":\"next\"}");
        head++;
        for (int i = 0; i < NODES; i++)
            live_do(&nodes[i], "{\"cmd\":\"wait\",\"head\":%d}", (int)head);
    }
    for (int i = 0; i < NODES; i++) {
        struct json_object *status = live_ask(&nodes[i], "{\"cmd\":\"status\"}");
        ck_assert_int_eq(live_number(status, "head.number"), ROUNDS + 1);
        ck_assert_int_eq(live_number(status, "transactions"), 0);
        json_object_put(status);
        live_end(&nodes[i]);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        test_two_nodes,          test_first_producers,        test_a_line_of_three,
        test_producing_on_slots, test_following_irreversible, test_fork_switch,
        test_ring_under_load};
    return live_run("live_sync", tests, G_N_ELEMENTS(tests));
}
