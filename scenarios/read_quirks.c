/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/parts.h"

/* {"no-timer": true}: what is not named is as the profile says. */
static void read_switches(ScenarioReader *reader, uint32_t node, BnetQuirks *quirks)
{
    ScenarioQuirksKeys keys = {0};

    if (node == SCENARIO_NODE_NONE) {
        return;
    }
    scenario_reader_object(reader, node, &scenario_quirks_table, &keys);
    for (uint32_t i = 0; i < BNET_QUIRKS; i++) {
        const BnetQuirks quirk = (BnetQuirks)1 << i;
        bool on = (*quirks & quirk) != 0;

        scenario_reader_bool(reader, keys.of[i], &on);
        *quirks = on ? *quirks | quirk : *quirks & ~quirk;
    }
}

void scenario_read_quirks(ScenarioReader *reader, const ScenarioGroupKeys *keys,
                          BnetQuirks *ret_quirks)
{
    int profile = (int)BNET_PROFILE_DOCUMENTED;

    scenario_reader_word(reader, keys->profile, &scenario_profile_words, &profile);
    *ret_quirks = (BnetQuirks)profile;
    read_switches(reader, keys->quirks, ret_quirks);
}
