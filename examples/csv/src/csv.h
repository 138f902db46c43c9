#ifndef CSV_H
#define CSV_H

#include <stddef.h>

/* Where the reading of a CSV text has come to (RFC 4180; a line may end in LF alone). */
typedef struct {
    const char *at;
    char separator;
    size_t line; /* from 1 */
} csv_reader;

typedef enum { CSV_FIELD, CSV_LAST_FIELD, CSV_END, CSV_OPEN_QUOTE } csv_event;

/* Reads a field into `field`, which needs room for the rest of the text, and ends it with a zero. CSV_LAST_FIELD is the
 * last of its line. */
csv_event csv_next(csv_reader *reader, char *field, size_t *length);

#endif
