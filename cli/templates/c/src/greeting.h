#ifndef GREETING_H
#define GREETING_H

#include <stddef.h>

/* Writes what a person is told, ended with a zero; the length, or -1 for a blank name. Knows nothing of the platform,
 * so `sh test.sh` runs it. */
int greet(const char *name, const char *word, char *text, size_t size);

#endif
