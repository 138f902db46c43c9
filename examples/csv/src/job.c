/* Makes JSON of a CSV file: an object for each line, whose members have the names of the columns. */
#include <string.h>

#include "csv.h"
#include "jobico.h"
#include "json.h"

#define MAX_COLUMNS 256

/* JSON in the making; it is as large as it can ever become from the start. */
typedef struct {
    char *start, *end;
} writer;

static void write_raw(writer *json, const char *text) {
    size_t length = strlen(text);
    memcpy(json->end, text, length + 1);
    json->end += length;
}

static void write_text(writer *json, const char *text, size_t length) {
    json->end += json_write_text(text, length, json->end);
}

typedef struct {
    char *names[MAX_COLUMNS]; /* as JSON, with quotes */
    size_t count;
    size_t length; /* of all of them */
} columns;

/* Reads the first line. A message where it is at fault. */
static const char *read_columns(csv_reader *reader, char *field, columns *found) {
    csv_event event;
    do {
        size_t length;
        event = csv_next(reader, field, &length);
        if (event == CSV_END) return "it is empty";
        if (event == CSV_OPEN_QUOTE) return "a quote is not closed";
        if (found->count == MAX_COLUMNS) return jobico_format("it has more than %d columns", MAX_COLUMNS);
        char *name = jobico_allocate(6 * length + 3);
        found->length += json_write_text(field, length, name) + 2;
        found->names[found->count++] = name;
    } while (event == CSV_FIELD);
    return NULL;
}

static const char *write_rows(csv_reader *reader, char *field, const columns *columns, writer *json, size_t *rows) {
    for (;;) {
        size_t line = reader->line, count = 0, length;
        csv_event event = csv_next(reader, field, &length);
        if (event == CSV_END) return NULL;
        write_raw(json, *rows == 0 ? "{" : ",{");
        for (;; event = csv_next(reader, field, &length)) {
            if (event == CSV_OPEN_QUOTE) return jobico_format("line %zu: a quote is not closed", line);
            if (event == CSV_END) return jobico_format("line %zu ends in the middle", line);
            if (count == columns->count) return jobico_format("line %zu has more than %zu fields", line, count);
            if (count > 0) write_raw(json, ",");
            write_raw(json, columns->names[count]);
            write_raw(json, ":");
            write_text(json, field, length);
            count += 1;
            if (event == CSV_LAST_FIELD) break;
        }
        if (count < columns->count) {
            return jobico_format("line %zu has %zu of %zu fields", line, count, columns->count);
        }
        write_raw(json, "}");
        *rows += 1;
    }
}

static size_t count_lines(const char *text) {
    size_t lines = 1;
    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at += 1) lines += 1;
    return lines;
}

jobico_outcome jobico_handle(const jobico_event *event) {
    json_value name = json_member(event->data.data, "name"), member = json_member(event->data.data, "text");
    char *text = jobico_allocate(member.length + 1);
    if (json_read_text(member, text) < 0) return jobico_permanent("the data has no text");
    jobico_text separator = jobico_config("separator");

    csv_reader reader = {text, separator.length == 1 ? separator.data[0] : ',', 1};
    char *field = jobico_allocate(strlen(text) + 1);
    columns columns = {.count = 0};
    const char *fault = read_columns(&reader, field, &columns);
    if (fault != NULL) return jobico_permanent("%s", fault);

    size_t size = 6 * strlen(text) + (columns.length + 4 * columns.count + 4) * count_lines(text) + name.length + 64;
    char *start = jobico_allocate(size);
    writer json = {start, start};
    size_t rows = 0;
    write_raw(&json, jobico_format("{\"name\":%.*s,\"rows\":[", (int)name.length, name.at));
    fault = write_rows(&reader, field, &columns, &json, &rows);
    if (fault != NULL) return jobico_permanent("%s", fault);
    write_raw(&json, "]}");
    jobico_log(JOBICO_INFO, "%zu rows of %zu columns", rows, columns.count);
    return (jobico_outcome){JOBICO_OK, {json.start, (size_t)(json.end - json.start)}};
}
