/* SPDX-License-Identifier: Apache-2.0 */
#include "node/handshake.h"

#include <stdbool.h>
#include <string.h>

#include <glib.h>

/* RFC 6455, section 1.3. */
#define ACCEPT_SUFFIX "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define HEADERS_MAX 100u
#define PRODUCT "bnetlab"

/* A piece of the text. */
typedef struct Piece {
    const char *text;
    size_t n;
} Piece;

typedef struct Header {
    Piece name;
    Piece value; /* without space around it */
} Header;

/* A request or an answer. */
typedef struct Head {
    Piece first;
    Header headers[HEADERS_MAX];
    size_t n_headers;
    size_t used;
} Head;

/* --- pieces ---------------------------------------------------------------------------------- */

static bool is(Piece piece, const char *text)
{
    return piece.n == strlen(text) && memcmp(piece.text, text, piece.n) == 0;
}

static bool is_word(Piece piece, const char *word)
{
    return piece.n == strlen(word) && g_ascii_strncasecmp(piece.text, word, piece.n) == 0;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static Piece trim(Piece piece)
{
    while (piece.n > 0 && is_space(piece.text[0]))
        piece = (Piece){piece.text + 1, piece.n - 1};
    while (piece.n > 0 && is_space(piece.text[piece.n - 1]))
        piece.n--;
    return piece;
}

/* Takes what stands before a mark off a piece; all of it, if there is no mark. */
static Piece take_until(Piece *piece, char mark)
{
    const char *at = piece->n > 0 ? memchr(piece->text, mark, piece->n) : NULL;
    const size_t n = at ? (size_t)(at - piece->text) : piece->n;
    const Piece taken = {piece->text, n};
    const size_t gone = at ? n + 1 : n;
    *piece = (Piece){piece->text + gone, piece->n - gone};
    return taken;
}

static bool is_token(Piece piece)
{
    for (size_t i = 0; i < piece.n; i++)
        if (!g_ascii_isalnum(piece.text[i]) && !strchr("!#$%&'*+-.^_`|~", piece.text[i]))
            return false;
    return piece.n > 0 && memchr(piece.text, '\0', piece.n) == NULL;
}

/* Visible characters and spaces. */
static bool is_plain(Piece piece)
{
    for (size_t i = 0; i < piece.n; i++) {
        const unsigned char c = (unsigned char)piece.text[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

/* --- lines ----------------------------------------------------------------------------------- */

/* The next line without its end; false: it does not end with CR LF. */
static bool take_line(Piece *rest, Piece *ret_line)
{
    *ret_line = take_until(rest, '\n');
    if (ret_line->n == 0 || ret_line->text[ret_line->n - 1] != '\r')
        return false;
    ret_line->n--;
    return is_plain(*ret_line);
}

static const char *read_header(Piece line, Head *head)
{
    if (is_space(line.text[0]))
        return "a header line is folded";
    if (memchr(line.text, ':', line.n) == NULL)
        return "a header line has no colon";
    if (head->n_headers == HEADERS_MAX)
        return "too many header lines";
    Header *header = &head->headers[head->n_headers++];
    header->name = take_until(&line, ':');
    header->value = trim(line);
    return is_token(header->name) ? NULL : "a header has no name";
}

/* What is wrong; NULL: nothing. `n` bytes with the empty line. */
static const char *read_head(const char *bytes, size_t n, Head *head)
{
    Piece rest = {bytes, n};
    head->n_headers = 0;
    head->used = n;
    if (!take_line(&rest, &head->first))
        return "the first line is not plain text that ends with CR LF";
    while (rest.n > 0) {
        Piece line;
        if (!take_line(&rest, &line))
            return "a header line is not plain text that ends with CR LF";
        if (line.n == 0)
            break;
        const char *wrong = read_header(line, head);
        if (wrong)
            return wrong;
    }
    return NULL;
}

/* The end of the empty line; 0: it has not come. An empty line by LF alone ends the head, too, so
 * that it is refused at once. */
static size_t find_end(const char *bytes, size_t n)
{
    for (size_t i = 0; i + 1 < n; i++) {
        if (bytes[i] != '\n')
            continue;
        if (bytes[i + 1] == '\n')
            return i + 2;
        if (i + 2 < n && bytes[i + 1] == '\r' && bytes[i + 2] == '\n')
            return i + 3;
    }
    return 0;
}

/* --- headers --------------------------------------------------------------------------------- */

static uint32_t count(const Head *head, const char *name)
{
    uint32_t n = 0;
    for (size_t i = 0; i < head->n_headers; i++)
        n += is_word(head->headers[i].name, name);
    return n;
}

/* The one header of that name; an empty piece: there is none, or several. */
static Piece the_one(const Head *head, const char *name)
{
    if (count(head, name) != 1)
        return (Piece){"", 0};
    for (size_t i = 0; i < head->n_headers; i++)
        if (is_word(head->headers[i].name, name))
            return head->headers[i].value;
    return (Piece){"", 0};
}

/* One of the headers of that name lists the word. */
static bool lists(const Head *head, const char *name, const char *word)
{
    for (size_t i = 0; i < head->n_headers; i++) {
        Piece value = head->headers[i].value;
        while (is_word(head->headers[i].name, name) && value.n > 0)
            if (is_word(trim(take_until(&value, ',')), word))
                return true;
    }
    return false;
}

/* --- keys ------------------------------------------------------------------------------------ */

char *node_handshake_key(const uint8_t random[16])
{
    return g_base64_encode(random, 16);
}

void node_handshake_accept(const char *key, char ret_accept[NODE_HANDSHAKE_ACCEPT_LENGTH + 1])
{
    guint8 digest[20];
    gsize n = sizeof digest;
    GChecksum *sha1 = g_checksum_new(G_CHECKSUM_SHA1);
    g_checksum_update(sha1, (const guchar *)key, (gssize)strlen(key));
    g_checksum_update(sha1, (const guchar *)ACCEPT_SUFFIX, (gssize)strlen(ACCEPT_SUFFIX));
    g_checksum_get_digest(sha1, digest, &n);
    g_checksum_free(sha1);
    g_autofree char *text = g_base64_encode(digest, sizeof digest);
    g_strlcpy(ret_accept, text, NODE_HANDSHAKE_ACCEPT_LENGTH + 1);
}

/* 16 bytes in base 64: 22 digits and "==". */
static bool is_key(Piece key)
{
    if (key.n != NODE_HANDSHAKE_KEY_LENGTH)
        return false;
    for (size_t i = 0; i < key.n - 2; i++)
        if (!g_ascii_isalnum(key.text[i]) && key.text[i] != '+' && key.text[i] != '/')
            return false;
    /* The last digit has four bits that mean nothing, and are 0. */
    return strchr("AQgw", key.text[key.n - 3]) != NULL && key.text[key.n - 2] == '=' &&
           key.text[key.n - 1] == '=';
}

/* --- requests -------------------------------------------------------------------------------- */

static NodeHandshakeVerdict refuse(NodeHandshake *handshake, uint16_t status, const char *what)
{
    *handshake = (NodeHandshake){.status = status, .what = what};
    return NODE_HANDSHAKE_BAD;
}

/* "GET /path HTTP/1.1" */
static NodeHandshakeVerdict judge_first(Piece first, NodeHandshake *handshake)
{
    const Piece method = take_until(&first, ' ');
    const Piece path = take_until(&first, ' ');
    if (!is_token(method) || path.n == 0)
        return refuse(handshake, 400, "the request line is none");
    if (!is(first, "HTTP/1.1"))
        return refuse(handshake, 505, "the request is not of HTTP/1.1");
    if (!is(method, "GET"))
        return refuse(handshake, 405, "the method is not GET");
    if (path.text[0] != '/')
        return refuse(handshake, 400, "the path does not begin with a slash");
    return NODE_HANDSHAKE_GOOD;
}

static NodeHandshakeVerdict judge_headers(const Head *head, NodeHandshake *handshake)
{
    if (count(head, "Host") != 1 || the_one(head, "Host").n == 0)
        return refuse(handshake, 400, "there is not one Host");
    if (!lists(head, "Upgrade", "websocket"))
        return refuse(handshake, 426, "Upgrade does not ask for websocket");
    if (!lists(head, "Connection", "Upgrade"))
        return refuse(handshake, 400, "Connection does not say Upgrade");
    if (!is(the_one(head, "Sec-WebSocket-Version"), "13"))
        return refuse(handshake, 426, "Sec-WebSocket-Version is not 13");
    if (!is_key(the_one(head, "Sec-WebSocket-Key")))
        return refuse(handshake, 400, "Sec-WebSocket-Key is not 16 bytes in base 64");
    if (count(head, "Transfer-Encoding") > 0 ||
        (count(head, "Content-Length") > 0 && !is(the_one(head, "Content-Length"), "0")))
        return refuse(handshake, 400, "the request has a body");
    return NODE_HANDSHAKE_GOOD;
}

NodeHandshakeVerdict node_handshake_read_request(const char *bytes, size_t n,
                                                 NodeHandshake *ret_handshake)
{
    Head head;
    const size_t end = find_end(bytes, MIN(n, NODE_HANDSHAKE_BYTES_MAX));
    if (end == 0 && n < NODE_HANDSHAKE_BYTES_MAX)
        return NODE_HANDSHAKE_MORE;
    if (end == 0)
        return refuse(ret_handshake, 431, "the request is too long");
    const char *wrong = read_head(bytes, end, &head);
    if (wrong)
        return refuse(ret_handshake, 400, wrong);
    if (judge_first(head.first, ret_handshake) == NODE_HANDSHAKE_BAD ||
        judge_headers(&head, ret_handshake) == NODE_HANDSHAKE_BAD)
        return NODE_HANDSHAKE_BAD;
    *ret_handshake = (NodeHandshake){.used = end};
    char key[NODE_HANDSHAKE_KEY_LENGTH + 1] = {0};
    memcpy(key, the_one(&head, "Sec-WebSocket-Key").text, NODE_HANDSHAKE_KEY_LENGTH);
    node_handshake_accept(key, ret_handshake->accept);
    return NODE_HANDSHAKE_GOOD;
}

char *node_handshake_request(const char *host, const char *key)
{
    return g_strdup_printf("GET / HTTP/1.1\r\n"
                           "Host: %s\r\n"
                           "Upgrade: websocket\r\n"
                           "Connection: Upgrade\r\n"
                           "Sec-WebSocket-Key: %s\r\n"
                           "Sec-WebSocket-Version: 13\r\n"
                           "User-Agent: " PRODUCT "\r\n\r\n",
                           host, key);
}

/* --- answers --------------------------------------------------------------------------------- */

static const char *judge_answer(const Head *head, const char *key)
{
    char accept[NODE_HANDSHAKE_ACCEPT_LENGTH + 1];
    node_handshake_accept(key, accept);
    if (head->first.n < 12 || memcmp(head->first.text, "HTTP/1.1 101", 12) != 0 ||
        (head->first.n > 12 && head->first.text[12] != ' '))
        return "the answer is not HTTP/1.1 101";
    if (!is_word(the_one(head, "Upgrade"), "websocket"))
        return "the answer's Upgrade is not websocket";
    if (!lists(head, "Connection", "Upgrade"))
        return "the answer's Connection does not say Upgrade";
    if (!is(the_one(head, "Sec-WebSocket-Accept"), accept))
        return "the answer's Sec-WebSocket-Accept does not belong to our key";
    if (count(head, "Sec-WebSocket-Extensions") > 0 || count(head, "Sec-WebSocket-Protocol") > 0)
        return "the answer grants what was not asked for";
    return NULL;
}

NodeHandshakeVerdict node_handshake_read_answer(const char *bytes, size_t n, const char *key,
                                                NodeHandshake *ret_handshake)
{
    Head head;
    const size_t end = find_end(bytes, MIN(n, NODE_HANDSHAKE_BYTES_MAX));
    if (end == 0 && n < NODE_HANDSHAKE_BYTES_MAX)
        return NODE_HANDSHAKE_MORE;
    if (end == 0)
        return refuse(ret_handshake, 0, "the answer is too long");
    const char *wrong = read_head(bytes, end, &head);
    if (!wrong)
        wrong = judge_answer(&head, key);
    if (wrong)
        return refuse(ret_handshake, 0, wrong);
    *ret_handshake = (NodeHandshake){.used = end};
    return NODE_HANDSHAKE_GOOD;
}

char *node_handshake_answer(const NodeHandshake *handshake)
{
    return g_strdup_printf("HTTP/1.1 101 Switching Protocols\r\n"
                           "Upgrade: websocket\r\n"
                           "Connection: Upgrade\r\n"
                           "Sec-WebSocket-Accept: %s\r\n"
                           "Server: " PRODUCT "\r\n\r\n",
                           handshake->accept);
}

static const char *reason_of(uint16_t status)
{
    switch (status) {
    case 405:
        return "Method Not Allowed\r\nAllow: GET";
    case 426:
        return "Upgrade Required\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13";
    case 431:
        return "Request Header Fields Too Large";
    case 503:
        return "Service Unavailable";
    case 505:
        return "HTTP Version Not Supported";
    default:
        return "Bad Request";
    }
}

char *node_handshake_refusal(const NodeHandshake *handshake)
{
    return g_strdup_printf("HTTP/1.1 %u %s\r\n"
                           "Content-Type: text/plain\r\n"
                           "Content-Length: %zu\r\n"
                           "Connection: close\r\n"
                           "Server: " PRODUCT "\r\n\r\n%s\n",
                           handshake->status, reason_of(handshake->status),
                           strlen(handshake->what) + 1, handshake->what);
}
