/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_FIXMATH_H
#define BNETLAB_SIM_FIXMATH_H

/*
 * Logarithm, power and normal deviate in integers alone: the same bits with every compiler, option
 * and processor, which libm does not promise.
 *
 * Representation: Q32 is an int64 in units of 2^-32, Q63 in units of 2^-63, and so on.
 *
 * Time, I/O, memory, state: none. Ownership: values only. Threads: any.
 *
 * Bounds: each function takes every value of its arguments, but where it says otherwise.
 *
 * Cost: 10 to 55 ns a call; intermediate results have 128 bits.
 */

#include <stdint.h>

#define SIM_FIX_ONE_Q32 (INT64_C(1) << 32)

/* log2(value) in Q32, 0 to 64. value is 1 or more, asserted. Exact for powers of two; else within
 * 0.51 x 2^-32 of the true value. */
int64_t sim_fix_log2_q32(uint64_t value);

/* value x 2^(exponent / 2^32), rounded to nearest; UINT64_MAX if it is that or more. Within 0.5 +
 * result x 2^-50 of the true value. */
uint64_t sim_fix_scale_exp2(uint64_t value, int64_t exponent_q32);

/* floor(sqrt(value)). */
uint32_t sim_fix_sqrt(uint64_t value);

/* The standard normal deviate, in Q32, below which the share (bits + 1/2) / 2^64 of all deviates
 * lies: of 64 random bits, one draw. From -9.16 to +9.16 (x 2^32); odd: normal(~bits) =
 * -normal(bits). Within 2^-30 + 2e-7 x |deviate| of the true value. */
int64_t sim_fix_normal_q32(uint64_t bits);

#endif
