/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_READER_H
#define BNETLAB_SCENARIOS_READER_H

/*
 * What the readers of a scenario's parts share: typed values, and the mistakes found so far.
 *
 * A value is read by its node. Where the node is SCENARIO_NODE_NONE (the key is absent) a reader
 * returns true and leaves the variable, which holds the default, as it is. Where the value is wrong
 * it notes the mistake, returns false and leaves the variable too, so that reading can go on and
 * find more mistakes. Ownership: the reader owns its mistakes; document and scenario are borrowed.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "scenarios/document.h"
#include "scenarios/keys.h"
#include "scenarios/loader.h"
#include "scenarios/scenario.h"

/* The most there may be; less in an untrusted text. */
typedef struct ScenarioMost {
    uint32_t peers;
    uint32_t links;
    uint32_t events;
    uint32_t selected; /* peers that transactions, events, and bounds name */
} ScenarioMost;

typedef struct ScenarioReader {
    const ScenarioDocument *document;
    Scenario *scenario; /* being filled */
    ScenarioMost most;
    GArray *mistakes; /* the first SCENARIO_ERRORS_MAX found */
    uint32_t n_mistakes;
    uint32_t n_selected; /* of most.selected */
    uint32_t n_releases; /* of SCENARIO_RELEASES_MAX */
    uint32_t n_sampled;  /* values of all samples, of SCENARIO_SAMPLE_VALUES_MAX */
    int64_t released_ns; /* when the last link of them all is mended; 0: there is none */
    bool peers_known;    /* groups and their sizes are read: selectors can be resolved */
    GHashTable *groups;  /* name to ScenarioGroup; looked up, never iterated */
} ScenarioReader;

void scenario_reader_init(ScenarioReader *reader, const ScenarioDocument *document,
                          Scenario *scenario);
void scenario_reader_finish(ScenarioReader *reader);

/* Notes a mistake in a value. Returns false, so that a caller can return the call. */
bool scenario_reader_fail(ScenarioReader *reader, uint32_t node, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* The same for a mistake in the key of a member. */
bool scenario_reader_fail_at_key(ScenarioReader *reader, uint32_t node, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* Notes a mistake whose place is another file: `place` is "file:line:column: ". Returns false. */
bool scenario_reader_fail_elsewhere(ScenarioReader *reader, uint32_t node, const char *place,
                                    const char *format, ...) G_GNUC_PRINTF(4, 5);

/* Sets `error` to all mistakes, a line each, in order of place. There must be one. */
void scenario_reader_set_error(const ScenarioReader *reader, GError **error);

const ScenarioNode *scenario_reader_node(const ScenarioReader *reader, uint32_t node);

/* Notes that a value is not `allowed` ("an object", "a string with ..."), but what it is. */
bool scenario_reader_wrong_type(ScenarioReader *reader, uint32_t node, const char *allowed);

/*
 * Stores the nodes of an object's members in `ret_keys`, the struct of `table`, and notes unknown
 * and missing keys; false if there are any, or if the value is no object. The stored nodes are
 * valid in either case.
 */
bool scenario_reader_object(ScenarioReader *reader, uint32_t node, const ScenarioKeyTable *table,
                            void *ret_keys);

bool scenario_reader_bool(ScenarioReader *reader, uint32_t node, bool *value);

/* An integer from `min` to `max`. */
bool scenario_reader_uint(ScenarioReader *reader, uint32_t node, uint64_t min, uint64_t max,
                          uint64_t *value);
bool scenario_reader_uint32(ScenarioReader *reader, uint32_t node, uint32_t min, uint32_t max,
                            uint32_t *value);

/* A number from `min` to `max` millionths, with at most six decimals. */
bool scenario_reader_ppm(ScenarioReader *reader, uint32_t node, uint64_t min, uint64_t max,
                         uint64_t *value);
bool scenario_reader_ppm32(ScenarioReader *reader, uint32_t node, uint32_t min, uint32_t max,
                           uint32_t *value);

/* A duration from `min_ns` to `max_ns`. */
bool scenario_reader_duration(ScenarioReader *reader, uint32_t node, int64_t min_ns, int64_t max_ns,
                              int64_t *value_ns);

/* The same, or "none": SCENARIO_TIME_NONE. */
bool scenario_reader_duration_or_none(ScenarioReader *reader, uint32_t node, int64_t min_ns,
                                      int64_t max_ns, int64_t *value_ns);

/* A size in bytes, as an integer or a string, from `min` to `max`. */
bool scenario_reader_size(ScenarioReader *reader, uint32_t node, uint32_t min, uint32_t max,
                          uint32_t *value);

/* A text of at most `max` bytes; replaces `*value`, which is freed. */
bool scenario_reader_text(ScenarioReader *reader, uint32_t node, size_t max, char **value);

/* One of the words of a table. */
bool scenario_reader_word(ScenarioReader *reader, uint32_t node, const ScenarioWordTable *table,
                          int *value);

/* '; allowed are "a", "b"', and, where one is near enough to `found`, the question whether it was
 * meant. (transfer full) */
char *scenario_allowed_words(const char *const *words, size_t n_words, const char *found);

/* The node of a value that must be an array of at most `max` items, called `items` in messages;
 * NULL: it is absent or none. (transfer none) */
const ScenarioNode *scenario_reader_array(ScenarioReader *reader, uint32_t node, const char *items,
                                          uint32_t max);

/* The text of a value that must be a string, said in `allowed`; NULL: it is none. (transfer
 * none) */
const char *scenario_reader_string(ScenarioReader *reader, uint32_t node, const char *allowed);

/*
 * The path of the file that a value names, see scenario_document_file_name. NULL: the value is no
 * string, or is empty, or the scenario may name no files. (transfer full) (nullable)
 */
char *scenario_reader_path(ScenarioReader *reader, uint32_t node);

#endif
