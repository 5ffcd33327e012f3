/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_REPORTS_PARITY_H
#define BNETLAB_REPORTS_PARITY_H

/*
 * Scenarios in the simulator and over sockets, and what differs: a row for each, what differs below
 * it, and a summary; as text, or as JSON, an object a line. The manual is docs/parity.md.
 *
 * Ownership: the caller's. One thread. Cost: O(peers + differences) a row. Both forms are functions
 * of what is given.
 */

#include <stdint.h>

#include <glib.h>

#include "sim/parity/arms.h"

typedef struct ReportParity {
    uint32_t n_agree;
    uint32_t n_differ;
    uint32_t n_failed; /* could not be run */
} ReportParity;

/* The head of the table, a row of it with what differs, one that could not be run, the summary. */
void report_parity_text_begin(GString *out, uint32_t name_width);
void report_parity_text_row(GString *out, const ParityArms *arms, uint32_t name_width);
void report_parity_text_failed(GString *out, const char *name, const char *why);
void report_parity_text_end(GString *out, const ReportParity *parity);

/* Each a line. */
void report_parity_json_row(GString *out, const ParityArms *arms);
void report_parity_json_failed(GString *out, const char *name, const char *why);
void report_parity_json_end(GString *out, const ReportParity *parity);

#endif
