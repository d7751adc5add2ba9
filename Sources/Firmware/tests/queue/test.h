/// As little of a test framework as will do.
#ifndef TEST_H
#define TEST_H

#include <stdio.h>

extern unsigned long passed, failed;

/// Counts a condition; says where it failed.
#define CHECK(condition)                                                                                              \
    do {                                                                                                              \
        if (condition) {                                                                                              \
            passed++;                                                                                                 \
        } else {                                                                                                      \
            failed++;                                                                                                 \
            if (failed <= 20) {                                                                                       \
                printf("FAILED: %s:%d: %s\n", __FILE__, __LINE__, #condition);                                        \
            }                                                                                                         \
        }                                                                                                             \
    } while (0)

void test_queue(void);
void test_power(unsigned seeds);
void test_cert(void);
void test_command(void);
void test_app(void);
void test_link(void);
void test_tasks(void);
void test_model(unsigned lives);

#endif
