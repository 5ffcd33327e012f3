/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_FILE_TEXT_H
#define BNETLAB_SCENARIOS_FILE_TEXT_H

/*
 * Reads a whole file, up to a size, so that an endless one does not fill the memory; or looks
 * whether a file could be read, without reading it.
 */

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

/*
 * The bytes of the file at `path` and a NUL; `ret_length` (NULL: not wanted) without it. Returns
 * NULL and sets `error` (SCENARIO_ERROR_FILE, "path: what is wrong") when it cannot be read or is
 * longer than `max` bytes. (transfer full) (nullable)
 */
char *scenario_file_text(const char *path, size_t max, size_t *ret_length, GError **error);

/*
 * Whether `path` is a regular file that can be opened for reading. False: sets `error`
 * (SCENARIO_ERROR_FILE, "path: what is wrong"). Reads nothing.
 */
bool scenario_file_check(const char *path, GError **error);

#endif
