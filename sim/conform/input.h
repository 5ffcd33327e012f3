/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CONFORM_INPUT_H
#define BNETLAB_SIM_CONFORM_INPUT_H

/*
 * Reads a file of recorded cases record by record: JSON objects one after the other, one a line or
 * not, or one JSON array of them; gzipped or not. What it is, its contents say, not its name.
 *
 * Memory is bounded by the longest record, which has at most CONFORM_RECORD_BYTES_MAX bytes; as a
 * tree it takes up to some hundred times as much, if it is lists of nothing. Time is linear in the
 * (unpacked) bytes. One thread.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>
#include <json-c/json.h>

#define CONFORM_INPUT_ERROR (conform_input_error_quark())

typedef enum ConformInputError {
    CONFORM_INPUT_ERROR_FILE, /* cannot be opened or read, or its gzip stream is wrong */
    CONFORM_INPUT_ERROR_JSON  /* is not JSON, or a record is too long */
} ConformInputError;

GQuark conform_input_error_quark(void);

/* What a file starts like. */
typedef enum ConformContent {
    CONFORM_CONTENT_RECORDS, /* or nothing at all */
    CONFORM_CONTENT_BLOCKS_LOG,
    CONFORM_CONTENT_PACKED_BLOCKS_LOG, /* a blocks.log, gzipped */
} ConformContent;

typedef struct ConformInput ConformInput;

/* NULL and an error, "path: what is wrong", if it cannot be opened and read. (transfer full)
 * (nullable) */
ConformInput *conform_input_open(const char *path, GError **error);

ConformContent conform_input_content(const ConformInput *input);

/*
 * The next record, any JSON value in an array, else an object. False without an error at the end;
 * false with an error, "path:line: what is wrong", if the file cannot be read on.
 * (transfer full) *ret_record
 */
bool conform_input_next(ConformInput *input, struct json_object **ret_record, GError **error);

/* Line of the first character of the record that was read last, or could not be read, from 1. */
uint64_t conform_input_line(const ConformInput *input);

/* Accepts NULL. */
void conform_input_close(ConformInput *input);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ConformInput, conform_input_close)

#endif
