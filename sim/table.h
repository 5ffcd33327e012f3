/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_TABLE_H
#define BNETLAB_SIM_TABLE_H

/*
 * Large arrays that live as long as the world and are read everywhere: on huge pages, where the
 * system has them for who asks. With small ones each event of a large network waits for the
 * processor to find out where in memory four pages are.
 *
 * Ownership: the caller's. Cost: O(bytes); a table of SIM_TABLE_HUGE_BYTES or more takes up to a
 * huge page more than it needs.
 */

#include <stddef.h>

#define SIM_TABLE_HUGE_BYTES ((size_t)8 << 20)

/* n items of so many bytes, zeroed, each table at the beginning of a cache line. Never NULL. */
void *sim_table_new(size_t n, size_t item_bytes);

/* Accepts NULL. */
void sim_table_free(void *table);

#endif
