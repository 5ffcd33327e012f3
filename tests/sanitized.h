/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_TESTS_SANITIZED_H
#define BNETLAB_TESTS_SANITIZED_H

/* TEST_SANITIZED: whether memory is a sanitizer's, and what is said of it means nothing. */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
#define TEST_SANITIZED 1
#endif
#endif

#ifndef TEST_SANITIZED
#define TEST_SANITIZED 0
#endif

#endif
