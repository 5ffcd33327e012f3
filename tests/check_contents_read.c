/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a store finds in blocks that it reads: faults, twins of one id, new producers; and that two
 * stores that read each other's blocks agree.
 */
#include "core/contents.h"
#include "tests/contents_fixture.h"

#define TRX_BYTES 60u

/* --- blocks made by the test ----------------------------------------------------------------- */

static const BnetId *first_hash(const BnetStore *store)
{
    return &bnet_schedules_at(&store->schedules, 0)->hash;
}

/* A valid block after 20 others with one transaction, and what it is made from. */
typedef struct Sample {
    BnetStore store;
    BnetBlock parent;
    BnetBlock good;
    ContentsBlock made;
} Sample;

static void sample_init(Sample *sample, bool extensions)
{
    contents_store_init(&sample->store, &(ContentsOptions){.n_producers = 2,
                                                           .extensions = extensions,
                                                           .verify = true,
                                                           .keep = true});
    sample->parent = core_extend(&sample->store, BNET_GENESIS, 20);
    BnetTrx trx = bnet_store_add_trx(&sample->store, 1, CORE_ZERO_S + 1000, TRX_BYTES);
    sample->good = core_child_with(&sample->store, sample->parent, 0, trx);
    sample->made = contents_of(&sample->store, sample->good);
}

static void sample_finish(Sample *sample)
{
    free(sample->made.bytes.bytes);
    bnet_store_finish(&sample->store);
}

/* Signs the changed block and reads it: its faults. */
static void assert_faults(Sample *sample, BnetFault header_fault, BnetFault content_fault)
{
    contents_sign(&sample->store, sample->parent, &sample->made.block, first_hash(&sample->store));
    const BnetBlock block = contents_read(&sample->store, &sample->made.block);
    const BnetBlockInfo *info = bnet_store_block(&sample->store, block);
    ck_assert_int_eq(info->header_fault, header_fault);
    ck_assert_int_eq(info->content_fault, content_fault);
    ck_assert_uint_eq(info->parent, sample->parent);
    ck_assert((block == sample->good) == (!header_fault && !content_fault));
}

/* One extension with that type and data: `data` begins with both, packed. */
static BnetItems one_extension(const char *data, size_t n)
{
    return (BnetItems){.bytes = (const uint8_t *)data, .n = n, .count = 1};
}

/* --- faults ---------------------------------------------------------------------------------- */

START_TEST(test_signed_by_test)
{
    Sample sample;
    sample_init(&sample, false);
    assert_faults(&sample, BNET_FAULT_NONE, BNET_FAULT_NONE);
    sample_finish(&sample);
}
END_TEST

/* Header faults in their order, each with all that come after it. */
START_TEST(test_header_faults)
{
    for (BnetFault fault = BNET_FAULT_HEADER_EXTENSION; fault <= BNET_FAULT_NEW_PRODUCERS;
         fault++) {
        Sample sample;
        sample_init(&sample, false);
        BnetWireHeader *header = &sample.made.block.header;
        header->has_new_producers = true;
        header->new_producers = (BnetWireSchedule){.version = 7};
        if (fault <= BNET_FAULT_DOUBLE_CONFIRM)
            header->fields.confirmed += 1;
        if (fault <= BNET_FAULT_SCHEDULE_VERSION)
            header->fields.schedule_version = 1;
        if (fault <= BNET_FAULT_PRODUCER)
            header->fields.producer = bnet_name("mallory");
        if (fault <= BNET_FAULT_TIMESTAMP)
            header->fields.slot = 20;
        if (fault <= BNET_FAULT_HEADER_EXTENSION)
            header->extensions = one_extension("\7\0\0", 3);
        assert_faults(&sample, fault, BNET_FAULT_NONE);
        sample_finish(&sample);
    }
}
END_TEST

START_TEST(test_signature_faults)
{
    Sample sample;
    sample_init(&sample, false);
    BnetWireBlock *block = &sample.made.block;
    const BnetSignature good = block->signature;
    /* By another producer, of another type, of no key. */
    BnetSigner signer;
    contents_signer_init(&signer, bnet_name("mallory"));
    const BnetId digest =
        contents_digest(&sample.store, sample.parent, &block->header, first_hash(&sample.store));
    BnetSignature bad[4] = {good, good, good, good};
    bnet_signer_sign(&signer, &digest, &bad[0]);
    bnet_signer_finish(&signer);
    bad[1].bytes[0] = BNET_CURVE_R1;
    bad[2].bytes[1] = 0;
    bad[3].bytes[40] ^= 1;
    BnetBlock twin = BNET_NO_BLOCK;
    for (unsigned i = 0; i < 4; i++) {
        block->signature = bad[i];
        const BnetBlock handle = contents_read(&sample.store, block);
        const BnetBlockInfo *info = bnet_store_block(&sample.store, handle);
        ck_assert_int_eq(info->header_fault, BNET_FAULT_SIGNATURE);
        ck_assert_int_eq(info->content_fault, BNET_FAULT_NONE);
        /* One is as bad as the other. */
        ck_assert(twin == BNET_NO_BLOCK || twin == handle);
        twin = handle;
        ck_assert_uint_eq(bnet_store_find(&sample.store, &info->id), sample.good);
    }
    sample_finish(&sample);
}
END_TEST

START_TEST(test_content_faults)
{
    Sample sample;
    sample_init(&sample, false);
    BnetWireBlock *block = &sample.made.block;
    const BnetItems trxs = block->transactions;
    block->transactions = (BnetItems){0};
    assert_faults(&sample, BNET_FAULT_NONE, BNET_FAULT_ROOT);
    block->extensions = one_extension("\7\0\0", 3);
    assert_faults(&sample, BNET_FAULT_NONE, BNET_FAULT_BLOCK_EXTENSION);
    block->transactions = trxs;
    assert_faults(&sample, BNET_FAULT_NONE, BNET_FAULT_BLOCK_EXTENSION);
    block->extensions = (BnetItems){0};
    block->header.fields.action_mroot = bnet_sha256("whatever", 8);
    const BnetBlock other = contents_read(&sample.store, block);
    ck_assert_int_eq(bnet_store_block(&sample.store, other)->content_fault, BNET_FAULT_NONE);
    sample_finish(&sample);
}
END_TEST

/* Whoever reads a block whose content fails sees it in the action root. */
START_TEST(test_failing_content)
{
    BnetStore stores[2];
    for (unsigned i = 0; i < 2; i++)
        contents_store_of(&stores[i], 2);
    const BnetBlock bad = core_bad_child(&stores[0], BNET_GENESIS, 0);
    const BnetBlock read = contents_pass(&stores[0], bad, &stores[1]);
    ck_assert_int_eq(bnet_store_block(&stores[1], read)->content_fault, BNET_FAULT_CONTENT);
    ck_assert_int_eq(bnet_store_block(&stores[1], read)->header_fault, BNET_FAULT_NONE);
    for (unsigned i = 0; i < 2; i++)
        bnet_store_finish(&stores[i]);
}
END_TEST

/* A transaction may expire with its block's time, not before it. */
START_TEST(test_expired)
{
    BnetStore stores[2];
    for (unsigned i = 0; i < 2; i++)
        contents_store_of(&stores[i], 1);
    const BnetTrx trx = bnet_store_add_trx(&stores[0], 1, CORE_ZERO_S + 2, TRX_BYTES);
    static const BnetFault faults[] = {BNET_FAULT_NONE, BNET_FAULT_EXPIRED};
    for (uint32_t i = 0; i < 2; i++) {
        const BnetBlock block = core_child_with(&stores[0], BNET_GENESIS, 3 + i, trx);
        ck_assert_uint_eq(bnet_store_block(&stores[0], block)->slot, 4 + i);
        const BnetBlock read = contents_pass(&stores[0], block, &stores[1]);
        ck_assert_int_eq(bnet_store_block(&stores[1], read)->content_fault, faults[i]);
    }
    for (unsigned i = 0; i < 2; i++)
        bnet_store_finish(&stores[i]);
}
END_TEST

START_TEST(test_allowed_extensions)
{
    Sample sample;
    sample_init(&sample, true);
    sample.made.block.extensions = one_extension("\7\0\2ab", 5);
    assert_faults(&sample, BNET_FAULT_NONE, BNET_FAULT_NONE);
    sample.made.block.header.extensions = one_extension("\2\0\2ab", 5);
    contents_sign(&sample.store, sample.parent, &sample.made.block, first_hash(&sample.store));
    const BnetBlock read = contents_read(&sample.store, &sample.made.block);
    ck_assert_int_eq(bnet_store_block(&sample.store, read)->header_fault, BNET_FAULT_NONE);
    ck_assert_uint_eq(contents_read(&sample.store, &sample.made.block), read);
    sample_finish(&sample);
}
END_TEST

START_TEST(test_unknown_parent)
{
    Sample sample;
    BnetStore other;
    BnetBlock block = 99;
    sample_init(&sample, false);
    contents_store_of(&other, 2);
    ck_assert(!bnet_store_read_block(&other, &sample.made.block, wire_scratch(), &block));
    ck_assert_uint_eq(block, 99);
    ck_assert_uint_eq(other.n_blocks, 2);
    ck_assert_uint_eq(other.n_trxs, 1);
    bnet_store_finish(&other);
    sample_finish(&sample);
}
END_TEST

/* A store that verifies nothing accepts any signature, and keeps one block for all of them. */
START_TEST(test_not_verified)
{
    Sample sample;
    BnetStore other;
    sample_init(&sample, false);
    contents_store_init(&other, &(ContentsOptions){.n_producers = 2});
    for (BnetBlock b = BNET_GENESIS + 1; b < sample.good; b++)
        contents_pass(&sample.store, b, &other);
    const BnetBlock good = contents_read(&other, &sample.made.block);
    memset(&sample.made.block.signature, 0, sizeof sample.made.block.signature);
    ck_assert_uint_eq(contents_read(&other, &sample.made.block), good);
    ck_assert_int_eq(bnet_store_block(&other, good)->header_fault, BNET_FAULT_NONE);
    bnet_store_finish(&other);
    sample_finish(&sample);
}
END_TEST

/* --- twins ----------------------------------------------------------------------------------- */

/* A block is found rather than its twin with an invalid signature, whichever came first. */
START_TEST(test_good_twin_is_found)
{
    for (unsigned good_first = 0; good_first < 2; good_first++) {
        Sample sample;
        BnetStore store;
        sample_init(&sample, false);
        contents_store_of(&store, 2);
        for (BnetBlock b = BNET_GENESIS + 1; b < sample.good; b++)
            contents_pass(&sample.store, b, &store);
        BnetWireBlock bad = sample.made.block;
        bad.signature.bytes[40] ^= 1;
        BnetBlock blocks[2];
        for (unsigned i = 0; i < 2; i++)
            blocks[i] = contents_read(&store, i != good_first ? &sample.made.block : &bad);
        ck_assert_uint_ne(blocks[0], blocks[1]);
        const BnetId *id = &bnet_store_block(&sample.store, sample.good)->id;
        ck_assert_uint_eq(bnet_store_find(&store, id), blocks[!good_first]);
        bnet_store_finish(&store);
        sample_finish(&sample);
    }
}
END_TEST

/* The children of twins have one id and the same bytes, which stand for the good one's as soon as
 * there is one. */
START_TEST(test_children_of_twins)
{
    BnetStore store;
    contents_store_of(&store, 2);
    const BnetBlock bad = core_unsigned_child(&store, BNET_GENESIS, 0);
    const BnetBlock bad_child = core_child(&store, bad, 0);
    const ContentsBlock child = contents_of(&store, bad_child);
    ck_assert_uint_eq(contents_read(&store, &child.block), bad_child);
    const BnetBlock good = core_child(&store, BNET_GENESIS, 0);
    const BnetBlock read = contents_read(&store, &child.block);
    ck_assert_uint_ne(read, bad_child);
    ck_assert_uint_eq(bnet_store_block(&store, read)->parent, good);
    ck_assert_uint_eq(core_child(&store, good, 0), read);
    ck_assert_uint_eq(contents_read(&store, &child.block), read);
    free(child.bytes.bytes);
    bnet_store_finish(&store);
}
END_TEST

/* So it is further up: a valid block on a bad one is as bad. */
START_TEST(test_descendants_of_twins)
{
    BnetStore store;
    contents_store_of(&store, 2);
    BnetBlock bad[4] = {core_unsigned_child(&store, BNET_GENESIS, 0)};
    BnetBlock good[4] = {core_child(&store, BNET_GENESIS, 0)};
    for (unsigned i = 1; i < 4; i++) {
        bad[i] = core_child(&store, bad[i - 1], 0);
        ck_assert_int_eq(bnet_store_block(&store, bad[i])->header_fault, BNET_FAULT_NONE);
    }
    for (unsigned i = 1; i < 4; i++) {
        good[i] = contents_pass(&store, bad[i], &store);
        ck_assert_uint_gt(good[i], bad[3]);
        ck_assert_uint_eq(bnet_store_block(&store, good[i])->parent, good[i - 1]);
        const BnetId *id = &bnet_store_block(&store, bad[i])->id;
        ck_assert_uint_eq(bnet_store_find(&store, id), good[i]);
    }
    bnet_store_finish(&store);
}
END_TEST

/* --- new producers --------------------------------------------------------------------------- */

/* In the older form, then as a header extension; both for the same producers. */
typedef struct Change {
    WireBytes producers;
    WireBytes extension;
    BnetId hashes[2];
} Change;

static void write_change(BnetWriter *writer, const uint64_t *names, bool authorities)
{
    for (uint32_t i = 0; i < 2; i++) {
        BnetSigner signer;
        contents_signer_init(&signer, names[i]);
        bnet_write_u64(writer, names[i]);
        if (authorities) {
            bnet_write_varuint(writer, 0);
            bnet_write_u32(writer, 1);
            bnet_write_count(writer, 1);
        }
        bnet_write_key(writer, bnet_signer_key(&signer));
        if (authorities)
            bnet_write_u16(writer, 1);
        bnet_signer_finish(&signer);
    }
}

/* Version 1: the producers "new" and "bpa". */
static Change change_new(void)
{
    const uint64_t names[] = {bnet_name("new"), bnet_name("bpa")};
    Change change = {0};
    uint8_t bytes[256];
    for (unsigned authorities = 0; authorities < 2; authorities++) {
        BnetWriter writer;
        bnet_writer_init(&writer, bytes, sizeof bytes);
        bnet_write_u32(&writer, 1);
        bnet_write_count(&writer, 2);
        write_change(&writer, names, authorities);
        ck_assert(bnet_writer_fits(&writer) && writer.n < 128);
        change.hashes[authorities] = bnet_sha256(bytes, writer.n);
        if (authorities) {
            change.extension = wire_hex("0100");
            change.extension.n = 3 + writer.n;
            change.extension.bytes = realloc(change.extension.bytes, change.extension.n);
            change.extension.bytes[2] = (uint8_t)writer.n;
            memcpy(change.extension.bytes + 3, bytes, writer.n);
        } else {
            change.producers = wire_copy(bytes + 5, writer.n - 5);
        }
    }
    return change;
}

static void change_finish(Change *change)
{
    free(change->producers.bytes);
    free(change->extension.bytes);
}

static void carry(const Change *change, bool as_extension, BnetWireBlock *block)
{
    BnetWireHeader *header = &block->header;
    if (as_extension) {
        header->extensions =
            (BnetItems){.bytes = change->extension.bytes, .n = change->extension.n, .count = 1};
        return;
    }
    header->has_new_producers = true;
    header->new_producers.version = 1;
    header->new_producers.producers =
        (BnetItems){.bytes = change->producers.bytes, .n = change->producers.n, .count = 2};
}

/* A store of one producer with five blocks; the next, decoded. */
static ContentsBlock before_change(BnetStore *store, bool extensions, BnetBlock *ret_parent)
{
    contents_store_init(
        store, &(ContentsOptions){
                   .n_producers = 1, .extensions = extensions, .verify = true, .keep = true});
    *ret_parent = core_extend(store, BNET_GENESIS, 5);
    return contents_of(store, core_child(store, *ret_parent, 0));
}

/* `n` valid blocks of the schedule that is active, whatever its version. */
static BnetBlock extend_by_schedule(BnetStore *store, BnetBlock head, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        BnetBlockSpec spec = core_spec(store, head, 0);
        spec.schedule_version = bnet_store_schedule(store, head)->version;
        head = bnet_store_add_block(store, &spec);
        ck_assert_int_eq(bnet_store_block(store, head)->header_fault, BNET_FAULT_NONE);
    }
    return head;
}

static void pass_all(const BnetStore *from, BnetStore *to)
{
    for (BnetBlock b = BNET_GENESIS + 1; b < from->n_blocks; b++) {
        const BnetBlock read = contents_pass(from, b, to);
        contents_assert_same_block(bnet_store_block(from, b), bnet_store_block(to, read));
    }
}

/* The block that carries the change is signed with the new schedule's hash, and the producers of
 * the new schedule make the blocks after the next one. */
START_TEST(test_new_producers)
{
    const bool as_extension = _i == 1;
    Change change = change_new();
    BnetStore stores[2];
    BnetBlock parent;
    ContentsBlock made = before_change(&stores[0], as_extension, &parent);
    carry(&change, as_extension, &made.block);
    contents_sign(&stores[0], parent, &made.block, &change.hashes[as_extension]);
    const BnetBlock block = contents_read(&stores[0], &made.block);
    ck_assert_int_eq(bnet_store_block(&stores[0], block)->header_fault, BNET_FAULT_NONE);
    /* The hash of the older schedule will not do. */
    contents_sign(&stores[0], parent, &made.block, first_hash(&stores[0]));
    const BnetBlock twin = contents_read(&stores[0], &made.block);
    ck_assert_int_eq(bnet_store_block(&stores[0], twin)->header_fault, BNET_FAULT_SIGNATURE);

    ck_assert_uint_eq(bnet_store_schedule(&stores[0], block)->version, 0);
    const BnetBlock promoting = extend_by_schedule(&stores[0], block, 1);
    const BnetSchedule *schedule = bnet_store_schedule(&stores[0], promoting);
    ck_assert_uint_eq(schedule->version, 1);
    ck_assert_uint_eq(schedule->n, 2);
    ck_assert_uint_eq(schedule->producers[0].name, bnet_name("new"));
    ck_assert_uint_eq(bnet_store_scheduled(&stores[0], promoting, 24), bnet_name("new"));
    ck_assert_uint_eq(bnet_store_scheduled(&stores[0], promoting, 12), bnet_name("bpa"));
    const BnetBlock head = extend_by_schedule(&stores[0], promoting, 60);
    ck_assert_uint_eq(bnet_store_number(&stores[0], head), 68);
    ck_assert_uint_gt(bnet_store_block(&stores[0], head)->lib, 30);

    contents_store_init(
        &stores[1],
        &(ContentsOptions){.n_producers = 1, .extensions = as_extension, .verify = true});
    pass_all(&stores[0], &stores[1]);
    free(made.bytes.bytes);
    change_finish(&change);
    bnet_store_finish(&stores[0]);
    bnet_store_finish(&stores[1]);
}
END_TEST

/* Twice in a header, or malformed; without extensions there is no change in them. */
START_TEST(test_bad_changes)
{
    Change change = change_new();
    for (unsigned i = 0; i < 5; i++) {
        BnetStore store;
        BnetBlock parent;
        ContentsBlock made = before_change(&store, i < 4, &parent);
        WireBytes twice = {.bytes = malloc(2 * change.extension.n), .n = 2 * change.extension.n};
        memcpy(twice.bytes, change.extension.bytes, change.extension.n);
        memcpy(twice.bytes + change.extension.n, change.extension.bytes, change.extension.n);
        carry(&change, true, &made.block);
        if (i == 0)
            carry(&change, false, &made.block);
        else if (i == 1)
            made.block.header.extensions =
                (BnetItems){.bytes = twice.bytes, .n = twice.n, .count = 2};
        else if (i == 2)
            made.block.header.extensions = one_extension("\1\0\0", 3);
        else if (i == 3)
            made.block.header.extensions = one_extension("\1\0\6\1\0\0\0\0\0", 9);
        contents_sign(&store, parent, &made.block, first_hash(&store));
        const BnetBlock block = contents_read(&store, &made.block);
        const BnetBlockInfo *info = bnet_store_block(&store, block);
        ck_assert_int_eq(info->header_fault,
                         i < 4 ? BNET_FAULT_NEW_PRODUCERS : BNET_FAULT_HEADER_EXTENSION);
        free(twice.bytes);
        free(made.bytes.bytes);
        bnet_store_finish(&store);
    }
    change_finish(&change);
}
END_TEST

/* --- stores that read each other ------------------------------------------------------------- */

static BnetBlock random_block(BnetStore *store, uint64_t *random)
{
    const bool straight = core_below(random, 4) > 0;
    const BnetBlock parent =
        straight ? store->n_blocks - 1 : 1 + core_below(random, store->n_blocks - 1);
    BnetBlockSpec spec = core_spec(store, parent, core_below(random, 2));
    BnetTrx trxs[4];
    for (spec.n_trxs = 0; spec.n_trxs < core_below(random, 5); spec.n_trxs++)
        trxs[spec.n_trxs] = bnet_store_add_trx(
            store, store->n_trxs,
            CORE_ZERO_S + (core_below(random, 40) ? 100000 + core_below(random, 2) : 1),
            BNET_STORE_TRX_BYTES_MIN + core_below(random, 1000));
    spec.trxs = trxs;
    spec.variant = store->n_blocks; /* no twins: bytes do not tell their children apart */
    switch (core_below(random, 25)) {
    case 0:
        spec.signature_valid = false;
        break;
    case 1:
        spec.content_valid = false;
        break;
    case 2:
        spec.slot = bnet_store_block(store, parent)->slot;
        break;
    case 3:
        spec.producer = bnet_name("mallory");
        break;
    case 4:
        spec.schedule_version++;
        break;
    case 5:
        spec.confirmed++;
        break;
    default:
        break;
    }
    return bnet_store_add_block(store, &spec);
}

/* Stores made by the same test differ in what they keep and verify. */
START_TEST(test_stores_agree)
{
    static const ContentsOptions options[] = {
        {.n_producers = 3, .verify = true, .keep = true},
        {.n_producers = 3, .verify = true},
        {.n_producers = 3, .verify = true, .keep = true, .extensions = true},
    };
    uint64_t random = 100 + (uint64_t)_i;
    BnetStore first;
    contents_store_of(&first, 3);
    uint32_t faults[BNET_FAULT_EXPIRED + 1] = {0};
    for (uint32_t i = 0; i < 300; i++) {
        const BnetBlockInfo *info = bnet_store_block(&first, random_block(&first, &random));
        faults[info->header_fault]++;
        faults[info->content_fault]++;
    }
    ck_assert_uint_gt(faults[BNET_FAULT_SIGNATURE], 0);
    ck_assert_uint_gt(faults[BNET_FAULT_CONTENT], 0);
    ck_assert_uint_gt(faults[BNET_FAULT_EXPIRED], 0);
    for (unsigned k = 0; k < sizeof options / sizeof *options; k++) {
        BnetStore other;
        contents_store_init(&other, &options[k]);
        pass_all(&first, &other);
        ck_assert_uint_eq(other.n_blocks, first.n_blocks);
        /* All transactions that are in a block, in the order of the blocks. */
        for (BnetBlock b = BNET_GENESIS; b < first.n_blocks; b++)
            for (uint32_t i = 0; i < bnet_store_block(&first, b)->n_trx; i++)
                contents_assert_same_trx(
                    bnet_store_trx(&first, bnet_store_block_trx(&first, b)[i]),
                    bnet_store_trx(&other, bnet_store_block_trx(&other, b)[i]));
        if (options[k].keep)
            pass_all(&other, &first);
        bnet_store_finish(&other);
    }
    ck_assert_uint_eq(first.n_blocks, 302);
    bnet_store_finish(&first);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("contents_read");
    TCase *tcase = tcase_create("contents_read");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_signed_by_test);
    tcase_add_test(tcase, test_header_faults);
    tcase_add_test(tcase, test_signature_faults);
    tcase_add_test(tcase, test_content_faults);
    tcase_add_test(tcase, test_failing_content);
    tcase_add_test(tcase, test_expired);
    tcase_add_test(tcase, test_allowed_extensions);
    tcase_add_test(tcase, test_unknown_parent);
    tcase_add_test(tcase, test_not_verified);
    tcase_add_test(tcase, test_good_twin_is_found);
    tcase_add_test(tcase, test_children_of_twins);
    tcase_add_test(tcase, test_descendants_of_twins);
    tcase_add_loop_test(tcase, test_new_producers, 0, 2);
    tcase_add_test(tcase, test_bad_changes);
    tcase_add_loop_test(tcase, test_stores_agree, 0, 4);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
