/* SPDX-License-Identifier: Apache-2.0 */
#include "node/socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

/* A socket that takes an option not is slower, and works. */
void node_socket_tune(int fd)
{
    const int on = 1;
    const int bytes = NODE_SOCKET_BUFFER_BYTES;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}
