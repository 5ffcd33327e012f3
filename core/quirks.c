/* SPDX-License-Identifier: Apache-2.0 */
#include "core/quirks.h"

static const BnetQuirkName names[BNET_QUIRKS] = {
    {"busy-fetch", "H1", "L3"},
    {"reversible-to-follower", "H2", "S7 L1"},
    {"ping-blocks-sending", "H3", "L2"},
    {"unbounded-status", "H4", "R1 R2"},
    {"evadable-blame", "H5", "S4"},
    {"unlinked-send", "H6", "S1"},
    {"no-timer", "H7", ""},
    {"both-close", "H8", "L5"},
    {"trx-notice-closes", "H9", "C5"},
    {"silent-until-block", "H10", "L1 L2"},
    {"late-notice", "H11", "S5"},
    {"one-behind", "H12", ""},
    {"close-waits", "H13", ""},
    {"early-messages", "H14", "S2 S3 C3 R5"},
    {"blames-last-sender", "H15", "S4"},
    {"forgets-transactions", "H16", "S5 L2"},
    {"echoes-transactions", "H17", "S5 S6"},
    {"trailing-irreversible", "H18", "C3"},
    {"redials-inbound", "H19", ""},
    {"newcomer-closes", "H20", "L1"},
    {"zero-code", "", ""},
    {"predictable-code", "", ""},
    {"empty-hello", "", "C2"},
    {"redial-timer", "", "C6"},
};

const BnetQuirkName *bnet_quirk_name(uint32_t index)
{
    bnet_assert(index < BNET_QUIRKS);
    return &names[index];
}

static bool is_same(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

BnetQuirks bnet_quirk_find(const char *text)
{
    for (uint32_t i = 0; i < BNET_QUIRKS && *text; i++)
        if (is_same(text, names[i].name) || is_same(text, names[i].id))
            return (BnetQuirks)1 << i;
    return 0;
}
