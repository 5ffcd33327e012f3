/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_LOG_FILE_H
#define BNETLAB_SIM_LOG_FILE_H

/*
 * Reads a file blocks.log of EOSIO, of version 1 to 3, block by block.
 *
 * Every block is checked as bnet_log_read_entry() says; an error is that of the file's first block
 * that is wrong. Memory: a window of 64 KiB, doubled until the longest block fits, at most
 * BNET_LOG_BLOCK_BYTES_MAX and 8 bytes; and BNET_WIRE_SCRATCH_BYTES. Time: linear in the file's
 * size. Each byte is read once; a block that the window cuts is decoded again when there is more of
 * it, by which at most four times the file's size is decoded. A log is one thread's at a time.
 *
 * Errors say "path: byte N: what is wrong", N from 0, and which block was the last good one.
 */

#include <stdbool.h>

#include <glib.h>

#include "core/blocks_log.h"

#define SIM_LOG_ERROR (sim_log_error_quark())

typedef enum SimLogError {
    SIM_LOG_ERROR_FILE,  /* cannot be opened or read */
    SIM_LOG_ERROR_FORMAT /* is not a log, is cut, or has a block that is wrong */
} SimLogError;

GQuark sim_log_error_quark(void);

/* sim_wire_error_text() for the bytes of a log, in words where a field has no name that says what
 * it is. (transfer full) */
char *sim_log_error_text(const BnetWireError *error, uint64_t start);

/* Bytes that start like a gzip stream. */
bool sim_log_is_gzip(const uint8_t *bytes, size_t n);

typedef struct SimLogFile SimLogFile;

/* What is in an entry points into the log's memory. */
typedef BnetLogEntry SimLogEntry;

/* Opens a log and reads what it starts with. NULL and an error if that fails. (transfer full)
 * (nullable) */
SimLogFile *sim_log_open(const char *path, GError **error);

/* What the log starts with; lives as long as the log. */
const BnetLogHeader *sim_log_header(const SimLogFile *log);

/*
 * Reads the next block, which is valid until the next call. False without an error at the end of
 * the file; false with an error, which a further call gives again, if the file cannot be read, is
 * cut or has a block that is wrong. *ret_entry is then untouched.
 */
bool sim_log_next(SimLogFile *log, SimLogEntry *ret_entry, GError **error);

/* Closes the file and frees the log. NULL is fine. */
void sim_log_close(SimLogFile *log);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SimLogFile, sim_log_close)

#endif
