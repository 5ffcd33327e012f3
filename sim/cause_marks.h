/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CAUSE_MARKS_H
#define BNETLAB_SIM_CAUSE_MARKS_H

/*
 * Which happenings of those that are remembered led to a violation (causes.h).
 */

#include "sim/cause_words.h"

/* The happening may have to do with what the story is about. To be asked in order of time: it notes
 * in the story whether the two peers are kept apart. */
bool sim_cause_concerns(SimCauseStory *story, const SimCause *cause);

/* Marks what is to be told, of `story->all`. Returns a bit for each of `story->items` whose
 * beginning is not there. O(all). */
uint32_t sim_cause_mark(const SimCauseStory *story);

/* How many blocks the peer was noticed of by the other one that it sent none of, as a line, if that
 * is to be told; NULL: it is not. (transfer full) (nullable) */
char *sim_cause_notices(const SimCauseStory *story);

#endif
