/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_NODE_SOCKET_H
#define BNETLAB_NODE_SOCKET_H

/* Options of the sockets between peers (protocol section 2). */

/* Each way, as far as the system allows. */
#define NODE_SOCKET_BUFFER_BYTES (1024 * 1024)

/* TCP_NODELAY and the buffers. Before it connects or listens, so that TCP's window fits. */
void node_socket_tune(int fd);

#endif
