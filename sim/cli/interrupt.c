/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/cli/interrupt.h"

#include <signal.h>

/* The only state a signal handler can reach. */
static gint signal_number;

static void on_signal(int number)
{
    g_atomic_int_set(&signal_number, number);
}

gint *interrupt_install(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    return &signal_number;
}
