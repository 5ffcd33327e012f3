/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_JSON_SCAN_H
#define BNETLAB_SCENARIOS_JSON_SCAN_H

/*
 * A strict check of a JSON text (RFC 8259, and comments), which notes where every value stands.
 *
 * Accepts exactly RFC 8259 plus comments of either C kind between tokens. Beyond the syntax it
 * refuses duplicate keys, NUL characters (also escaped), integers outside int64 and uint64, more
 * than SCENARIO_DEPTH_MAX levels and more than SCENARIO_VALUES_MAX values (loader.h), those counted
 * that the array holds already.
 *
 * The values become nodes in the order of the text, a parent before its children. Node 0 is the
 * first value scanned into the array. Ownership: the caller's arrays; keys live in `keys`. Cost:
 * linear in the text.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

/* No node: the root is nobody's child, so its number is free to mean "none" in a link or a key. */
#define SCENARIO_NODE_NONE 0u

typedef enum ScenarioNodeKind {
    SCENARIO_NODE_NULL,
    SCENARIO_NODE_BOOL,
    SCENARIO_NODE_INTEGER, /* without fraction and exponent; fits int64 or uint64 */
    SCENARIO_NODE_NUMBER,  /* any other number */
    SCENARIO_NODE_STRING,
    SCENARIO_NODE_ARRAY,
    SCENARIO_NODE_OBJECT,
} ScenarioNodeKind;

struct json_object;

typedef struct ScenarioNode {
    const char *key;           /* of a member, unescaped; NULL: not a member */
    struct json_object *value; /* for document.c; this, param and is_told are not set by the scan */
    uint32_t parent;           /* of a text's first value: itself */
    uint32_t next;             /* sibling; SCENARIO_NODE_NONE: the last */
    uint32_t first;            /* child; SCENARIO_NODE_NONE: none */
    uint32_t last;
    uint32_t n_children;
    uint32_t line; /* of the value's first character, from 1 */
    uint32_t column;
    uint32_t key_line; /* of the key's first quote; of the value where there is no key */
    uint32_t key_column;
    uint32_t source; /* as given to the scan */
    uint32_t
        param;    /* the node of the parameter that the value is of; SCENARIO_NODE_NONE: of none */
    bool is_told; /* a mistake in the value has been told, another would follow from it */
    ScenarioNodeKind kind;
} ScenarioNode;

typedef struct ScenarioScan {
    GArray *nodes;      /* of ScenarioNode, appended to */
    GStringChunk *keys; /* holds the keys */
    uint32_t source;    /* copied into each node */
} ScenarioScan;

typedef struct ScenarioScanError {
    uint32_t line;
    uint32_t column;
    uint32_t node; /* the innermost value that was open or complete; its pointer tells the place */
    bool has_node;
    char *message; /* owned by the receiver, g_free() */
} ScenarioScanError;

/*
 * Scans the one value of `text` (`length` bytes, text[length] is NUL), appends its nodes, and turns
 * the comments of `text` into spaces. Returns false and fills `ret_error` at the first mistake.
 */
bool scenario_json_scan(const ScenarioScan *scan, char *text, size_t length,
                        ScenarioScanError *ret_error);

/* "an object", "a string", ...: a kind of value with its article. */
const char *scenario_node_kind_name(ScenarioNodeKind kind);

#endif
