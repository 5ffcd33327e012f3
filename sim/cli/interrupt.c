/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/cli/interrupt.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

/* All state a signal handler can reach. */
static gint signal_number;
static atomic_llong first_ns; /* when it came */

static long long now_ns(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* One stop may come as several signals: timeout(1) tells the process and then its group. */
static void on_signal(int number)
{
    long long at_ns = now_ns();
    if (g_atomic_int_get(&signal_number) == 0) {
        atomic_store(&first_ns, at_ns);
        g_atomic_int_set(&signal_number, number);
    } else if (at_ns - atomic_load(&first_ns) > INTERRUPT_REPEAT_NS) {
        (void)signal(number, SIG_DFL);
        (void)raise(number);
    }
}

gint *interrupt_install(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    return &signal_number;
}
