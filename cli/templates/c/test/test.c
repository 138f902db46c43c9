#undef NDEBUG
#include <assert.h>
#include <string.h>

#include "../src/greeting.h"
#include "../src/json.h"

static void greets_with_the_configured_word(void) {
    char text[64];
    assert(greet(" Ada ", "Ahoy", text, sizeof text) == 10);
    assert(strcmp(text, "Ahoy, Ada!") == 0);
}

static void refuses_a_blank_name(void) {
    char text[64];
    assert(greet("  ", "Hello", text, sizeof text) == -1);
}

static void reads_and_writes_texts(void) {
    const char *object = "{ \"a\": {\"name\": [1, \"}\"]}, \"name\" : \"\\u00e9 \\ud83d\\ude00 \\\"q\\\"\\n\" }";
    char text[64], json[64];
    long length = json_read_text(json_member(object, "name"), text);
    assert(strcmp(text, "\xc3\xa9 \xf0\x9f\x98\x80 \"q\"\n") == 0);
    json_write_text(text, (size_t)length, json);
    assert(strcmp(json, "\"\xc3\xa9 \xf0\x9f\x98\x80 \\\"q\\\"\\u000a\"") == 0);
    assert(json_member(object, "none").at == NULL);
    assert(json_member("[]", "none").at == NULL);
    assert(json_read_text(json_member("{\"name\":1}", "name"), text) == -1);
}

int main(void) {
    greets_with_the_configured_word();
    refuses_a_blank_name();
    reads_and_writes_texts();
    return 0;
}
