// The porting header stands alone and agrees with the core's headers.
#include "gw_hal.h"

_Static_assert(sizeof(struct gw_hal) > 0, "a complete type");
