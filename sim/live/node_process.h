/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_LIVE_NODE_PROCESS_H
#define BNETLAB_SIM_LIVE_NODE_PROCESS_H

/*
 * A node as a process of its own, `bnetlab node --control -`, and the client that drives it by
 * lines of JSON (docs/node.md).
 *
 * Its standard input and output are one end of a socket, of which we have the other: a node whose
 * owner is gone sees the end of its input and ends, too. It is a process group of its own: an
 * interrupt from the terminal is for its owner. What it says on standard error goes to
 * ours. Nothing sleeps: whoever waits, waits for a line, at most as long as the options say. A
 * process is used by one thread at a time; several threads may each have some.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>
#include <json.h>

#define NODE_PROCESS_LIMIT_MS 30000

#define NODE_PROCESS_ERROR node_process_error_quark()
GQuark node_process_error_quark(void);

typedef enum NodeProcessError {
    NODE_PROCESS_ERROR_START,   /* the process could not be started */
    NODE_PROCESS_ERROR_ENDED,   /* it has ended */
    NODE_PROCESS_ERROR_SILENT,  /* it has said nothing for the limit */
    NODE_PROCESS_ERROR_REFUSED, /* a command was answered with "ok": false; the message is why */
    NODE_PROCESS_ERROR_FORM,    /* what it says is no object of JSON */
} NodeProcessError;

typedef struct NodeProcess NodeProcess;

typedef struct NodeProcessOptions {
    const char *program;          /* NULL: this very program, /proc/self/exe */
    const char *endpoint;         /* HOST:PORT to listen on; NULL: "127.0.0.1:0" */
    const char *const *arguments; /* (nullable) more options of `bnetlab node`, NULL-terminated */
    int limit_ms;                 /* how long a line is waited for; 0: NODE_PROCESS_LIMIT_MS */
} NodeProcessOptions;

/* Starts a node, quiet on standard error, and returns when it listens. (transfer full) */
NodeProcess *node_process_start(const NodeProcessOptions *options, GError **error);

/* Kills it if it runs, and waits for its end. Accepts NULL. */
void node_process_free(NodeProcess *process);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NodeProcess, node_process_free)

/* Where it listens, "127.0.0.1:41234". */
const char *node_process_endpoint(const NodeProcess *process);

/* Its public key, "EOS...". */
const char *node_process_peer_id(const NodeProcess *process);

bool node_process_runs(const NodeProcess *process);

/* Its number in the system; 0: it has ended. */
int node_process_pid(const NodeProcess *process);

/* Looks whether it has ended by itself, and does not wait. True: it has, now or before; what it was
 * is for node_process_free() alone. */
bool node_process_has_ended(NodeProcess *process);

/* kill -9; returns when it has ended. */
void node_process_kill(NodeProcess *process);

/* The command `quit`; returns when it has ended, or was killed for it had not within the limit.
 * False: it did not end with status 0. */
bool node_process_quit(NodeProcess *process, GError **error);

/*
 * Sends a command, an object of JSON in one line, and does not wait: its answer is the next that
 * node_process_answer() takes. Answers come in the order of the commands, but for those of `wait`.
 */
bool node_process_say(NodeProcess *process, const char *command, GError **error);

/* The next answer; NULL: there is none, or it is "ok": false. (transfer full) */
struct json_object *node_process_answer(NodeProcess *process, GError **error);

/* A command, made of a format and values, and its answer. (transfer full) */
struct json_object *node_process_ask(NodeProcess *process, GError **error, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* The same where the answer says no more than that all is well. */
bool node_process_do(NodeProcess *process, GError **error, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* The next event, after the command `subscribe`; those that came while an answer was waited for are
 * kept. NULL: there is none for the limit. (transfer full) */
struct json_object *node_process_event(NodeProcess *process, GError **error);

/* The oldest event that came while an answer was waited for; NULL: none is left. (transfer full) */
struct json_object *node_process_kept_event(NodeProcess *process);

/* --- values ---------------------------------------------------------------------------------- */

/* A member by its path, as "head.number"; NULL: there is none. (transfer none) */
struct json_object *node_process_get(struct json_object *object, const char *path);

/* 0: it is no number. */
int64_t node_process_get_number(struct json_object *object, const char *path);

/* NULL: it is no text. (transfer none) */
const char *node_process_get_text(struct json_object *object, const char *path);

/* False too if it is none. */
bool node_process_get_flag(struct json_object *object, const char *path);

#endif
