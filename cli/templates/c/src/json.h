/* As much of JSON as a small job needs. The platform has checked the event's data: what is read here is valid JSON. */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>

/* Part of a JSON text. */
typedef struct {
    const char *at; /* NULL: there is none */
    size_t length;
} json_value;

/* The value of an object's member. */
json_value json_member(const char *object, const char *name);

/* The text that a JSON string stands for, ended with a zero; its length, or -1 for what is no string. `text` needs
 * room for value.length bytes. */
long json_read_text(json_value value, char *text);

/* Writes a text as a JSON string with its quotes, ended with a zero; its length. `json` needs room for 6 × length + 3
 * bytes. */
size_t json_write_text(const char *text, size_t length, char *json);

#endif
