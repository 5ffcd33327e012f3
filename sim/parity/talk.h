/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_PARITY_TALK_H
#define BNETLAB_SIM_PARITY_TALK_H

/*
 * What was said over the links of a scenario: for each connection, and each of its ways, the
 * messages in the order in which they were taken in, in words. Pings and pongs, which come when a
 * timer says so, are none of them.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

/* One connection over a link. */
typedef struct ParityConnection {
    GPtrArray *said[2]; /* of char *: by the side that dialled, by the other one */
} ParityConnection;

typedef struct ParityTalk {
    GPtrArray **links; /* [n_links] of ParityConnection, in the order in which they came about */
    uint32_t n_links;
} ParityTalk;

ParityTalk *parity_talk_new(uint32_t n_links);

/* Accepts NULL. */
void parity_talk_free(ParityTalk *talk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ParityTalk, parity_talk_free)

/* A connection came about. (transfer none) */
ParityConnection *parity_talk_open(ParityTalk *talk, uint32_t link);

/* The newest connection of a link. (transfer none) (nullable) */
ParityConnection *parity_talk_newest(const ParityTalk *talk, uint32_t link);

/* The first place where two talks part: link, connection from 0, way, and message from 0. False:
 * they are equal. */
typedef struct ParityParting {
    uint32_t link;
    uint32_t connection;
    uint32_t way;
    uint32_t message;
    const char *said[2]; /* by the first and in the second; NULL: nothing more */
} ParityParting;
bool parity_talk_parting(const ParityTalk *a, const ParityTalk *b, ParityParting *ret_parting);

/* How many messages. */
uint64_t parity_talk_count(const ParityTalk *talk);

#endif
