/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_TESTS_RUN_SUITE_H
#define BNETLAB_TESTS_RUN_SUITE_H

/* What the main function of a test program ends with. */

#include <stdlib.h>

#include <check.h>

/* Runs the suite, which it takes over, as the environment says (CK_FORK, CK_VERBOSITY ...). The
 * status that the program ends with. */
static inline int run_suite(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
