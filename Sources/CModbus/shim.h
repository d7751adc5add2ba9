// libmodbus as Swift sees it. The importer drops arithmetic macros, so the codes libmodbus adds to errno are
// spelled out here as constants.
#pragma once
#include <errno.h>
#include <modbus.h>

static const int cmodbus_EMBXILFUN = EMBXILFUN;    // exception 1, illegal function
static const int cmodbus_EMBXILADD = EMBXILADD;    // exception 2, illegal data address
static const int cmodbus_EMBXILVAL = EMBXILVAL;    // exception 3, illegal data value
static const int cmodbus_EMBXGTAR = EMBXGTAR;      // exception 11, the last in the run of exceptions
static const int cmodbus_EMBBADCRC = EMBBADCRC;    // the checksum of a frame is wrong
static const int cmodbus_EMBBADDATA = EMBBADDATA;  // length or function does not fit the request
static const int cmodbus_EMBBADEXC = EMBBADEXC;    // an exception frame with a code outside the specification
static const int cmodbus_EMBBADSLAVE = EMBBADSLAVE;  // another slave answered
static const int cmodbus_EMBMDATA = EMBMDATA;      // more data than the request allows
