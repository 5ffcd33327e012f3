/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/queue_fixture.h"

static void init(void *queue, size_t hint)
{
    sim_heap_init(queue, hint);
}

static void finish(void *queue)
{
    sim_heap_finish(queue);
}

static void push(void *queue, SimQueueEvent event)
{
    sim_heap_push(queue, event);
}

static bool pop(void *queue, SimQueueEvent *ret_event)
{
    return sim_heap_pop(queue, ret_event);
}

static const SimQueueEvent *peek(void *queue)
{
    return sim_heap_peek(queue);
}

static size_t size(const void *queue)
{
    return sim_heap_size(queue);
}

START_TEST(test_hint_is_room_enough)
{
    for (size_t hint = 0; hint <= 1000; hint++) {
        SimHeap heap;
        sim_heap_init(&heap, hint);
        const SimQueueEvent *slots = heap.slots;
        ck_assert_uint_eq((uintptr_t)slots % 64, 0);
        for (size_t i = 0; i < hint; i++) {
            sim_heap_push(&heap, (SimQueueEvent){.time_ns = 1, .target = 2, .arg = 3});
        }
        ck_assert_ptr_eq(heap.slots, slots);
        sim_heap_finish(&heap);
    }
}
END_TEST

static void init_beyond_the_limit(void)
{
    SimHeap heap;
    sim_heap_init(&heap, (size_t)SIM_HEAP_EVENTS_MAX + 1);
}

/* As if SIM_HEAP_EVENTS_MAX events, 64 GiB, were pending. */
static void push_into_the_fullest_heap(void)
{
    SimHeap heap;
    sim_heap_init(&heap, 0);
    heap.size = SIM_HEAP_EVENTS_MAX;
    sim_heap_push(&heap, (SimQueueEvent){.time_ns = 1});
}

START_TEST(test_limit)
{
    ck_assert_uint_eq(SIM_HEAP_EVENTS_MAX, UINT64_C(4294967295));
    ck_assert(test_aborts(init_beyond_the_limit));
    ck_assert(test_aborts(push_into_the_fullest_heap));
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, test_hint_is_room_enough);
    tcase_add_test(tcase, test_limit);
}

int main(void)
{
    static const QueueOps ops = {init, finish, push, pop, peek, size};
    return queue_tests_run("heap", &ops, add_tests);
}
