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

int main(void)
{
    const TTest *const tests[] = {test_two_nodes, test_a_line_of_three, test_producing_on_slots,
                                  test_following_irreversible};
    return live_run("live_sync", tests, G_N_ELEMENTS(tests));
}
