/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CONFORM_TALK_PARTS_H
#define BNETLAB_SIM_CONFORM_TALK_PARTS_H

/*
 * What a node of talk.h is made of, for those who make one: a chain whose blocks are known, and
 * what is done otherwise by each. One thread.
 */

#include "core/contents.h"
#include "sim/conform/talk.h"

/* First slot of 2026: the clock of a simulated node begins there. */
#define TALK_BEGIN_SLOT 1641081600u

typedef struct TalkDriver {
    void (*free)(Talk *talk);
    void (*connect)(Talk *talk, uint32_t index, const char *path);
    void (*disconnect)(Talk *talk, uint32_t index);
    void (*send)(Talk *talk, uint32_t index, TalkFrame kind, BnetSlice bytes);
    void (*accept_block)(Talk *talk, BnetBlock block, BnetSlice bytes);
    void (*push_trx)(Talk *talk, BnetSlice bytes);
    void (*pass)(Talk *talk, uint32_t ms);
    void (*settle)(Talk *talk);
    bool (*next)(Talk *talk, uint32_t index, uint32_t *left_ms, TalkItem *ret_item);
    /* Of the node's clock, since TALK_BEGIN_SLOT. */
    int64_t (*now_ns)(const Talk *talk);
    void (*end)(Talk *talk);
    uint32_t patience_ms; /* least time that is waited for what must come */
} TalkDriver;

/* The first member of each kind's own struct. */
struct Talk {
    const TalkDriver *driver;
    BnetStore store;
    uint64_t made;
    uint8_t *scratch;
    char *failure; /* (nullable) */
};

void talk_init(Talk *talk, const TalkDriver *driver, uint32_t n_producers);
void talk_finish(Talk *talk);

/* Names of the producers, separated by commas. (transfer full) */
char *talk_producers_text(uint32_t n_producers);

BnetScratch talk_scratch(Talk *talk);

/* The node has failed, of which the first counts. */
void talk_fail(Talk *talk, const char *format, ...) G_GNUC_PRINTF(2, 3);

#endif
