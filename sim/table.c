/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE /* madvise */
#include "sim/table.h"

#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

#include <glib.h>

#define LINE_BYTES 64u
#define HUGE_PAGE_BYTES ((size_t)2 << 20)

void *sim_table_new(size_t n, size_t item_bytes)
{
    n = MAX(1, n);
    bool is_huge = n >= SIM_TABLE_HUGE_BYTES / item_bytes;
    void *table = g_aligned_alloc(n, item_bytes, is_huge ? HUGE_PAGE_BYTES : LINE_BYTES);
    if (is_huge) /* only advice: whatever comes of it is right */
        (void)madvise(table, n * item_bytes, MADV_HUGEPAGE);
    return memset(table, 0, n * item_bytes);
}

void sim_table_free(void *table)
{
    g_aligned_free(table);
}
