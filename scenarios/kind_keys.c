/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/kind_keys.h"

#include <string.h>

const char *scenario_kind_word(const ScenarioWordTable *words, uint32_t kind)
{
    for (size_t i = 0; i < words->n_words; i++) {
        if (words->words[i].value == (int)kind) {
            return words->words[i].word;
        }
    }
    g_assert_not_reached();
}

/* "a", "b" or "c", each in quotes. (transfer full) */
static char *kinds_text(const ScenarioWordTable *words, uint32_t kinds)
{
    GString *out = g_string_new(NULL);

    for (uint32_t kind = 0; kinds != 0; kind++) {
        if ((kinds & 1u << kind) == 0) {
            continue;
        }
        kinds &= ~(1u << kind);
        g_string_append_printf(out, "%s\"%s\"",
                               out->len == 0 ? ""
                               : kinds == 0  ? " or "
                                             : ", ",
                               scenario_kind_word(words, kind));
    }
    return g_string_free(out, FALSE);
}

bool scenario_kind_keys_check(ScenarioReader *reader, uint32_t node,
                              const ScenarioKindKeyTable *table, uint32_t kind, const void *keys)
{
    bool ok = true;

    for (size_t i = 0; i < table->n_keys; i++) {
        const ScenarioKindKey *key = &table->keys[i];
        uint32_t value = 0;

        memcpy(&value, (const char *)keys + key->offset, sizeof value);
        if (value != SCENARIO_NODE_NONE && (key->kinds & 1u << kind) == 0) {
            g_autofree char *kinds = kinds_text(table->words, key->kinds);

            ok = scenario_reader_fail(reader, value, "is allowed with \"kind\": %s alone", kinds);
        } else if (value == SCENARIO_NODE_NONE && (key->required & 1u << kind) != 0) {
            ok = scenario_reader_fail(reader, node,
                                      "the key \"%s\" is required with \"kind\": \"%s\"", key->name,
                                      scenario_kind_word(table->words, kind));
        }
    }
    return ok;
}
