/* SPDX-License-Identifier: Apache-2.0 */
#include "core/probes.h"

typedef struct Description {
    const char *name;
    const char *meaning;
} Description;

static const Description descriptions[BNET_PROBES] = {
    [BNET_PROBE_FORK_SWITCH] = {"fork-switch", "the head went back to switch to another branch"},
    [BNET_PROBE_FORK_SWITCH_DEEP] = {"fork-switch-deep",
                                     "a switch took back more blocks than a producer's turn has"},
    [BNET_PROBE_BRANCH_PRUNED] = {"branch-pruned", "a block lost against the LIB and was given up"},
    [BNET_PROBE_LIB_STALL] =
        {"lib-stall", "the head is more than 2048 blocks above the LIB, more than a session "
                      "keeps a status of"},
    [BNET_PROBE_SCHEDULE_CHANGE] = {"schedule-change",
                                    "the head is the first block of another schedule"},
    [BNET_PROBE_FRONTIER_FALLBACK] = {"frontier-fallback",
                                      "a fork switch moved a session's frontier down"},
    [BNET_PROBE_FRONTIER_JUMP] = {"frontier-jump", "a notice moved a session's frontier up"},
    [BNET_PROBE_STATUS_EVICTED] = {"status-evicted",
                                   "the status of an old block made room for that of a new one"},
    [BNET_PROBE_FETCH_KNOWN] = {"fetch-known",
                                "a fetched block was discarded: the peer knew it by then"},
    [BNET_PROBE_FETCH_MOVED] = {"fetch-moved",
                                "a fetched block was discarded: our best chain was another by "
                                "then, or the peer's LIB had passed it"},
    [BNET_PROBE_IRREVERSIBLE_SKIP] = {"irreversible-skip",
                                      "a block was held back from a peer that wants irreversible "
                                      "ones only"},
    [BNET_PROBE_PEER_LIB_AHEAD] = {"peer-lib-ahead", "a peer told a LIB above our head"},
    [BNET_PROBE_NOTICE_DROPPED] = {"notice-dropped",
                                   "the queue of notices was full and the oldest went"},
    [BNET_PROBE_NOTICE_OLD] = {"notice-old", "a header was not noticed: its block was 6 s old"},
    [BNET_PROBE_PING_HELD] = {"ping-held",
                              "a ping was due and the one before had not been answered"},
    [BNET_PROBE_PONG_LATE] = {"pong-late", "a pong came more than 3 s after its ping"},
    [BNET_PROBE_HELLO_UNKNOWN] = {"hello-unknown", "a hello ended in a block that we do not have"},
    [BNET_PROBE_HELLO_CUT] = {"hello-cut", "a hello listed the newest blocks only: all do not fit"},
    [BNET_PROBE_REDUNDANT_SAME] = {"redundant-same",
                                   "of two connections in the same direction the newer was closed"},
    [BNET_PROBE_REDUNDANT_OPPOSITE] = {"redundant-opposite",
                                       "of two connections in opposite directions that of the "
                                       "larger peer id was closed"},
    [BNET_PROBE_VERDICT_KNOWN] = {"verdict-known", "a block came that was there already"},
    [BNET_PROBE_VERDICT_STALE] = {"verdict-stale",
                                  "a block came at or below the LIB and not on its chain"},
    [BNET_PROBE_VERDICT_UNLINKABLE] = {"verdict-unlinkable", "a block came without its parent"},
    [BNET_PROBE_VERDICT_FUTURE] = {"verdict-future",
                                   "a block came that was more than 7 s ahead of our clock"},
    [BNET_PROBE_INVALID_HEADER] = {"invalid-header", "a header broke a rule"},
    [BNET_PROBE_INVALID_REMEMBERED] = {"invalid-remembered",
                                       "a block came on a branch that was known to be invalid"},
    [BNET_PROBE_INVALID_APPLIED] = {"invalid-applied",
                                    "the content of a block on top of the head failed"},
    [BNET_PROBE_INVALID_ON_SWITCH] = {"invalid-on-switch",
                                      "the content of a block failed when its branch was switched "
                                      "to"},
    [BNET_PROBE_BLAME_DESCENDANT] = {"blame-descendant",
                                     "a peer was cut off for a block built on the invalid one"},
    [BNET_PROBE_RESYNC_AVERTED] = {"resync-averted",
                                   "6 s without a block that linked, and our head had passed them "
                                   "all"},
    [BNET_PROBE_TRX_EXPIRED] = {"trx-expired", "a transaction had expired when it came"},
    [BNET_PROBE_TRX_REFUSED] = {"trx-refused", "a transaction found the status of all full"},
    [BNET_PROBE_TRX_RETURNED] = {"trx-returned", "a fork switch brought a transaction back"},
    [BNET_PROBE_TRX_UNWANTED] = {"trx-unwanted", "a transaction came to a node that asks for none"},
    [BNET_PROBE_TRX_CROSSING] = {"trx-crossing", "a transaction came that was there already"},
    [BNET_PROBE_CLOSE_BAD_BLOCK] = {"close-bad-block", "a session was closed: bad-block"},
    [BNET_PROBE_CLOSE_BAD_PONG] = {"close-bad-pong", "a session was closed: bad-pong"},
    [BNET_PROBE_CLOSE_WRONG_CHAIN] = {"close-wrong-chain", "a session was closed: wrong-chain"},
    [BNET_PROBE_CLOSE_SELF] = {"close-self", "a session was closed: self"},
    [BNET_PROBE_CLOSE_OLD_VERSION] = {"close-old-version", "a session was closed: old-version"},
    [BNET_PROBE_CLOSE_REDUNDANT] = {"close-redundant", "a session was closed: redundant"},
    [BNET_PROBE_CLOSE_PROTOCOL] = {"close-protocol", "a session was closed: protocol"},
    [BNET_PROBE_CLOSE_MALFORMED] = {"close-malformed", "a session was closed: malformed"},
    [BNET_PROBE_CLOSE_DEAD] = {"close-dead", "a session was closed: dead"},
    [BNET_PROBE_CLOSE_RESYNC] = {"close-resync", "a session was closed: resync"},
};

const char *bnet_probe_name(BnetProbe probe)
{
    return descriptions[probe].name;
}

const char *bnet_probe_meaning(BnetProbe probe)
{
    return descriptions[probe].meaning;
}
