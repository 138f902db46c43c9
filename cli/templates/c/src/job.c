/* Greets whoever arrives. */
#include <stdlib.h>
#include <string.h>

#include "greeting.h"
#include "jobico.h"
#include "json.h"

/* Counts in the bucket `visits`. Where somebody else counted in between it fails, and the event is tried again. */
static jobico_error count_visit(const char *name, unsigned *visits) {
    jobico_entry before;
    jobico_error error = jobico_kv_get("visits", name, &before);
    if (error.kind != JOBICO_DONE) return error;
    *visits = before.is_there ? (unsigned)strtoul(before.value.data, NULL, 10) + 1 : 1;
    const char *count = jobico_format("%u", *visits);
    jobico_condition when = before.is_there ? JOBICO_IF_REVISION : JOBICO_IF_ABSENT;
    return jobico_kv_set("visits", name, count, strlen(count), when, before.revision.data);
}

jobico_outcome jobico_handle(const jobico_event *event) {
    json_value member = json_member(event->data.data, "name");
    char *name = jobico_allocate(member.length + 1);
    if (json_read_text(member, name) < 0) return jobico_permanent("the data has no name");

    unsigned visits;
    jobico_error error = count_visit(name, &visits);
    if (error.kind != JOBICO_DONE) return jobico_because(error);

    jobico_text word = jobico_config("greeting");
    size_t size = strlen(name) + word.length + 16;
    char *text = jobico_allocate(size);
    int length = greet(name, word.data == NULL ? "Hello" : word.data, text, size);
    if (length < 0) return jobico_permanent("nobody is there to be greeted");
    jobico_log(JOBICO_INFO, "%s", text);

    char *json = jobico_allocate(6 * (size_t)length + 3);
    json_write_text(text, (size_t)length, json);
    return jobico_ok(jobico_format("{\"text\":%s,\"visits\":%u}", json, visits));
}
