/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CONFORM_CONFORM_H
#define BNETLAB_SIM_CONFORM_CONFORM_H

/*
 * What the kinds of recorded cases share: how a kind reads a record, compares it with what our code
 * makes of it, and tells what differs. The public side is run.h; the formats are docs/conform.md.
 *
 * A record is one JSON object of a file. A kind's check() turns it into one or more cases:
 *
 *     conform_case_begin(run, name);
 *     ... conform_check(), conform_disagree() ...
 *     conform_case_end(run);
 *
 * A case agrees if nothing disagreed between the two. A recorded value that is no notation of its
 * field disagrees, too. What makes a record itself impossible to compare (a key of it that is
 * missing or unknown, bytes to be decoded that are not hexadecimal) is told with conform_bad():
 * then the run is broken, the rest of the file is not read, and every function here does nothing
 * and returns false, NULL or empty until the next file; so check() need not look after each call,
 * only before it uses what it was given.
 *
 * Everything a kind is given (records, slices) lives until its check() returns. No function stores
 * what it is passed. One thread. Nothing is printed.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>
#include <json-c/json.h>

#include "core/wire.h"

typedef struct ConformRun ConformRun;

/* --- kinds ----------------------------------------------------------------------------------- */

#define CONFORM_MARKERS_MAX 4u

/* A kind of recorded cases. */
typedef struct ConformKind {
    const char *name;                         /* as on the command line */
    const char *markers[CONFORM_MARKERS_MAX]; /* a record that has all these keys is of the
                                               * kind; the first NULL ends them */
    void (*check)(ConformRun *run, struct json_object *record); /* compares a record */
} ConformKind;

extern const ConformKind conform_kind_wire;         /* wire.c */
extern const ConformKind conform_kind_blocks;       /* blocks.c */
extern const ConformKind conform_kind_transactions; /* transactions.c */
extern const ConformKind conform_kind_signatures;   /* signatures.c */
extern const ConformKind conform_kind_chain;        /* chain.c */
extern const ConformKind conform_kind_sessions;     /* sessions.c */

/* --- cases ----------------------------------------------------------------------------------- */

/* Begins a case. Its name (copied) says which it is within the record or file: "hello_0_ids",
 * "forks_n1_0 step 12". */
void conform_case_begin(ConformRun *run, const char *name);
void conform_case_printf(ConformRun *run, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Ends the case and counts it, unless the run is broken. */
void conform_case_end(ConformRun *run);

/* Ends the case, which cannot be compared, and says why; it is counted as such. */
void conform_case_skip(ConformRun *run, const char *why);

/* (nullable) The program that sessions are held with. */
const char *conform_program(const ConformRun *run);

/* The case has disagreed so far. */
bool conform_case_disagrees(const ConformRun *run);

/*
 * The case disagrees in a field, which stands below the current path (conform_enter): both texts
 * are shown as they are. The first few of a run are kept in full, all are counted.
 */
void conform_disagree(ConformRun *run, const char *field, const char *expected, const char *got);

/* The same with what else there is to say of it, in words. (nullable) note */
void conform_disagree_note(ConformRun *run, const char *field, const char *expected,
                           const char *got, const char *note);

/* The record is wrong: says what, below the current path. Nothing more of the file is read. */
void conform_bad(ConformRun *run, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* conform_bad() was called: leave. */
bool conform_is_bad(const ConformRun *run);

/* A step down to a key or an item of a list, and back up. Balanced by the caller. */
void conform_enter(ConformRun *run, const char *key);
void conform_enter_index(ConformRun *run, size_t index);
void conform_leave(ConformRun *run);

/* Memory of the reader of compressed transactions; one opened transaction at a time. */
BnetScratch conform_scratch(ConformRun *run);

/* Memory that is the kind's until its check() returns. Zeroed, aligned for everything. */
void *conform_alloc(ConformRun *run, size_t bytes);

/* --- values ---------------------------------------------------------------------------------- */

/*
 * A value of ours, to be compared with a recorded one. Every notation that recordings use for the
 * value is taken:
 *
 *   NUMBER          a JSON integer; of 0 and 1 also false and true
 *   BOOL            false, true, 0, 1
 *   TEXT            a string: of the same bytes, or of one character U+0000 to U+00FF for each
 *   CHOICE          a number, or the name of it
 *   BYTES, ID       hexadecimal digits
 *   NAME            an account name, or its number
 *   KEY, SIGNATURE  EOSIO's text ("EOS...", "PUB_...", "SIG_..."), or hexadecimal digits
 *   SLOT            a block timestamp as text, or the number of its slot
 *   TIME_POINT      microseconds since 1970 as text (which may cut them to milliseconds) or number
 *   TIME_SEC        seconds since 1970 as text or number
 */
typedef enum ConformType {
    CONFORM_NUMBER,
    CONFORM_BOOL,
    CONFORM_TEXT,
    CONFORM_CHOICE,
    CONFORM_BYTES,
    CONFORM_ID,
    CONFORM_NAME,
    CONFORM_KEY,
    CONFORM_SIGNATURE,
    CONFORM_SLOT,
    CONFORM_TIME_POINT,
    CONFORM_TIME_SEC,
} ConformType;

typedef struct ConformValue {
    ConformType type;
    union {
        uint64_t number; /* NUMBER, CHOICE, BOOL, NAME, SLOT, TIME_SEC */
        int64_t integer; /* TIME_POINT */
        BnetSlice slice; /* TEXT, BYTES, ID, KEY, SIGNATURE */
    } u;
    const char *const *names; /* CHOICE: of 0, 1, ...; NULL ends the list */
} ConformValue;

/* What is passed by address is not copied. */
ConformValue conform_number(uint64_t number);
ConformValue conform_bool(bool value);
ConformValue conform_text(const char *text);
ConformValue conform_string(BnetSlice text);
ConformValue conform_choice(uint64_t number, const char *const *names);
ConformValue conform_bytes(BnetSlice bytes);
ConformValue conform_id(const BnetId *id);
ConformValue conform_name(uint64_t name);
ConformValue conform_key(const BnetKey *key);
ConformValue conform_signature(const BnetSignature *signature);
ConformValue conform_slot(uint32_t slot);
ConformValue conform_time_point(int64_t time_us);
ConformValue conform_time_sec(uint32_t time_s);

/* (transfer full) The value as text, to be shown. */
char *conform_value_text(ConformValue value);

/* (transfer full) A recorded value as it is shown: text without its quotes, else one line of JSON.
 */
char *conform_recorded_text(struct json_object *recorded);

/* (transfer full) (nullable) Why a text that begins like a signature (SIG_) or a public key (EOS,
 * PUB_) cannot be read as one: "the checksum of ... is wrong". NULL: it can, or begins otherwise.
 */
char *conform_text_fault(const char *text);

/* Compares the recorded value of `field` with ours and disagrees if it is another. A recorded value
 * that is no notation of the type (NULL: JSON's null) is another. True: they are the same. */
bool conform_compare(ConformRun *run, const char *field, struct json_object *recorded,
                     ConformValue got);

/* --- objects --------------------------------------------------------------------------------- */

#define CONFORM_KEYS_MAX 64u

/*
 * A recorded object whose keys are taken one by one, so that none is overlooked. Either a record
 * (or what a record is made of): where something of it is wrong, it is bad. Or the value of a
 * field: then whatever is wrong disagrees, and nothing is bad.
 */
typedef struct ConformObject {
    ConformRun *run;
    struct json_object *json; /* NULL: there is nothing to compare, which has been told */
    uint64_t taken;           /* bit i: the i-th key was taken */
    bool is_value;            /* of a field; else a record */
    uint32_t n_known;
    const char *known[CONFORM_KEYS_MAX]; /* the keys that were asked for, static texts */
} ConformObject;

/* A record. Bad if it is no object. */
ConformObject conform_open(ConformRun *run, struct json_object *value);

/* The value of the field that the path leads to. Disagrees if it is no object. */
ConformObject conform_open_value(ConformRun *run, struct json_object *value);

/* Bad, or disagrees, if a key was not taken: it would not have been compared. */
void conform_close(ConformObject *object);

/* The key is there; it is not taken by that. */
bool conform_has(ConformObject *object, const char *key);

/* Takes a key and returns its value, which is NULL for JSON's null. Bad if it is missing; a value
 * disagrees then. */
struct json_object *conform_take(ConformObject *object, const char *key);

/* Takes a key of a record that must have a value of that type; otherwise bad, and NULL, "" or
 * false. */
struct json_object *conform_take_array(ConformObject *object, const char *key);
struct json_object *conform_take_object(ConformObject *object, const char *key);
const char *conform_take_text(ConformObject *object, const char *key);
bool conform_take_bool(ConformObject *object, const char *key);
BnetId conform_take_id(ConformObject *object, const char *key);

/* Bytes to be decoded, written as hexadecimal digits; else bad. */
BnetSlice conform_take_hex(ConformObject *object, const char *key);

/* Take a key whose value is needed to compare others. False: it is missing, which is told like
 * that, or it is no notation of its type, and disagrees. */
bool conform_read_id(ConformObject *object, const char *key, BnetId *ret_id);
bool conform_read_number(ConformObject *object, const char *key, uint64_t max,
                         uint64_t *ret_number);

/* The text of a key, which is not taken by that. "" if it is missing or no text. */
const char *conform_peek_text(const ConformObject *object, const char *key);

/* Bad if the key has a text that is none of the words, which NULL ends. Behind the colon of a word
 * ("rejected:NAME") may be anything. The key is not taken by that; no text is nothing to judge. */
void conform_check_word(ConformObject *object, const char *key, const char *const *words);

/* Takes keys that only describe the case, where they are there; NULL ends the list. */
void conform_take_notes(ConformObject *object, ...) G_GNUC_NULL_TERMINATED;

/* Takes a key and compares its value with ours. Bad, or disagrees, if it is missing. */
bool conform_check(ConformObject *object, const char *key, ConformValue got);

/* The same for a key that has two names in recordings: at least one must be there. */
bool conform_check_either(ConformObject *object, const char *key, const char *other,
                          ConformValue got);

/* The same where the key is there; else nothing. */
bool conform_check_optional(ConformObject *object, const char *key, ConformValue got);

/* A list of ours. */
typedef struct ConformList {
    size_t count;
    struct json_object *(*form)(const void *data); /* makes the list as JSON (transfer full) */
    const void *data;
} ConformList;

/* Takes a key whose value is a list and compares its length with ours; if it differs, both lists
 * are shown. NULL if it differs or is missing; otherwise the list, to be compared item by item. */
struct json_object *conform_check_list(ConformObject *object, const char *key, ConformList ours);

/* The hexadecimal digits of bytes that a record holds. Bad unless they are an even number. */
BnetSlice conform_hex(ConformRun *run, struct json_object *value);

#endif
