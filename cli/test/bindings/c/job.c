/* A job that calls everything there is, and answers what came of each call. */
#include <stdlib.h>
#include <string.h>

#include "jobico.h"
#include "json.h"

static char *answers;

static void tell(const char *name, const char *value) {
    char *json = jobico_allocate(6 * strlen(value) + 3);
    json_write_text(value, strlen(value), json);
    answers = jobico_format("%s%s\"%s\":%s", answers, *answers == 0 ? "" : ",", name, json);
}

static void tell_error(const char *name, jobico_error error) {
    static const char *const words[] = {"done",     "denied",      "invalid", "too large",
                                        "conflict", "unavailable", "timeout", "failed"};
    const char *reason = error.reason.data == NULL ? "" : error.reason.data;
    tell(name, error.kind == JOBICO_DONE ? "done" : jobico_format("%s: %s", words[error.kind], reason));
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const jobico_text *)a)->data, ((const jobico_text *)b)->data);
}

static void probe_kv(void) {
    jobico_entry entry;
    jobico_text *keys;
    size_t count;
    tell_error("set", jobico_kv_set("b", "x", "1", 1, JOBICO_ALWAYS, NULL));
    tell_error("set if absent", jobico_kv_set("b", "x", "2", 1, JOBICO_IF_ABSENT, NULL));
    tell_error("set if revision", jobico_kv_set("b", "x", "2", 1, JOBICO_IF_REVISION, "9999"));
    jobico_kv_get("b", "x", &entry);
    tell_error("set if own revision", jobico_kv_set("b", "x", "22", 2, JOBICO_IF_REVISION, entry.revision.data));
    tell_error("set empty", jobico_kv_set("b", "y", "", 0, JOBICO_IF_ABSENT, NULL));
    if (jobico_kv_keys("b", "", &keys, &count).kind == JOBICO_DONE && count == 2) {
        qsort(keys, count, sizeof keys[0], by_name);
        tell("keys", jobico_format("%s %s", keys[0].data, keys[1].data));
    }
    if (jobico_kv_get("b", "x", &entry).kind == JOBICO_DONE) tell("get", entry.value.data);
    tell_error("delete", jobico_kv_delete("b", "x"));
    if (jobico_kv_get("b", "x", &entry).kind == JOBICO_DONE && !entry.is_there) tell("get nothing", "nothing");
    tell_error("get refused", jobico_kv_get("other", "x", &entry));
    tell_error("set if gone", jobico_kv_set("b", "x", "", 0, JOBICO_IF_REVISION, "1"));
}

static void probe_http(void) {
    const jobico_header headers[] = {{{"x-one", 5}, {"1", 1}}, {{"x-two", 5}, {"zw\xc3\xb6lf", 6}}};
    jobico_request post = {"POST", "https://api.example.com/a", headers, 2, "body", 4, 1500};
    jobico_request slow = {.method = "GET", .url = "https://api.example.com/slow"};
    jobico_request other = {.method = "GET", .url = "https://other.example.com/"};
    jobico_response response;
    jobico_error error = jobico_http_send(&post, &response);
    bool is_it = error.kind == JOBICO_DONE && response.status == 201 && response.header_count == 2;
    tell("http", is_it ? jobico_format("%s %s", response.headers[1].value.data, response.body.data) : "another answer");
    tell_error("http slow", jobico_http_send(&slow, &response));
    tell_error("http refused", jobico_http_send(&other, &response));
}

jobico_outcome jobico_handle(const jobico_event *event) {
    if (strcmp(event->name.data, "asked") != 0) return jobico_ok(NULL);
    answers = "";
    const char *key = event->key.data == NULL ? "" : event->key.data;
    tell("event", jobico_format("%s %s %s %s %s", event->id.data, event->tenant.data, event->name.data, key,
                                event->time.data));
    probe_kv();
    probe_http();
    tell_error("emit", jobico_emit("raised", "{\"text\":\"\\\"\xc3\xa9\\\"\"}", "key"));
    tell_error("emit refused", jobico_emit("other", "null", NULL));
    jobico_text none = jobico_config("none");
    tell("config", jobico_format("%s|%s", jobico_config("word").data, none.data == NULL ? "" : none.data));
    tell("runtime", "works");
    jobico_log(JOBICO_WARN, "warned");
    return jobico_ok(jobico_format("{%s}", answers));
}
