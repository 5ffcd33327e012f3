/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/units.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <glib.h>

#define MILLION UINT64_C(1000000)

/* More decimals than any unit can make whole: 1 h is 2^13 * 3^2 * 5^11 ns. */
#define DECIMALS_MAX 18u

typedef struct Unit {
    const char *name;
    uint64_t factor; /* in the smallest unit; at most 3.6e12 */
} Unit;

typedef enum Outcome {
    OUTCOME_OK,
    OUTCOME_FORM,     /* no number, or a unit that is not in the table */
    OUTCOME_FRACTION, /* not a whole number of the smallest unit */
    OUTCOME_RANGE,    /* beyond uint64 */
} Outcome;

/* A decimal as written: (whole * 10^decimals + fraction) / 10^decimals. */
typedef struct Decimal {
    uint64_t whole;
    uint64_t fraction; /* without trailing zeros */
    uint32_t decimals; /* up to DECIMALS_MAX */
} Decimal;

static bool append_digit(uint64_t *value, char digit)
{
    const uint64_t d = (uint64_t)(digit - '0');

    if (*value > (UINT64_MAX - d) / 10u) {
        return false;
    }
    *value = *value * 10u + d;
    return true;
}

/* After the '.': `*text` moves behind the digits. Trailing zeros carry no value and do not
 * count. */
static Outcome parse_fraction(const char **text, Decimal *decimal)
{
    uint32_t zeros = 0;

    if (!g_ascii_isdigit(**text)) {
        return OUTCOME_FORM;
    }
    for (; g_ascii_isdigit(**text); (*text)++) {
        if (**text == '0') {
            zeros = zeros < DECIMALS_MAX ? zeros + 1u : zeros;
            continue;
        }
        if (decimal->decimals + zeros + 1u > DECIMALS_MAX) {
            return OUTCOME_FRACTION;
        }
        for (; zeros > 0; zeros--) {
            decimal->fraction *= 10u;
            decimal->decimals++;
        }
        decimal->fraction = decimal->fraction * 10u + (uint64_t)(**text - '0');
        decimal->decimals++;
    }
    return OUTCOME_OK;
}

/* `*text` moves behind the number. */
static Outcome parse_decimal(const char **text, Decimal *ret_decimal)
{
    Decimal decimal = {0};

    if (!g_ascii_isdigit(**text) || ((*text)[0] == '0' && g_ascii_isdigit((*text)[1]))) {
        return OUTCOME_FORM;
    }
    for (; g_ascii_isdigit(**text); (*text)++) {
        if (!append_digit(&decimal.whole, **text)) {
            return OUTCOME_RANGE;
        }
    }
    if (**text == '.') {
        (*text)++;
        const Outcome outcome = parse_fraction(text, &decimal);

        if (outcome != OUTCOME_OK) {
            return outcome;
        }
    }
    *ret_decimal = decimal;
    return OUTCOME_OK;
}

static uint64_t greatest_common_divisor(uint64_t a, uint64_t b)
{
    while (b != 0) {
        const uint64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

/* decimal * factor, which must be whole. */
static Outcome scale(Decimal decimal, uint64_t factor, uint64_t *ret_value)
{
    uint64_t power = 1;

    for (uint32_t i = 0; i < decimal.decimals; i++) {
        power *= 10u;
    }
    const uint64_t common = greatest_common_divisor(power, factor);

    if (decimal.fraction % (power / common) != 0) {
        return OUTCOME_FRACTION;
    }
    /* fraction < power, so this is below factor. */
    const uint64_t part = decimal.fraction / (power / common) * (factor / common);

    if (decimal.whole > (UINT64_MAX - part) / factor) {
        return OUTCOME_RANGE;
    }
    *ret_value = decimal.whole * factor + part;
    return OUTCOME_OK;
}

static Outcome parse_quantity(const char *text, const Unit *units, size_t n_units,
                              uint64_t *ret_value)
{
    Decimal decimal = {0};
    const Outcome outcome = parse_decimal(&text, &decimal);

    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    for (size_t i = 0; i < n_units; i++) {
        if (strcmp(text, units[i].name) == 0) {
            return scale(decimal, units[i].factor, ret_value);
        }
    }
    return OUTCOME_FORM;
}

const char *scenario_units_duration(const char *text, int64_t *ret_ns)
{
    static const Unit units[] = {
        {"ns", 1},
        {"us", 1000},
        {"ms", MILLION},
        {"s", 1000 * MILLION},
        {"min", 60000 * MILLION},
        {"h", 3600000 * MILLION},
    };
    uint64_t value = 0;

    switch (parse_quantity(text, units, G_N_ELEMENTS(units), &value)) {
    case OUTCOME_FORM:
        return "is not a duration; write a number and one of ns, us, ms, s, min, h, such as "
               "\"1.5s\"";
    case OUTCOME_FRACTION:
        return "is not a whole number of nanoseconds";
    case OUTCOME_RANGE:
        return "is too long";
    case OUTCOME_OK:
        break;
    }
    if (value >= (uint64_t)INT64_MAX) {
        return "is too long";
    }
    *ret_ns = (int64_t)value;
    return NULL;
}

const char *scenario_units_milliseconds(const char *text, int64_t *ret_ns)
{
    static const char *const wrong = "is not a latency; write a decimal number of milliseconds, or "
                                     "one with a unit such as \"1.5ms\"";
    int64_t place_ns = 1000000; /* of the digit that is read */
    int64_t ns = 0;
    int digits = 0;

    for (; g_ascii_isdigit(*text); text++) {
        if (++digits > 9) {
            return "is too large";
        }
        ns = ns * 10 + (*text - '0') * place_ns;
    }
    if (digits == 0 || (*text == '.' && !g_ascii_isdigit(text[1]))) {
        return wrong;
    }
    if (*text == '.') {
        for (text++; g_ascii_isdigit(*text); text++) {
            place_ns /= 10;
            ns += place_ns * (*text - '0');
            ns += place_ns == 1 && text[1] >= '5' && text[1] <= '9' ? 1 : 0;
        }
    }
    if (*text != '\0') {
        return wrong;
    }
    *ret_ns = ns;
    return NULL;
}

const char *scenario_units_rate(const char *text, uint64_t *ret_per_s_micro)
{
    static const Unit units[] = {{"/s", MILLION}, {"/min", MILLION}, {"/h", MILLION}};
    uint64_t value = 0;
    uint64_t seconds = 1;

    switch (parse_quantity(text, units, G_N_ELEMENTS(units), &value)) {
    case OUTCOME_FORM:
        return "is not a rate; write a number and one of /s, /min, /h, such as \"10/s\"";
    case OUTCOME_FRACTION:
        return "has more than six decimals";
    case OUTCOME_RANGE:
        return "is too high";
    case OUTCOME_OK:
        break;
    }
    if (g_str_has_suffix(text, "/min")) {
        seconds = 60;
    } else if (g_str_has_suffix(text, "/h")) {
        seconds = 3600;
    }
    const uint64_t rounded =
        value / seconds + (value % seconds * 2u >= seconds ? UINT64_C(1) : UINT64_C(0));

    if (value > 0 && rounded == 0) {
        return "is below a millionth a second";
    }
    *ret_per_s_micro = rounded;
    return NULL;
}

const char *scenario_units_bandwidth(const char *text, uint64_t *ret_bytes_per_s)
{
    static const Unit bits[] = {
        {"bit/s", 1}, {"kbit/s", 1000}, {"Mbit/s", MILLION},   {"Gbit/s", 1000 * MILLION},
        {"B/s", 8},   {"kB/s", 8000},   {"MB/s", 8 * MILLION}, {"GB/s", 8000 * MILLION},
    };
    uint64_t value = 0;

    switch (parse_quantity(text, bits, G_N_ELEMENTS(bits), &value)) {
    case OUTCOME_FORM:
        return "is not a bandwidth; write \"unlimited\", or a number and one of bit/s, kbit/s, "
               "Mbit/s, Gbit/s, B/s, kB/s, MB/s, GB/s, such as \"100Mbit/s\"";
    case OUTCOME_FRACTION:
        return "is not a whole number of bytes a second";
    case OUTCOME_RANGE:
        return "is too high";
    case OUTCOME_OK:
        break;
    }
    if (value % 8u != 0) {
        return "is not a whole number of bytes a second";
    }
    *ret_bytes_per_s = value / 8u;
    return NULL;
}

const char *scenario_units_size(const char *text, uint64_t *ret_bytes)
{
    static const Unit units[] = {
        {"B", 1},
        {"kB", 1000},
        {"MB", MILLION},
        {"GB", 1000 * MILLION},
        {"KiB", 1024},
        {"MiB", UINT64_C(1) << 20},
        {"GiB", UINT64_C(1) << 30},
    };

    switch (parse_quantity(text, units, G_N_ELEMENTS(units), ret_bytes)) {
    case OUTCOME_FORM:
        return "is not a size; write a whole number of bytes, or a number and one of B, kB, MB, "
               "GB, KiB, MiB, GiB, such as \"64KiB\"";
    case OUTCOME_FRACTION:
        return "is not a whole number of bytes";
    case OUTCOME_RANGE:
        return "is too large";
    case OUTCOME_OK:
        break;
    }
    return NULL;
}

const char *scenario_units_ppm(const char *text, uint64_t *ret_ppm)
{
    static const Unit units[] = {{"", MILLION}};

    switch (parse_quantity(text, units, G_N_ELEMENTS(units), ret_ppm)) {
    case OUTCOME_FORM:
        return "is not a plain decimal number from 0 up, such as 0.5";
    case OUTCOME_FRACTION:
        return "has more than six decimals";
    case OUTCOME_RANGE:
        return "is too large";
    case OUTCOME_OK:
        break;
    }
    return NULL;
}

char *scenario_units_duration_text(int64_t ns)
{
    static const struct {
        const char *name;
        int64_t factor;
        int decimals;
    } units[] = {{"s", INT64_C(1000000000), 9}, {"ms", 1000000, 6}, {"us", 1000, 3}, {"ns", 1, 0}};
    const int64_t hour_ns = 3600 * units[0].factor;
    size_t i = 0;

    if (ns > 0 && ns % hour_ns == 0) {
        return g_strdup_printf("%" G_GINT64_FORMAT "h", ns / hour_ns);
    }
    while (units[i].factor > ns && ns > 0 && units[i].factor > 1) {
        i++;
    }
    GString *out = g_string_new(NULL);

    g_string_append_printf(out, "%" G_GINT64_FORMAT, ns / units[i].factor);
    if (ns % units[i].factor != 0) {
        g_string_append_printf(out, ".%0*" G_GINT64_FORMAT, units[i].decimals,
                               ns % units[i].factor);
        while (out->str[out->len - 1] == '0') {
            g_string_truncate(out, out->len - 1);
        }
    }
    g_string_append(out, units[i].name);
    return g_string_free(out, FALSE);
}
