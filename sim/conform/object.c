/* SPDX-License-Identifier: Apache-2.0 */

/* Recorded objects, taken apart key by key. */

#include <stdarg.h>
#include <string.h>

#include "core/text.h"
#include "sim/conform/conform.h"

ConformObject conform_open(ConformRun *run, struct json_object *value)
{
    ConformObject object = {.run = run};
    if (conform_is_bad(run)) {
        return object;
    }
    if (!json_object_is_type(value, json_type_object)) {
        conform_bad(run, "must be an object");
    } else if (json_object_object_length(value) > (int)CONFORM_KEYS_MAX) {
        conform_bad(run, "%d keys, of which %u are allowed", json_object_object_length(value),
                    CONFORM_KEYS_MAX);
    } else {
        object.json = value;
    }
    return object;
}

void conform_close(ConformObject *object)
{
    if (object->json == NULL) {
        return;
    }
    unsigned index = 0;
    json_object_object_foreach(object->json, key, value)
    {
        (void)value;
        if ((object->taken >> index & 1) == 0) {
            conform_bad(object->run, "key '%s' is not known here, so it would not be compared",
                        key);
            return;
        }
        index++;
    }
}

bool conform_has(const ConformObject *object, const char *key)
{
    return object->json != NULL && json_object_object_get_ex(object->json, key, NULL) != 0;
}

/* Notes that the key was taken. False: it is not there. */
static bool take(ConformObject *object, const char *name, struct json_object **ret_value)
{
    unsigned index = 0;
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

struct json_object *conform_take(ConformObject *object, const char *key)
{
    struct json_object *value = NULL;
    if (object->json != NULL && !take(object, key, &value)) {
        conform_bad(object->run, "no key '%s'", key);
    }
    return value;
}

/* Takes a key with a value of that type, or NULL. */
static struct json_object *take_of_type(ConformObject *object, const char *key, json_type type)
{
    struct json_object *value = conform_take(object, key);
    if (conform_is_bad(object->run)) {
        return NULL;
    }
    if (!json_object_is_type(value, type)) {
        const char *name = type == json_type_int ? "whole number" : json_type_to_name(type);
        conform_bad(object->run, "key '%s': its value is of another type than %s", key, name);
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

uint64_t conform_take_number(ConformObject *object, const char *key, uint64_t max)
{
    struct json_object *value = take_of_type(object, key, json_type_int);
    if (value == NULL) {
        return 0;
    }
    if (json_object_get_int64(value) < 0 || json_object_get_uint64(value) > max) {
        conform_bad(object->run, "key '%s': must be from 0 to %" G_GUINT64_FORMAT, key, max);
        return 0;
    }
    return json_object_get_uint64(value);
}

BnetId conform_take_id(ConformObject *object, const char *key)
{
    BnetId id = {{0}};
    const char *text = conform_take_text(object, key);
    if (!conform_is_bad(object->run) && !bnet_parse_id(text, strlen(text), &id)) {
        conform_bad(object->run, "key '%s': must be 64 hexadecimal digits", key);
    }
    return id;
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

bool conform_check(ConformObject *object, const char *key, ConformValue got)
{
    struct json_object *recorded = conform_take(object, key);
    return object->json != NULL && conform_compare(object->run, key, recorded, got);
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

struct json_object *conform_check_list(ConformObject *object, const char *key, size_t count)
{
    struct json_object *list = conform_take_array(object, key);
    if (list == NULL) {
        return NULL;
    }
    size_t recorded = json_object_array_length(list);
    if (recorded == count) {
        return list;
    }
    g_autofree char *expected = g_strdup_printf("%zu items", recorded);
    g_autofree char *got = g_strdup_printf("%zu items", count);
    conform_disagree(object->run, key, expected, got);
    return NULL;
}
