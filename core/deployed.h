/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_CORE_DEPLOYED_H
#define BNETLAB_CORE_DEPLOYED_H

/*
 * One node's view of the chain as the deployed software (EOSIO 1.7) keeps it: the same inputs as
 * those of view.h, with that software's verdicts, events and oddities (protocol sections 8 and 9).
 * Header rules, LIBs and transactions are the store's; here are the fork database and what decides
 * which of its blocks are applied.
 *
 * Its oddities:
 *
 * - What is unlinkable or future is dropped without a verdict: it comes in vain, however often.
 * - A rejected block is not remembered. It is judged anew when it comes again, and what is built on
 *   it is unlinkable.
 * - A block whose content fails is found when its branch becomes the best one, and then the block
 *   that was pushed is told to be rejected, whichever is at fault (H15).
 * - A switch that fails takes the head back and removes the block that failed; what is best then is
 *   not looked at before the next push (BNET_DEPLOYED_NO_RETRY). Until then the fork head, which is
 *   the best block of the fork database, and the head differ.
 * - If one of them is built on the other then, but not as its child, the switch undoes the lower
 *   one of them, too, and applies it a second time.
 * - One block becomes irreversible with each block that is added, however far the LIB has moved
 *   (BNET_DEPLOYED_TRAILING, H18).
 * - The LIB is that of the head: it falls when a schedule shrinks, or with the head.
 * - What is irreversible leaves the fork database, whatever is applied. If the fork point of a
 *   switch has left it, the head goes back as far as it can and the switch fails, again and again
 *   (BNET_DEPLOYED_STUCK).
 * - Where the software follows a pointer to a block that is gone, its process ends: here that is a
 *   verdict (BNET_DEPLOYED_CRASHED), which all later pushes get, too.
 *
 * A block is known by its id; see fork_database.h. A push takes O(log n) for each block that it
 * applies, undoes or removes. Memory: the fork database, and a bit for each transaction. The store
 * lives longer. One thread.
 */

#include "core/bits.h"
#include "core/fork_database.h"
#include "core/store.h"

/* Oddities that can be left out, as bits of a set. */
typedef enum BnetDeployedQuirk {
    BNET_DEPLOYED_TRAILING = 1,
    BNET_DEPLOYED_NO_RETRY = 2,
} BnetDeployedQuirk;

#define BNET_DEPLOYED_QUIRKS ((uint32_t)BNET_DEPLOYED_TRAILING | (uint32_t)BNET_DEPLOYED_NO_RETRY)

/*
 * What comes of a push. From FAULTY on the block was rejected, with the exception of that name. The
 * software has two more, fork_db_block_not_found and unlinkable_block_exception, which no order of
 * pushes brings about: what is gone has lost all that was below it, too.
 */
typedef enum BnetDeployedResult {
    BNET_DEPLOYED_ACCEPTED, /* its header was; it need not be applied */
    BNET_DEPLOYED_KNOWN,
    BNET_DEPLOYED_UNLINKABLE,
    BNET_DEPLOYED_FUTURE,
    BNET_DEPLOYED_CRASHED,         /* there is no process any more */
    BNET_DEPLOYED_FAULTY,          /* block_validate_exception */
    BNET_DEPLOYED_STUCK,           /* the same: the head cannot go back */
    BNET_DEPLOYED_WRONG_PRODUCER,  /* wrong_producer */
    BNET_DEPLOYED_WRONG_SCHEDULE,  /* producer_schedule_exception */
    BNET_DEPLOYED_DOUBLE_CONFIRM,  /* producer_double_confirm */
    BNET_DEPLOYED_WRONG_SIGNATURE, /* wrong_signing_key */
    BNET_DEPLOYED_DUPLICATE_TRX,   /* tx_duplicate */
    BNET_DEPLOYED_EXPIRED_TRX,     /* expired_tx_exception */
} BnetDeployedResult;

typedef enum BnetDeployedEventKind {
    BNET_DEPLOYED_IRREVERSIBLE,
    BNET_DEPLOYED_ACCEPTED_HEADER,
    BNET_DEPLOYED_FORK_SWITCH,    /* from the head `block` to `other` */
    BNET_DEPLOYED_ACCEPTED_BLOCK, /* applied, for the first time or again */
    BNET_DEPLOYED_REJECTED,       /* the block that was pushed, whichever one is at fault */
} BnetDeployedEventKind;

typedef struct BnetDeployedEvent {
    BnetDeployedEventKind kind;
    BnetBlock block;
    BnetBlock other; /* of a fork switch; else BNET_NO_BLOCK */
} BnetDeployedEvent;

/* A growing list of blocks. */
typedef struct BnetDeployedPath {
    BnetBlock *blocks;
    uint32_t n;
    uint32_t capacity;
} BnetDeployedPath;

typedef struct BnetDeployed {
    const BnetStore *store;
    uint32_t quirks; /* BnetDeployedQuirk */
    BnetForkDatabase forks;
    BnetBlock head;         /* of the applied chain */
    BnetBlock fork_head;    /* the best block when the fork database was changed last */
    BnetBlock irreversible; /* the last one */
    BnetBits included;      /* transactions in the applied chain */
    BnetId *refused;        /* [n_refused] */
    uint32_t n_refused;
    uint32_t refused_capacity;
    BnetDeployedPath gained;   /* of a switch: the branch to be applied, newest first */
    BnetDeployedPath lost;     /* the branch to be undone, newest first */
    BnetDeployedEvent *events; /* [n_events]: of the last push */
    uint32_t n_events;
    uint32_t events_capacity;
    bool crashed;
} BnetDeployed;

/* A view whose head is `root`: applied with its chain, irreversible, and all that the fork database
 * holds. */
void bnet_deployed_init(BnetDeployed *deployed, const BnetStore *store, BnetBlock root,
                        uint32_t quirks);
void bnet_deployed_finish(BnetDeployed *deployed);

/* From now on the block of that id fails when it is applied, as if for a reason from outside.
 * O(1); makes applying a block slower by the number of such ids. */
void bnet_deployed_refuse(BnetDeployed *deployed, const BnetId *id);

/* Takes a block; `future`: its timestamp is too far ahead of the clock. What happened stands in
 * `events`, in order, until the next push. */
BnetDeployedResult bnet_deployed_push(BnetDeployed *deployed, BnetBlock block, bool future);

/* The block is in the fork database or irreversible. */
bool bnet_deployed_has(const BnetDeployed *deployed, BnetBlock block);

/* "accepted", "rejected:wrong_producer". */
const char *bnet_deployed_result_name(BnetDeployedResult result);

/* "irreversible", "accepted_block_header". */
const char *bnet_deployed_event_name(BnetDeployedEventKind kind);

#endif
