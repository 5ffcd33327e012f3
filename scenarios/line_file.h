/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_LINE_FILE_H
#define BNETLAB_SCENARIOS_LINE_FILE_H

/*
 * Files of numbers, line by line. Empty lines and lines that begin with '#' are passed over.
 *
 * Ownership: opening takes the file's text into memory, closing releases it; the lines handed out
 * lie in it. Mistakes are noted in the scenario's reader with the file, line and column. Bounds:
 * the file's size, said on opening. Cost: linear.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "scenarios/reader.h"

typedef struct ScenarioLineFile {
    ScenarioReader *reader;
    uint32_t node; /* the file's name in the scenario */
    char *path;
    char *text;
    char *next;             /* the first line not read */
    const char *line_start; /* of the one read last */
    uint32_t line;          /* its number, from 1 */
} ScenarioLineFile;

/* Opens the file that the value `node` names, of at most `max` bytes. False: cannot be read, a
 * mistake is noted, nothing is to be closed. */
bool scenario_line_file_open(ScenarioLineFile *file, ScenarioReader *reader, uint32_t node,
                             size_t max);

void scenario_line_file_close(ScenarioLineFile *file);

/* The next line that says something, without the blanks around it; may be written to. NULL: the
 * end. (transfer none) (nullable) */
char *scenario_line_file_next(ScenarioLineFile *file);

/* Notes a mistake at a place within the line read last. Returns false. */
bool scenario_line_file_fail(ScenarioLineFile *file, const char *at, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

#endif
