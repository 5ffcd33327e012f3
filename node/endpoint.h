/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_NODE_ENDPOINT_H
#define BNETLAB_NODE_ENDPOINT_H

/*
 * Endpoints as users write them, "host:port", and socket addresses as they are shown.
 *
 * A host is an IPv4 address, an IPv6 address in brackets, or a name. Plain values; nothing is
 * resolved here.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include <glib.h>

#define NODE_ERROR (node_error_quark())

typedef enum NodeError {
    NODE_ERROR_USAGE,   /* an option is wrong */
    NODE_ERROR_NETWORK, /* cannot listen */
    NODE_ERROR_CHAIN,   /* the chain on disk cannot be used */
} NodeError;

GQuark node_error_quark(void);

#define NODE_HOST_MAX 253u /* the longest name of DNS */

typedef struct NodeEndpoint {
    char host[NODE_HOST_MAX + 1]; /* without brackets */
    uint16_t port;
    bool is_ipv6; /* was written in brackets */
} NodeEndpoint;

/* Reads "1.2.3.4:80", "[::1]:80", "name:80". Port 0 is good only where the kernel may choose. */
bool node_endpoint_parse(const char *text, bool zero_port, NodeEndpoint *ret_endpoint,
                         GError **error);

/* "host:port", with brackets where the host has a colon. (transfer full) */
char *node_endpoint_text(const char *host, uint16_t port);

/* Address of one end of a connection. */
typedef struct NodeAddress {
    char ip[46]; /* INET6_ADDRSTRLEN; empty: not known */
    uint16_t port;
} NodeAddress;

/* An IPv4 address that came as IPv6 is shown as IPv4. */
NodeAddress node_address_of(const struct sockaddr *address);

/* Of a connected or bound socket: its own end, or the other. */
NodeAddress node_address_local(int fd);
NodeAddress node_address_remote(int fd);

#endif
