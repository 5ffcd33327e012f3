/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_NODE_LOG_FORMAT_H
#define BNETLAB_NODE_LOG_FORMAT_H

/*
 * How peers are named in log lines: bnet-peer-log-format (protocol section 7).
 *
 * A format is text with variables ${_name}, ${_id}, ${_ip}, ${_port}, ${_lip} and ${_lport}. A
 * dollar sign that begins no variable stands for itself.
 */

#include <stdbool.h>

#include <glib.h>

#define NODE_LOG_FORMAT_DEFAULT "[\"${_name}\" ${_ip}:${_port}]"

/* Values of the variables; NULL is shown as nothing. */
typedef struct NodeLogPeer {
    const char *name; /* _name: what was dialled; empty for who dialled us */
    const char *id;   /* _id: the public key, once it was told */
    const char *ip;   /* _ip, _port: of the peer */
    const char *port;
    const char *lip; /* _lip, _lport: our own end */
    const char *lport;
} NodeLogPeer;

/* Names no variable that is not known. False: *ret_wrong is the first that is. (transfer full) */
bool node_log_format_check(const char *format, char **ret_wrong);

/* (transfer full) */
char *node_log_format(const char *format, const NodeLogPeer *peer);

#endif
