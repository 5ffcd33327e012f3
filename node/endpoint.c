/* SPDX-License-Identifier: Apache-2.0 */
#include "node/endpoint.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

G_DEFINE_QUARK(node - error - quark, node_error)

static bool fail(GError **error, const char *text, const char *what)
{
    g_set_error(error, NODE_ERROR, NODE_ERROR_USAGE,
                "\"%s\": %s; allowed is HOST:PORT, as in 127.0.0.1:4321, [::1]:4321 or "
                "peer.example.org:4321",
                text, what);
    return false;
}

static bool parse_port(const char *text, uint16_t *ret_port)
{
    uint32_t port = 0;
    const size_t n = strlen(text);
    if (n < 1 || n > 5)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!g_ascii_isdigit(text[i]))
            return false;
        port = port * 10 + (uint32_t)(text[i] - '0');
    }
    if (port > UINT16_MAX)
        return false;
    *ret_port = (uint16_t)port;
    return true;
}

/* Letters, digits, '-', '_' and '.': what a host name or an IPv4 address is made of. */
static bool is_name(const char *host, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!g_ascii_isalnum(host[i]) && strchr("-_.", host[i]) == NULL)
            return false;
    return n > 0 && host[0] != '-' && host[0] != '.';
}

bool node_endpoint_parse(const char *text, bool zero_port, NodeEndpoint *ret_endpoint,
                         GError **error)
{
    NodeEndpoint endpoint = {.is_ipv6 = text[0] == '['};
    const char *colon = strrchr(text, ':');
    if (colon == NULL)
        return fail(error, text, "no port");
    const char *host = endpoint.is_ipv6 ? text + 1 : text;
    size_t n = (size_t)(colon - host);
    if (endpoint.is_ipv6) {
        if (colon == text || colon[-1] != ']')
            return fail(error, text, "no port behind the brackets");
        n--;
    }
    if (n == 0 || colon <= text)
        return fail(error, text, "no host");
    if (n > NODE_HOST_MAX)
        return fail(error, text, "the host is too long");
    memcpy(endpoint.host, host, n);
    struct in6_addr address;
    if (endpoint.is_ipv6 && inet_pton(AF_INET6, endpoint.host, &address) != 1)
        return fail(error, text, "no IPv6 address in the brackets");
    if (!endpoint.is_ipv6 && memchr(host, ':', n) != NULL)
        return fail(error, text, "an IPv6 address needs brackets");
    if (!endpoint.is_ipv6 && !is_name(host, n))
        return fail(error, text, "the host is no address and no name");
    if (!parse_port(colon + 1, &endpoint.port))
        return fail(error, text, "the port is no number up to 65535");
    if (endpoint.port == 0 && !zero_port)
        return fail(error, text, "nobody listens on port 0");
    *ret_endpoint = endpoint;
    return true;
}

char *node_endpoint_text(const char *host, uint16_t port)
{
    const bool brackets = strchr(host, ':') != NULL;
    return g_strdup_printf("%s%s%s:%u", brackets ? "[" : "", host, brackets ? "]" : "", port);
}

NodeAddress node_address_of(const struct sockaddr *address)
{
    NodeAddress result = {.ip = ""};
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof in);
        (void)inet_ntop(AF_INET, &in.sin_addr, result.ip, sizeof result.ip);
        result.port = ntohs(in.sin_port);
    } else if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, address, sizeof in6);
        if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr))
            (void)inet_ntop(AF_INET, &in6.sin6_addr.s6_addr[12], result.ip, sizeof result.ip);
        else
            (void)inet_ntop(AF_INET6, &in6.sin6_addr, result.ip, sizeof result.ip);
        result.port = ntohs(in6.sin6_port);
    }
    return result;
}

NodeAddress node_address_local(int fd)
{
    struct sockaddr_storage address = {0};
    socklen_t n = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &n) != 0)
        return (NodeAddress){.ip = ""};
    return node_address_of((const struct sockaddr *)&address);
}

NodeAddress node_address_remote(int fd)
{
    struct sockaddr_storage address = {0};
    socklen_t n = sizeof address;
    if (getpeername(fd, (struct sockaddr *)&address, &n) != 0)
        return (NodeAddress){.ip = ""};
    return node_address_of((const struct sockaddr *)&address);
}
