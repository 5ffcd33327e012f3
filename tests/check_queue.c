/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/queue_fixture.h"

static void init(void *queue, size_t hint)
{
    (void)hint;
    sim_queue_init(queue);
}

static void finish(void *queue)
{
    sim_queue_finish(queue);
}

static void push(void *queue, SimQueueEvent event)
{
    sim_queue_push(queue, event);
}

static bool pop(void *queue, SimQueueEvent *ret_event)
{
    return sim_queue_pop(queue, ret_event);
}

static const SimQueueEvent *peek(void *queue)
{
    return sim_queue_peek(queue);
}

static size_t size(const void *queue)
{
    return sim_queue_size(queue);
}

/* As if SIM_QUEUE_EVENTS_MAX events, 64 GiB, were pending. */
static void push_into_the_fullest_queue(void)
{
    SimQueue queue;
    sim_queue_init(&queue);
    queue.size = SIM_QUEUE_EVENTS_MAX;
    sim_queue_push(&queue, (SimQueueEvent){.time_ns = 1});
}

START_TEST(test_limit)
{
    ck_assert_uint_eq(SIM_QUEUE_EVENTS_MAX, UINT64_C(4294967295));
    ck_assert(test_aborts(push_into_the_fullest_queue));
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, test_limit);
}

int main(void)
{
    static const QueueOps ops = {init, finish, push, pop, peek, size};
    return queue_tests_run("queue", &ops, add_tests);
}
