/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_KIND_KEYS_H
#define BNETLAB_SCENARIOS_KIND_KEYS_H

/*
 * Which keys of an object go with which of the kinds that its key "kind" chooses from: a topology,
 * a persona. Tables are constant; kinds have the values 0 to 31. Internal to the loader.
 */

#include "scenarios/reader.h"

typedef struct ScenarioKindKey {
    const char *name;
    size_t offset;     /* of its uint32_t, a node, among the object's keys */
    uint32_t kinds;    /* that take the key, as bits */
    uint32_t required; /* kinds that need it */
} ScenarioKindKey;

/* The key `key` of a struct of keys. */
#define SCENARIO_KIND_KEY(keys, key, by, needed_by)                                                \
    {                                                                                              \
        .name = #key, .offset = offsetof(keys, key), .kinds = (by), .required = (needed_by)        \
    }

typedef struct ScenarioKindKeyTable {
    const ScenarioWordTable *words; /* of the kinds */
    const ScenarioKindKey *keys;    /* those that not all kinds take */
    size_t n_keys;
} ScenarioKindKeyTable;

/* The word of a kind, which has one. */
const char *scenario_kind_word(const ScenarioWordTable *words, uint32_t kind);

/*
 * Notes keys that only other kinds take, and keys that are missing. `keys` are those of the object
 * at `node`. False: a mistake is noted.
 */
bool scenario_kind_keys_check(ScenarioReader *reader, uint32_t node,
                              const ScenarioKindKeyTable *table, uint32_t kind, const void *keys);

#endif
