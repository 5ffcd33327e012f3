/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_QUIRKS_H
#define BNETLAB_CORE_QUIRKS_H

/*
 * How the plugin of EOSIO 1.7 differs from the protocol as documented (protocol section 9): one
 * flag for each hazard H1 to H20 and for what else deserves one. BnetIdentity.quirks is a set of
 * them; none is profile `documented`, all are profile `eosio-1.7`. Each flag works alone, on a
 * session that is else as documented; where it takes another one for its full effect, that is said.
 *
 * The core carries out all but those marked "driver", which concern connections and frames: they
 * are up to whoever drives the core. Constant data; no cost where no flag is set.
 */

#include "core/base.h"

typedef uint32_t BnetQuirks;

enum {
    /*
     * H1 "busy-fetch". Deployed: asks the chain for the block after the last one that the peer has
     * even where there is none, as while the peer is ahead, gets none and asks again at once.
     * Documented: goes on to transactions, then waits for an input.
     * Symptom: a loop that takes no time (L3); transactions are withheld.
     */
    BNET_QUIRK_BUSY_FETCH = 1u << 0,

    /*
     * H2 "reversible-to-follower". Deployed: a peer that wants irreversible blocks only, and whose
     * LIB is not below ours, is sent reversible blocks up to the head. Documented: compares
     * numbers. Symptom: reversible blocks to a follower (S7).
     */
    BNET_QUIRK_REVERSIBLE_TO_FOLLOWER = 1u << 1,

    /*
     * H3 "ping-blocks-sending". Deployed: while a ping has not been answered for 3 s, neither block
     * nor transaction is sent. Documented: no further ping is. Symptom: sync stalls behind a peer
     * that is slow to answer (L2, L1).
     */
    BNET_QUIRK_PING_BLOCKS_SENDING = 1u << 2,

    /*
     * H4 "unbounded-status". Deployed: accepted headers enter the block status without a bound, and
     * so do notices the queue. Documented: both are bounded. Symptom: thousands of entries for a
     * peer that reads nothing (R1, R2).
     */
    BNET_QUIRK_UNBOUNDED_STATUS = 1u << 3,

    /*
     * H5 "evadable-blame". Deployed: a received block is tracked only if the block status has room
     * (2048) and its number is in range. Documented: blame is never evicted. Symptom: after 2048
     * junk notices the sender of a bad block stays connected (S4).
     */
    BNET_QUIRK_EVADABLE_BLAME = 1u << 4,

    /*
     * H6 "unlinked-send". Deployed: the position of a peer is the number of its LIB, or of the last
     * block sent, and an id that may be unknown; then the next block is sent without looking
     * whether the peer can link it. Where the next block does not follow the last one, it begins
     * again after our LIB. Whoever gets blocks that do not link drops them, for ever. Documented:
     * the parent of a sent block is certain; a peer out of step is closed, `resync`. Symptom:
     * blocks that do not link (S1), a peer that is stuck (L1).
     */
    BNET_QUIRK_UNLINKED_SEND = 1u << 5,

    /*
     * H7 "no-timer". Deployed: a ping is sent only when something else wakes the session, and a
     * silent peer is never given up. Documented: both have a timer. Symptom: dead connections that
     * stay open.
     */
    BNET_QUIRK_NO_TIMER = 1u << 6,

    /*
     * H8 "both-close". Deployed: of two connections in opposite directions each side closes the one
     * whose hello came last to it. Documented: both keep the same one, by peer ids. Symptom: both
     * die, again and again (L5).
     */
    BNET_QUIRK_BOTH_CLOSE = 1u << 7,

    /*
     * H9 "trx-notice-closes". Deployed: a trx_notice closes the connection, 1007. Documented: it is
     * taken in. Symptom: honest peers cut off, `malformed`.
     */
    BNET_QUIRK_TRX_NOTICE_CLOSES = 1u << 8,

    /*
     * H10 "silent-until-block". Deployed: no block and no transaction before a block was accepted
     * after the session was opened. Documented: both, right after the hellos. Symptom: a node at
     * rest serves no newcomer (L2, L1).
     */
    BNET_QUIRK_SILENT_UNTIL_BLOCK = 1u << 9,

    /*
     * H11 "late-notice". Deployed: an accepted header does not wake the sender, and the accepted
     * block overtakes it. Documented: the notice goes first, at once. Symptom: the notice comes
     * after the block that it should have saved (S5; duplicates, R5).
     */
    BNET_QUIRK_LATE_NOTICE = 1u << 10,

    /*
     * H12 "one-behind" (driver). Deployed: of two messages in one frame the second is handled on
     * the next read, and so on for ever. Documented: bytes behind a message are malformed. Symptom:
     * every later message is handled one late; junk closes later.
     */
    BNET_QUIRK_ONE_BEHIND = 1u << 11,

    /*
     * H13 "close-waits" (driver). Deployed: closing with 1007 waits for the other side's close.
     * Documented: closing never waits. Symptom: a peer that never answers freezes all sessions.
     */
    BNET_QUIRK_CLOSE_WAITS = 1u << 12,

    /*
     * H14 "early-messages". Deployed: messages are taken in before hello, and a repeated hello
     * resets the session. Documented: either closes it, `protocol`. Symptom: a stranger feeds
     * blocks without a hello, and its pings are answered (C3).
     */
    BNET_QUIRK_EARLY_MESSAGES = 1u << 13,

    /*
     * H15 "blames-last-sender". Deployed: when a branch fails, the sender of the block that made it
     * the best one is cut, and bad blocks are not remembered. Documented: every session that sent
     * the bad block, or one built on it. Symptom: the sender of the bad block stays (S4).
     */
    BNET_QUIRK_BLAMES_LAST_SENDER = 1u << 14,

    /*
     * H16 "forgets-transactions". Deployed: a transaction that was not sent for 5 s is forgotten,
     * and so is that a peer knows it. Documented: kept until it expires or is included. Symptom:
     * transactions that never arrive (L2).
     */
    BNET_QUIRK_FORGETS_TRXS = 1u << 15,

    /*
     * H17 "echoes-transactions". Deployed: an applied block announces its transactions once more,
     * then forgets who knows them. Documented: never echoed. Symptom: transactions sent back to
     * where they came from (S6): with H16 when a block includes them late, else after a fork
     * switch.
     */
    BNET_QUIRK_ECHOES_TRXS = 1u << 16,

    /*
     * H18 "trailing-irreversible". Deployed: one irreversible event for each block that is added,
     * and what sessions take for the LIB is that of the last event. Documented: the events follow
     * the LIB. Symptom: after a stall the backlog never shrinks; pings carry an old LIB (C3).
     */
    BNET_QUIRK_TRAILING_LIB = 1u << 17,

    /*
     * H19 "redials-inbound" (driver). Deployed: a configured peer that is connected inbound is
     * dialled all the same, and each new connection is closed as redundant. Documented: it is not.
     * Symptom: endless connections closed `redundant`.
     */
    BNET_QUIRK_REDIALS_INBOUND = 1u << 18,

    /*
     * H20 "newcomer-closes". Deployed: of two connections in the same direction that say the same
     * peer id the one whose hello came last is closed, whichever is older; also one that repeats
     * its hello with another's id. Documented: the older one stays. Symptom: who says hello first
     * with a foreign id locks its owner out.
     */
    BNET_QUIRK_NEWCOMER_CLOSES = 1u << 19,

    /* "zero-code": a ping whose code is zero is not answered, and a zero pong is fine when none is
     * due. Symptom: a side that uses such codes waits for ever. */
    BNET_QUIRK_ZERO_CODE = 1u << 20,

    /* "predictable-code": the code of a ping is the hash of its own time. Symptom: pongs can be
     * forged. */
    BNET_QUIRK_PREDICTABLE_CODE = 1u << 21,

    /* "empty-hello": while the LIB is 0, hello lists no block (C2). Symptom: blocks that the peer
     * has are sent to it. */
    BNET_QUIRK_EMPTY_HELLO = 1u << 22,

    /* "redial-timer" (driver): one timer of 10 to 14 whole seconds for all configured peers, so
     * that a lost one is dialled again after 0 to 14 s. Symptom: redials at once (C6). */
    BNET_QUIRK_REDIAL_TIMER = 1u << 23,
};

#define BNET_QUIRKS 24u

/* The profiles of protocol section 1. */
#define BNET_PROFILE_DOCUMENTED ((BnetQuirks)0)
#define BNET_PROFILE_EOSIO_1_7 ((BnetQuirks)(1u << BNET_QUIRKS) - 1)

/* What a quirk is called. */
typedef struct BnetQuirkName {
    const char *name; /* "ping-blocks-sending" */
    const char *id;   /* "H3"; "": it has none */
    /* "S7 L1": the properties that it breaks where it shows, in the order of reports; "": none. */
    const char *breaks;
} BnetQuirkName;

/* Of bit `index`, 0 to BNET_QUIRKS - 1. */
const BnetQuirkName *bnet_quirk_name(uint32_t index);

/* The flag of that name or id; 0: there is none. */
BnetQuirks bnet_quirk_find(const char *text);

#endif
