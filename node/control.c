/* SPDX-License-Identifier: Apache-2.0 */
#include "node/control.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <json.h>

#include "node/endpoint.h"
#include "node/json.h"

#define READ_BYTES 65536u

typedef struct Client {
    NodeControl *control;
    uint32_t id;
    int in;
    int out;       /* the same, for a socket */
    bool is_stdin; /* its end is the node's */
    bool wants_events;
    GSource *source;
    gpointer tag;       /* of `in`; NULL: it is read no more */
    gpointer out_tag;   /* of standard output, while something waits; NULL: nothing does */
    GByteArray *line;   /* what has come of a line */
    GByteArray *unread; /* what waits to be written, behind what was */
    guint written;      /* bytes of it */
} Client;

struct NodeControl {
    GMainContext *context;
    NodeMailbox *chain;
    char *path; /* of the socket; NULL: standard input */
    int fd;     /* of the listening socket, or -1 */
    GSource *source;
    gpointer tag;
    GPtrArray *clients; /* of Client */
    uint32_t last_id;
};

/* --- clients --------------------------------------------------------------------------------- */

static void free_client(gpointer data)
{
    Client *client = data;
    g_source_destroy(client->source);
    g_source_unref(client->source);
    if (!client->is_stdin)
        (void)close(client->in);
    g_byte_array_unref(client->line);
    g_byte_array_unref(client->unread);
    g_free(client);
}

static void drop(Client *client)
{
    g_ptr_array_remove(client->control->clients, client);
}

/* The end of standard input is that of the node; what was asked before is still answered. */
static void end_input(Client *client)
{
    if (!client->is_stdin) {
        drop(client);
        return;
    }
    g_source_remove_unix_fd(client->source, client->tag);
    client->tag = NULL;
    NodeInput *input = node_input_new(NODE_INPUT_QUIT, 0);
    input->client = client->id;
    node_mailbox_post(client->control->chain, input);
}

/* Looks out for room where what waits can go. Standard output is mostly one that waits itself; but
 * its owner may have made it otherwise. */
static void watch_room(Client *client)
{
    const bool waits = client->unread->len > 0;
    if (!client->is_stdin) {
        g_source_modify_unix_fd(client->source, client->tag, waits ? G_IO_IN | G_IO_OUT : G_IO_IN);
    } else if (waits && !client->out_tag) {
        client->out_tag = g_source_add_unix_fd(client->source, client->out, G_IO_OUT);
    } else if (!waits && client->out_tag) {
        g_source_remove_unix_fd(client->source, client->out_tag);
        client->out_tag = NULL;
    }
}

/* False: nobody takes it any more. */
static bool write_out(Client *client)
{
    GByteArray *unread = client->unread;
    while (client->written < unread->len) {
        const guint8 *bytes = unread->data + client->written;
        const gsize left = unread->len - client->written;
        const ssize_t n = client->is_stdin ? write(client->out, bytes, left)
                                           : send(client->out, bytes, left, MSG_NOSIGNAL);
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            break;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        client->written += (guint)n;
    }
    /* Moved once it is the smaller half, so that each byte is, about once. */
    if (client->written > unread->len / 2) {
        g_byte_array_remove_range(unread, 0, client->written);
        client->written = 0;
    }
    watch_room(client);
    return unread->len - client->written <= NODE_CONTROL_UNREAD_MAX;
}

/* --- lines ----------------------------------------------------------------------------------- */

static void tell(Client *client, const char *text, size_t n)
{
    g_byte_array_append(client->unread, (const guint8 *)text, (guint)n);
    g_byte_array_append(client->unread, (const guint8 *)"\n", 1);
}

/* (transfer full) (nullable) */
static struct json_object *parse(const char *line, size_t n)
{
    struct json_tokener *tokener = json_tokener_new();
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    struct json_object *object = json_tokener_parse_ex(tokener, line, (int)n);
    const bool is_whole = json_tokener_get_error(tokener) == json_tokener_success;
    json_tokener_free(tokener);
    if (is_whole && json_object_is_type(object, json_type_object))
        return object;
    (void)json_object_put(object);
    return NULL;
}

/* What is no command is passed on, too: it is refused when its turn has come. */
static void take_line(Client *client, const char *line, size_t n)
{
    while (n > 0 && g_ascii_isspace(line[n - 1]))
        n--;
    if (n == 0)
        return;
    struct json_object *object = parse(line, n);
    client->wants_events |= g_strcmp0(node_json_get_text(object, "cmd"), "subscribe") == 0;
    NodeInput *input = node_input_new(NODE_INPUT_COMMAND, 0);
    input->client = client->id;
    input->json = object;
    node_mailbox_post(client->control->chain, input);
}

/* What follows cannot be told from the line: it is the last word to the client. */
static bool refuse_line(Client *client)
{
    g_autofree char *text = g_strdup_printf(
        "{\"ok\":false,\"error\":\"a line may have %zu bytes\"}", NODE_CONTROL_LINE_MAX);
    tell(client, text, strlen(text));
    (void)write_out(client);
    return false;
}

/* False: one is too long. */
static bool take_lines(Client *client)
{
    guint8 *end;
    guint start = 0;
    while ((end = memchr(client->line->data + start, '\n', client->line->len - start)) != NULL) {
        const guint next = (guint)(end - client->line->data) + 1;
        if (next - start - 1 > NODE_CONTROL_LINE_MAX)
            return refuse_line(client);
        take_line(client, (const char *)client->line->data + start, next - start - 1);
        start = next;
    }
    if (start > 0)
        g_byte_array_remove_range(client->line, 0, start);
    return true;
}

/* False: the client has gone, or has to go. */
static bool read_in(Client *client)
{
    uint8_t bytes[READ_BYTES];
    const ssize_t n = read(client->in, bytes, sizeof bytes);
    if (n < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    if (n == 0) {
        /* As of every text, the end may stand for that of the last line. A peer that closes its
         * socket may have been cut off in the middle of one. */
        if (client->is_stdin)
            take_line(client, (const char *)client->line->data, client->line->len);
        return false;
    }
    const bool ends_line = memchr(bytes, '\n', (size_t)n) != NULL;
    g_byte_array_append(client->line, bytes, (guint)n);
    if (ends_line && !take_lines(client))
        return false;
    return client->line->len <= NODE_CONTROL_LINE_MAX || refuse_line(client);
}

typedef struct ClientSource {
    GSource source;
    Client *client;
} ClientSource;

static gboolean dispatch_client(GSource *source, GSourceFunc callback, gpointer user_data)
{
    (void)callback;
    (void)user_data;
    Client *client = ((ClientSource *)source)->client;
    const GIOCondition condition = client->tag ? g_source_query_unix_fd(source, client->tag) : 0;
    const bool readable = (condition & (G_IO_IN | G_IO_HUP | G_IO_ERR)) != 0;
    if (readable && !read_in(client))
        end_input(client);
    else if (!write_out(client))
        drop(client);
    return G_SOURCE_CONTINUE;
}

static void add_client(NodeControl *control, int in, int out, bool is_stdin)
{
    static GSourceFuncs functions = {.dispatch = dispatch_client};
    Client *client = g_new0(Client, 1);
    client->control = control;
    client->id = ++control->last_id;
    client->in = in;
    client->out = out;
    client->is_stdin = is_stdin;
    client->line = g_byte_array_new();
    client->unread = g_byte_array_new();
    client->source = g_source_new(&functions, sizeof(ClientSource));
    ((ClientSource *)client->source)->client = client;
    client->tag = g_source_add_unix_fd(client->source, in, G_IO_IN);
    g_source_attach(client->source, control->context);
    g_ptr_array_add(control->clients, client);
}

/* --- the socket ------------------------------------------------------------------------------ */

typedef struct ControlSource {
    GSource source;
    NodeControl *control;
} ControlSource;

static gboolean dispatch_control(GSource *source, GSourceFunc callback, gpointer user_data)
{
    (void)callback;
    (void)user_data;
    NodeControl *control = ((ControlSource *)source)->control;
    const int fd = accept4(control->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    const bool is_out = fd < 0 && (errno == EMFILE || errno == ENFILE);
    /* Without a descriptor it would be readable all the time. */
    g_source_modify_unix_fd(source, control->tag, is_out ? 0 : G_IO_IN);
    g_source_set_ready_time(
        source, is_out ? g_get_monotonic_time() + (gint64)NODE_CONTROL_PAUSE_MS * 1000 : -1);
    if (fd < 0)
        return G_SOURCE_CONTINUE;
    if (control->clients->len < NODE_CONTROL_CLIENTS_MAX)
        add_client(control, fd, fd, false);
    else
        (void)close(fd);
    return G_SOURCE_CONTINUE;
}

static bool fail(GError **error, const char *path, const char *what)
{
    g_set_error(error, NODE_ERROR, NODE_ERROR_USAGE, "--control=%s: %s", path, what);
    return false;
}

/* What a process that was killed has left behind is removed; nothing else is. */
static bool make_way(const char *path, const struct sockaddr_un *address, GError **error)
{
    struct stat status;
    if (lstat(path, &status) != 0)
        return errno == ENOENT || fail(error, path, g_strerror(errno));
    if (!S_ISSOCK(status.st_mode))
        return fail(error, path, "there is a file that is no socket");
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool is_used =
        fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof *address) == 0;
    if (fd >= 0)
        (void)close(fd);
    if (is_used)
        return fail(error, path, "another process listens there");
    return unlink(path) == 0 || fail(error, path, g_strerror(errno));
}

static bool listen_on(NodeControl *control, const char *path, GError **error)
{
    static GSourceFuncs functions = {.dispatch = dispatch_control};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return fail(error, path, "the path is too long for a socket");
    memcpy(address.sun_path, path, strlen(path));
    if (!make_way(path, &address, error))
        return false;
    control->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (control->fd < 0 ||
        bind(control->fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        chmod(path, 0600) != 0 || listen(control->fd, 16) != 0)
        return fail(error, path, g_strerror(errno));
    control->path = g_strdup(path);
    control->source = g_source_new(&functions, sizeof(ControlSource));
    ((ControlSource *)control->source)->control = control;
    control->tag = g_source_add_unix_fd(control->source, control->fd, G_IO_IN);
    g_source_attach(control->source, control->context);
    return true;
}

/* --- life ------------------------------------------------------------------------------------ */

NodeControl *node_control_new(GMainContext *context, const char *path, NodeMailbox *chain,
                              GError **error)
{
    NodeControl *control = g_new0(NodeControl, 1);
    control->context = context;
    control->chain = chain;
    control->fd = -1;
    control->clients = g_ptr_array_new_with_free_func(free_client);
    if (strcmp(path, "-") == 0) {
        add_client(control, STDIN_FILENO, STDOUT_FILENO, true);
    } else if (!listen_on(control, path, error)) {
        node_control_free(control);
        return NULL;
    }
    return control;
}

void node_control_free(NodeControl *control)
{
    if (!control)
        return;
    for (guint i = 0; i < control->clients->len; i++)
        (void)write_out(g_ptr_array_index(control->clients, i));
    g_ptr_array_unref(control->clients);
    if (control->source) {
        g_source_destroy(control->source);
        g_source_unref(control->source);
    }
    if (control->fd >= 0)
        (void)close(control->fd);
    if (control->path)
        (void)unlink(control->path);
    g_free(control->path);
    g_free(control);
}

/* --- answers --------------------------------------------------------------------------------- */

void node_control_answer(NodeControl *control, uint32_t id, struct json_object *answer)
{
    size_t n = 0;
    const char *line = json_object_to_json_string_length(answer, JSON_C_TO_STRING_PLAIN, &n);
    for (guint i = 0; i < control->clients->len; i++) {
        Client *client = g_ptr_array_index(control->clients, i);
        if (client->id != id)
            continue;
        tell(client, line, n);
        if (!write_out(client))
            drop(client);
        return;
    }
}

void node_control_event(NodeControl *control, const char *line, size_t n)
{
    for (guint i = control->clients->len; i > 0; i--) {
        Client *client = g_ptr_array_index(control->clients, i - 1);
        if (!client->wants_events)
            continue;
        tell(client, line, n);
        if (!write_out(client))
            drop(client);
    }
}
