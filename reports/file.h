/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_REPORTS_FILE_H
#define BNETLAB_REPORTS_FILE_H

/*
 * A report file that is there in full or not at all.
 *
 * What is written goes to a temporary name in the same folder; report_file_commit() gives it its
 * own. A path that is there already and is no regular file (a device, a pipe) is written to
 * directly, and so is the file that standard output goes to. The first error of a write is kept and
 * told by the commit, so that a writer in the middle of a run need not look. One thread at a time.
 */

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

typedef struct ReportFile ReportFile;

/* (transfer full) Opens a file to be named `path`. NULL and a GError (G_FILE_ERROR) if the folder
 * cannot be written to. */
ReportFile *report_file_new(const char *path, GError **error);

/* Writes at once, without a buffer. After an error it does nothing. */
void report_file_write(ReportFile *file, const void *data, size_t len);

/* A write has failed. */
bool report_file_has_failed(const ReportFile *file);

/* Closes the file and gives it its name. False and the first error otherwise; nothing of the name
 * is then touched. Called once. */
bool report_file_commit(ReportFile *file, GError **error);

/* Releases; a file that was not committed is removed. Accepts NULL. */
void report_file_free(ReportFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ReportFile, report_file_free)

#endif
