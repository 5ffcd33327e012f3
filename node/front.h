/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_NODE_FRONT_H
#define BNETLAB_NODE_FRONT_H

/*
 * The front of a node: brings its threads to life and to their end, and runs the thread that called
 * it: control clients, the log, signals.
 */

#include "node/options.h"

typedef enum NodeEnd {
    NODE_END_ASKED,     /* by signal or command */
    NODE_END_NOT_BEGUN, /* it could not start: *error says why */
    NODE_END_BROKEN,    /* it could not go on: *error */
} NodeEnd;

/* How lines for people are written, one at a time, without an end of line. */
typedef void NodeSay(const char *line);

/* Runs a node until it is asked to end. One node a process: it takes SIGINT and SIGTERM. */
NodeEnd node_front_run(const NodeOptions *options, NodeSay *say, GError **error);

#endif
