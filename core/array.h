/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_ARRAY_H
#define BNETLAB_CORE_ARRAY_H

/*
 * Arrays that grow: items, how many there are, and how many there is room for. Room doubles, so an
 * added item costs O(1) on average. What pointed into the items is void after growing.
 */

#include "core/base.h"

/* Room for one more item of `bytes`: the items, which may have moved. */
void *bnet_array_grow(void *items, uint32_t n, uint32_t *capacity, size_t bytes);

/* Room for `more` more items, in a large array. */
void *bnet_array_grow_by(void *items, uint64_t n, uint64_t more, uint64_t *capacity, size_t bytes);

#endif
