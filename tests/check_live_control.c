/* SPDX-License-Identifier: Apache-2.0 */

/* The control lines of a node: every command, what is refused, several clients. */

#include <sys/un.h>

#include "tests/live_fixture.h"

/* The key of LIVE_KEY. */
#define PUBLIC "EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV"

/* The command is refused, and the reason has this in it. */
static void refused(LiveNode *node, const char *command, const char *part)
{
    struct json_object *answer = live_try(node, command);
    ck_assert_msg(!json_object_get_boolean(live_get(answer, "ok")), "%s: %s", command,
                  json_object_to_json_string(answer));
    ck_assert_msg(strstr(live_text(answer, "error"), part) != NULL, "%s: %s", command,
                  json_object_to_json_string(answer));
    json_object_put(answer);
}

START_TEST(test_bad_lines)
{
    LiveNode node;
    live_begin_with(&node, LIVE_PRODUCER);
    refused(&node, "status", "a line is a JSON object");
    refused(&node, "[]", "a line is a JSON object");
    refused(&node, "{\"cmd\":\"status\"", "a line is a JSON object");
    refused(&node, "{\"cmd\":\"status\"}}", "a line is a JSON object");
    refused(&node, "{}", "cmd is one of");
    refused(&node, "{\"cmd\":1}", "cmd is one of");
    refused(&node, "{\"cmd\":\"statu\"}", "cmd is one of");
    live_say(&node, "   "); /* nothing, and no answer */
    struct json_object *answer = live_ask(&node, "{\"cmd\":\"status\",\"id\":[1,\"x\"]}");
    ck_assert_str_eq(json_object_to_json_string_ext(live_get(answer, "id"), JSON_C_TO_STRING_PLAIN),
                     "[1,\"x\"]");
    ck_assert_int_eq(live_number(answer, "head.number"), 1);
    ck_assert_int_eq(live_number(answer, "lib.number"), 0);
    json_object_put(answer);
    live_end(&node);
}
END_TEST

/* Answers come in the order of the lines, those that are no commands included. */
START_TEST(test_order)
{
    static const char *const wanted[] = {"1", NULL, "2", NULL, "3"};
    LiveNode node;
    live_begin_with(&node, LIVE_PRODUCER);
    live_say(&node, "{\"cmd\":\"status\",\"id\":1}\nnonsense\n{\"cmd\":\"sessions\",\"id\":2}\n"
                    "[]\n{\"cmd\":\"status\",\"id\":3}");
    for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
        struct json_object *answer = live_answer(&node);
        ck_assert_int_eq(json_object_get_boolean(live_get(answer, "ok")), wanted[i] != NULL);
        ck_assert_pstr_eq(json_object_get_string(live_get(answer, "id")), wanted[i]);
        json_object_put(answer);
    }
    live_end(&node);
}
END_TEST

/* Who misspells what to wait for is not told that it has come. */
START_TEST(test_strange_arguments)
{
    LiveNode node;
    live_begin_with(&node, LIVE_PRODUCER);
    refused(&node, "{\"cmd\":\"wait\",\"haed\":10,\"timeout\":0}",
            "wait has no argument haed; it has head lib ");
    refused(&node, "{\"cmd\":\"status\",\"id\":1,\"head\":1}",
            "status has no argument head; it has none");
    refused(&node, "{\"cmd\":\"produce\",\"count\":1,\"coun\":1}", "produce has no argument coun");
    ck_assert_int_eq(live_head(&node), 1);
    live_end(&node);
}
END_TEST

START_TEST(test_bad_arguments)
{
    static const char *const commands[][2] = {
        {"{\"cmd\":\"produce\",\"count\":0}", "count"},
        {"{\"cmd\":\"produce\",\"count\":100001}", "count"},
        {"{\"cmd\":\"produce\",\"count\":\"1\"}", "count"},
        {"{\"cmd\":\"produce\",\"slots\":\"later\"}", "slots"},
        {"{\"cmd\":\"push_block\"}", "digits"},
        {"{\"cmd\":\"push_block\",\"block\":\"0\"}", "digits"},
        {"{\"cmd\":\"push_block\",\"block\":\"0g\"}", "digits"},
        {"{\"cmd\":\"push_block\",\"block\":\"00\"}", "no block"},
        {"{\"cmd\":\"push_transaction\",\"transaction\":\"00\"}", "digits"},
        {"{\"cmd\":\"push_transaction\",\"size\":45}", "46"},
        {"{\"cmd\":\"push_transaction\",\"expires_in\":3601}", "expires_in"},
        {"{\"cmd\":\"block\"}", "no such block"},
        {"{\"cmd\":\"block\",\"number\":2}", "no such block"},
        {"{\"cmd\":\"set_lib\",\"number\":2}", "number"},
        {"{\"cmd\":\"set_lib\"}", "number"},
        {"{\"cmd\":\"set_producers\"}", "1 to 125"},
        {"{\"cmd\":\"set_producers\",\"producers\":[]}", "1 to 125"},
        {"{\"cmd\":\"set_producers\",\"producers\":[7]}", "name and key"},
        {"{\"cmd\":\"set_producers\",\"producers\":[{\"name\":\"a\"}]}", "name and key"},
        {"{\"cmd\":\"set_producers\",\"producers\":[{\"name\":\"A\",\"key\":\"" PUBLIC "\"}]}",
         "name and key"},
        {"{\"cmd\":\"set_producers\",\"producers\":[{\"name\":\"a\",\"key\":\"" PUBLIC
         "\"},{\"name\":\"a\",\"key\":\"" PUBLIC "\"}]}",
         "no name twice"},
        {"{\"cmd\":\"reject\",\"block_id\":\"00\"}", "64 digits"},
        {"{\"cmd\":\"clock\",\"time\":\"2018-06-01T12:00:10\"}", "--clock, which is needed"},
        {"{\"cmd\":\"connect\",\"peer\":\"nowhere\"}", "HOST:PORT"},
        {"{\"cmd\":\"connect\",\"peer\":\"127.0.0.1:0\"}", "HOST:PORT"},
        {"{\"cmd\":\"disconnect\",\"peer\":\"127.0.0.1:1\"}", "no such peer"},
        {"{\"cmd\":\"disconnect\",\"session\":0}", "no such peer"},
        {"{\"cmd\":\"disconnect\",\"session\":100000}", "no such peer"},
        {"{\"cmd\":\"wait\",\"head\":\"1\"}", "numbers"},
        {"{\"cmd\":\"wait\",\"head_id\":\"00\"}", "numbers"},
        {"{\"cmd\":\"wait\",\"timeout\":3601}", "timeout"},
        {"{\"cmd\":\"wait\",\"timeout\":3600.1}", "timeout"},
        {"{\"cmd\":\"wait\",\"timeout\":-0.1}", "timeout"},
        {"{\"cmd\":\"wait\",\"timeout\":\"1\"}", "timeout"},
        {"{\"cmd\":\"wait\",\"head\":2,\"timeout\":0.01}", "timed out"},
        {"{\"cmd\":\"wait\",\"head\":2,\"timeout\":0}", "timed out"},
    };
    LiveNode node;
    live_begin_with(&node, LIVE_PRODUCER);
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
        refused(&node, commands[i][0], commands[i][1]);
    live_end(&node);
}
END_TEST

/* Blocks that one node made go by hand to another one, in any order. */
START_TEST(test_pushed_blocks)
{
    LiveNode maker;
    LiveNode other;
    struct json_object *blocks[4];
    live_begin_with(&maker, LIVE_PRODUCER);
    live_begin_with(&other, "--bnet-threads", "1");
    live_do(&maker, "{\"cmd\":\"produce\",\"count\":3,\"slots\":\"next\"}");
    for (int number = 2; number <= 4; number++)
        blocks[number - 1] = live_ask(&maker, "{\"cmd\":\"block\",\"number\":%d}", number);
    g_autofree char *early =
        g_strdup_printf("{\"cmd\":\"push_block\",\"block\":\"%s\"}", live_text(blocks[2], "block"));
    refused(&other, early, "unlinkable");
    for (int i = 0; i < 2; i++) {
        struct json_object *answer = live_ask(&other, "{\"cmd\":\"push_block\",\"block\":\"%s\"}",
                                              live_text(blocks[1], "block"));
        ck_assert_str_eq(live_text(answer, "verdict"), i == 0 ? "accepted" : "known");
        json_object_put(answer);
    }
    live_do(&other, "%s", early);
    live_do(&other, "{\"cmd\":\"wait\",\"head_id\":\"%s\",\"lib\":2,\"timeout\":0}",
            live_text(blocks[2], "block_id"));
    struct json_object *found = live_ask(&other, "{\"cmd\":\"block\",\"block_id\":\"%s\"}",
                                         live_text(blocks[2], "block_id"));
    ck_assert_str_eq(live_text(found, "block"), live_text(blocks[2], "block"));
    json_object_put(found);
    for (int i = 1; i < 4; i++)
        json_object_put(blocks[i]);
    live_end(&other);
    live_end(&maker);
}
END_TEST

/* A transaction waits, is put into a block, and waits no more anywhere. */
START_TEST(test_transactions)
{
    LiveNode maker;
    LiveNode other;
    live_begin_with(&maker, LIVE_PRODUCER);
    live_begin_with(&other, "--bnet-connect", maker.peer);
    live_do(&other, "{\"cmd\":\"wait\",\"sessions\":1}");
    static const char push[] = "{\"cmd\":\"push_transaction\",\"nonce\":7,\"size\":1000}";
    for (int i = 0; i < 2; i++) {
        struct json_object *answer = live_ask(&maker, "%s", push);
        ck_assert_int_eq(json_object_get_boolean(live_get(answer, "new")), i == 0);
        live_do(&other, "{\"cmd\":\"wait\",\"transaction\":\"%s\",\"transactions\":1}",
                live_text(answer, "transaction"));
        json_object_put(answer);
    }
    live_do(&maker, "{\"cmd\":\"produce\",\"slots\":\"now\"}");
    live_do(&other, "{\"cmd\":\"wait\",\"head\":2}");
    for (int i = 0; i < 2; i++) {
        struct json_object *status = live_ask(i ? &other : &maker, "{\"cmd\":\"status\"}");
        ck_assert_int_eq(live_number(status, "transactions"), 0);
        json_object_put(status);
    }
    live_end(&other);
    live_end(&maker);
}
END_TEST

/* Who asks for no transactions gets none, and a read-only node does not ask. */
START_TEST(test_no_transactions)
{
    LiveNode maker;
    LiveNode others[2];
    live_begin_with(&maker, LIVE_PRODUCER);
    live_begin_with(&others[0], "--bnet-connect", maker.peer, "--bnet-no-trx");
    live_begin_with(&others[1], "--bnet-connect", maker.peer, "--read-only");
    live_do(&maker, "{\"cmd\":\"wait\",\"sessions\":2}");
    live_do(&maker, "{\"cmd\":\"push_transaction\",\"expires_in\":1}");
    live_do(&maker, "{\"cmd\":\"push_transaction\"}");
    live_do(&maker, "{\"cmd\":\"produce\",\"slots\":\"now\"}");
    live_do(&maker, "{\"cmd\":\"push_transaction\"}");
    live_do(&maker, "{\"cmd\":\"produce\",\"slots\":\"next\"}");
    for (int i = 0; i < 2; i++) {
        live_do(&others[i], "{\"cmd\":\"subscribe\"}");
        live_do(&others[i], "{\"cmd\":\"wait\",\"head\":3}");
        struct json_object *status = live_ask(&others[i], "{\"cmd\":\"status\"}");
        ck_assert_int_eq(live_number(status, "transactions"), 0);
        json_object_put(status);
        live_end(&others[i]);
    }
    live_end(&maker);
}
END_TEST

/* LIB by command: it holds, and no fork below it is taken. */
START_TEST(test_set_lib)
{
    LiveNode maker;
    LiveNode other;
    live_begin_with(&maker, LIVE_PRODUCER);
    live_begin_with(&other, "--bnet-connect", maker.peer);
    live_do(&maker, "{\"cmd\":\"produce\",\"count\":10,\"slots\":\"next\"}");
    live_do(&maker, "{\"cmd\":\"wait\",\"lib\":10,\"timeout\":0}");
    refused(&maker, "{\"cmd\":\"set_lib\",\"number\":9}", "number");
    live_do(&maker, "{\"cmd\":\"subscribe\"}");
    live_say(&maker, "{\"cmd\":\"set_lib\",\"number\":11}");
    struct json_object *event = live_event(&maker, "irreversible");
    ck_assert_int_eq(live_number(event, "number"), 11);
    json_object_put(event);
    json_object_put(live_answer(&maker));
    live_do(&maker, "{\"cmd\":\"wait\",\"lib\":11,\"timeout\":0}");
    /* The next block is irreversible with the one on it, as before. */
    live_do(&maker, "{\"cmd\":\"produce\",\"count\":2,\"slots\":\"next\"}");
    live_do(&maker, "{\"cmd\":\"wait\",\"head\":13,\"lib\":12,\"timeout\":0}");
    live_do(&other, "{\"cmd\":\"wait\",\"head\":13,\"lib\":12}");
    live_end(&other);
    live_end(&maker);
}
END_TEST

/* A block that a node rejects costs its sender the session. */
/* So many producers, "aa", "ab", ...: the command that proposes them. (transfer full) */
static char *propose(int n)
{
    GString *command = g_string_new("{\"cmd\":\"set_producers\",\"producers\":[");
    for (int i = 0; i < n; i++)
        g_string_append_printf(command, "%s{\"name\":\"%c%c\",\"key\":\"" PUBLIC "\"}",
                               i ? "," : "", 'a' + i / 26, 'a' + i % 26);
    g_string_append(command, "]}");
    return g_string_free(command, FALSE);
}

/* The schedule comes with the next block, counts once that is irreversible, and is proposed once;
 * then it is the other's turn, who follows by the chain alone. */
START_TEST(test_set_producers)
{
    LiveNode nodes[2];
    g_autofree char *too_many = propose(126);
    g_autofree char *most = propose(125);
    g_autofree char *one = propose(1);
    live_begin_with(&nodes[0], LIVE_PRODUCER);
    live_begin_with(&nodes[1], "--producer", "aa", "--private-key", LIVE_KEY,
                    "--produce-on-command", "--bnet-connect", nodes[0].peer);
    refused(&nodes[1], "{\"cmd\":\"produce\",\"slots\":\"next\"}", "not ours");
    refused(&nodes[0], too_many, "1 to 125");
    live_do(&nodes[0], "%s", most);
    live_do(&nodes[0], "%s", one); /* the last one is meant */
    live_do(&nodes[0], "{\"cmd\":\"produce\",\"count\":3,\"slots\":\"next\"}");
    refused(&nodes[0], "{\"cmd\":\"produce\",\"slots\":\"next\"}", "not ours");
    live_do(&nodes[1], "{\"cmd\":\"wait\",\"head\":4}");
    live_do(&nodes[1], "{\"cmd\":\"produce\",\"count\":20,\"slots\":\"next\"}");
    live_do(&nodes[0], "{\"cmd\":\"wait\",\"head\":24,\"lib\":23}");
    live_end(&nodes[0]);
    live_end(&nodes[1]);
}
END_TEST

START_TEST(test_reject)
{
    LiveNode maker;
    LiveNode other;
    live_begin_with(&maker, LIVE_PRODUCER);
    live_begin_with(&other, "--bnet-threads", "1");
    struct json_object *made = live_ask(&maker, "{\"cmd\":\"produce\",\"slots\":\"next\"}");
    live_do(&other, "{\"cmd\":\"reject\",\"block_id\":\"%s\"}", live_text(made, "head.id"));
    live_do(&other, "{\"cmd\":\"subscribe\"}");
    live_do(&other, "{\"cmd\":\"connect\",\"peer\":\"%s\"}", maker.peer);
    struct json_object *event = live_event(&other, "rejected");
    ck_assert_str_eq(live_text(event, "id"), live_text(made, "head.id"));
    json_object_put(event);
    event = live_event(&other, "closed");
    ck_assert_str_eq(live_text(event, "reason"), "bad-block");
    json_object_put(event);
    ck_assert_int_eq(live_head(&other), 1);
    g_autofree char *again =
        g_strdup_printf("{\"cmd\":\"reject\",\"block_id\":\"%s\"}", live_text(made, "head.id"));
    refused(&other, again, "known already");
    json_object_put(made);
    live_end(&other);
    live_end(&maker);
}
END_TEST

/* So many ids can be rejected, and none more. */
START_TEST(test_rejected_at_the_limit)
{
    LiveNode node;
    live_begin_with(&node, "--bnet-threads", "1");
    for (int i = 0; i < 1024; i++)
        live_do(&node, "{\"cmd\":\"reject\",\"block_id\":\"%064d\"}", i);
    refused(&node,
            "{\"cmd\":\"reject\",\"block_id\":"
            "\"0000000000000000000000000000000000000000000000000000000000001024\"}",
            "1024 are rejected");
    live_end(&node);
}
END_TEST

/* What commands say at their limits. */
START_TEST(test_arguments_at_the_limit)
{
    LiveNode node;
    live_begin_with(&node, LIVE_PRODUCER);
    live_do(&node, "{\"cmd\":\"wait\",\"head\":1,\"timeout\":3600}");
    live_do(&node, "{\"cmd\":\"wait\",\"sessions\":0,\"timeout\":0}");
    refused(&node, "{\"cmd\":\"wait\",\"sessions\":4097}", "numbers");
    refused(&node, "{\"cmd\":\"wait\",\"timeout\":-1}", "timeout");
    live_do(&node, "{\"cmd\":\"push_transaction\",\"size\":46,\"nonce\":0,\"expires_in\":3600}");
    live_do(&node, "{\"cmd\":\"push_transaction\",\"size\":1048576,\"expires_in\":1}");
    refused(&node, "{\"cmd\":\"push_transaction\",\"size\":1048577}", "1048576");
    refused(&node, "{\"cmd\":\"push_transaction\",\"expires_in\":0}", "expires_in");
    refused(&node, "{\"cmd\":\"push_transaction\",\"nonce\":-1}", "nonce");
    live_do(&node, "{\"cmd\":\"produce\",\"count\":1,\"slots\":\"next\"}");
    live_do(&node, "{\"cmd\":\"set_lib\",\"number\":1}"); /* from the LIB's, which is none yet, */
    live_do(&node, "{\"cmd\":\"set_lib\",\"number\":2}"); /* to the head's */
    refused(&node, "{\"cmd\":\"set_lib\",\"number\":1}", "number");
    refused(&node, "{\"cmd\":\"set_lib\",\"number\":3}", "number");
    live_end(&node);
}
END_TEST

/* Peers come and go by command. */
START_TEST(test_connect_and_disconnect)
{
    LiveNode nodes[2];
    live_begin_with(&nodes[0], LIVE_PRODUCER);
    live_begin_with(&nodes[1], "--bnet-threads", "2");
    live_do(&nodes[1], "{\"cmd\":\"connect\",\"peer\":\"%s\"}", nodes[0].peer);
    g_autofree char *again =
        g_strdup_printf("{\"cmd\":\"connect\",\"peer\":\"%s\"}", nodes[0].peer);
    refused(&nodes[1], again, "already");
    live_do(&nodes[1], "{\"cmd\":\"wait\",\"sessions\":1}");
    struct json_object *list = live_ask(&nodes[1], "{\"cmd\":\"sessions\"}");
    struct json_object *session = json_object_array_get_idx(live_get(list, "sessions"), 0);
    ck_assert_str_eq(live_text(session, "remote"), nodes[0].peer);
    ck_assert(json_object_get_boolean(live_get(session, "dialled")));
    ck_assert(json_object_get_boolean(live_get(session, "ready")));
    ck_assert(json_object_is_type(live_get(session, "writing"), json_type_boolean));
    ck_assert_int_eq(live_number(list, "dialling"), 0);
    struct json_object *others = live_ask(&nodes[0], "{\"cmd\":\"sessions\"}");
    struct json_object *other = json_object_array_get_idx(live_get(others, "sessions"), 0);
    ck_assert_str_eq(live_text(session, "local"), live_text(other, "remote"));
    ck_assert_str_eq(live_text(other, "local"), nodes[0].peer);
    json_object_put(others);
    g_autofree char *name = g_strdup_printf("[\"%s\" %s]", nodes[0].peer, nodes[0].peer);
    ck_assert_str_eq(live_text(session, "name"), name);
    json_object_put(list);
    live_do(&nodes[1], "{\"cmd\":\"disconnect\",\"peer\":\"%s\"}", nodes[0].peer);
    live_do(&nodes[1], "{\"cmd\":\"wait\",\"sessions\":0}");
    live_do(&nodes[0], "{\"cmd\":\"wait\",\"sessions\":0}");
    /* And once more, cut off by the other side, by the number of the session. */
    live_do(&nodes[1], "{\"cmd\":\"connect\",\"peer\":\"%s\"}", nodes[0].peer);
    live_do(&nodes[0], "{\"cmd\":\"wait\",\"sessions\":1}");
    live_do(&nodes[0], "{\"cmd\":\"disconnect\",\"session\":0}");
    live_do(&nodes[1], "{\"cmd\":\"wait\",\"sessions\":0}");
    live_end(&nodes[0]);
    live_end(&nodes[1]);
}
END_TEST

/* --- for tests of others --------------------------------------------------------------------- */

static int64_t slot_made(LiveNode *node)
{
    live_say(node, "{\"cmd\":\"produce\"}");
    struct json_object *event = live_event(node, "produced");
    const int64_t slot = live_number(event, "slot");
    json_object_put(event);
    json_object_put(live_answer(node));
    return slot;
}

/* The time of day stands, whatever it is, and so do the slots that it says. */
START_TEST(test_clock)
{
    LiveNode node;
    live_begin_with(&node, LIVE_PRODUCER, "--clock", "2018-06-01T12:00:10");
    live_do(&node, "{\"cmd\":\"subscribe\"}");
    const int64_t slot = slot_made(&node);
    ck_assert_int_eq(slot_made(&node), slot + 1);
    live_do(&node, "{\"cmd\":\"clock\",\"time\":\"2018-06-01T12:00:15.500\"}");
    ck_assert_int_eq(slot_made(&node), slot + 11);
    live_do(&node, "{\"cmd\":\"clock\",\"time\":\"2018-06-01T12:00:10\"}");
    ck_assert_int_eq(slot_made(&node), slot + 12);
    /* The present ends 7 s later. */
    refused(&node, "{\"cmd\":\"produce\",\"count\":3}", "too far in the future");
    refused(&node, "{\"cmd\":\"clock\",\"time\":\"2018-06-01T12:00:09.999\"}", "not before");
    refused(&node, "{\"cmd\":\"clock\",\"time\":\"noon\"}", "not before");
    /* A later time would be no slot, and no nanoseconds. */
    refused(&node, "{\"cmd\":\"clock\",\"time\":\"2068-01-01T00:00:00\"}", "not after 2067");
    refused(&node, "{\"cmd\":\"clock\",\"time\":\"9999-12-31T23:59:59.500\"}", "not after 2067");
    live_do(&node, "{\"cmd\":\"clock\",\"time\":\"2067-12-31T23:59:59.500\"}");
    live_do(&node, "{\"cmd\":\"status\"}");
    ck_assert_int_eq(slot_made(&node), INT64_C(4291833599));
    live_end(&node);
}
END_TEST

/* A block that is signed by nobody. */
START_TEST(test_credulous)
{
    LiveNode maker;
    LiveNode judge;
    LiveNode credulous;
    live_begin_with(&maker, LIVE_PRODUCER);
    live_begin(&judge, (const char *const[]){NULL});
    live_begin_with(&credulous, "--credulous");
    live_do(&maker, "{\"cmd\":\"produce\"}");
    struct json_object *answer = live_ask(&maker, "{\"cmd\":\"block\",\"number\":2}");
    g_autofree char *digits = g_strdup(live_text(answer, "block"));
    json_object_put(answer);
    /* The signature is the last but for the counts of transactions and extensions: 65 bytes. */
    char *digit = digits + strlen(digits) - 2 * 12;
    *digit = *digit == '0' ? '1' : '0';
    answer = live_ask(&judge, "{\"cmd\":\"push_block\",\"block\":\"%s\"}", digits);
    ck_assert_str_eq(live_text(answer, "verdict"), "invalid");
    json_object_put(answer);
    answer = live_ask(&credulous, "{\"cmd\":\"push_block\",\"block\":\"%s\"}", digits);
    ck_assert_str_eq(live_text(answer, "verdict"), "accepted");
    json_object_put(answer);
    ck_assert_int_eq(live_head(&judge), 1);
    ck_assert_int_eq(live_head(&credulous), 2);
    live_end(&maker);
    live_end(&judge);
    live_end(&credulous);
}
END_TEST

/* --- the socket ------------------------------------------------------------------------------ */

static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

/* Two clients, one of which is told of events; a socket that a killed node left is no hindrance,
 * one in use is. */
START_TEST(test_socket)
{
    LiveNode node;
    LiveNode second;
    char *folder = live_folder();
    g_autofree char *path = g_build_filename(folder, "control", NULL);
    const char *const arguments[] = {"--control",   path,         "--quiet", "--bnet-endpoint",
                                     "127.0.0.1:0", "--log-json", "-",       LIVE_PRODUCER,
                                     NULL};
    for (int i = 0; i < 2; i++) {
        LiveNode clients[2] = {0};
        live_spawn(&node, arguments);
        json_object_put(live_event(&node, "started"));
        for (int c = 0; c < 2; c++) {
            clients[c].in = connect_to(path);
            clients[c].out = clients[c].in;
            clients[c].unread = g_string_new(NULL);
        }
        live_do(&clients[0], "{\"cmd\":\"subscribe\"}");
        live_do(&clients[1], "{\"cmd\":\"produce\",\"slots\":\"next\"}");
        json_object_put(live_event(&clients[0], "produced"));
        live_spawn(&second, arguments);
        ck_assert_int_eq(live_wait(&second), 2);
        if (i == 1) {
            live_do(&clients[1], "{\"cmd\":\"quit\"}");
            ck_assert_int_eq(live_wait(&node), 0);
            ck_assert(!g_file_test(path, G_FILE_TEST_EXISTS));
        } else {
            live_kill(&node);
        }
        for (int c = 0; c < 2; c++) {
            (void)close(clients[c].in);
            g_string_free(clients[c].unread, TRUE);
        }
    }
    live_remove(folder);
}
END_TEST

/* What was waited for is answered before the node ends, and so is a last line without an end. */
START_TEST(test_ends_waits)
{
    static const char last[] = "{\"cmd\":\"wait\",\"head\":1,\"id\":1}\n"
                               "{\"cmd\":\"wait\",\"head\":9,\"id\":2}\n"
                               "{\"cmd\":\"quit\",\"id\":3}";
    static const char *const wanted[] = {NULL, "the node ends", NULL};
    LiveNode node;
    live_begin_with(&node, LIVE_PRODUCER);
    ck_assert_int_eq(write(node.in, last, sizeof last - 1), sizeof last - 1);
    (void)close(node.in);
    node.in = open("/dev/null", O_WRONLY);
    for (int i = 0; i < 3; i++) {
        struct json_object *answer = live_answer(&node);
        ck_assert_int_eq(live_number(answer, "id"), i + 1);
        ck_assert_pstr_eq(json_object_get_string(live_get(answer, "error")), wanted[i]);
        json_object_put(answer);
    }
    ck_assert_ptr_null(live_line(&node));
    ck_assert_int_eq(live_wait(&node), 0);
}
END_TEST

/* The end of standard input is that of the node, and so is a signal. */
START_TEST(test_ends)
{
    LiveNode node;
    live_begin_with(&node, LIVE_PRODUCER);
    live_say(&node, "{\"cmd\":\"wait\",\"head\":3,\"timeout\":1}");
    live_say(&node, "{\"cmd\":\"produce\",\"slots\":\"next\"}");
    (void)close(node.in);
    node.in = open("/dev/null", O_WRONLY);
    struct json_object *answer = live_answer(&node); /* what was asked before is answered */
    ck_assert_int_eq(live_number(answer, "head.number"), 2);
    json_object_put(answer);
    answer = live_answer(&node);
    ck_assert_str_eq(live_text(answer, "error"), "timed out");
    json_object_put(answer);
    ck_assert_ptr_null(live_line(&node));
    ck_assert_int_eq(live_wait(&node), 0);
    live_begin_with(&node, LIVE_PRODUCER);
    ck_assert_int_eq(kill(node.pid, SIGTERM), 0);
    ck_assert_int_eq(live_wait(&node), 0);
    live_begin_with(&node, LIVE_PRODUCER);
    ck_assert_int_eq(kill(node.pid, SIGINT), 0);
    ck_assert_int_eq(live_wait(&node), 0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        test_bad_lines,
        test_order,
        test_strange_arguments,
        test_bad_arguments,
        test_pushed_blocks,
        test_transactions,
        test_no_transactions,
        test_set_lib,
        test_set_producers,
        test_reject,
        test_rejected_at_the_limit,
        test_arguments_at_the_limit,
        test_connect_and_disconnect,
        test_socket,
        test_ends,
        test_ends_waits,
        test_clock,
        test_credulous,
    };
    return live_run("live_control", tests, G_N_ELEMENTS(tests));
}
