/* SPDX-License-Identifier: Apache-2.0 */

/* The chain of a node on disk: what was added is there again, whatever was torn is cut off. */

#include <string.h>

#include "core/text.h"
#include "node/chain_store.h"
#include "node/genesis.h"
#include "tests/live_fixture.h"

#define CHAIN_ID "cf057bbfb72640471fd910bcb67639c22df9f92470936cddc1ade0e2f2e7dc4f"

/* A folder that is open. */
typedef struct Bench {
    char *folder;
    BnetStore store;
    NodeChainStart start;
    NodeChainStore *disk;
} Bench;

static bool try_open(Bench *bench, GError **error)
{
    const NodeChainStoreConfig config = {.folder = bench->folder};
    bench->disk = node_chain_store_open(&config, &bench->store, &bench->start, error);
    return bench->disk != NULL;
}

static void open_again(Bench *bench)
{
    GError *error = NULL;
    ck_assert_msg(try_open(bench, &error), "%s", error ? error->message : "");
    BnetPrivateKey key;
    ck_assert(bnet_parse_private_key(LIVE_KEY, strlen(LIVE_KEY), &key));
    ck_assert(bnet_store_set_key(&bench->store, bnet_name("eosio"), &key));
}

static void begin(Bench *bench)
{
    bench->folder = live_folder();
    open_again(bench);
}

static void close_now(Bench *bench)
{
    node_chain_start_clear(&bench->start);
    bnet_store_finish(&bench->store);
    node_chain_store_close(bench->disk);
}

static void end(Bench *bench)
{
    close_now(bench);
    live_remove(bench->folder);
}

/* A block of eosio on another, in the next slot or a later one. */
static BnetBlock add(Bench *bench, BnetBlock parent, uint32_t later)
{
    BnetStore *store = &bench->store;
    const BnetBlock block = bnet_store_add_block(
        store, &(BnetBlockSpec){
                   .parent = parent,
                   .slot = bnet_store_block(store, parent)->slot + 1 + later,
                   .producer = bnet_name("eosio"),
                   .schedule_version = bnet_store_schedule(store, parent)->version,
                   .signature_valid = true,
                   .content_valid = true,
               });
    ck_assert(!bnet_store_block(store, block)->is_bad);
    node_chain_store_add(bench->disk, store, block);
    return block;
}

static BnetBlock reversible(const Bench *bench, guint i)
{
    return g_array_index(bench->start.reversible, BnetBlock, i);
}

static void set_bytes(const Bench *bench, const char *name, const char *bytes, gsize n)
{
    g_autofree char *path = g_build_filename(bench->folder, name, NULL);
    /* Without waiting for the disk, which GLib does. */
    const int fd = g_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, bytes, n), (gssize)n);
    (void)close(fd);
}

static gsize size_of(const Bench *bench, const char *name)
{
    GStatBuf status;
    g_autofree char *path = g_build_filename(bench->folder, name, NULL);
    ck_assert_int_eq(g_stat(path, &status), 0);
    return (gsize)status.st_size;
}

/* (transfer full) */
static char *get_bytes(const Bench *bench, const char *name, gsize *ret_n)
{
    g_autofree char *path = g_build_filename(bench->folder, name, NULL);
    char *bytes = NULL;
    ck_assert(g_file_get_contents(path, &bytes, ret_n, NULL));
    return bytes;
}

/* --- a sound folder -------------------------------------------------------------------------- */

START_TEST(test_new_chain)
{
    Bench bench;
    BnetId chain_id;
    ck_assert(bnet_parse_id(CHAIN_ID, strlen(CHAIN_ID), &chain_id));
    begin(&bench);
    ck_assert_uint_eq(bench.start.head, BNET_GENESIS);
    ck_assert_uint_eq(bench.start.reversible->len, 0);
    ck_assert_uint_eq(bench.start.notes->len, 0);
    ck_assert_uint_eq(bench.start.max_lifetime_s, 3600);
    ck_assert(bnet_id_equal(&bench.store.chain_id, &chain_id));
    end(&bench);
}
END_TEST

/* Nothing is kept without a folder; all else is the same. */
START_TEST(test_in_memory)
{
    Bench bench = {0};
    open_again(&bench);
    const BnetBlock block = add(&bench, BNET_GENESIS, 0);
    node_chain_store_irreversible(bench.disk, &bench.store, block);
    ck_assert_uint_eq(node_chain_store_logged(bench.disk), 2);
    ck_assert(!node_chain_store_is_dirty(bench.disk));
    close_now(&bench);
}
END_TEST

START_TEST(test_blocks_come_again)
{
    Bench bench;
    begin(&bench);
    const BnetBlock two = add(&bench, BNET_GENESIS, 0);
    const BnetBlock three = add(&bench, two, 0);
    add(&bench, two, 5); /* a fork */
    const BnetId id = bnet_store_block(&bench.store, three)->id;
    node_chain_store_irreversible(bench.disk, &bench.store, two);
    ck_assert(node_chain_store_is_dirty(bench.disk));
    ck_assert(node_chain_store_commit(bench.disk, NULL));
    ck_assert(!node_chain_store_is_dirty(bench.disk));
    close_now(&bench);

    open_again(&bench);
    ck_assert_uint_eq(bnet_store_number(&bench.store, bench.start.head), 2);
    ck_assert_uint_eq(bench.start.reversible->len, 2);
    ck_assert(bnet_id_equal(&bnet_store_block(&bench.store, reversible(&bench, 0))->id, &id));
    ck_assert_uint_eq(bnet_store_number(&bench.store, reversible(&bench, 1)), 3);
    ck_assert_uint_eq(bench.start.notes->len, 0);
    end(&bench);
}
END_TEST

/* The file of the reversible blocks does not grow for ever, and loses nothing. */
START_TEST(test_compaction)
{
    enum {
        BLOCKS = 3000
    };
    Bench bench;
    begin(&bench);
    BnetBlock head = BNET_GENESIS;
    BnetBlock before = BNET_NO_BLOCK;
    for (uint32_t i = 0; i < BLOCKS; i++) {
        before = head;
        head = add(&bench, head, 0);
        if (before != BNET_GENESIS)
            node_chain_store_irreversible(bench.disk, &bench.store, before);
    }
    close_now(&bench);
    ck_assert_uint_lt(size_of(&bench, "reversible.log"), 1100 * 200);
    open_again(&bench);
    ck_assert_uint_eq(bnet_store_number(&bench.store, bench.start.head), BLOCKS);
    ck_assert_uint_eq(bench.start.reversible->len, 1);
    ck_assert_uint_eq(bnet_store_number(&bench.store, reversible(&bench, 0)), BLOCKS + 1);
    end(&bench);
}
END_TEST

/* --- torn files ------------------------------------------------------------------------------ */

typedef struct Three {
    char *log;
    gsize n_log;
    char *reversible;
    gsize n_reversible;
    gsize log_ends[2];        /* behind block 2, and 3 */
    gsize reversible_ends[2]; /* behind block 4, and 5 */
} Three;

/* A folder with blocks 2 and 3 in the log, 4 and 5 reversible. */
static void begin_three(Bench *bench, Three *three)
{
    begin(bench);
    BnetBlock head = BNET_GENESIS;
    for (int i = 0; i < 2; i++) {
        head = add(bench, head, 0);
        node_chain_store_irreversible(bench->disk, &bench->store, head);
        three->log_ends[i] = size_of(bench, "blocks.log");
    }
    close_now(bench);
    open_again(bench); /* block 3 is no reversible one any more */
    head = bench->start.head;
    for (int i = 0; i < 2; i++) {
        head = add(bench, head, 0);
        three->reversible_ends[i] = size_of(bench, "reversible.log");
    }
    close_now(bench);
    three->log = get_bytes(bench, "blocks.log", &three->n_log);
    three->reversible = get_bytes(bench, "reversible.log", &three->n_reversible);
    ck_assert_uint_eq(three->n_log, three->log_ends[1]);
    ck_assert_uint_eq(three->n_reversible, three->reversible_ends[1]);
}

static void end_three(Bench *bench, Three *three)
{
    g_free(three->log);
    g_free(three->reversible);
    live_remove(bench->folder);
}

/* The next length to cut at: those between two whole blocks not all, the ends of blocks always. */
static gsize next_cut(gsize n, const gsize ends[2])
{
    const gsize next = n + 7;
    for (int i = 0; i < 2; i++)
        if (n < ends[i] && next > ends[i])
            return ends[i];
    return next;
}

START_TEST(test_cuts_of_the_reversible)
{
    Bench bench;
    Three three;
    begin_three(&bench, &three);
    const gsize first = three.reversible_ends[0] - (three.n_reversible - three.reversible_ends[0]);
    for (gsize n = first; n <= three.n_reversible; n = next_cut(n, three.reversible_ends)) {
        const guint whole = n == three.n_reversible ? 2 : n >= three.reversible_ends[0] ? 1 : 0;
        const bool is_torn = n != first && n != three.reversible_ends[0] && n != three.n_reversible;
        set_bytes(&bench, "reversible.log", three.reversible, n);
        open_again(&bench);
        ck_assert_uint_eq(bench.start.reversible->len, whole);
        ck_assert_uint_eq(bench.start.notes->len, is_torn);
        close_now(&bench);
        /* It was cut back: the next time nothing is wrong. */
        open_again(&bench);
        ck_assert_uint_eq(bench.start.reversible->len, whole);
        ck_assert_uint_eq(bench.start.notes->len, 0);
        close_now(&bench);
    }
    end_three(&bench, &three);
}
END_TEST

/* What was cut off the log is still among the reversible blocks. */
START_TEST(test_cuts_of_the_log)
{
    Bench bench;
    Three three;
    begin_three(&bench, &three);
    for (gsize n = three.log_ends[0]; n <= three.n_log; n = next_cut(n, three.log_ends)) {
        const bool is_whole = n == three.n_log;
        set_bytes(&bench, "blocks.log", three.log, n);
        set_bytes(&bench, "reversible.log", three.reversible, three.n_reversible);
        open_again(&bench);
        ck_assert_uint_eq(bnet_store_number(&bench.store, bench.start.head), is_whole ? 3 : 2);
        ck_assert_uint_eq(bench.start.reversible->len, is_whole ? 2 : 3);
        ck_assert_uint_eq(bench.start.notes->len, !is_whole && n != three.log_ends[0]);
        if (!is_whole && n != three.log_ends[0])
            ck_assert_ptr_nonnull(strstr(g_ptr_array_index(bench.start.notes, 0), "cut off"));
        close_now(&bench);
    }
    end_three(&bench, &three);
}
END_TEST

/* A tail of zeros, as a machine leaves it that lost its power, and a byte that has changed. */
START_TEST(test_damaged_tails)
{
    Bench bench;
    Three three;
    begin_three(&bench, &three);
    g_autofree char *longer = g_malloc0(three.n_reversible + 4096);
    memcpy(longer, three.reversible, three.n_reversible);
    set_bytes(&bench, "reversible.log", longer, three.n_reversible + 4096);
    open_again(&bench);
    ck_assert_uint_eq(bench.start.reversible->len, 2);
    ck_assert_uint_eq(bench.start.notes->len, 1);
    close_now(&bench);
    longer[three.n_reversible - 20] ^= 1; /* in the signature: it still decodes */
    set_bytes(&bench, "reversible.log", longer, three.n_reversible);
    open_again(&bench);
    ck_assert_uint_eq(bench.start.reversible->len, 1);
    ck_assert_uint_eq(bench.start.notes->len, 1);
    ck_assert_uint_eq(size_of(&bench, "reversible.log.torn"),
                      three.n_reversible - three.reversible_ends[0]);
    close_now(&bench);
    end_three(&bench, &three);
}
END_TEST

/* --- what cannot be used --------------------------------------------------------------------- */

static void expect_refusal(Bench *bench, const char *part)
{
    g_autoptr(GError) error = NULL;
    ck_assert(!try_open(bench, &error));
    ck_assert_msg(strstr(error->message, part) != NULL, "%s", error->message);
}

START_TEST(test_folder_in_use)
{
    Bench bench;
    Bench other = {0};
    begin(&bench);
    other.folder = bench.folder;
    expect_refusal(&other, "in use by another node");
    end(&bench);
}
END_TEST

START_TEST(test_unusable_folders)
{
    Bench bench;
    Three three;
    g_autofree char *garbage = g_strnfill(17 * 1024 * 1024, 'x');
    begin_three(&bench, &three);
    set_bytes(&bench, "blocks.log", "", 0);
    expect_refusal(&bench, "is empty");
    set_bytes(&bench, "blocks.log", three.log, 100);
    expect_refusal(&bench, "genesis_state");
    /* More than a torn write. */
    memcpy(garbage, three.log, three.n_log);
    set_bytes(&bench, "blocks.log", garbage, 17 * 1024 * 1024);
    expect_refusal(&bench, "more than a torn write");
    set_bytes(&bench, "blocks.log", three.log, three.n_log);
    set_bytes(&bench, "reversible.log", "BNETREV2", 8);
    expect_refusal(&bench, "no file of reversible blocks");
    g_autofree char *other = g_memdup2(three.reversible, three.n_reversible);
    other[8] ^= 1;
    set_bytes(&bench, "reversible.log", other, three.n_reversible);
    expect_refusal(&bench, "another chain");
    end_three(&bench, &three);
}
END_TEST

START_TEST(test_other_genesis)
{
    Bench bench;
    BnetWireGenesis genesis;
    g_autoptr(GError) error = NULL;
    begin(&bench);
    close_now(&bench);
    node_genesis_default(&genesis);
    genesis.max_authority_depth++;
    const NodeChainStoreConfig config = {.folder = bench.folder, .genesis = &genesis};
    ck_assert_ptr_null(node_chain_store_open(&config, &bench.store, &bench.start, &error));
    ck_assert_ptr_nonnull(strstr(error->message, "another chain"));
    live_remove(bench.folder);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        test_new_chain,
        test_in_memory,
        test_blocks_come_again,
        test_compaction,
        test_cuts_of_the_reversible,
        test_cuts_of_the_log,
        test_damaged_tails,
        test_folder_in_use,
        test_unusable_folders,
        test_other_genesis,
    };
    return live_run("chain_store", tests, G_N_ELEMENTS(tests));
}
