#include "csv.h"

static csv_event end_of_field(csv_reader *reader) {
    if (*reader->at == reader->separator) {
        reader->at += 1;
        return CSV_FIELD;
    }
    if (reader->at[0] == '\r' && reader->at[1] == '\n') reader->at += 1;
    if (*reader->at == '\n') {
        reader->at += 1;
        reader->line += 1;
    }
    return CSV_LAST_FIELD;
}

/* A quote within quotes is written twice. */
static csv_event quoted(csv_reader *reader, char *field, size_t *length) {
    size_t written = 0;
    for (reader->at += 1;; reader->at += 1) {
        if (*reader->at == 0) return CSV_OPEN_QUOTE;
        if (*reader->at == '"' && *++reader->at != '"') break;
        if (*reader->at == '\n') reader->line += 1;
        field[written++] = *reader->at;
    }
    field[written] = 0;
    *length = written;
    return end_of_field(reader);
}

csv_event csv_next(csv_reader *reader, char *field, size_t *length) {
    if (*reader->at == 0) return CSV_END;
    if (*reader->at == '"') return quoted(reader, field, length);
    size_t written = 0;
    while (*reader->at != 0 && *reader->at != reader->separator && *reader->at != '\n') {
        if (reader->at[0] == '\r' && reader->at[1] == '\n') break;
        field[written++] = *reader->at++;
    }
    field[written] = 0;
    *length = written;
    return end_of_field(reader);
}
