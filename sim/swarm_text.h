/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_SWARM_TEXT_H
#define BNETLAB_SIM_SWARM_TEXT_H

/*
 * Writes JSON that reads well: a member a line, indented; what is small stands in one line.
 *
 * Values are given as formats with ' in place of ", so that they read well in C; no text that is
 * written holds either. Ownership: the string is the caller's. One thread. Cost: linear.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#define SIM_SWARM_TEXT_DEPTH_MAX 8u

typedef struct SwarmText {
    GString *out;
    uint32_t depth;
    bool has_members[SIM_SWARM_TEXT_DEPTH_MAX]; /* of what is open at that depth */
} SwarmText;

/* Begins an object or array: `bracket` is '{' or '['. `key` is NULL in an array, and for the
 * whole. */
void swarm_text_open(SwarmText *text, const char *key, char bracket);

/* Ends what was begun last; `bracket` is '}' or ']'. */
void swarm_text_close(SwarmText *text, char bracket);

/* A member that stands in a line of its own. `key` is NULL in an array. */
void swarm_text_put(SwarmText *text, const char *key, const char *format, ...) G_GNUC_PRINTF(3, 4);

#endif
