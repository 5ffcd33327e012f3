/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_JSON_CURSOR_H
#define BNETLAB_SCENARIOS_JSON_CURSOR_H

/*
 * A place in a JSON text, and the tokens that are found there: strings, numbers, words, comments.
 *
 * Used by the scan (json_scan.h) alone. The functions move the cursor behind what they accept; what
 * they refuse they describe in the cursor's error, and return false. The text ends with NUL, so
 * that looking at the end is safe. Cost: linear in the text.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "scenarios/json_scan.h"

typedef struct ScenarioPlace {
    uint32_t line;
    uint32_t column; /* in characters; both from 1 */
} ScenarioPlace;

typedef struct ScenarioCursor {
    char *text; /* comments become spaces as the cursor passes them */
    size_t length;
    size_t at;
    uint32_t line;
    uint32_t column;
    uint32_t node; /* what an error is about: a value, or the container between two */
    bool has_node;
    ScenarioScanError *error; /* of the caller */
} ScenarioCursor;

ScenarioPlace scenario_cursor_place(const ScenarioCursor *c);

bool scenario_cursor_at_end(const ScenarioCursor *c);

/* The byte at the cursor; NUL at the end. */
char scenario_cursor_peek(const ScenarioCursor *c);

/* Moves over one byte; a column is counted at the first byte of a character. */
void scenario_cursor_step(ScenarioCursor *c);

/* The character at the cursor, made fit for a message, in the caller's buffer, which it returns. */
const char *scenario_cursor_shown(const ScenarioCursor *c, char buffer[16]);

/* Fills the error and returns false, so that a caller can return the call. */
bool scenario_cursor_fail(ScenarioCursor *c, ScenarioPlace place, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* Refuses what is not UTF-8, NUL bytes, and a byte order mark, in the text from the cursor on. */
bool scenario_cursor_check_encoding(ScenarioCursor *c);

/* Skips white space and comments. */
bool scenario_cursor_skip_blank(ScenarioCursor *c);

/* A string; the cursor stands on its first quote. Appends the unescaped text to `out`. */
bool scenario_cursor_string(ScenarioCursor *c, GString *out);

/* A number; the cursor stands on its '-' or first digit. */
bool scenario_cursor_number(ScenarioCursor *c, ScenarioNodeKind *ret_kind);

/* true, false or null; the cursor stands on a letter. */
bool scenario_cursor_word(ScenarioCursor *c, ScenarioNodeKind *ret_kind);

#endif
