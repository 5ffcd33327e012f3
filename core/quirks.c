/* SPDX-License-Identifier: Apache-2.0 */
#include "core/quirks.h"

static const BnetQuirkName names[BNET_QUIRKS] = {
    {"busy-fetch", "H1"},
    {"reversible-to-follower", "H2"},
    {"ping-blocks-sending", "H3"},
    {"unbounded-status", "H4"},
    {"evadable-blame", "H5"},
    {"unlinked-send", "H6"},
    {"no-timer", "H7"},
    {"both-close", "H8"},
    {"trx-notice-closes", "H9"},
    {"silent-until-block", "H10"},
    {"late-notice", "H11"},
    {"one-behind", "H12"},
    {"close-waits", "H13"},
    {"early-messages", "H14"},
    {"blames-last-sender", "H15"},
    {"forgets-transactions", "H16"},
    {"echoes-transactions", "H17"},
    {"trailing-irreversible", "H18"},
    {"redials-inbound", "H19"},
    {"newcomer-closes", "H20"},
    {"zero-code", ""},
    {"predictable-code", ""},
    {"empty-hello", ""},
    {"redial-timer", ""},
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
