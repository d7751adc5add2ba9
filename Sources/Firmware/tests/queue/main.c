// All tests of the queue, the certificate slots and the commands: main [power seeds]
#include "test.h"

#include <stdlib.h>

unsigned long passed, failed;

int main(int argc, char **argv)
{
    test_queue();
    test_cert();
    test_command();
    test_power(argc > 1 ? (unsigned)strtoul(argv[argc - 1], NULL, 10) : 6u);
    printf("%lu passed, %lu failed\n", passed, failed);
    return failed > 0ul || passed == 0ul ? 1 : 0;
}
