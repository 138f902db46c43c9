#include "json.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const char *skip_space(const char *at) {
    return at + strspn(at, " \t\r\n");
}

static const char *skip_string(const char *at) {
    for (at += 1; *at != '"' && *at != 0; at += 1) {
        if (*at == '\\' && at[1] != 0) at += 1;
    }
    return *at == '"' ? at + 1 : at;
}

/* Past a value: to the comma or bracket that ends it. */
static const char *skip_value(const char *at) {
    size_t depth = 0;
    while (*at != 0) {
        if (*at == '"') {
            at = skip_string(at);
            continue;
        }
        if (depth == 0 && strchr(",]}", *at) != NULL) break;
        if (*at == '{' || *at == '[') depth += 1;
        if (*at == '}' || *at == ']') depth -= 1;
        at += 1;
    }
    return at;
}

static json_value value_at(const char *at) {
    const char *end = skip_value(at);
    while (end > at && strchr(" \t\r\n", end[-1]) != NULL) end -= 1;
    return (json_value){at, (size_t)(end - at)};
}

json_value json_member(const char *object, const char *name) {
    const char *at = skip_space(object);
    if (*at != '{') return (json_value){NULL, 0};
    at = skip_space(at + 1);
    while (*at == '"') {
        const char *end = skip_string(at);
        bool is_it = (size_t)(end - at) == strlen(name) + 2 && strncmp(at + 1, name, strlen(name)) == 0;
        at = skip_space(end);
        if (*at == ':') at = skip_space(at + 1);
        if (is_it) return value_at(at);
        at = skip_value(at);
        if (*at == ',') at = skip_space(at + 1);
    }
    return (json_value){NULL, 0};
}

static uint32_t read_hex(const char *at) {
    uint32_t number = 0;
    for (int digit = 0; digit < 4; digit += 1) {
        char c = at[digit];
        number = number * 16 + (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return number;
}

static char *write_utf8(uint32_t code, char *text) {
    if (code < 0x80) {
        *text++ = (char)code;
    } else if (code < 0x800) {
        *text++ = (char)(0xc0 | code >> 6);
        *text++ = (char)(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        *text++ = (char)(0xe0 | code >> 12);
        *text++ = (char)(0x80 | (code >> 6 & 0x3f));
        *text++ = (char)(0x80 | (code & 0x3f));
    } else {
        *text++ = (char)(0xf0 | code >> 18);
        *text++ = (char)(0x80 | (code >> 12 & 0x3f));
        *text++ = (char)(0x80 | (code >> 6 & 0x3f));
        *text++ = (char)(0x80 | (code & 0x3f));
    }
    return text;
}

/* Half of a pair stands for nothing by itself: it is read as U+FFFD. */
static const char *read_unicode(const char *at, const char *end, char **text) {
    uint32_t code = read_hex(at);
    at += 4;
    bool is_high = code >= 0xd800 && code < 0xdc00;
    if (is_high && end - at >= 6 && at[0] == '\\' && at[1] == 'u') {
        uint32_t low = read_hex(at + 2);
        if (low >= 0xdc00 && low < 0xe000) {
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            at += 6;
        }
    }
    *text = write_utf8(code >= 0xd800 && code < 0xe000 ? 0xfffd : code, *text);
    return at;
}

long json_read_text(json_value value, char *text) {
    if (value.length < 2 || value.at[0] != '"') return -1;
    static const char escapes[] = "bfnrt", means[] = "\b\f\n\r\t";
    const char *at = value.at + 1, *end = value.at + value.length - 1;
    char *start = text;
    while (at < end) {
        char c = *at++;
        if (c != '\\') {
            *text++ = c;
            continue;
        }
        c = *at++;
        const char *escape = strchr(escapes, c);
        if (c == 'u') at = read_unicode(at, end, &text);
        else *text++ = escape != NULL && c != 0 ? means[escape - escapes] : c;
    }
    *text = 0;
    return text - start;
}

size_t json_write_text(const char *text, size_t length, char *json) {
    char *start = json;
    *json++ = '"';
    for (size_t i = 0; i < length; i += 1) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x20) {
            json += sprintf(json, "\\u%04x", c);
            continue;
        }
        if (c == '"' || c == '\\') *json++ = '\\';
        *json++ = (char)c;
    }
    *json++ = '"';
    *json = 0;
    return (size_t)(json - start);
}
