/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <glib.h>

#include "scenarios/keys.h"

#define COMPARED_BYTES_MAX 64u

uint32_t scenario_misspelling(const char *a, const char *b)
{
    const size_t n_a = strlen(a);
    const size_t n_b = strlen(b);
    /* Rows i - 2, i - 1 and i of the table of distances between prefixes. */
    uint32_t rows[3][COMPARED_BYTES_MAX + 1u];

    if (n_a > COMPARED_BYTES_MAX || n_b > COMPARED_BYTES_MAX) {
        return (uint32_t)MIN(MAX(n_a, n_b), UINT32_MAX);
    }
    for (uint32_t j = 0; j <= n_b; j++) {
        rows[0][j] = j;
    }
    for (uint32_t i = 1; i <= n_a; i++) {
        uint32_t *row = rows[i % 3u];
        const uint32_t *above = rows[(i - 1u) % 3u];

        row[0] = i;
        for (uint32_t j = 1; j <= n_b; j++) {
            const uint32_t replaced = above[j - 1u] + (a[i - 1u] == b[j - 1u] ? 0u : 1u);

            row[j] = MIN(MIN(above[j] + 1u, row[j - 1u] + 1u), replaced);
            if (i > 1 && j > 1 && a[i - 1u] == b[j - 2u] && a[i - 2u] == b[j - 1u]) {
                row[j] = MIN(row[j], rows[(i - 2u) % 3u][j - 2u] + 1u);
            }
        }
    }
    return rows[n_a % 3u][n_b];
}

bool scenario_worth_suggesting(const char *meant, uint32_t distance)
{
    return distance <= 1u + strlen(meant) / 4u;
}
