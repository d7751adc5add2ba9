// All tests of the machine: main [lives of the model]
#include <stdlib.h>

#include "test.h"

unsigned long passed, failed;

int main(int argc, char **argv)
{
    test_app();
    test_link();
    test_tasks();
    test_model(argc > 1 ? (unsigned)strtoul(argv[argc - 1], NULL, 10) : 40u);
    printf("%lu passed, %lu failed\n", passed, failed);
    return failed > 0ul || passed == 0ul ? 1 : 0;
}
