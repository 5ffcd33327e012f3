/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/result.h"

void sim_result_free(SimResult *result)
{
    if (!result)
        return;
    for (uint32_t i = 0; i < result->n_peers; i++)
        g_free(result->peers[i].name);
    for (uint32_t i = 0; i < result->n_checks; i++) {
        g_free(result->checks[i].id);
        g_free(result->checks[i].title);
        g_free(result->checks[i].detail);
    }
    for (uint32_t i = 0; i < result->n_moments; i++)
        g_free(result->moments[i].text);
    g_free(result->name);
    g_free(result->description);
    g_free(result->path);
    g_free(result->peers);
    g_free(result->disconnects);
    g_free(result->checks);
    g_free(result->moments);
    g_free(result);
}
