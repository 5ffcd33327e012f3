/* SPDX-License-Identifier: Apache-2.0 */

/* Recorded objects, taken apart key by key. */

#include <stdarg.h>
#include <string.h>

#include "core/text.h"
#include "scenarios/keys.h"
#include "sim/conform/conform.h"

/* --- what is wrong --------------------------------------------------------------------------- */

/* A value of a field is not what it must be: disagrees; a record is bad. */
static void tell(const ConformObject *object, const char *field, struct json_object *recorded,
                 const char *what)
{
    if (object->is_value) {
        g_autofree char *expected = conform_recorded_text(recorded);
        conform_disagree(object->run, field, expected, what);
    } else {
        conform_bad(object->run, "%s", what);
    }
}

static bool is_known(const ConformObject *object, const char *key)
{
    for (uint32_t i = 0; i < object->n_known; i++) {
        if (strcmp(object->known[i], key) == 0) {
            return true;
        }
    }
    return false;
}

/* Notes that there may be such a key. */
static void know(ConformObject *object, const char *key)
{
    if (object->n_known < CONFORM_KEYS_MAX && !is_known(object, key)) {
        object->known[object->n_known++] = key;
    }
}

/* Short keys are not guessed at: too many are near one another. */
static bool is_near(const char *word, const char *meant)
{
    return strlen(meant) > 3 && scenario_worth_suggesting(meant, scenario_misspelling(word, meant));
}

/* "; allowed are "a" and "b"", of a record. */
static void append_known(GString *out, const ConformObject *object)
{
    for (uint32_t i = 0; i < object->n_known && !object->is_value; i++) {
        const char *before = i == 0 ? "; allowed are " : i + 1 == object->n_known ? " and " : ", ";
        g_string_append_printf(out, "%s\"%s\"", before, object->known[i]);
    }
}

/* (transfer full) What is wrong with a key that is not known. */
static char *unknown_text(const ConformObject *object, const char *key)
{
    const char *nearest = NULL;
    uint32_t least = UINT32_MAX;
    for (uint32_t i = 0; i < object->n_known; i++) {
        const uint32_t edits = scenario_misspelling(key, object->known[i]);
        if (edits < least && is_near(key, object->known[i])) {
            least = edits;
            nearest = object->known[i];
        }
    }
    if (nearest != NULL) {
        return g_strdup_printf("unknown key \"%s\"; did you mean \"%s\"?", key, nearest);
    }
    GString *out = g_string_new(NULL);
    g_string_printf(out, "unknown key \"%s\": it would not be compared", key);
    append_known(out, object);
    return g_string_free(out, FALSE);
}

/* (transfer full) What is wrong where a key is missing. Another one may be meant for it. */
static char *missing_text(const ConformObject *object, const char *missing)
{
    json_object_object_foreach(object->json, key, value)
    {
        (void)value;
        if (!is_known(object, key) && is_near(key, missing)) {
            return g_strdup_printf("unknown key \"%s\"; did you mean \"%s\"?", key, missing);
        }
    }
    return g_strdup_printf("no key \"%s\"", missing);
}

#define NOTHING "nothing: there is no such key"

/* --- opening and closing --------------------------------------------------------------------- */

static ConformObject open_object(ConformRun *run, struct json_object *value, bool is_value)
{
    ConformObject object = {.run = run, .is_value = is_value};
    if (conform_is_bad(run)) {
        return object;
    }
    if (!json_object_is_type(value, json_type_object)) {
        tell(&object, "", value, is_value ? "an object" : "must be an object");
    } else if (json_object_object_length(value) > (int)CONFORM_KEYS_MAX) {
        g_autofree char *what = g_strdup_printf("%d keys, of which %u are allowed",
                                                json_object_object_length(value), CONFORM_KEYS_MAX);
        tell(&object, "", value, what);
    } else {
        object.json = value;
    }
    return object;
}

ConformObject conform_open(ConformRun *run, struct json_object *value)
{
    return open_object(run, value, false);
}

ConformObject conform_open_value(ConformRun *run, struct json_object *value)
{
    return open_object(run, value, true);
}

void conform_close(ConformObject *object)
{
    if (object->json == NULL) {
        return;
    }
    unsigned index = 0;
    json_object_object_foreach(object->json, key, value)
    {
        if ((object->taken >> index & 1) == 0) {
            g_autofree char *what = unknown_text(object, key);
            tell(object, key, value, what);
        }
        index++;
    }
}

/* --- taking ---------------------------------------------------------------------------------- */

bool conform_has(ConformObject *object, const char *key)
{
    know(object, key);
    return object->json != NULL && json_object_object_get_ex(object->json, key, NULL) != 0;
}

/* Notes that the key was taken. False: it is not there. */
static bool take(ConformObject *object, const char *name, struct json_object **ret_value)
{
    unsigned index = 0;
    know(object, name);
    if (object->json == NULL) {
        return false;
    }
    json_object_object_foreach(object->json, key, value)
    {
        if (strcmp(key, name) == 0) {
            object->taken |= UINT64_C(1) << index;
            *ret_value = value;
            return true;
        }
        index++;
    }
    return false;
}

/* Takes a key; where it is missing, says so, of a value with what should be there. False: there is
 * nothing to compare. */
static bool take_needed(ConformObject *object, const char *key, const char *ours,
                        struct json_object **ret_value)
{
    if (object->json == NULL || take(object, key, ret_value)) {
        return object->json != NULL;
    }
    if (object->is_value) {
        conform_disagree(object->run, key, NOTHING, ours);
    } else {
        g_autofree char *what = missing_text(object, key);
        conform_bad(object->run, "%s", what);
    }
    return false;
}

void conform_check_word(ConformObject *object, const char *key, const char *const *words)
{
    const char *text = conform_peek_text(object, key);
    if (!conform_has(object, key) || conform_is_bad(object->run)) {
        return;
    }
    g_autoptr(GString) allowed = g_string_new(NULL);
    for (uint32_t i = 0; words[i] != NULL; i++) {
        const char *colon = strchr(words[i], ':');
        if (strcmp(text, words[i]) == 0 ||
            (colon != NULL && strncmp(text, words[i], (size_t)(colon + 1 - words[i])) == 0)) {
            return;
        }
        g_string_append_printf(allowed, "%s%s", i == 0 ? "" : ", ", words[i]);
    }
    if (text[0] != '\0') {
        conform_bad(object->run, "key \"%s\": \"%s\" is none of %s", key, text, allowed->str);
    }
}

struct json_object *conform_take(ConformObject *object, const char *key)
{
    struct json_object *value = NULL;
    return take_needed(object, key, "a value", &value) ? value : NULL;
}

/* Takes a key with a value of that type, or NULL. */
static struct json_object *take_of_type(ConformObject *object, const char *key, json_type type)
{
    struct json_object *value = conform_take(object, key);
    if (conform_is_bad(object->run)) {
        return NULL;
    }
    if (!json_object_is_type(value, type)) {
        conform_bad(object->run, "key \"%s\": its value is of another type than %s", key,
                    json_type_to_name(type));
        return NULL;
    }
    return value;
}

struct json_object *conform_take_array(ConformObject *object, const char *key)
{
    return take_of_type(object, key, json_type_array);
}

struct json_object *conform_take_object(ConformObject *object, const char *key)
{
    return take_of_type(object, key, json_type_object);
}

const char *conform_take_text(ConformObject *object, const char *key)
{
    struct json_object *value = take_of_type(object, key, json_type_string);
    return value == NULL ? "" : json_object_get_string(value);
}

bool conform_take_bool(ConformObject *object, const char *key)
{
    struct json_object *value = take_of_type(object, key, json_type_boolean);
    return value != NULL && json_object_get_boolean(value) != 0;
}

BnetId conform_take_id(ConformObject *object, const char *key)
{
    BnetId id = {{0}};
    const char *text = conform_take_text(object, key);
    if (!conform_is_bad(object->run) && !bnet_parse_id(text, strlen(text), &id)) {
        conform_bad(object->run, "key \"%s\": must be 64 hexadecimal digits", key);
    }
    return id;
}

bool conform_read_id(ConformObject *object, const char *key, BnetId *ret_id)
{
    struct json_object *recorded = NULL;
    if (!take_needed(object, key, "an id", &recorded) || conform_is_bad(object->run)) {
        return false;
    }
    if (json_object_is_type(recorded, json_type_string) &&
        bnet_parse_id(json_object_get_string(recorded),
                      (size_t)json_object_get_string_len(recorded), ret_id)) {
        return true;
    }
    g_autofree char *expected = conform_recorded_text(recorded);
    conform_disagree(object->run, key, expected, "64 hexadecimal digits");
    return false;
}

bool conform_read_number(ConformObject *object, const char *key, uint64_t max, uint64_t *ret_number)
{
    struct json_object *recorded = NULL;
    if (!take_needed(object, key, "a number", &recorded) || conform_is_bad(object->run)) {
        return false;
    }
    if (json_object_is_type(recorded, json_type_int) && json_object_get_int64(recorded) >= 0 &&
        json_object_get_uint64(recorded) <= max) {
        *ret_number = json_object_get_uint64(recorded);
        return true;
    }
    g_autofree char *expected = conform_recorded_text(recorded);
    g_autofree char *ours = g_strdup_printf("a number from 0 to %" G_GUINT64_FORMAT, max);
    conform_disagree(object->run, key, expected, ours);
    return false;
}

const char *conform_peek_text(const ConformObject *object, const char *key)
{
    struct json_object *value = NULL;
    if (object->json == NULL || json_object_object_get_ex(object->json, key, &value) == 0 ||
        !json_object_is_type(value, json_type_string)) {
        return "";
    }
    return json_object_get_string(value);
}

BnetSlice conform_hex(ConformRun *run, struct json_object *value)
{
    BnetSlice none = {0};
    if (conform_is_bad(run)) {
        return none;
    }
    bool is_text = json_object_is_type(value, json_type_string);
    const char *text = is_text ? json_object_get_string(value) : "?";
    size_t n = is_text ? (size_t)json_object_get_string_len(value) : 1;
    uint8_t *bytes = conform_alloc(run, n / 2 + 1);
    bool is_hex = n % 2 == 0;
    for (size_t i = 0; i < n && is_hex; i++) {
        int digit = g_ascii_xdigit_value(text[i]);
        is_hex = digit >= 0;
        bytes[i / 2] = (uint8_t)((unsigned)bytes[i / 2] << 4 | ((unsigned)digit & 15));
    }
    if (!is_hex) {
        conform_bad(run, "must be an even number of hexadecimal digits");
        return none;
    }
    return (BnetSlice){.bytes = bytes, .n = n / 2};
}

BnetSlice conform_take_hex(ConformObject *object, const char *key)
{
    struct json_object *value = conform_take(object, key);
    conform_enter(object->run, key);
    BnetSlice slice = conform_hex(object->run, value);
    conform_leave(object->run);
    return slice;
}

void conform_take_notes(ConformObject *object, ...)
{
    va_list keys;
    va_start(keys, object);
    for (const char *key = va_arg(keys, const char *); key != NULL;
         key = va_arg(keys, const char *)) {
        struct json_object *ignored;
        (void)take(object, key, &ignored);
    }
    va_end(keys);
}

/* --- comparing ------------------------------------------------------------------------------- */

bool conform_check(ConformObject *object, const char *key, ConformValue got)
{
    struct json_object *recorded = NULL;
    g_autofree char *ours = object->is_value ? conform_value_text(got) : NULL;
    return take_needed(object, key, ours, &recorded) &&
           conform_compare(object->run, key, recorded, got);
}

bool conform_check_either(ConformObject *object, const char *key, const char *other,
                          ConformValue got)
{
    bool has_key = conform_has(object, key);
    bool has_other = conform_has(object, other);
    bool is_same = true;
    if (has_key || !has_other) {
        is_same = conform_check(object, key, got);
    }
    return (!has_other || conform_check(object, other, got)) && is_same;
}

bool conform_check_optional(ConformObject *object, const char *key, ConformValue got)
{
    return !conform_has(object, key) || conform_check(object, key, got);
}

static char *list_text(ConformList list)
{
    struct json_object *json = list.form(list.data);
    char *text = conform_recorded_text(json);
    json_object_put(json);
    return text;
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

struct json_object *conform_check_list(ConformObject *object, const char *key, ConformList ours)
{
    struct json_object *list = NULL;
    if (object->json == NULL) {
        return NULL;
    }
    if (!take(object, key, &list)) {
        g_autofree char *text = object->is_value ? list_text(ours) : NULL;
        (void)take_needed(object, key, text, &list);
        return NULL;
    }
    const bool is_list = json_object_is_type(list, json_type_array);
    const size_t n = is_list ? json_object_array_length(list) : 0;
    if (conform_is_bad(object->run) || (is_list && n == ours.count)) {
        return conform_is_bad(object->run) ? NULL : list;
    }
    g_autofree char *expected = conform_recorded_text(list);
    g_autofree char *got = list_text(ours);
    g_autofree char *note = is_list ? g_strdup_printf("%zu item%s expected, %zu item%s got", n,
                                                      plural(n), ours.count, plural(ours.count))
                                    : g_strdup("not a list");
    conform_disagree_note(object->run, key, expected, got, note);
    return NULL;
}
