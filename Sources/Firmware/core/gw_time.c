#include "gw/gw_time.h"

#include <string.h>

#include "gw/gw_decimal.h"

// The year is taken to begin on the first of March: the leap day is its last day then, and the lengths of the months
// before it follow one formula. 400 such years are an era of always 146 097 days.
#define DAYS_TO_1970 719468u // from 0000-03-01
#define DAYS_OF_ERA 146097u
#define SECONDS_OF_DAY 86400u

uint32_t gw_time_seconds(uint64_t milliseconds)
{
    (void)gw_divide(&milliseconds, 1000);
    return (uint32_t)milliseconds;
}

/// The parts of a second of the Gregorian calendar, UTC: year (1970 to 9999), month (1 to 12), day, hour, minute, second
/// (0 to 59, never 60).
#define PARTS 6u

/// Takes seconds up to GW_TIME_LAST apart.
static void to_parts(uint64_t seconds, uint16_t *parts)
{
    // 86400 is 128 × 675, and a 128th of the last second has 31 bits: no 64-bit division, which is a library call.
    const uint32_t days = (uint32_t)(seconds >> 7) / (SECONDS_OF_DAY / 128u);
    const uint32_t second = (uint32_t)seconds - days * SECONDS_OF_DAY; // of the day: the upper halves are the same

    const uint32_t era = (days + DAYS_TO_1970) / DAYS_OF_ERA;
    const uint32_t day_of_era = (days + DAYS_TO_1970) % DAYS_OF_ERA;
    // Less one day for each 4 years, more one for each century, less one for the era's last day.
    const uint32_t year_of_era = (day_of_era - day_of_era / 1460u + day_of_era / 36524u - day_of_era / 146096u) / 365u;
    const uint32_t day_of_year = day_of_era - (365u * year_of_era + year_of_era / 4u - year_of_era / 100u);
    // Five months from March on have 153 days, and so have the next five.
    const uint32_t month_from_march = (5u * day_of_year + 2u) / 153u;
    const uint32_t month = month_from_march < 10u ? month_from_march + 3u : month_from_march - 9u;

    parts[0] = (uint16_t)(era * 400u + year_of_era + (month <= 2u ? 1u : 0u));
    parts[1] = (uint16_t)month;
    parts[2] = (uint16_t)(day_of_year - (153u * month_from_march + 2u) / 5u + 1u);
    parts[3] = (uint16_t)(second / 3600u);
    parts[4] = (uint16_t)(second / 60u % 60u);
    parts[5] = (uint16_t)(second % 60u);
}

/// Where the digits are.
static const char pattern[] = "0000-00-00T00:00:00Z";

bool gw_time_write(uint64_t seconds, char *text)
{
    uint16_t parts[PARTS];
    size_t part = PARTS;
    if (seconds > GW_TIME_LAST) {
        return false;
    }
    to_parts(seconds, parts);
    for (size_t i = GW_TIME_LENGTH; i > 0u; i--) {
        text[i - 1u] = pattern[i - 1u];
        if (pattern[i - 1u] != '0') {
            part--;
        } else {
            text[i - 1u] = (char)('0' + parts[part] % 10u);
            parts[part] /= 10u;
        }
    }
    return true;
}

bool gw_time_read(const char *text, size_t length, uint64_t *seconds)
{
    char written[GW_TIME_LENGTH];
    uint64_t sum = 0;
    if (length != GW_TIME_LENGTH) {
        return false;
    }
    // Texts sort as their seconds do, so the one that is written so is looked for by halves: a calendar in the other
    // direction would be twice the code. What no second is written as is not found.
    for (uint64_t step = (uint64_t)1u << 37; step > 0u; step >>= 1) {
        if (gw_time_write(sum + step, written) && strncmp(written, text, GW_TIME_LENGTH) <= 0) {
            sum += step;
        }
    }
    (void)gw_time_write(sum, written);
    if (strncmp(written, text, GW_TIME_LENGTH) != 0) {
        return false;
    }
    *seconds = sum;
    return true;
}
