#include "tests.h"

unsigned gw_tests_passed;
unsigned gw_tests_failed;
unsigned gw_checks_failed;

int main(void)
{
    test_values();
    test_rtu();
    test_poll();
    test_poll_exchange();
    printf("%u passed, %u failed\n", gw_tests_passed, gw_tests_failed);
    return gw_tests_failed == 0u ? 0 : 1;
}
