/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/heads.h"

#include <stdlib.h>
#include <string.h>

static int compare_numbers(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Peers of one head next to each other. */
static int compare_heads(const SimPeerResult *x, const SimPeerResult *y)
{
    if (x->up != y->up) {
        return x->up ? -1 : 1;
    }
    if (x->head_number != y->head_number) {
        return x->head_number > y->head_number ? -1 : 1;
    }
    return memcmp(x->head_id.bytes, y->head_id.bytes, sizeof x->head_id.bytes);
}

static gint compare_peers(gconstpointer a, gconstpointer b, gpointer peers)
{
    const SimPeerResult *all = peers;
    int order = compare_heads(&all[*(const uint32_t *)a], &all[*(const uint32_t *)b]);
    return order != 0 ? order : compare_numbers(a, b);
}

static int compare_groups(const void *a, const void *b)
{
    const ReportHead *x = a;
    const ReportHead *y = b;
    if (x->up != y->up) {
        return x->up ? -1 : 1;
    }
    if (x->count != y->count) {
        return x->count > y->count ? -1 : 1;
    }
    if (x->head_number != y->head_number) {
        return x->head_number > y->head_number ? -1 : 1;
    }
    return memcmp(x->head_id.bytes, y->head_id.bytes, sizeof x->head_id.bytes);
}

static void group_add(ReportHead *group, const SimPeerResult *peer)
{
    group->lib_min = MIN(group->lib_min, peer->lib_number);
    group->lib_max = MAX(group->lib_max, peer->lib_number);
    group->count++;
}

static ReportHead group_of(const SimPeerResult *peer, const uint32_t *peers)
{
    return (ReportHead){
        .up = peer->up,
        .head_number = peer->head_number,
        .head_id = peer->head_id,
        .lib_min = peer->lib_number,
        .lib_max = peer->lib_number,
        .peers = peers,
        .count = 1,
    };
}

ReportHeads *report_heads_new(const SimResult *result)
{
    ReportHeads *heads = g_new0(ReportHeads, 1);
    uint32_t n = result->n_peers;
    heads->peers = g_new(uint32_t, n);
    heads->heads = g_new(ReportHead, n);
    for (uint32_t i = 0; i < n; i++) {
        heads->peers[i] = i;
    }
    g_qsort_with_data(heads->peers, (gint)n, sizeof *heads->peers, compare_peers, result->peers);
    for (uint32_t i = 0; i < n; i++) {
        const SimPeerResult *peer = &result->peers[heads->peers[i]];
        if (i > 0 && compare_heads(peer, &result->peers[heads->peers[i - 1]]) == 0) {
            group_add(&heads->heads[heads->count - 1], peer);
        } else {
            heads->heads[heads->count++] = group_of(peer, &heads->peers[i]);
        }
    }
    if (heads->count > 1) {
        qsort(heads->heads, heads->count, sizeof *heads->heads, compare_groups);
    }
    return heads;
}

void report_heads_free(ReportHeads *heads)
{
    if (heads == NULL) {
        return;
    }
    g_free(heads->heads);
    g_free(heads->peers);
    g_free(heads);
}

static void disconnects_free(gpointer data)
{
    ReportDisconnects *group = data;
    g_free(group->peers);
    g_free(group->by);
    g_free(group);
}

static ReportDisconnects *find_group(GPtrArray *groups, const SimDisconnect *disconnect,
                                     uint32_t n_max)
{
    for (guint i = 0; i < groups->len; i++) {
        ReportDisconnects *group = g_ptr_array_index(groups, i);
        if (strcmp(group->reason, disconnect->reason) == 0) {
            return group;
        }
    }
    ReportDisconnects *group = g_new0(ReportDisconnects, 1);
    group->reason = disconnect->reason;
    group->first_ns = disconnect->time_ns;
    group->peers = g_new(uint32_t, n_max);
    group->by = g_new(uint32_t, n_max);
    g_ptr_array_add(groups, group);
    return group;
}

/* Sorts and drops duplicates; returns how many are left. */
static uint32_t make_set(uint32_t *numbers, uint64_t count)
{
    qsort(numbers, count, sizeof *numbers, compare_numbers);
    uint32_t kept = 0;
    for (uint64_t i = 0; i < count; i++) {
        if (kept == 0 || numbers[i] != numbers[kept - 1]) {
            numbers[kept++] = numbers[i];
        }
    }
    return kept;
}

GPtrArray *report_disconnects_new(const SimResult *result)
{
    GPtrArray *groups = g_ptr_array_new_with_free_func(disconnects_free);
    for (uint32_t i = 0; i < result->n_disconnects; i++) {
        const SimDisconnect *disconnect = &result->disconnects[i];
        ReportDisconnects *group = find_group(groups, disconnect, result->n_disconnects);
        group->peers[group->count] = disconnect->peer;
        group->by[group->count] = disconnect->by;
        group->count++;
        group->last_ns = disconnect->time_ns;
    }
    for (guint i = 0; i < groups->len; i++) {
        ReportDisconnects *group = g_ptr_array_index(groups, i);
        group->n_peers = make_set(group->peers, group->count);
        group->n_by = make_set(group->by, group->count);
    }
    return groups;
}
