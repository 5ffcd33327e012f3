/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CONFORM_RUN_H
#define BNETLAB_SIM_CONFORM_RUN_H

/*
 * Compares what our code makes of recorded cases with what was recorded: of messages, blocks,
 * transactions, signatures, and of the deployed fork database. The formats are docs/conform.md.
 *
 * A run is of one kind and takes files one after the other. Files are read as a stream: memory is
 * bounded by the longest record (input.h), the disagreements that are kept, and the names of the
 * files. One thread. Nothing is printed.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

/* A record: one JSON object of a file, in bytes. */
#define CONFORM_RECORD_BYTES_MAX (64u * 1024 * 1024)

/* Disagreements that can be kept. */
#define CONFORM_SHOW_MAX 100000u

/* One field of one case. All texts are owned by the result. */
typedef struct ConformDisagreement {
    const char *path; /* of the file */
    uint64_t line;    /* where the record begins, from 1; of a blocks.log: 0 */
    uint64_t record;  /* number of the record or block in its file, from 1 */
    char *name;       /* of the case; may be empty */
    char *field;
    char *expected;
    char *got;
    char *note; /* (nullable) what else there is to say of it */
} ConformDisagreement;

/* A case that could not be compared. */
typedef struct ConformSkip {
    const char *path; /* of the file */
    uint64_t line;
    uint64_t record;
    char *name;
    char *why;
} ConformSkip;

typedef struct ConformFile {
    char *path;
    uint64_t agree;    /* cases */
    uint64_t disagree; /* cases */
    uint64_t skipped;  /* cases */
    char *error;       /* (nullable) why the rest of it was not read, with file and line */
    bool is_unread;    /* then: nothing of it was read */
    bool is_left_out;  /* it holds cases of another kind */
    uint64_t bad_line; /* with an error: the line from which on it was not compared; 0: there is
                        * none, as in a blocks.log or a file that cannot be opened */
} ConformFile;

typedef struct ConformResult {
    const char *kind;         /* static */
    uint64_t agree;           /* cases */
    uint64_t disagree;        /* cases */
    uint64_t skipped;         /* cases */
    GPtrArray *files;         /* (element-type ConformFile) as they were read */
    GPtrArray *disagreements; /* (element-type ConformDisagreement) the first ones */
    GPtrArray *skips;         /* (element-type ConformSkip) the first ones */
} ConformResult;

typedef struct ConformRun ConformRun;

/* Told now and then how far the run is; the result is that of conform_run_result(). */
typedef void (*ConformProgress)(void *user_data, const ConformResult *result);

typedef struct ConformOptions {
    const char *kind;         /* "wire", "blocks", ... */
    uint32_t show_max;        /* disagreements, and skips, that are kept: up to CONFORM_SHOW_MAX */
    const char *program;      /* (nullable) of kind sessions: they are held with that program as a
                               * process (talk_live.h), Bnetlab's; NULL: with a simulated node */
    ConformProgress progress; /* (nullable) */
    void *progress_data;
} ConformOptions;

/* NULL and an error if there is no such kind, or it takes no program. (transfer full) (nullable) */
ConformRun *conform_run_new(const ConformOptions *options, GError **error);

/*
 * Reads a file and adds what comes out of it to the result. A file that holds cases of another kind
 * is left out; one that holds none of any kind has an error.
 */
void conform_run_file(ConformRun *run, const char *path);

/* What the files so far came to. Lives as long as the run. */
const ConformResult *conform_run_result(const ConformRun *run);

/* Accepts NULL. */
void conform_run_free(ConformRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ConformRun, conform_run_free)

/* (transfer full) The kinds, as "wire, blocks, ...". */
char *conform_kinds_text(void);

/* Appends the result for people: each disagreement that was kept, and the counts. */
void conform_result_text(GString *out, const ConformResult *result);

/* Appends the result as one JSON object and a newline. */
void conform_result_json(GString *out, const ConformResult *result);

#endif
