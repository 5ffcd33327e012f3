/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CONFORM_SESSIONS_FORM_H
#define BNETLAB_SIM_CONFORM_SESSIONS_FORM_H

/*
 * What a client of a conversation got, as the JSON object that recordings compare it with, and the
 * texts in recordings that stand for values which are known only then. One thread.
 */

#include <glib.h>
#include <json-c/json.h>

#include "core/wire.h"
#include "sim/conform/talk.h"

/* (transfer full) {"type": ..., and its fields}; bytes that are no message: "undecodable". */
struct json_object *sessions_form(const TalkItem *item, BnetScratch scratch);

/* The same of the bytes of a message. (transfer full) */
struct json_object *sessions_form_bytes(BnetSlice bytes, BnetScratch scratch);

/* Takes out what is another one each time: keys, times, codes. */
void sessions_form_still(struct json_object *form);

/* Hexadecimal digits. (transfer full) */
char *sessions_hex(BnetSlice bytes);

/* Replaces each ${NAME} in a text by its value. NULL: *ret_unknown has none.
 * (transfer full) (nullable) the text; (transfer full) *ret_unknown */
char *sessions_fill_in(GHashTable *values, const char *text, char **ret_unknown);

#endif
