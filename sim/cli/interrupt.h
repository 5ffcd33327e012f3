/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CLI_INTERRUPT_H
#define BNETLAB_SIM_CLI_INTERRUPT_H

/*
 * SIGINT and SIGTERM: the first ends all runs early, one that comes later the program. Those that
 * come together are one.
 */

#include <glib.h>

/* How much later a second signal is another one. */
#define INTERRUPT_REPEAT_NS 300000000

/* From now on signals are taken. The flag is 0 until one came, then its number; read it with
 * g_atomic_int_get(). */
gint *interrupt_install(void);

#endif
