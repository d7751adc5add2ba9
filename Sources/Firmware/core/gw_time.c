#include "gw/gw_time.h"

#include "gw/gw_decimal.h"

// The year is taken to begin on the first of March: the leap day is its last day then, and the lengths of the months
// before it follow one formula. 400 such years are an era of always 146 097 days.
#define DAYS_TO_1970 719468u // from 0000-03-01
#define DAYS_OF_ERA 146097u
#define SECONDS_OF_DAY 86400u

uint64_t gw_time_seconds(uint64_t milliseconds)
{
    (void)gw_divide(&milliseconds, 1000);
    return milliseconds;
}

bool gw_time_to_civil(uint64_t seconds, gw_civil_t *civil)
{
    if (seconds > GW_TIME_LAST) {
        return false;
    }
    // 86400 is 128 × 675, and a 128th of the last second has 31 bits: no 64-bit division, which is a library call.
    const uint32_t days = (uint32_t)(seconds >> 7) / (SECONDS_OF_DAY / 128u);
    const uint32_t second = (uint32_t)(seconds - (uint64_t)days * SECONDS_OF_DAY);

    const uint32_t era = (days + DAYS_TO_1970) / DAYS_OF_ERA;
    const uint32_t day_of_era = (days + DAYS_TO_1970) % DAYS_OF_ERA;
    // Less one day for each 4 years, more one for each century, less one for the era's last day.
    const uint32_t year_of_era = (day_of_era - day_of_era / 1460u + day_of_era / 36524u - day_of_era / 146096u) / 365u;
    const uint32_t day_of_year = day_of_era - (365u * year_of_era + year_of_era / 4u - year_of_era / 100u);
    // Five months from March on have 153 days, and so have the next five.
    const uint32_t month_from_march = (5u * day_of_year + 2u) / 153u;
    const uint32_t month = month_from_march < 10u ? month_from_march + 3u : month_from_march - 9u;

    civil->year = (uint16_t)(era * 400u + year_of_era + (month <= 2u ? 1u : 0u));
    civil->month = (uint8_t)month;
    civil->day = (uint8_t)(day_of_year - (153u * month_from_march + 2u) / 5u + 1u);
    civil->hour = (uint8_t)(second / 3600u);
    civil->minute = (uint8_t)(second / 60u % 60u);
    civil->second = (uint8_t)(second % 60u);
    return true;
}

static bool exists(const gw_civil_t *civil)
{
    if (civil->year < 1970u || civil->year > 9999u || civil->month < 1u || civil->month > 12u || civil->day < 1u
        || civil->hour > 23u || civil->minute > 59u || civil->second > 59u) {
        return false;
    }
    uint8_t days = 31;
    if (civil->month == 2u) {
        const bool is_leap = civil->year % 4u == 0u && (civil->year % 100u != 0u || civil->year % 400u == 0u);
        days = is_leap ? 29 : 28;
    } else if (civil->month == 4u || civil->month == 6u || civil->month == 9u || civil->month == 11u) {
        days = 30;
    }
    return civil->day <= days;
}

bool gw_time_from_civil(const gw_civil_t *civil, uint64_t *seconds)
{
    if (!exists(civil)) {
        return false;
    }
    const uint32_t year = civil->month <= 2u ? civil->year - 1u : civil->year;
    const uint32_t year_of_era = year % 400u;
    const uint32_t month_from_march = civil->month > 2u ? civil->month - 3u : civil->month + 9u;
    const uint32_t day_of_year = (153u * month_from_march + 2u) / 5u + civil->day - 1u;
    const uint32_t day_of_era = year_of_era * 365u + year_of_era / 4u - year_of_era / 100u + day_of_year;
    const uint32_t days = year / 400u * DAYS_OF_ERA + day_of_era - DAYS_TO_1970;
    *seconds = (uint64_t)days * SECONDS_OF_DAY + civil->hour * 3600u + civil->minute * 60u + civil->second;
    return true;
}

static char *write_number(char *text, uint32_t number, uint32_t divisor, char end)
{
    for (; divisor > 0u; divisor /= 10u) {
        *text = (char)('0' + number / divisor % 10u);
        text++;
    }
    *text = end;
    return text + 1;
}

bool gw_time_write(uint64_t seconds, char *text)
{
    gw_civil_t civil;
    if (!gw_time_to_civil(seconds, &civil)) {
        return false;
    }
    text = write_number(text, civil.year, 1000, '-');
    text = write_number(text, civil.month, 10, '-');
    text = write_number(text, civil.day, 10, 'T');
    text = write_number(text, civil.hour, 10, ':');
    text = write_number(text, civil.minute, 10, ':');
    (void)write_number(text, civil.second, 10, 'Z');
    return true;
}

bool gw_time_read(const char *text, size_t length, uint64_t *seconds)
{
    static const char pattern[] = "dddd-dd-ddTdd:dd:ddZ";
    uint16_t fields[7] = {0};
    size_t field = 0;
    if (length != GW_TIME_LENGTH) {
        return false;
    }
    for (size_t i = 0; i < GW_TIME_LENGTH; i++) {
        if (pattern[i] != 'd') {
            if (text[i] != pattern[i]) {
                return false;
            }
            field++;
        } else if (text[i] >= '0' && text[i] <= '9') {
            fields[field] = (uint16_t)(fields[field] * 10u + (unsigned)(text[i] - '0'));
        } else {
            return false;
        }
    }
    const gw_civil_t civil = {
        .year = fields[0],
        .month = (uint8_t)fields[1],
        .day = (uint8_t)fields[2],
        .hour = (uint8_t)fields[3],
        .minute = (uint8_t)fields[4],
        .second = (uint8_t)fields[5],
    };
    return gw_time_from_civil(&civil, seconds);
}
