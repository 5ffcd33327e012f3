/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_REPORTS_HEADS_H
#define BNETLAB_REPORTS_HEADS_H

/*
 * Peers by the head they ended at, disconnects by their reason: what many peers have in common said
 * once. The order depends on the result alone. O(n log n).
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "sim/result.h"

/* Peers of one head that are all up or all down. */
typedef struct ReportHead {
    bool up;
    uint32_t head_number;
    BnetId head_id;
    uint32_t lib_min; /* 0: at least one peer has none */
    uint32_t lib_max;
    const uint32_t *peers; /* ascending; part of ReportHeads.peers */
    uint32_t count;
} ReportHead;

typedef struct ReportHeads {
    ReportHead *heads; /* most peers first, then the higher head, then the smaller id */
    uint32_t count;
    uint32_t *peers;
} ReportHeads;

ReportHeads *report_heads_new(const SimResult *result);

/* Accepts NULL. */
void report_heads_free(ReportHeads *heads);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ReportHeads, report_heads_free)

/* Disconnects of one reason. */
typedef struct ReportDisconnects {
    const char *reason;
    uint64_t count;
    int64_t first_ns;
    int64_t last_ns; /* the same, of one alone */
    uint32_t *peers; /* who was cut off: ascending, each once */
    uint32_t n_peers;
    uint32_t *by; /* by whom: ascending, each once */
    uint32_t n_by;
} ReportDisconnects;

/* (transfer full) (element-type ReportDisconnects) In the order in which the reasons came up. */
GPtrArray *report_disconnects_new(const SimResult *result);

#endif
