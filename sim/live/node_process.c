/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/live/node_process.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct NodeProcess {
    GPid pid; /* 0: it has ended */
    int fd;
    int limit_ms;
    GString *unread; /* of its lines, what was not looked at, behind what was */
    gsize taken;     /* so much of it was */
    gsize scanned;   /* and so much behind that has no end of a line */
    GQueue events;   /* of struct json_object: those that nobody has asked for yet */
    char *endpoint;
    char *peer_id;
};

G_DEFINE_QUARK(bnetlab - node - process - error, node_process_error)

/* --- lines ----------------------------------------------------------------------------------- */

/* What of it can be done without waiting; 0: nothing until then. */
static short wait_for(int fd, short what, int64_t until_us)
{
    struct pollfd wanted = {.fd = fd, .events = what};
    for (;;) {
        const int64_t left_us = MAX(until_us - g_get_monotonic_time(), 0);
        const int n = poll(&wanted, 1, (int)((left_us + 999) / 1000));
        if (n > 0)
            return wanted.revents;
        if (n == 0 || errno != EINTR)
            return 0;
    }
}

static int64_t limit_of(const NodeProcess *process)
{
    return g_get_monotonic_time() + (int64_t)process->limit_ms * 1000;
}

static bool fail_ended(GError **error)
{
    g_set_error(error, NODE_PROCESS_ERROR, NODE_PROCESS_ERROR_ENDED, "the node has ended");
    return false;
}

static bool fail_silent(const NodeProcess *process, GError **error)
{
    g_set_error(error, NODE_PROCESS_ERROR, NODE_PROCESS_ERROR_SILENT,
                "the node has said nothing for %d s", process->limit_ms / 1000);
    return false;
}

/* Some more of what it says, which there is, or its end. */
static bool take_in(NodeProcess *process, GError **error)
{
    char bytes[16384];
    const ssize_t n = recv(process->fd, bytes, sizeof bytes, 0);
    if (n < 0 && errno == EINTR)
        return true;
    if (n <= 0)
        return fail_ended(error);
    g_string_append_len(process->unread, bytes, n);
    return true;
}

static bool read_more(NodeProcess *process, GError **error)
{
    return wait_for(process->fd, POLLIN, limit_of(process)) != 0 ? take_in(process, error)
                                                                 : fail_silent(process, error);
}

/* Until more can be written. It may be that it reads on only when what it says is taken. */
static bool make_room(NodeProcess *process, GError **error)
{
    const short can = wait_for(process->fd, POLLIN | POLLOUT, limit_of(process));
    if (can == 0)
        return fail_silent(process, error);
    return (can & POLLIN) == 0 || take_in(process, error);
}

/* (transfer full) (nullable) */
static char *read_line(NodeProcess *process, GError **error)
{
    if (process->pid == 0) {
        fail_ended(error);
        return NULL;
    }
    for (;;) {
        const char *text = process->unread->str + process->taken;
        const char *end = strchr(text + process->scanned, '\n');
        if (end) {
            const gsize n = (gsize)(end - text);
            char *line = g_strndup(text, n);
            process->taken += n + 1;
            process->scanned = 0;
            return line;
        }
        g_string_erase(process->unread, 0, (gssize)process->taken);
        process->taken = 0;
        process->scanned = process->unread->len;
        if (!read_more(process, error))
            return NULL;
    }
}

/* An answer or an event. (transfer full) (nullable) */
static struct json_object *read_object(NodeProcess *process, GError **error)
{
    g_autofree char *line = read_line(process, error);
    if (!line)
        return NULL;
    struct json_object *object = json_tokener_parse(line);
    if (json_object_is_type(object, json_type_object))
        return object;
    (void)json_object_put(object);
    g_set_error(error, NODE_PROCESS_ERROR, NODE_PROCESS_ERROR_FORM, "the node says: %.200s", line);
    return NULL;
}

static bool write_all(NodeProcess *process, const char *text, gsize n, GError **error)
{
    while (n > 0) {
        const ssize_t done = send(process->fd, text, n, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (done >= 0) {
            text += done;
            n -= (gsize)done;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            if (!make_room(process, error))
                return false;
        } else if (errno != EINTR) {
            return fail_ended(error);
        }
    }
    return true;
}

/* --- commands -------------------------------------------------------------------------------- */

bool node_process_say(NodeProcess *process, const char *command, GError **error)
{
    if (process->pid == 0)
        return fail_ended(error);
    return write_all(process, command, strlen(command), error) &&
           write_all(process, "\n", 1, error);
}

struct json_object *node_process_answer(NodeProcess *process, GError **error)
{
    struct json_object *object;
    while ((object = read_object(process, error)) != NULL && !node_process_get(object, "ok"))
        g_queue_push_tail(&process->events, object);
    if (!object || node_process_get_flag(object, "ok"))
        return object;
    const char *why = node_process_get_text(object, "error");
    g_set_error(error, NODE_PROCESS_ERROR, NODE_PROCESS_ERROR_REFUSED, "%s",
                why ? why : "the node refuses");
    (void)json_object_put(object);
    return NULL;
}

static struct json_object *ask(NodeProcess *process, GError **error, const char *format,
                               va_list arguments) G_GNUC_PRINTF(3, 0);

static struct json_object *ask(NodeProcess *process, GError **error, const char *format,
                               va_list arguments)
{
    g_autofree char *command = g_strdup_vprintf(format, arguments);
    return node_process_say(process, command, error) ? node_process_answer(process, error) : NULL;
}

struct json_object *node_process_ask(NodeProcess *process, GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    struct json_object *answer = ask(process, error, format, arguments);
    va_end(arguments);
    return answer;
}

bool node_process_do(NodeProcess *process, GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    struct json_object *answer = ask(process, error, format, arguments);
    va_end(arguments);
    const bool is_done = answer != NULL;
    (void)json_object_put(answer);
    return is_done;
}

struct json_object *node_process_event(NodeProcess *process, GError **error)
{
    struct json_object *event = g_queue_pop_head(&process->events);
    while (!event) {
        event = read_object(process, error);
        if (!event)
            return NULL;
        if (!node_process_get(event, "what")) { /* the answer of a wait that nobody took */
            (void)json_object_put(event);
            event = NULL;
        }
    }
    return event;
}

struct json_object *node_process_kept_event(NodeProcess *process)
{
    return g_queue_pop_head(&process->events);
}

/* --- life ------------------------------------------------------------------------------------ */

/* Runs in the child. */
static void stand_apart(gpointer data)
{
    (void)data;
    (void)setpgid(0, 0);
}

static bool spawn(NodeProcess *process, const NodeProcessOptions *options, GError **error)
{
    int ends[2];
    g_autofree char *self =
        options->program ? g_strdup(options->program) : g_file_read_link("/proc/self/exe", error);
    if (!self)
        return false;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        g_set_error(error, NODE_PROCESS_ERROR, NODE_PROCESS_ERROR_START, "no socket: %s",
                    g_strerror(errno));
        return false;
    }
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    const char *const first[] = {
        self,
        "node",
        "--control",
        "-",
        "--quiet",
        "--bnet-endpoint",
        options->endpoint ? options->endpoint : "127.0.0.1:0",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(first); i++)
        g_ptr_array_add(words, g_strdup(first[i]));
    for (gsize i = 0; options->arguments && options->arguments[i]; i++)
        g_ptr_array_add(words, g_strdup(options->arguments[i]));
    g_ptr_array_add(words, NULL);
    g_ptr_array_set_free_func(words, g_free);
    process->fd = ends[0];
    const bool is_ok =
        g_spawn_async_with_fds(NULL, (char **)words->pdata, NULL, G_SPAWN_DO_NOT_REAP_CHILD,
                               stand_apart, NULL, &process->pid, ends[1], ends[1], -1, error);
    (void)close(ends[1]);
    if (!is_ok)
        process->pid = 0;
    return is_ok;
}

/* Exit status of the process, which is about to end, or -1: a signal ended it. */
static int await_end(NodeProcess *process)
{
    int status = 0;
    pid_t ended;
    do
        ended = waitpid(process->pid, &status, 0);
    while (ended < 0 && errno == EINTR);
    process->pid = 0;
    return ended > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* False: it lives on for the limit, or it cannot be found out. */
static bool ends_by_itself(const NodeProcess *process)
{
    const int fd = pidfd_open(process->pid, 0);
    const bool has_ended = fd >= 0 && wait_for(fd, POLLIN, limit_of(process)) != 0;
    if (fd >= 0)
        (void)close(fd);
    return has_ended;
}

static bool ask_who(NodeProcess *process, GError **error)
{
    struct json_object *status = node_process_ask(process, error, "{\"cmd\":\"status\"}");
    if (!status)
        return false;
    process->endpoint = g_strdup(node_process_get_text(status, "listening"));
    process->peer_id = g_strdup(node_process_get_text(status, "peer_id"));
    (void)json_object_put(status);
    if (process->endpoint && process->peer_id)
        return true;
    g_set_error(error, NODE_PROCESS_ERROR, NODE_PROCESS_ERROR_FORM,
                "the node does not tell where it listens");
    return false;
}

NodeProcess *node_process_start(const NodeProcessOptions *options, GError **error)
{
    NodeProcess *process = g_new0(NodeProcess, 1);
    process->fd = -1;
    process->limit_ms = options->limit_ms > 0 ? options->limit_ms : NODE_PROCESS_LIMIT_MS;
    process->unread = g_string_new(NULL);
    g_queue_init(&process->events);
    if (spawn(process, options, error) && ask_who(process, error))
        return process;
    node_process_free(process);
    return NULL;
}

void node_process_kill(NodeProcess *process)
{
    if (process->pid == 0)
        return;
    (void)kill(process->pid, SIGKILL);
    (void)await_end(process);
}

bool node_process_has_ended(NodeProcess *process)
{
    if (process->pid != 0 && waitpid(process->pid, NULL, WNOHANG) == process->pid)
        process->pid = 0;
    return process->pid == 0;
}

bool node_process_quit(NodeProcess *process, GError **error)
{
    if (!node_process_do(process, error, "{\"cmd\":\"quit\"}")) {
        node_process_kill(process);
        return false;
    }
    /* Its end of the socket closes when it ends, or before; if it does not end, it is made to. */
    g_autoptr(GError) why = NULL;
    struct json_object *object;
    while ((object = read_object(process, &why)) != NULL)
        (void)json_object_put(object);
    if (!g_error_matches(why, NODE_PROCESS_ERROR, NODE_PROCESS_ERROR_ENDED)) {
        node_process_kill(process);
        g_propagate_error(error, g_steal_pointer(&why));
        return false;
    }
    if (!ends_by_itself(process)) {
        node_process_kill(process);
        return fail_silent(process, error);
    }
    const int status = await_end(process);
    if (status == 0)
        return true;
    g_set_error(error, NODE_PROCESS_ERROR, NODE_PROCESS_ERROR_ENDED,
                status < 0 ? "the node was ended by a signal" : "the node ended with status %d",
                status);
    return false;
}

void node_process_free(NodeProcess *process)
{
    if (!process)
        return;
    node_process_kill(process);
    if (process->fd >= 0)
        (void)close(process->fd);
    struct json_object *event;
    while ((event = g_queue_pop_head(&process->events)) != NULL)
        (void)json_object_put(event);
    g_string_free(process->unread, TRUE);
    g_free(process->endpoint);
    g_free(process->peer_id);
    g_free(process);
}

const char *node_process_endpoint(const NodeProcess *process)
{
    return process->endpoint;
}

const char *node_process_peer_id(const NodeProcess *process)
{
    return process->peer_id;
}

bool node_process_runs(const NodeProcess *process)
{
    return process->pid != 0;
}

int node_process_pid(const NodeProcess *process)
{
    return process->pid;
}

/* --- values ---------------------------------------------------------------------------------- */

struct json_object *node_process_get(struct json_object *object, const char *path)
{
    for (;;) {
        const char *dot = strchr(path, '.');
        g_autofree char *key = dot ? g_strndup(path, (gsize)(dot - path)) : g_strdup(path);
        if (!json_object_is_type(object, json_type_object) ||
            !json_object_object_get_ex(object, key, &object))
            return NULL;
        if (!dot)
            return object;
        path = dot + 1;
    }
}

int64_t node_process_get_number(struct json_object *object, const char *path)
{
    struct json_object *value = node_process_get(object, path);
    return json_object_is_type(value, json_type_int) ? json_object_get_int64(value) : 0;
}

const char *node_process_get_text(struct json_object *object, const char *path)
{
    struct json_object *value = node_process_get(object, path);
    return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

bool node_process_get_flag(struct json_object *object, const char *path)
{
    struct json_object *value = node_process_get(object, path);
    return json_object_is_type(value, json_type_boolean) && json_object_get_boolean(value);
}
