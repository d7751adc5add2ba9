/// @file gw_test.h
/// A harness in one file: checks that go on after a failure, and a last line "N passed, N failed".
#ifndef GW_TEST_H
#define GW_TEST_H

#include <stdio.h>
#include <string.h>

extern unsigned gw_tests_passed;
extern unsigned gw_tests_failed;
extern unsigned gw_checks_failed;

/// Checks a condition, and goes on.
#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            gw_checks_failed++;                                                                                        \
            printf("%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);                                           \
        }                                                                                                              \
    } while (0)

/// Checks that two whole numbers are equal, and goes on.
#define CHECK_EQUAL(got, expected)                                                                                     \
    do {                                                                                                               \
        const long long got_ = (long long)(got);                                                                       \
        const long long expected_ = (long long)(expected);                                                             \
        if (got_ != expected_) {                                                                                       \
            gw_checks_failed++;                                                                                        \
            printf("%s:%d: %s is %ld, not %ld\n", __FILE__, __LINE__, #got, (long)got_, (long)expected_);              \
        }                                                                                                              \
    } while (0)

/// Checks that a text of some length is the expected one, and goes on.
#define CHECK_TEXT(text, length, expected)                                                                             \
    do {                                                                                                               \
        if ((length) != strlen(expected) || memcmp((text), (expected), (length)) != 0) {                               \
            gw_checks_failed++;                                                                                        \
            printf("%s:%d: \"%.*s\", not \"%s\"\n", __FILE__, __LINE__, (int)(length), (text), (expected));            \
        }                                                                                                              \
    } while (0)

/// Runs a test, a function without arguments whose name says what it shows.
#define RUN(test)                                                                                                      \
    do {                                                                                                               \
        const unsigned before_ = gw_checks_failed;                                                                     \
        test();                                                                                                        \
        if (gw_checks_failed == before_) {                                                                             \
            gw_tests_passed++;                                                                                         \
        } else {                                                                                                       \
            gw_tests_failed++;                                                                                         \
            printf("FAILED %s\n", #test);                                                                              \
        }                                                                                                              \
    } while (0)

#endif
