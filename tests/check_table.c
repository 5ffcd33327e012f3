/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>

#include "sim/table.h"
#include "tests/core_fixture.h"

enum {
    WORDS = 12
};

typedef struct Item {
    uint64_t words[WORDS];
} Item;

/* All of it is zero, and can be written, for sizes on both sides of where huge pages begin. */
START_TEST(test_zeroed)
{
    const size_t huge = SIM_TABLE_HUGE_BYTES / sizeof(Item);
    const size_t sizes[] = {0, 1, 2, huge, huge + 1, 2 * huge};
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (unsigned again = 0; again < 2; again++) {
            Item *table = sim_table_new(sizes[i], sizeof *table);
            ck_assert_uint_eq((uintptr_t)table % 64, 0);
            uint64_t seen = 0;
            for (size_t n = 0; n < sizes[i]; n++)
                for (unsigned w = 0; w < WORDS; w++)
                    seen |= table[n].words[w];
            ck_assert_uint_eq(seen, 0);
            if (sizes[i] > 0)
                memset(table, 0xff, sizes[i] * sizeof *table);
            sim_table_free(table);
        }
    }
    sim_table_free(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("table");
    TCase *tcase = tcase_create("table");
    tcase_add_test(tcase, test_zeroed);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
