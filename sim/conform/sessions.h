/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CONFORM_SESSIONS_H
#define BNETLAB_SIM_CONFORM_SESSIONS_H

/*
 * A recorded conversation that is being held again, shared by the files of kind sessions:
 * sessions.c takes its steps, sessions_expect.c compares what comes. One thread.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "sim/conform/conform.h"
#include "sim/conform/talk.h"

/* Longest time that a step may take. */
#define SESSIONS_WAIT_MAX_MS 600000u

typedef struct Conversation {
    ConformRun *run;
    Talk *talk;
    GHashTable *values; /* of what ${NAME} stands for: char * by char * */
    GPtrArray *forms;   /* of what came and is still needed, owned */
    bool auto_pong;
    bool is_race;   /* the order of what is expected is open */
    bool is_remade; /* blocks were made: the recorded bytes are not ours */
} Conversation;

/* Nothing more is to be compared: it has disagreed, or the record is bad. */
bool sessions_is_over(const Conversation *talk);

/* From now on ${NAMESUFFIX} stands for that value. */
void sessions_set_value(Conversation *talk, const char *name, const char *suffix,
                        const char *value);

/* A text of the record with its ${NAME}s filled in; NULL: the record is bad. (transfer full)
 * (nullable) */
char *sessions_text(Conversation *talk, const char *text);

/* What a number may be, and what it is where its key is missing. */
typedef struct SessionsNumber {
    uint32_t min;
    uint32_t max;
    uint32_t standard;
} SessionsNumber;

/* The value of a key that may be missing. */
uint32_t sessions_take_number(ConformObject *object, const char *key, SessionsNumber allowed);
bool sessions_take_flag(ConformObject *object, const char *key, bool standard);

/* The number of a client, from 0; a record counts from 1, which is the default. */
uint32_t sessions_take_client(ConformObject *step, const char *key);

/* sessions_expect.c: the step {"expect": ...}. */
void sessions_expect(Conversation *talk, ConformObject *step);

/* sessions_obstacle.c: (transfer full) (nullable) why a record cannot be held with a live node,
 * whose clock is the machine's: because it has a block or a transaction whose time has come, or
 * whose end, since the clock of the simulated one. */
char *sessions_obstacle(ConformRun *run, struct json_object *record);

#endif
