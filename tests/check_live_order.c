/* SPDX-License-Identifier: Apache-2.0 */

/* Nothing that says what a node has leaves it before that is on the disk: a node runs in this very
 * process, with its writes, fdatasync() and sends noted in the order in which they happen. (The
 * linker puts the functions __wrap_* in the place of the system's.) */

#define _GNU_SOURCE /* memmem() */
#include "core/wire_message.h"
#include "node/decode.h"
#include "tests/inner_fixture.h"

#define BLOCK_AT_LOG 0u        /* where a block begins in an entry of blocks.log, */
#define BLOCK_AT_REVERSIBLE 8u /* and in one of reversible.log */
#define PREVIOUS_AT 14u        /* the parent's id in a block */

/* --- what happened --------------------------------------------------------------------------- */

typedef enum StepKind {
    STEP_WRITE, /* is done */
    STEP_SYNC,  /* has returned */
    STEP_SEND,  /* begins */
} StepKind;

typedef struct Step {
    StepKind kind;
    int fd;
    bool is_log;    /* of a write or sync: blocks.log, or else reversible.log */
    int64_t number; /* of the block that is written */
    GBytes *bytes;  /* that are sent */
} Step;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* ThreadSanitizer knows it */
static GArray *steps;                                    /* of Step */
static _Thread_local bool is_observer; /* what the test itself does is not noted */

static void note(Step step)
{
    (void)pthread_mutex_lock(&lock);
    g_array_append_val(steps, step);
    (void)pthread_mutex_unlock(&lock);
}

static bool is_log(int fd)
{
    g_autofree char *link = g_strdup_printf("/proc/self/fd/%d", fd);
    g_autofree char *path = g_file_read_link(link, NULL);
    ck_assert_ptr_nonnull(path);
    return g_str_has_suffix(path, "/blocks.log");
}

ssize_t __real_pwrite(int fd, const void *bytes, size_t n, off_t at);
ssize_t __wrap_pwrite(int fd, const void *bytes, size_t n, off_t at);
int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);
ssize_t __real_send(int fd, const void *bytes, size_t n, int flags);
ssize_t __wrap_send(int fd, const void *bytes, size_t n, int flags);

static bool forgets_to_sync; /* to see that the test would notice */

ssize_t __wrap_pwrite(int fd, const void *bytes, size_t n, off_t at)
{
    const ssize_t done = __real_pwrite(fd, bytes, n, at);
    const bool log = is_log(fd);
    const size_t start = (log ? BLOCK_AT_LOG : BLOCK_AT_REVERSIBLE) + PREVIOUS_AT;
    if (!is_observer && at > 0 && n > start + 4) {
        const uint8_t *id = (const uint8_t *)bytes + start;
        const uint32_t parent =
            (uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 | (uint32_t)id[2] << 8 | id[3];
        note((Step){.kind = STEP_WRITE, .fd = fd, .is_log = log, .number = (int64_t)parent + 1});
    }
    return done;
}

int __wrap_fdatasync(int fd)
{
    if (forgets_to_sync)
        return 0;
    const int result = __real_fdatasync(fd);
    note((Step){.kind = STEP_SYNC, .fd = fd, .is_log = is_log(fd)});
    return result;
}

ssize_t __wrap_send(int fd, const void *bytes, size_t n, int flags)
{
    if (!is_observer)
        note((Step){.kind = STEP_SEND, .fd = fd, .bytes = g_bytes_new(bytes, n)});
    return __real_send(fd, bytes, n, flags);
}

/* --- what it proves -------------------------------------------------------------------------- */

/* The newest blocks whose write had been followed by a sync when step `n` began. */
typedef struct OnDisk {
    int64_t any;    /* in either file */
    int64_t logged; /* in blocks.log, that is as irreversible */
} OnDisk;

static OnDisk on_disk_at(guint n)
{
    OnDisk disk = {1, 1};
    int64_t written[2] = {1, 1};
    for (guint i = 0; i < n; i++) {
        const Step *step = &g_array_index(steps, Step, i);
        if (step->kind == STEP_WRITE) {
            written[step->is_log] = MAX(written[step->is_log], step->number);
        } else if (step->kind == STEP_SYNC) {
            disk.any = MAX(disk.any, written[step->is_log]);
            if (step->is_log)
                disk.logged = MAX(disk.logged, written[1]);
        }
    }
    return disk;
}

/* What was told, and found to be on the disk. */
typedef struct Told {
    uint32_t answers;
    uint32_t kinds[BNET_MESSAGE_KINDS];
    uint32_t wrong; /* told too soon */
} Told;

static void judge_ids(BnetItems ids, const OnDisk *disk, Told *told)
{
    BnetId id;
    while (bnet_next_id(&ids, &id))
        told->wrong += bnet_id_number(&id) > disk->any;
}

static void judge_message(GBytes *bytes, const OnDisk *disk, Told *told)
{
    BnetWireMessage message;
    ck_assert(node_decode(bytes, false, &message));
    told->kinds[message.kind]++;
    if (message.kind == BNET_MESSAGE_HELLO) {
        told->wrong += message.u.hello.last_irr_block_num > disk->logged;
        judge_ids(message.u.hello.pending_block_ids, disk, told);
    } else if (message.kind == BNET_MESSAGE_BLOCK_NOTICE) {
        judge_ids(message.u.ids, disk, told);
    } else if (message.kind == BNET_MESSAGE_BLOCK) {
        told->wrong += bnet_header_number(&message.u.block.header.fields) > disk->any;
    } else if (message.kind == BNET_MESSAGE_PING) {
        told->wrong += message.u.ping.lib > disk->logged;
    }
}

static void judge_answer(const char *line, const OnDisk *disk, Told *told)
{
    struct json_object *answer = json_tokener_parse(line);
    ck_assert_ptr_nonnull(live_get(answer, "ok"));
    told->answers++;
    if (live_get(answer, "head"))
        told->wrong += live_number(answer, "head.number") > disk->any;
    if (live_get(answer, "lib"))
        told->wrong += live_number(answer, "lib.number") > disk->logged;
    json_object_put(answer);
}

/* All that was sent to one, and which step each byte was in. */
typedef struct Stream {
    GByteArray *bytes;
    GArray *step_of; /* of guint, by byte */
} Stream;

static Stream gather(int fd)
{
    Stream stream = {g_byte_array_new(), g_array_new(FALSE, FALSE, sizeof(guint))};
    for (guint i = 0; i < steps->len; i++) {
        const Step *step = &g_array_index(steps, Step, i);
        gsize n = 0;
        if (step->kind != STEP_SEND || step->fd != fd)
            continue;
        const guint8 *data = g_bytes_get_data(step->bytes, &n);
        g_byte_array_append(stream.bytes, data, (guint)n);
        for (gsize j = 0; j < n; j++)
            g_array_append_val(stream.step_of, i);
    }
    return stream;
}

static OnDisk on_disk_when(const Stream *stream, gsize at)
{
    return on_disk_at(g_array_index(stream->step_of, guint, at));
}

static void judge_lines(const Stream *stream, Told *told)
{
    const char *text = (const char *)stream->bytes->data;
    const char *end;
    for (gsize at = 0; at < stream->bytes->len; at = (gsize)(end - text) + 1) {
        end = memchr(text + at, '\n', stream->bytes->len - at);
        ck_assert_ptr_nonnull(end);
        const OnDisk disk = on_disk_when(stream, at);
        g_autofree char *line = g_strndup(text + at, (gsize)(end - text) - at);
        judge_answer(line, &disk, told);
    }
}

/* Length of the frame's contents, which begin at *ret_start; a client's are unmasked. */
static gsize open_frame(guint8 *frame, gsize *ret_start)
{
    gsize n = frame[1] & 127;
    gsize start = 2;
    if (n >= 126) {
        start = n == 126 ? 4 : 10;
        n = 0;
        for (gsize i = 2; i < start; i++)
            n = n << 8 | frame[i];
    }
    if (frame[1] & 128) {
        for (gsize i = 0; i < n; i++)
            frame[start + 4 + i] ^= frame[start + i % 4];
        start += 4;
    }
    *ret_start = start;
    return n;
}

/* Frames, each a message or of WebSocket's own; our half of the handshake before. */
static void judge_frames(const Stream *stream, Told *told)
{
    guint8 *data = stream->bytes->data;
    const guint8 *end = memmem(data, stream->bytes->len, "\r\n\r\n", 4);
    ck_assert_ptr_nonnull(end);
    for (gsize at = (gsize)(end - data) + 4; at < stream->bytes->len;) {
        gsize start;
        const gsize n = open_frame(data + at, &start);
        const OnDisk disk = on_disk_when(stream, at);
        g_autoptr(GBytes) bytes = g_bytes_new(data + at + start, n);
        if (data[at] == 0x82)
            judge_message(bytes, &disk, told);
        at += start + n;
    }
}

static Told judge(void)
{
    Told told = {0};
    g_autoptr(GHashTable) fds = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < steps->len; i++) {
        const Step *step = &g_array_index(steps, Step, i);
        if (step->kind != STEP_SEND || !g_hash_table_add(fds, GINT_TO_POINTER(step->fd)))
            continue;
        const Stream stream = gather(step->fd);
        if (stream.bytes->data[0] == '{')
            judge_lines(&stream, &told);
        else
            judge_frames(&stream, &told);
        g_byte_array_unref(stream.bytes);
        g_array_unref(stream.step_of);
    }
    return told;
}

/* --- a node in this process ------------------------------------------------------------------ */

static void clear_step(gpointer data)
{
    g_clear_pointer(&((Step *)data)->bytes, g_bytes_unref);
}

static void begin(Inner *inner, const char *const *more)
{
    is_observer = true;
    steps = g_array_new(FALSE, FALSE, sizeof(Step));
    g_array_set_clear_func(steps, clear_step);
    inner_begin(inner, more);
}

/* It ends; what it had told, and when. */
static Told end(Inner *inner)
{
    inner_end(inner);
    const Told told = judge();
    g_array_unref(steps);
    return told;
}

/* Reads until a message of that kind, of a block until that number. */
static void read_until(int fd, BnetMessageKind kind, uint32_t number)
{
    for (;;) {
        uint8_t first;
        BnetWireMessage message;
        GByteArray *payload = live_ws_receive(fd, &first);
        g_autoptr(GBytes) bytes = g_byte_array_free_to_bytes(payload);
        ck_assert(first == 0x82 && node_decode(bytes, false, &message));
        if (message.kind == kind && (kind != BNET_MESSAGE_BLOCK ||
                                     bnet_header_number(&message.u.block.header.fields) >= number))
            return;
    }
}

/* A peer that has nothing yet. */
static int join(const LiveNode *node, uint8_t who)
{
    const int fd = live_ws_connect(node);
    live_ws_hello(fd, who);
    read_until(fd, BNET_MESSAGE_PING, 0);
    return fd;
}

/* --- tests ----------------------------------------------------------------------------------- */

#define BEGIN(inner, ...) begin(inner, (const char *const[]){__VA_ARGS__, NULL})

static Told make_and_tell(void)
{
    enum {
        ALONE = 20,
        TOGETHER = 30
    };
    Inner inner;
    BEGIN(&inner, LIVE_PRODUCER);
    const int early = join(&inner.node, 1);
    for (int i = 0; i < ALONE; i++)
        live_do(&inner.node, "{\"cmd\":\"produce\",\"slots\":\"next\"}");
    live_do(&inner.node, "{\"cmd\":\"produce\",\"count\":%d,\"slots\":\"next\"}", TOGETHER);
    live_do(&inner.node, "{\"cmd\":\"produce\"}"); /* of the present: it is noticed */
    read_until(early, BNET_MESSAGE_BLOCK_NOTICE, 0);
    const int late = join(&inner.node, 2);
    read_until(late, BNET_MESSAGE_BLOCK, ALONE + TOGETHER + 2);
    const Told told = end(&inner);
    ck_assert_uint_eq(told.answers, ALONE + 3);
    ck_assert_uint_eq(told.kinds[BNET_MESSAGE_HELLO], 2);
    ck_assert_uint_ge(told.kinds[BNET_MESSAGE_BLOCK], ALONE + TOGETHER + 1);
    ck_assert_uint_ge(told.kinds[BNET_MESSAGE_BLOCK_NOTICE], 1);
    ck_assert_uint_ge(told.kinds[BNET_MESSAGE_PING], 2);
    live_close_all((const int[]){early, late}, 2);
    return told;
}

START_TEST(test_own_blocks)
{
    const Told told = make_and_tell();
    ck_assert_uint_eq(told.wrong, 0);
}
END_TEST

/* A node that did not bring its blocks to the disk would be found out. */
START_TEST(test_that_it_would_be_seen)
{
    forgets_to_sync = true;
    const Told told = make_and_tell();
    forgets_to_sync = false;
    ck_assert_uint_gt(told.wrong, 20);
}
END_TEST

/* Blocks of another are passed on when they are on the disk. */
START_TEST(test_blocks_of_another)
{
    LiveNode producer;
    Inner inner;
    live_begin_with(&producer, LIVE_PRODUCER);
    live_do(&producer, "{\"cmd\":\"produce\",\"count\":200,\"slots\":\"next\"}");
    BEGIN(&inner, "--bnet-connect", producer.peer);
    const int early = join(&inner.node, 1);
    read_until(early, BNET_MESSAGE_BLOCK, 100);
    live_do(&inner.node, "{\"cmd\":\"wait\",\"head\":201,\"timeout\":60}");
    for (int head = 202; head < 212; head++) {
        live_do(&producer, "{\"cmd\":\"produce\",\"slots\":\"next\"}");
        live_do(&inner.node, "{\"cmd\":\"wait\",\"head\":%d,\"timeout\":60}", head);
    }
    const int late = join(&inner.node, 2);
    read_until(late, BNET_MESSAGE_BLOCK, 211);
    const Told told = end(&inner);
    ck_assert_uint_eq(told.wrong, 0);
    ck_assert_uint_eq(told.answers, 12);
    ck_assert_uint_ge(told.kinds[BNET_MESSAGE_HELLO], 3);
    ck_assert_uint_ge(told.kinds[BNET_MESSAGE_BLOCK], 300);
    ck_assert_uint_ge(told.kinds[BNET_MESSAGE_PING], 2);
    live_close_all((const int[]){early, late}, 2);
    live_end(&producer);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        test_own_blocks,
        test_blocks_of_another,
        test_that_it_would_be_seen,
    };
    return live_run("live_order", tests, G_N_ELEMENTS(tests));
}
