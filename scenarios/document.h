/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_DOCUMENT_H
#define BNETLAB_SCENARIOS_DOCUMENT_H

/*
 * JSON texts as a tree of nodes that know where they stand, with overrides laid over it.
 *
 * The first text is the scenario's; include.h adds those that it includes, params.h brings the
 * parameters.
 *
 * The scan (json_scan.h) checks the text and places the nodes, json-c decodes the values. A node is
 * named by its number; 0 is the root, an object. Ownership: the document owns all that it returns,
 * unless said otherwise. Cost: a lookup of a key is linear in the object's keys.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "scenarios/json_scan.h"
#include "scenarios/loader.h"

/* What a node comes from. */
typedef struct ScenarioSource {
    char *name;       /* of a file, or the pointer of an override; owned */
    bool is_override; /* no file */
} ScenarioSource;

typedef struct ScenarioDocument {
    char *path;    /* of the scenario's file */
    GArray *nodes; /* of ScenarioNode */
    GStringChunk *keys;
    GPtrArray *values; /* of json_object: what the nodes' values are parts of */
    GArray *sources;   /* of ScenarioSource; the first is the scenario's file */
    size_t n_bytes;    /* of all texts but overrides */
    bool is_untrusted; /* may name no files, and be of no great size; see ScenarioText */
} ScenarioDocument;

/*
 * Parses a text. On a mistake returns NULL and sets `error` to the one line that
 * describes it. (transfer full) (nullable)
 */
ScenarioDocument *scenario_document_new(const ScenarioText *text, GError **error);

/* Accepts NULL. */
void scenario_document_free(ScenarioDocument *document);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScenarioDocument, scenario_document_free)

/*
 * Parses one more text, an object that nothing refers to yet; `ret_root` is its number. False and
 * `error` on a mistake.
 */
bool scenario_document_add(ScenarioDocument *document, const ScenarioText *text, uint32_t *ret_root,
                           GError **error);

/* Lays one override over the document; later ones win. Returns false and sets `error`. */
bool scenario_document_override(ScenarioDocument *document, const ScenarioOverride *override,
                                GError **error);

/* The node of a number; valid until the next override. */
const ScenarioNode *scenario_document_node(const ScenarioDocument *document, uint32_t node);

/* The member `key` of an object; SCENARIO_NODE_NONE: it has none. */
uint32_t scenario_document_member(const ScenarioDocument *document, uint32_t object,
                                  const char *key);

/* The text of a string, or of a number as written. */
const char *scenario_document_text(const ScenarioDocument *document, uint32_t node);

/* The value of a boolean. */
bool scenario_document_bool(const ScenarioDocument *document, uint32_t node);

/* The value of an integer; false when it is below 0. */
bool scenario_document_uint(const ScenarioDocument *document, uint32_t node, uint64_t *ret_value);

/*
 * "file:line:column: /pointer: " of a value, or of its key: what an error message begins with.
 * (transfer full)
 */
char *scenario_document_place(const ScenarioDocument *document, uint32_t node, bool of_key);

/* "/links/latency": the JSON pointer of a value. (transfer full) */
char *scenario_document_pointer(const ScenarioDocument *document, uint32_t node);

/* The file that a value stands in; NULL: in none, an override set it. (transfer none) (nullable) */
const char *scenario_document_source(const ScenarioDocument *document, uint32_t node);

/*
 * The path of the file that a string names: a relative one is from the folder of the file that the
 * string stands in, or from the working directory where an override has set it. (transfer full)
 */
char *scenario_document_file_name(const ScenarioDocument *document, uint32_t node);

/* The user's text made fit for one line of a message: escaped and cut. (transfer full) */
char *scenario_quote(const char *text);

#endif
