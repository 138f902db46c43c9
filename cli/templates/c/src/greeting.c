#include "greeting.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

int greet(const char *name, const char *word, char *text, size_t size) {
    while (isspace((unsigned char)*name)) name += 1;
    size_t length = strlen(name);
    while (length > 0 && isspace((unsigned char)name[length - 1])) length -= 1;
    if (length == 0) return -1;
    return snprintf(text, size, "%s, %.*s!", word, (int)length, name);
}
