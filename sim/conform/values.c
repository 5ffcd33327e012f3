/* SPDX-License-Identifier: Apache-2.0 */

/* Values of ours, and whether a recorded value is the same. */

#include <string.h>

#include "core/text.h"
#include "sim/conform/conform.h"

/* --- making ---------------------------------------------------------------------------------- */

static ConformValue of_number(ConformType type, uint64_t number)
{
    return (ConformValue){.type = type, .u.number = number};
}

static ConformValue of_slice(ConformType type, const void *bytes, size_t n)
{
    return (ConformValue){.type = type, .u.slice = {.bytes = bytes, .n = n}};
}

ConformValue conform_number(uint64_t number)
{
    return of_number(CONFORM_NUMBER, number);
}

ConformValue conform_bool(bool value)
{
    return of_number(CONFORM_BOOL, value);
}

ConformValue conform_text(const char *text)
{
    return of_slice(CONFORM_TEXT, text, strlen(text));
}

ConformValue conform_string(BnetSlice text)
{
    return of_slice(CONFORM_TEXT, text.bytes, text.n);
}

ConformValue conform_choice(uint64_t number, const char *const *names)
{
    return (ConformValue){.type = CONFORM_CHOICE, .u.number = number, .names = names};
}

ConformValue conform_bytes(BnetSlice bytes)
{
    return of_slice(CONFORM_BYTES, bytes.bytes, bytes.n);
}

ConformValue conform_id(const BnetId *id)
{
    return of_slice(CONFORM_ID, id->bytes, sizeof id->bytes);
}

ConformValue conform_name(uint64_t name)
{
    return of_number(CONFORM_NAME, name);
}

ConformValue conform_key(const BnetKey *key)
{
    return of_slice(CONFORM_KEY, key->bytes, sizeof key->bytes);
}

ConformValue conform_signature(const BnetSignature *signature)
{
    return of_slice(CONFORM_SIGNATURE, signature->bytes, sizeof signature->bytes);
}

ConformValue conform_slot(uint32_t slot)
{
    return of_number(CONFORM_SLOT, slot);
}

ConformValue conform_time_point(int64_t time_us)
{
    return (ConformValue){.type = CONFORM_TIME_POINT, .u.integer = time_us};
}

ConformValue conform_time_sec(uint32_t time_s)
{
    return of_number(CONFORM_TIME_SEC, time_s);
}

/* --- showing --------------------------------------------------------------------------------- */

static char *hex_text(BnetSlice bytes)
{
    static const char digits[] = "0123456789abcdef";
    char *text = g_malloc(2 * bytes.n + 1);
    for (size_t i = 0; i < bytes.n; i++) {
        text[2 * i] = digits[bytes.bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes.bytes[i] & 15];
    }
    text[2 * bytes.n] = '\0';
    return text;
}

/* One character for each byte, and "\0" for a zero. */
static char *latin_text(BnetSlice bytes)
{
    GString *out = g_string_sized_new(bytes.n + 1);
    for (size_t i = 0; i < bytes.n; i++) {
        if (bytes.bytes[i] == 0) {
            g_string_append(out, "\\0");
        } else {
            g_string_append_unichar(out, bytes.bytes[i]);
        }
    }
    return g_string_free(out, FALSE);
}

static char *key_text(BnetSlice slice)
{
    BnetKey key;
    char text[BNET_TEXT_KEY_MAX + 1];
    memcpy(key.bytes, slice.bytes, sizeof key.bytes);
    if (key.bytes[0] > BNET_CURVE_R1) {
        return hex_text(slice);
    }
    bnet_text_key(&key, text);
    return g_strdup(text);
}

static char *signature_text(BnetSlice slice)
{
    BnetSignature signature;
    char text[BNET_TEXT_SIGNATURE_MAX + 1];
    if (slice.bytes[0] > BNET_CURVE_R1) {
        return hex_text(slice);
    }
    memcpy(signature.bytes, slice.bytes, sizeof signature.bytes);
    bnet_text_signature(&signature, text);
    return g_strdup(text);
}

static const char *name_of_choice(ConformValue value)
{
    size_t n = 0;
    while (value.names[n] != NULL && n < value.u.number) {
        n++;
    }
    return value.names[n];
}

/* Values whose text is written by text.h. */
static char *core_text(ConformValue value)
{
    char text[BNET_TEXT_TIME_MAX + BNET_TEXT_NAME_MAX];
    if (value.type == CONFORM_NAME) {
        bnet_text_name(value.u.number, text);
    } else if (value.type == CONFORM_SLOT) {
        bnet_text_slot((uint32_t)value.u.number, text);
    } else if (value.type == CONFORM_TIME_SEC) {
        bnet_text_time_point_sec((uint32_t)value.u.number, text);
    } else if (bnet_text_time_point(value.u.integer, text) == 0) {
        return g_strdup_printf("%" G_GINT64_FORMAT, value.u.integer);
    }
    return g_strdup(text);
}

char *conform_value_text(ConformValue value)
{
    switch (value.type) {
    case CONFORM_NUMBER:
        return g_strdup_printf("%" G_GUINT64_FORMAT, value.u.number);
    case CONFORM_BOOL:
        return g_strdup(value.u.number != 0 ? "true" : "false");
    case CONFORM_CHOICE:
        return name_of_choice(value) != NULL
                   ? g_strdup(name_of_choice(value))
                   : g_strdup_printf("%" G_GUINT64_FORMAT, value.u.number);
    case CONFORM_TEXT:
        return g_utf8_validate_len((const char *)value.u.slice.bytes, value.u.slice.n, NULL)
                   ? g_strndup((const char *)value.u.slice.bytes, value.u.slice.n)
                   : latin_text(value.u.slice);
    case CONFORM_BYTES:
    case CONFORM_ID:
        return hex_text(value.u.slice);
    case CONFORM_KEY:
        return key_text(value.u.slice);
    case CONFORM_SIGNATURE:
        return signature_text(value.u.slice);
    case CONFORM_NAME:
    case CONFORM_SLOT:
    case CONFORM_TIME_POINT:
    case CONFORM_TIME_SEC:
        return core_text(value);
    }
    g_assert_not_reached();
}

/* --- comparing ------------------------------------------------------------------------------- */

static bool is_integer(struct json_object *recorded)
{
    return json_object_is_type(recorded, json_type_int);
}

static bool is_number(struct json_object *recorded, uint64_t number)
{
    if (json_object_is_type(recorded, json_type_boolean)) {
        return number == (json_object_get_boolean(recorded) != 0 ? 1u : 0u);
    }
    /* A negative one reads as 0 here, and one above 2^63 as the largest int64 there. */
    return is_integer(recorded) && json_object_get_uint64(recorded) == number &&
           (number > 0 || json_object_get_int64(recorded) == 0);
}

static bool is_signed(struct json_object *recorded, int64_t integer)
{
    return is_integer(recorded) && json_object_get_int64(recorded) == integer &&
           (integer < INT64_MAX || json_object_get_uint64(recorded) == (uint64_t)INT64_MAX);
}

static bool is_bool(struct json_object *recorded, bool value)
{
    return (is_integer(recorded) || json_object_is_type(recorded, json_type_boolean)) &&
           is_number(recorded, value);
}

static bool same_bytes(BnetSlice slice, const void *bytes, size_t n)
{
    return slice.n == n && (n == 0 || memcmp(slice.bytes, bytes, n) == 0);
}

static bool is_hex_of(BnetSlice slice, const char *text, size_t n)
{
    if (n != 2 * slice.n) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        int digit = g_ascii_xdigit_value(text[i]);
        int ours = i % 2 == 0 ? slice.bytes[i / 2] >> 4 : slice.bytes[i / 2] & 15;
        if (digit != ours) {
            return false;
        }
    }
    return true;
}

static bool is_text_of(BnetSlice slice, const char *text, size_t n)
{
    if (same_bytes(slice, text, n)) {
        return true;
    }
    const char *end = text + n;
    size_t i = 0;
    while (text < end && i < slice.n && g_utf8_get_char(text) == slice.bytes[i]) {
        text += g_utf8_skip[(uint8_t)*text];
        i++;
    }
    return text == end && i == slice.n;
}

static bool is_choice(ConformValue value, const char *text)
{
    const char *name = name_of_choice(value);
    return name != NULL && strcmp(name, text) == 0;
}

static bool is_time_point(int64_t time_us, const char *text, size_t n)
{
    char ours[BNET_TEXT_TIME_MAX + 1];
    int64_t recorded_us;
    size_t length = bnet_text_time_point(time_us, ours);
    if (length > 0 && length == n && memcmp(ours, text, n) == 0) {
        return true;
    }
    return bnet_parse_time_point(text, n, &recorded_us) && recorded_us == time_us;
}

static bool is_slot(ConformValue value, const char *text, size_t n)
{
    uint32_t slot;
    return bnet_parse_slot(text, n, &slot) && slot == value.u.number;
}

static bool is_time_sec(ConformValue value, const char *text, size_t n)
{
    uint32_t time_s;
    return bnet_parse_time_point_sec(text, n, &time_s) && time_s == value.u.number;
}

static bool is_name(ConformValue value, const char *text, size_t n)
{
    uint64_t name;
    return bnet_parse_name(text, n, &name) && name == value.u.number;
}

static bool is_key(ConformValue value, const char *text, size_t n)
{
    BnetKey key;
    if (bnet_parse_key(text, n, &key)) {
        return same_bytes(value.u.slice, key.bytes, sizeof key.bytes);
    }
    return is_hex_of(value.u.slice, text, n);
}

static bool is_signature(ConformValue value, const char *text, size_t n)
{
    BnetSignature signature;
    if (bnet_parse_signature(text, n, &signature)) {
        return same_bytes(value.u.slice, signature.bytes, sizeof signature.bytes);
    }
    return is_hex_of(value.u.slice, text, n);
}

/* A recorded text is a notation of the value. */
static bool text_is(const char *text, size_t n, ConformValue value)
{
    switch (value.type) {
    case CONFORM_NUMBER:
    case CONFORM_BOOL:
        return false;
    case CONFORM_CHOICE:
        return is_choice(value, text);
    case CONFORM_TEXT:
        return is_text_of(value.u.slice, text, n);
    case CONFORM_BYTES:
    case CONFORM_ID:
        return is_hex_of(value.u.slice, text, n);
    case CONFORM_NAME:
        return is_name(value, text, n);
    case CONFORM_KEY:
        return is_key(value, text, n);
    case CONFORM_SIGNATURE:
        return is_signature(value, text, n);
    case CONFORM_SLOT:
        return is_slot(value, text, n);
    case CONFORM_TIME_POINT:
        return is_time_point(value.u.integer, text, n);
    case CONFORM_TIME_SEC:
        return is_time_sec(value, text, n);
    }
    g_assert_not_reached();
}

/* A recorded number is a notation of the value. */
static bool number_is(struct json_object *recorded, ConformValue value)
{
    switch (value.type) {
    case CONFORM_NUMBER:
        return is_number(recorded, value.u.number);
    case CONFORM_BOOL:
        return is_bool(recorded, value.u.number != 0);
    case CONFORM_CHOICE:
    case CONFORM_NAME:
    case CONFORM_SLOT:
    case CONFORM_TIME_SEC:
        return is_integer(recorded) && is_number(recorded, value.u.number);
    case CONFORM_TIME_POINT:
        return is_signed(recorded, value.u.integer);
    case CONFORM_TEXT:
    case CONFORM_BYTES:
    case CONFORM_ID:
    case CONFORM_KEY:
    case CONFORM_SIGNATURE:
        return false;
    }
    g_assert_not_reached();
}

char *conform_recorded_text(struct json_object *recorded)
{
    if (json_object_is_type(recorded, json_type_string)) {
        return g_strdup(json_object_get_string(recorded));
    }
    return g_strdup(json_object_to_json_string_ext(recorded, JSON_C_TO_STRING_PLAIN |
                                                                 JSON_C_TO_STRING_NOSLASHESCAPE));
}

char *conform_text_fault(const char *text)
{
    static const char digits[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    static const char *const starts[] = {"SIG_K1_", "SIG_R1_", "PUB_K1_", "PUB_R1_", "EOS"};
    const size_t n = strlen(text);
    BnetSignature signature;
    BnetKey key;
    if (bnet_parse_signature(text, n, &signature) || bnet_parse_key(text, n, &key)) {
        return NULL;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(starts); i++) {
        if (!g_str_has_prefix(text, starts[i])) {
            continue;
        }
        const size_t good = strlen(starts[i]) + strspn(text + strlen(starts[i]), digits);
        if (good == n) {
            return g_strdup_printf("the checksum of %s is wrong", text);
        }
        return g_strdup_printf("%s is no %s: its character %zu is no digit of base 58", text,
                               starts[i][0] == 'S' ? "signature" : "key", good + 1);
    }
    return NULL;
}

bool conform_compare(ConformRun *run, const char *field, struct json_object *recorded,
                     ConformValue got)
{
    if (conform_is_bad(run)) {
        return false;
    }
    bool is_same = json_object_is_type(recorded, json_type_string)
                       ? text_is(json_object_get_string(recorded),
                                 (size_t)json_object_get_string_len(recorded), got)
                       : number_is(recorded, got);
    if (!is_same) {
        g_autofree char *expected = conform_recorded_text(recorded);
        g_autofree char *ours = conform_value_text(got);
        const bool is_coded = got.type == CONFORM_KEY || got.type == CONFORM_SIGNATURE;
        g_autofree char *fault = is_coded ? conform_text_fault(expected) : NULL;
        conform_disagree_note(run, field, expected, ours, fault);
    }
    return is_same;
}
