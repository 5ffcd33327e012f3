/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_UNITS_H
#define BNETLAB_SCENARIOS_UNITS_H

/*
 * Quantities with units, as scenario files write them: exact decimals, no floating point.
 *
 * A quantity is a decimal number (digits, and a fraction after a '.') and, without a space, a unit.
 * The parsers return NULL and set the value, or return what is wrong, fit to follow the text in a
 * message: "is not ...". Pure functions; cost linear in the text.
 */

#include <stdint.h>

/* ns, us, ms, s, min, h. Must be a whole number of nanoseconds, at most INT64_MAX - 1. */
const char *scenario_units_duration(const char *text, int64_t *ret_ns);

/* "12.5": milliseconds without a unit, at most nine digits, rounded to the nearest nanosecond. */
const char *scenario_units_milliseconds(const char *text, int64_t *ret_ns);

/*
 * "10/s", "30/min", "5/h", to a millionth a second: at most six decimals, the quotient rounded to
 * the nearest millionth. At most UINT64_MAX millionths.
 */
const char *scenario_units_rate(const char *text, uint64_t *ret_per_s_micro);

/* bit/s, kbit/s, Mbit/s, Gbit/s, B/s, kB/s, MB/s, GB/s (powers of 1000): whole bytes a second. */
const char *scenario_units_bandwidth(const char *text, uint64_t *ret_bytes_per_s);

/* B, kB, MB, GB (powers of 1000), KiB, MiB, GiB (powers of 1024): whole bytes. */
const char *scenario_units_size(const char *text, uint64_t *ret_bytes);

/* "0.5": a plain decimal with at most six decimals, in millionths. No exponent. */
const char *scenario_units_ppm(const char *text, uint64_t *ret_ppm);

/* A duration as a scenario writes it: "2h", "90s", "1.5s", "40ms". (transfer full) */
char *scenario_units_duration_text(int64_t ns);

#endif
