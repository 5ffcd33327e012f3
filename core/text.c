/* SPDX-License-Identifier: Apache-2.0 */
#include "core/text.h"

#include <string.h>

#include <nettle/ripemd160.h>

#include "core/header.h"

/* --- names ----------------------------------------------------------------------------------- */

static const char name_symbols[] = ".12345abcdefghijklmnopqrstuvwxyz";

/* Characters 0 to 11 have 5 bits each from the top, the 13th has the lowest 4. */
static unsigned name_shift(unsigned i)
{
    return i < 12 ? 59 - 5 * i : 0;
}

static uint64_t name_mask(unsigned i)
{
    return i < 12 ? 31 : 15;
}

size_t bnet_text_name(uint64_t name, char text[BNET_TEXT_NAME_MAX + 1])
{
    size_t n = 0;
    for (unsigned i = 0; i < BNET_TEXT_NAME_MAX; i++) {
        text[i] = name_symbols[name >> name_shift(i) & name_mask(i)];
        if (text[i] != '.')
            n = i + 1;
    }
    text[n] = '\0';
    return n;
}

static bool name_symbol(char c, uint64_t *ret_symbol)
{
    for (unsigned i = 0; i < sizeof name_symbols - 1; i++) {
        if (name_symbols[i] == c) {
            *ret_symbol = i;
            return true;
        }
    }
    return false;
}

bool bnet_parse_name(const char *text, size_t n, uint64_t *ret_name)
{
    if (n > BNET_TEXT_NAME_MAX || (n > 0 && text[n - 1] == '.'))
        return false;
    uint64_t name = 0;
    for (unsigned i = 0; i < n; i++) {
        uint64_t symbol = 0;
        if (!name_symbol(text[i], &symbol) || symbol > name_mask(i))
            return false;
        name |= symbol << name_shift(i);
    }
    *ret_name = name;
    return true;
}

/* --- base 58 --------------------------------------------------------------------------------- */

/* A signature of type 2 and its checksum, the longest bytes that are written in base 58. */
#define BASE58_BYTES_MAX (65u + BNET_TEXT_WEBAUTHN_BYTES_MAX + 4u)
#define BASE58_DIGITS_MAX 1493u

_Static_assert(BASE58_BYTES_MAX * 136566u / 100000u < BASE58_DIGITS_MAX,
               "log(256) / log(58) digits a byte");

static const char base58_digits[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

static size_t zeros_at_start(const uint8_t *bytes, size_t n)
{
    size_t zeros = 0;
    while (zeros < n && bytes[zeros] == 0)
        zeros++;
    return zeros;
}

/* Writes up to BASE58_DIGITS_MAX characters: a "1" for each zero byte at the start, then the rest
 * as one number, big-endian. */
static size_t base58_text(const uint8_t *bytes, size_t n, char *text)
{
    bnet_assert(n <= BASE58_BYTES_MAX);
    uint8_t number[BASE58_DIGITS_MAX]; /* little-endian */
    size_t digits = 0;
    size_t zeros = zeros_at_start(bytes, n);
    for (size_t i = zeros; i < n; i++) {
        unsigned carry = bytes[i];
        for (size_t d = 0; d < digits; d++) {
            carry += (unsigned)number[d] << 8;
            number[d] = (uint8_t)(carry % 58);
            carry /= 58;
        }
        for (; carry > 0; carry /= 58) {
            bnet_assert(zeros + digits < BASE58_DIGITS_MAX);
            number[digits++] = (uint8_t)(carry % 58);
        }
    }
    memset(text, base58_digits[0], zeros);
    for (size_t d = 0; d < digits; d++)
        text[zeros + d] = base58_digits[number[digits - 1 - d]];
    return zeros + digits;
}

static bool base58_digit(char c, unsigned *ret_digit)
{
    for (unsigned i = 0; i < sizeof base58_digits - 1; i++) {
        if (base58_digits[i] == c) {
            *ret_digit = i;
            return true;
        }
    }
    return false;
}

/* Writes n bytes, also on failure. False: the text is not one of exactly n bytes. */
static bool base58_bytes(const char *text, size_t length, uint8_t *bytes, size_t n)
{
    if (length > BASE58_DIGITS_MAX)
        return false;
    size_t zeros = 0;
    while (zeros < length && text[zeros] == base58_digits[0])
        zeros++;
    memset(bytes, 0, n);
    size_t first = n; /* of the bytes in use */
    for (size_t i = zeros; i < length; i++) {
        unsigned carry = 0;
        if (!base58_digit(text[i], &carry))
            return false;
        for (size_t b = n; b-- > first;) {
            carry += 58 * (unsigned)bytes[b];
            bytes[b] = (uint8_t)(carry & 0xff);
            carry >>= 8;
        }
        if (carry > 0) {
            if (first == 0)
                return false;
            bytes[--first] = (uint8_t)carry;
        }
    }
    return zeros_at_start(bytes, n) == zeros;
}

/* --- keys and signatures --------------------------------------------------------------------- */

#define CHECKSUM_BYTES 4u

/* How a kind of key or signature is written: the prefix, then in base 58 its bytes and a checksum
 * of these and the name of the curve. */
typedef struct Form {
    const char *prefix;
    size_t prefix_n;
    const char *curve; /* two letters; NULL: not part of the checksum */
    uint8_t type;
} Form;

static const Form key_forms[] = {
    {"PUB_K1_", 7, "K1", BNET_CURVE_K1},
    {"PUB_R1_", 7, "R1", BNET_CURVE_R1},
    {"EOS", 3, NULL, BNET_CURVE_K1},
};
#define KEY_FORM_LEGACY 2
#define N_KEY_FORMS (sizeof key_forms / sizeof *key_forms)

static const Form signature_forms[] = {
    {"SIG_K1_", 7, "K1", BNET_CURVE_K1},
    {"SIG_R1_", 7, "R1", BNET_CURVE_R1},
};
#define N_SIGNATURE_FORMS (sizeof signature_forms / sizeof *signature_forms)

static const Form webauthn_form = {"SIG_WA_", 7, "WA", BNET_TYPE_WEBAUTHN};

static const Form private_key_form = {"PVT_K1_", 7, "K1", BNET_CURVE_K1};

static void ripemd_checksum(const Form *form, const uint8_t *bytes, size_t n,
                            uint8_t checksum[CHECKSUM_BYTES])
{
    struct ripemd160_ctx ripemd;
    ripemd160_init(&ripemd);
    ripemd160_update(&ripemd, n, bytes);
    if (form->curve)
        ripemd160_update(&ripemd, 2, (const uint8_t *)form->curve);
    ripemd160_digest(&ripemd, CHECKSUM_BYTES, checksum);
}

static size_t form_text(const Form *form, const uint8_t *bytes, size_t n, char *text)
{
    uint8_t checked[BASE58_BYTES_MAX];
    bnet_assert(n + CHECKSUM_BYTES <= sizeof checked);
    memcpy(checked, bytes, n);
    ripemd_checksum(form, bytes, n, checked + n);
    memcpy(text, form->prefix, form->prefix_n);
    size_t length =
        form->prefix_n + base58_text(checked, n + CHECKSUM_BYTES, text + form->prefix_n);
    text[length] = '\0';
    return length;
}

/* Writes exactly n bytes, on success only. */
static bool parse_form(const Form *form, const char *text, size_t length, uint8_t *ret_bytes,
                       size_t n)
{
    if (length < form->prefix_n || memcmp(text, form->prefix, form->prefix_n) != 0)
        return false;
    uint8_t checked[BASE58_BYTES_MAX];
    uint8_t checksum[CHECKSUM_BYTES];
    bnet_assert(n + CHECKSUM_BYTES <= sizeof checked);
    if (!base58_bytes(text + form->prefix_n, length - form->prefix_n, checked, n + CHECKSUM_BYTES))
        return false;
    ripemd_checksum(form, checked, n, checksum);
    if (memcmp(checksum, checked + n, CHECKSUM_BYTES) != 0)
        return false;
    memcpy(ret_bytes, checked, n);
    return true;
}

size_t bnet_text_key(const BnetKey *key, char text[BNET_TEXT_KEY_MAX + 1])
{
    if (key->bytes[0] != BNET_CURVE_K1)
        return bnet_text_key_typed(key, text);
    return form_text(&key_forms[KEY_FORM_LEGACY], key->bytes + 1, sizeof key->bytes - 1, text);
}

size_t bnet_text_key_typed(const BnetKey *key, char text[BNET_TEXT_KEY_MAX + 1])
{
    bnet_assert(key->bytes[0] <= BNET_CURVE_R1);
    return form_text(&key_forms[key->bytes[0]], key->bytes + 1, sizeof key->bytes - 1, text);
}

bool bnet_parse_key(const char *text, size_t n, BnetKey *ret_key)
{
    for (size_t i = 0; i < N_KEY_FORMS; i++) {
        if (parse_form(&key_forms[i], text, n, ret_key->bytes + 1, sizeof ret_key->bytes - 1)) {
            ret_key->bytes[0] = key_forms[i].type;
            return true;
        }
    }
    return false;
}

size_t bnet_text_signature(const BnetSignature *signature, char text[BNET_TEXT_SIGNATURE_MAX + 1])
{
    bnet_assert(signature->bytes[0] <= BNET_CURVE_R1);
    return form_text(&signature_forms[signature->bytes[0]], signature->bytes + 1,
                     sizeof signature->bytes - 1, text);
}

size_t bnet_text_wire_signature(const BnetWireSignature *signature,
                                char text[BNET_TEXT_WIRE_SIGNATURE_MAX + 1])
{
    if (signature->signature.bytes[0] != BNET_TYPE_WEBAUTHN)
        return bnet_text_signature(&signature->signature, text);
    /* The type, which is not part of the text, then all that is. */
    uint8_t bytes[BASE58_BYTES_MAX - CHECKSUM_BYTES + 1];
    BnetWriter writer;
    bnet_writer_init(&writer, bytes, sizeof bytes);
    bnet_write_wire_signature(&writer, signature);
    if (!bnet_writer_fits(&writer)) {
        text[0] = '\0';
        return 0;
    }
    return form_text(&webauthn_form, bytes + 1, writer.n - 1, text);
}

bool bnet_parse_signature(const char *text, size_t n, BnetSignature *ret_signature)
{
    for (size_t i = 0; i < N_SIGNATURE_FORMS; i++) {
        if (parse_form(&signature_forms[i], text, n, ret_signature->bytes + 1,
                       sizeof ret_signature->bytes - 1)) {
            ret_signature->bytes[0] = signature_forms[i].type;
            return true;
        }
    }
    return false;
}

/* The wallet import format of Bitcoin: a version byte, the key, a checksum. */
#define WIF_VERSION 0x80u
#define WIF_CHECKED_BYTES (1 + sizeof(BnetPrivateKey))

static bool parse_wif(const char *text, size_t n, BnetPrivateKey *ret_key)
{
    uint8_t bytes[WIF_CHECKED_BYTES + CHECKSUM_BYTES];
    if (!base58_bytes(text, n, bytes, sizeof bytes) || bytes[0] != WIF_VERSION)
        return false;
    BnetId checksum = bnet_sha256(bytes, WIF_CHECKED_BYTES);
    checksum = bnet_sha256(checksum.bytes, sizeof checksum.bytes);
    if (memcmp(checksum.bytes, bytes + WIF_CHECKED_BYTES, CHECKSUM_BYTES) != 0)
        return false;
    memcpy(ret_key->bytes, bytes + 1, sizeof ret_key->bytes);
    return true;
}

bool bnet_parse_private_key(const char *text, size_t n, BnetPrivateKey *ret_key)
{
    return parse_form(&private_key_form, text, n, ret_key->bytes, sizeof ret_key->bytes) ||
           parse_wif(text, n, ret_key);
}

/* --- ids ------------------------------------------------------------------------------------- */

size_t bnet_text_id(const BnetId *id, char text[BNET_TEXT_ID_LENGTH + 1])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < sizeof id->bytes; i++) {
        text[2 * i] = digits[id->bytes[i] >> 4];
        text[2 * i + 1] = digits[id->bytes[i] & 15];
    }
    text[BNET_TEXT_ID_LENGTH] = '\0';
    return BNET_TEXT_ID_LENGTH;
}

static bool hex_digit(char c, unsigned *ret_digit)
{
    if (c >= '0' && c <= '9')
        *ret_digit = (unsigned)(c - '0');
    else if (c >= 'a' && c <= 'f')
        *ret_digit = (unsigned)(c - 'a') + 10;
    else if (c >= 'A' && c <= 'F')
        *ret_digit = (unsigned)(c - 'A') + 10;
    else
        return false;
    return true;
}

bool bnet_parse_id(const char *text, size_t n, BnetId *ret_id)
{
    if (n != BNET_TEXT_ID_LENGTH)
        return false;
    BnetId id;
    for (size_t i = 0; i < sizeof id.bytes; i++) {
        unsigned high = 0;
        unsigned low = 0;
        if (!hex_digit(text[2 * i], &high) || !hex_digit(text[2 * i + 1], &low))
            return false;
        id.bytes[i] = (uint8_t)(high << 4 | low);
    }
    *ret_id = id;
    return true;
}

/* --- times ----------------------------------------------------------------------------------- */

#define US_PER_S INT64_C(1000000)
#define US_PER_MS INT64_C(1000)
#define US_PER_SLOT INT64_C(500000)
#define SLOT_EPOCH_US (BNET_SLOT_EPOCH_S * US_PER_S)

#define S_PER_DAY 86400u
#define S_PER_HOUR 3600u
#define S_PER_MINUTE 60u

#define YEAR_MIN 1970u

/* "2018-06-08T08:08:08" */
#define SECONDS_LENGTH 19u

/* A day of the Gregorian calendar. */
typedef struct Date {
    unsigned year; /* YEAR_MIN to 9999 */
    unsigned month;
    unsigned day;
} Date;

static bool is_leap(unsigned year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Leap years from year 1 up to before the year. */
static unsigned leaps_before(unsigned year)
{
    unsigned y = year - 1;
    return y / 4 - y / 100 + y / 400;
}

static unsigned days_before_year(unsigned year)
{
    return 365 * (year - YEAR_MIN) + leaps_before(year) - leaps_before(YEAR_MIN);
}

static unsigned days_of_month(unsigned year, unsigned month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Days from 1970-01-01. */
static unsigned days_of_date(Date date)
{
    unsigned days = days_before_year(date.year) + date.day - 1;
    for (unsigned month = 1; month < date.month; month++)
        days += days_of_month(date.year, month);
    return days;
}

static Date date_of_days(unsigned days)
{
    Date date = {.year = YEAR_MIN + days / 366, .month = 1};
    while (days_before_year(date.year + 1) <= days)
        date.year++;
    days -= days_before_year(date.year);
    for (; days >= days_of_month(date.year, date.month); date.month++)
        days -= days_of_month(date.year, date.month);
    date.day = days + 1;
    return date;
}

/* Writes the lowest n decimal digits. */
static char *put_decimal(char *at, unsigned value, unsigned n)
{
    for (unsigned i = n; i-- > 0; value /= 10)
        at[i] = (char)('0' + value % 10);
    return at + n;
}

/* Writes SECONDS_LENGTH characters and a 0. */
static void put_seconds(char *at, int64_t time_s)
{
    Date date = date_of_days((unsigned)(time_s / S_PER_DAY));
    unsigned second = (unsigned)(time_s % S_PER_DAY);
    at = put_decimal(at, date.year, 4);
    *at++ = '-';
    at = put_decimal(at, date.month, 2);
    *at++ = '-';
    at = put_decimal(at, date.day, 2);
    *at++ = 'T';
    at = put_decimal(at, second / S_PER_HOUR, 2);
    *at++ = ':';
    at = put_decimal(at, second % S_PER_HOUR / S_PER_MINUTE, 2);
    *at++ = ':';
    at = put_decimal(at, second % S_PER_MINUTE, 2);
    *at = '\0';
}

size_t bnet_text_time_point_sec(uint32_t time_s, char text[BNET_TEXT_TIME_MAX + 1])
{
    put_seconds(text, time_s);
    return SECONDS_LENGTH;
}

size_t bnet_text_time_point(int64_t time_us, char text[BNET_TEXT_TIME_MAX + 1])
{
    *text = '\0';
    if (time_us < 0 || time_us > BNET_TEXT_TIME_POINT_MAX_US)
        return 0;
    put_seconds(text, time_us / US_PER_S);
    char *at = text + SECONDS_LENGTH;
    *at++ = '.';
    at = put_decimal(at, (unsigned)(time_us % US_PER_S / US_PER_MS), 3);
    *at = '\0';
    return BNET_TEXT_TIME_MAX;
}

size_t bnet_text_slot(uint32_t slot, char text[BNET_TEXT_TIME_MAX + 1])
{
    return bnet_text_time_point(SLOT_EPOCH_US + slot * US_PER_SLOT, text);
}

static bool parse_decimal(const char *text, size_t n, unsigned *ret_value)
{
    unsigned value = 0;
    for (size_t i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = 10 * value + (unsigned)(text[i] - '0');
    }
    *ret_value = value;
    return true;
}

static bool parse_date(const char *text, Date *ret_date)
{
    Date date;
    if (!parse_decimal(text, 4, &date.year) || text[4] != '-' ||
        !parse_decimal(text + 5, 2, &date.month) || text[7] != '-' ||
        !parse_decimal(text + 8, 2, &date.day))
        return false;
    if (date.year < YEAR_MIN || date.month < 1 || date.month > 12 || date.day < 1 ||
        date.day > days_of_month(date.year, date.month))
        return false;
    *ret_date = date;
    return true;
}

static bool parse_time_of_day(const char *text, unsigned *ret_second)
{
    unsigned hour = 0;
    unsigned minute = 0;
    unsigned second = 0;
    if (!parse_decimal(text, 2, &hour) || text[2] != ':' || !parse_decimal(text + 3, 2, &minute) ||
        text[5] != ':' || !parse_decimal(text + 6, 2, &second))
        return false;
    if (hour > 23 || minute > 59 || second > 59)
        return false;
    *ret_second = hour * S_PER_HOUR + minute * S_PER_MINUTE + second;
    return true;
}

static bool parse_seconds(const char *text, size_t n, int64_t *ret_time_s)
{
    Date date;
    unsigned second = 0;
    if (n != SECONDS_LENGTH || !parse_date(text, &date) || text[10] != 'T' ||
        !parse_time_of_day(text + 11, &second))
        return false;
    *ret_time_s = (int64_t)days_of_date(date) * S_PER_DAY + second;
    return true;
}

bool bnet_parse_time_point_sec(const char *text, size_t n, uint32_t *ret_time_s)
{
    int64_t time_s = 0;
    if (!parse_seconds(text, n, &time_s) || time_s > UINT32_MAX)
        return false;
    *ret_time_s = (uint32_t)time_s;
    return true;
}

/* ".5", ".500000": 1 to 6 digits. */
static bool parse_fraction(const char *text, size_t n, unsigned *ret_us)
{
    unsigned us = 0;
    if (n < 2 || n > 7 || text[0] != '.' || !parse_decimal(text + 1, n - 1, &us))
        return false;
    for (size_t i = n; i < 7; i++)
        us *= 10;
    *ret_us = us;
    return true;
}

bool bnet_parse_time_point(const char *text, size_t n, int64_t *ret_time_us)
{
    int64_t time_s = 0;
    unsigned us = 0;
    if (n < SECONDS_LENGTH || !parse_seconds(text, SECONDS_LENGTH, &time_s))
        return false;
    if (n > SECONDS_LENGTH && !parse_fraction(text + SECONDS_LENGTH, n - SECONDS_LENGTH, &us))
        return false;
    *ret_time_us = time_s * US_PER_S + us;
    return true;
}

bool bnet_parse_slot(const char *text, size_t n, uint32_t *ret_slot)
{
    int64_t time_us = 0;
    if (!bnet_parse_time_point(text, n, &time_us) || time_us < SLOT_EPOCH_US ||
        (time_us - SLOT_EPOCH_US) % US_PER_SLOT != 0 ||
        (time_us - SLOT_EPOCH_US) / US_PER_SLOT > UINT32_MAX)
        return false;
    *ret_slot = (uint32_t)((time_us - SLOT_EPOCH_US) / US_PER_SLOT);
    return true;
}
