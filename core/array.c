/* SPDX-License-Identifier: Apache-2.0 */
#include "core/array.h"

#define FIRST_CAPACITY 8u
#define FIRST_LARGE_CAPACITY 4096u

void *bnet_array_grow(void *items, uint32_t n, uint32_t *capacity, size_t bytes)
{
    if (n < *capacity)
        return items;
    const uint32_t wanted = *capacity ? *capacity * 2 : FIRST_CAPACITY;
    bnet_assert(wanted > *capacity);
    *capacity = wanted;
    return bnet_mem_resize(items, wanted * bytes);
}

void *bnet_array_grow_by(void *items, uint64_t n, uint64_t more, uint64_t *capacity, size_t bytes)
{
    if (n + more <= *capacity)
        return items;
    uint64_t wanted = *capacity ? *capacity : FIRST_LARGE_CAPACITY;
    while (wanted < n + more)
        wanted *= 2;
    *capacity = wanted;
    return bnet_mem_resize(items, (size_t)wanted * bytes);
}
