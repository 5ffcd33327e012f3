/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CONFORM_TALK_LIVE_H
#define BNETLAB_SIM_CONFORM_TALK_LIVE_H

/*
 * A node to talk to (talk.h) that is a process of its own, `bnetlab node --profile eosio-1.7`, with
 * clients over sockets of the loopback, in real time.
 *
 * That a frame has been read is known by WebSocket itself: behind it goes a ping, which the node
 * answers when it reads on, and it reads on when the frame's consequences have been sent. Who is to
 * wait for something waits for that, or TALK_LIVE_LIMIT_MS; no time is slept away but what a
 * conversation says is to pass. A frame of kind CLOSE waits for the end of the connection.
 */

#include "sim/conform/talk.h"

/* A node that has not done what it has to do after so long hangs. */
#define TALK_LIVE_LIMIT_MS 30000u

/* The program is that of Bnetlab. NULL: the node does not start. (transfer full) (nullable) */
Talk *talk_live_new(const TalkOptions *options, const char *program, GError **error);

#endif
