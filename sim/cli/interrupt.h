/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CLI_INTERRUPT_H
#define BNETLAB_SIM_CLI_INTERRUPT_H

/* SIGINT and SIGTERM: the first ends all runs early, a second of the same kind the program. */

#include <glib.h>

/* From now on signals are taken. The flag is 0 until one came, then its number; read it with
 * g_atomic_int_get(). */
gint *interrupt_install(void);

#endif
