/// One line of the settings that is longer than the others: a measuring point.
#ifndef SETTINGS_POINT_H
#define SETTINGS_POINT_H

#include "settings.h"
#include "words.h"

/// Reads `point CODE UNIT SLAVE PLACE TYPE [order=] [scale=] [offset=] [bits=]`. False, with a reason, if it is not
/// good.
bool settings_point_read(struct settings_point *point, char *words[], int count, char *reason);

/// Writes it as such a line.
void settings_point_write(const struct settings_point *point, struct words_text *out);

/// Adds a point, or replaces the one of the same code. False if there are too many.
bool settings_point_put(struct settings *settings, const struct settings_point *point, char *reason);

/// Takes the point of a code away. False if there is none.
bool settings_point_drop(struct settings *settings, const char *code, char *reason);

#endif
