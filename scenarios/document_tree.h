/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_DOCUMENT_TREE_H
#define BNETLAB_SCENARIOS_DOCUMENT_TREE_H

/*
 * The tree of a document (document.h) for those who change it: overrides, include.c, params.c.
 *
 * A node that is returned is valid until the next one is added. Cost: constant, where nothing else
 * is said.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "scenarios/document.h"

ScenarioNode *scenario_tree_node(const ScenarioDocument *document, uint32_t node);

/* Adds a source; returns its number. */
uint32_t scenario_tree_add_source(ScenarioDocument *document, const char *name, bool is_override);

/*
 * Scans and parses `text` (text[length] is NUL; comments are blanked) and appends its nodes. On
 * failure the nodes stay and nothing refers to them.
 */
bool scenario_tree_parse(ScenarioDocument *document, char *text, size_t length, uint32_t source,
                         ScenarioScanError *ret_error);

/* Makes a node, whatever it was, a string. */
void scenario_tree_set_string(ScenarioDocument *document, uint32_t node, const char *text);

/* Puts `node` in the place of `old`, or at the end when there is none. Linear in the children. */
void scenario_tree_put(ScenarioDocument *document, uint32_t parent, uint32_t old, uint32_t node);

/* Appends the JSON pointer of a node, from the root of its text. Linear in siblings. */
void scenario_tree_append_pointer(const ScenarioDocument *document, uint32_t node, GString *out);

/* Appends a key as a part of a JSON pointer, fit for a message. */
void scenario_tree_append_key(GString *out, const char *key);

#endif
