// What every file of tests begins with.
#include "gw_test.h"
#include "gw/gw_poll.h"

void test_values(void);
void test_rtu(void);
void test_poll(void);
void test_poll_exchange(void);
