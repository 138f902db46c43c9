#undef NDEBUG
#include <assert.h>
#include <string.h>

#include "../src/csv.h"

static void expect(csv_reader *reader, csv_event event, const char *field) {
    char read[64];
    size_t length;
    assert(csv_next(reader, read, &length) == event);
    if (field != NULL) assert(strcmp(read, field) == 0);
}

int main(void) {
    csv_reader reader = {"a,\"b\"\"c\nd\"\r\n,e\nlast", ',', 1};
    expect(&reader, CSV_FIELD, "a");
    expect(&reader, CSV_LAST_FIELD, "b\"c\nd");
    assert(reader.line == 3);
    expect(&reader, CSV_FIELD, "");
    expect(&reader, CSV_LAST_FIELD, "e");
    expect(&reader, CSV_LAST_FIELD, "last");
    expect(&reader, CSV_END, NULL);
    csv_reader open = {"\"a", ',', 1};
    expect(&open, CSV_OPEN_QUOTE, NULL);
    return 0;
}
