/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_NODE_JSON_H
#define BNETLAB_NODE_JSON_H

/*
 * Members of JSON objects: of events and answers, which are written, and of commands and files,
 * which are read. Objects are the caller's, keys and texts are copied; any thread that owns the
 * object. O(1), or as long as the text.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>
#include <json.h>

#include "core/store.h"

/* Adds a member, which must not be there. */
void node_json_text(struct json_object *object, const char *key, const char *text);
void node_json_number(struct json_object *object, const char *key, int64_t number);
void node_json_flag(struct json_object *object, const char *key, bool flag);
void node_json_id(struct json_object *object, const char *key, const BnetId *id);

/* {"number": n, "id": "..."}; BNET_NO_BLOCK: number 0, no id. As members of the object, or as one.
 */
void node_json_block_here(struct json_object *object, const BnetStore *store, BnetBlock block);
void node_json_block(struct json_object *object, const char *key, const BnetStore *store,
                     BnetBlock block);

/* A member; NULL: there is none, or it is no text. (transfer none) valid as long as it is there. */
const char *node_json_get_text(struct json_object *object, const char *key);

bool node_json_has(struct json_object *object, const char *key);

/* A number from least to most. False: it is none. *number is untouched then, and if there is no
 * such member. */
bool node_json_get_number(struct json_object *object, const char *key, int64_t least, int64_t most,
                          int64_t *number);

/* The same of seconds, from 0 to most_s, of which a part may be asked for, too. */
bool node_json_get_seconds(struct json_object *object, const char *key, int64_t most_s,
                           int64_t *time_ns);

/* 64 digits. False: there are none. */
bool node_json_get_id(struct json_object *object, const char *key, BnetId *ret_id);

/* Bytes of hexadecimal digits. (transfer full) NULL: there are none. */
GByteArray *node_json_get_bytes(struct json_object *object, const char *key);

#endif
