/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/fixmath.h"

#include <glib.h>

#define MASK_Q32 ((UINT64_C(1) << 32) - 1)
#define LN2_Q64 UINT64_C(0xb17217f7d1cf79ac)
#define ONE_Q63 (UINT64_C(1) << 63)
#define ONE_Q48 (UINT64_C(1) << 48)

__extension__ typedef unsigned __int128 Wide;

/* round(log2(1 + i / 16) x 2^62) */
static const uint64_t LOG2_Q62[16] = {
    0x0000000000000000, 0x0598fdbeb244c59f, 0x0ae00d1cfdeb43d0, 0x0fde0b5c81340512,
    0x149a784bcd1b8afe, 0x191bba891f1708b5, 0x1d6753e032ea0efe, 0x21820a01ac754cb1,
    0x2570068e7ef5a1e8, 0x2934f0979a3715fd, 0x2cd4011c8f11979a, 0x305013ab7ce0e5b8,
    0x33abb3faa02166cd, 0x36e9291eaa65b497, 0x3a0a7eda4c112ce6, 0x3d118d66c4d4e554,
};

/* round(2^(i / 16) x 2^63) */
static const uint64_t EXP2_Q63[16] = {
    0x8000000000000000, 0x85aac367cc487b15, 0x8b95c1e3ea8bd6e7, 0x91c3d373ab11c336,
    0x9837f0518db8a96f, 0x9ef5326091a111ae, 0xa5fed6a9b15138ea, 0xad583eea42a14ac6,
    0xb504f333f9de6484, 0xbd08a39f580c36bf, 0xc5672a115506dadd, 0xce248c151f8480e4,
    0xd744fccad69d6af4, 0xe0ccdeec2a94e111, 0xeac0c6e7dd24392f, 0xf5257d152486cc2c,
};

/* round(2 / ln 2 / (2 k + 1) x 2^60): log2((1 + s) / (1 - s)) = sum of these x s^(2 k + 1). With s
 * below 1/33 the terms left out are below 2^-46. */
static const uint64_t ATANH_Q60[4] = {
    0x2e2a8eca5705fc2f,
    0x0f6384ee1d01feba,
    0x093bb62877cdff3d,
    0x06985d8a9eb7b650,
};

/* round(2^63 / k!): e^y = sum of these x y^k. With y below ln(2) / 16 the terms left out are below
 * 2^-51. */
static const uint64_t EXP_Q63[8] = {
    0x8000000000000000, 0x8000000000000000, 0x4000000000000000, 0x1555555555555555,
    0x0555555555555555, 0x0111111111111111, 0x002d82d82d82d82e, 0x0006806806806807,
};

/* A quotient of polynomials, in Q48. Unused higher coefficients are 0. */
typedef struct Rational {
    uint64_t above[4];
    uint64_t below[4];
} Rational;

/*
 * The normal quantile after M. J. Wichura, "Algorithm AS 241: The Percentage Points of the Normal
 * Distribution", Applied Statistics 37 (1988), the variant of 7 digits. With q = p - 1/2:
 * CENTRE, |q| <= 0.425: q x quotient at 0.180625 - q^2. Else, with r = sqrt(-ln min(p, 1 - p)):
 * SHOULDER, r <= 5: quotient at r - 1.6. TAIL: quotient at r - 5.
 */
static const Rational CENTRE = {
    .above = {0x0003631b213a9793, 0x00326f2c721b47d1, 0x009f4a87a0c8b7ea, 0x003b1bfffb4d68bf},
    .below = {ONE_Q48, 0x0011e529d389bb91, 0x004ec1fc68012c61, 0x004330042b07eb87},
};
static const Rational SHOULDER = {
    .above = {0x00016c6662aba0f7, 0x0002c1bea74528d4, 0x00014e85c1fd3947, 0x00002b94bb3ce745},
    .below = {ONE_Q48, 0x0000bcac23bfa2c3, 0x00001ec62b71e28a, 0},
};
static const Rational TAIL = {
    .above = {0x0006a86c7838cbce, 0x000314cb409f7139, 0x00006dbe2a56208e, 0x0000047036042bd3},
    .below = {ONE_Q48, 0x00003df254fb48d0, 0x000003235a836cd1, 0},
};
#define CENTRE_HALF_WIDTH_Q48 (ONE_Q48 / 1000 * 425)
#define CENTRE_SHIFT_Q48 (ONE_Q48 / 1000000 * 180625)
#define SHOULDER_SHIFT_Q48 (ONE_Q48 / 10 * 16)
#define TAIL_SHIFT_Q48 (ONE_Q48 * 5)

static inline uint64_t multiply_q(uint64_t a, uint64_t b, unsigned fraction_bits)
{
    return (uint64_t)((Wide)a * b >> fraction_bits);
}

/* value / 2^bits, rounded to nearest. bits is 1 to 128. */
static inline Wide shift_rounded(Wide value, unsigned bits)
{
    return ((value >> (bits - 1)) + 1) >> 1;
}

int64_t sim_fix_log2_q32(uint64_t value)
{
    g_assert(value >= 1);
    const unsigned zeros = (unsigned)__builtin_clzll(value);
    const uint64_t mantissa = value << zeros; /* Q63, 1 to 2 */
    const unsigned i = (unsigned)(mantissa >> 59) & 15u;
    const uint64_t base = ONE_Q63 | (uint64_t)i << 59; /* 1 + i / 16, at most the mantissa */
    /* mantissa = base (1 + s) / (1 - s); halves, so that the sum fits */
    const uint64_t sum = mantissa / 2 + base / 2;
    const uint64_t s = (uint64_t)(((Wide)(mantissa - base) << 61) / sum); /* Q62, below 1/33 */
    const uint64_t square = multiply_q(s, s, 62);
    uint64_t series = ATANH_Q60[3];
    for (unsigned k = 3; k-- > 0;) {
        series = ATANH_Q60[k] + multiply_q(series, square, 62);
    }
    const uint64_t fraction = LOG2_Q62[i] + multiply_q(series, s, 60);
    return (int64_t)((uint64_t)(63 - zeros) << 32) + (int64_t)shift_rounded(fraction, 30);
}

uint64_t sim_fix_scale_exp2(uint64_t value, int64_t exponent_q32)
{
    const uint64_t fraction = (uint64_t)exponent_q32 & MASK_Q32;
    const int64_t whole = (exponent_q32 - (int64_t)fraction) / SIM_FIX_ONE_Q32; /* floor */
    const uint64_t rest_q64 = fraction << 36 >> 4; /* the fraction modulo 1/16 */
    const uint64_t y = multiply_q(rest_q64, LN2_Q64, 64);
    uint64_t series = EXP_Q63[7];
    for (unsigned k = 7; k-- > 0;) {
        series = EXP_Q63[k] + multiply_q(series, y, 64);
    }
    const uint64_t mantissa = multiply_q(series, EXP2_Q63[fraction >> 28], 63);
    const Wide product = (Wide)value * mantissa; /* the result x 2^(63 - whole) */
    if (product == 0 || whole < -65) {
        return 0;
    }
    if (whole > 63) {
        return UINT64_MAX;
    }
    const Wide result = whole == 63 ? product : shift_rounded(product, (unsigned)(63 - whole));
    return result > UINT64_MAX ? UINT64_MAX : (uint64_t)result;
}

/* 2^(log2 / 2) is off by less than 1; the squares tell the rest. */
uint32_t sim_fix_sqrt(uint64_t value)
{
    if (value == 0) {
        return 0;
    }
    const uint64_t estimate = sim_fix_scale_exp2(1, sim_fix_log2_q32(value) / 2);
    uint64_t root = estimate < UINT32_MAX ? estimate : UINT32_MAX;
    root -= root * root > value ? 1 : 0;
    const uint64_t next = root + 1;
    root += next <= UINT32_MAX && next * next <= value ? 1 : 0;
    return (uint32_t)root;
}

/* factor x quotient at x, all in Q48, x not negative; the result in Q32. */
static int64_t rational_q32(const Rational *rational, uint64_t x, uint64_t factor)
{
    uint64_t above = rational->above[3];
    uint64_t below = rational->below[3];
    for (unsigned k = 3; k-- > 0;) {
        above = rational->above[k] + multiply_q(above, x, 48);
        below = rational->below[k] + multiply_q(below, x, 48);
    }
    return (int64_t)shift_rounded((Wide)factor * above / below, 16);
}

/* The deviate's magnitude, of the share of the nearer tail: (tail + 1/2) / 2^64, tail below
 * 2^63. */
static int64_t normal_magnitude_q32(uint64_t tail)
{
    const uint64_t q = (ONE_Q63 - tail) >> 16; /* 1/2 - share */
    if (q <= CENTRE_HALF_WIDTH_Q48) {
        return rational_q32(&CENTRE, CENTRE_SHIFT_Q48 - multiply_q(q, q, 48), q);
    }
    /* -log2(share) = 65 - log2(2 tail + 1), times ln(2) */
    const uint64_t bits_q32 = (uint64_t)(65 * SIM_FIX_ONE_Q32 - sim_fix_log2_q32(2 * tail + 1));
    const uint64_t square_q58 = multiply_q(bits_q32, LN2_Q64, 64 - 26);
    const uint64_t r = (uint64_t)sim_fix_sqrt(square_q58) << (48 - 29);
    if (r <= TAIL_SHIFT_Q48) {
        return rational_q32(&SHOULDER, r - SHOULDER_SHIFT_Q48, ONE_Q48);
    }
    return rational_q32(&TAIL, r - TAIL_SHIFT_Q48, ONE_Q48);
}

int64_t sim_fix_normal_q32(uint64_t bits)
{
    return bits < ONE_Q63 ? -normal_magnitude_q32(bits) : normal_magnitude_q32(~bits);
}
