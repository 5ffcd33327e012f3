/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_REPORTS_FORMAT_H
#define BNETLAB_REPORTS_FORMAT_H

/*
 * Figures and names as the reports show them. All functions append to `out`; none depends on the
 * locale.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "sim/result.h"

/* Nanoseconds as seconds, exact, without zeros at the end: "12", "0.000000001". */
void report_append_seconds(GString *out, int64_t ns);

/* The same to the millisecond, cut off: "12", "17.639". */
void report_append_span(GString *out, int64_t ns);

/* Nanoseconds as seconds with three decimals, cut off: "281.213". */
void report_append_moment(GString *out, int64_t ns);

/* 1234567 as "1,234,567". */
void report_append_count(GString *out, uint64_t count);

/* Bytes with a decimal unit and three digits: "999 B", "1.23 kB", "45.6 MB", "789 GB". */
void report_append_bytes(GString *out, uint64_t bytes);

/* Events or messages a second: "4.56 M/s"; nothing sensible is known without time: "-". */
void report_append_rate(GString *out, uint64_t count, double seconds);

/* The 64 lower-case hexadecimal digits of an id. */
void report_append_id(GString *out, const BnetId *id);

/* The 8 digits of an id that follow the block number in it. */
void report_append_id_short(GString *out, const BnetId *id);

/* A number as 16 lower-case hexadecimal digits. */
void report_append_hash(GString *out, uint64_t hash);

/* Text of the user's for a terminal or a line of a report: control characters and what is not UTF-8
 * become '?'. */
void report_append_clean(GString *out, const char *text);

/*
 * Names of peers, in ranges: "bp[0..14], relay". `numbers` is ascending, without duplicates. After
 * `ranges_max` ranges (at least 1) what is left is counted: "and 12 more".
 */
void report_append_peers(GString *out, const SimResult *result, const uint32_t *numbers,
                         uint32_t count, uint32_t ranges_max);

#endif
