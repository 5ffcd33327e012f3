/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_REPORTS_TRACE_LINES_H
#define BNETLAB_REPORTS_TRACE_LINES_H

/*
 * Reads a trace or a file of checkpoints (trace.h) line by line, from a file, compressed or not, or
 * from a pipe.
 *
 * Memory: two buffers of 128 KiB and the longest line, at most REPORT_LINE_MAX; however long the
 * trace. Whatever stands in the file, nothing but an error comes of it. One thread at a time.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#define REPORT_LINE_MAX (16u * 1024 * 1024) /* bytes of a line that is read */

typedef enum ReportLineKind {
    REPORT_LINE_NONE, /* there is no more */
    REPORT_LINE_HEAD,
    REPORT_LINE_EVENT,
    REPORT_LINE_CHECKPOINT,
    REPORT_LINE_END,
} ReportLineKind;

typedef struct ReportLine {
    ReportLineKind kind;
    const char *text; /* without its end; valid until the next one is read; NULL: there is none */
    int64_t time_ns;  /* of an event, a checkpoint, or the end of the run */
    uint64_t hash;    /* of a checkpoint or the end */
    uint64_t steps;   /* the same; 0: not told */
} ReportLine;

typedef struct ReportLines ReportLines;

/* The file begins as a trace does, or one that is compressed. False also if it cannot be read. */
bool report_lines_is_trace(const char *path);

/* (transfer full) NULL and a GError (G_FILE_ERROR) if it cannot be opened. */
ReportLines *report_lines_open(const char *path, GError **error);

/* (transfer full) Of a file that is open, which becomes the reader's. `name` is for errors. */
ReportLines *report_lines_of(int fd, const char *name);

/* Reads the next line. False and a GError (G_FILE_ERROR) if that cannot be, or if it is none of a
 * trace. Behind the last line of a trace nothing is read. */
bool report_lines_next(ReportLines *lines, ReportLine *ret_line, GError **error);

/* Accepts NULL. */
void report_lines_free(ReportLines *lines);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ReportLines, report_lines_free)

#endif
