/* SPDX-License-Identifier: Apache-2.0 */

/* What the core asks of its driver (core/base.h): the end on a broken invariant, and memory. */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base.h"

/* Exit status of an internal error. */
#define HOST_EXIT_INTERNAL 3

_Noreturn void bnet_assert_failed(const char *expression, const char *file, int line)
{
    (void)fprintf(stderr, "bnetlab: internal error: %s:%d: %s does not hold\n", file, line,
                  expression);
    (void)fflush(stderr);
    /* Not exit(): other threads still run, and what exit handlers clean up is in use by them. */
    _exit(HOST_EXIT_INTERNAL);
}

void *bnet_mem_resize(void *memory, size_t bytes)
{
    if (bytes == 0) {
        free(memory);
        return NULL;
    }
    void *resized = realloc(memory, bytes);
    if (resized == NULL) {
        (void)fprintf(stderr, "bnetlab: out of memory: %zu bytes asked for\n", bytes);
        (void)fflush(stderr);
        _exit(HOST_EXIT_INTERNAL);
    }
    return resized;
}
