/* The calls to the platform, by the component model's canonical ABI: texts and lists are a pointer and a length, what
 * does not fit into one number comes back through memory, and what comes back was put there by cabi_realloc. */
#include "jobico.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMPORT(interface, function) \
    __attribute__((import_module("jobico:job/" interface "@0.1.0"), import_name(function))) extern
#define EXPORT(name) __attribute__((export_name(name)))

/* Everything an event needed is in one list of blocks, given back when the next one comes. */
typedef struct block {
    struct block *next;
    size_t size;
    max_align_t bytes[];
} block;
static block *blocks;

void *jobico_allocate(size_t size) {
    block *made = malloc(sizeof(block) + size);
    if (made == NULL) abort();
    made->next = blocks;
    made->size = size;
    blocks = made;
    return made->bytes;
}

static void give_back(void) {
    while (blocks != NULL) {
        block *next = blocks->next;
        free(blocks);
        blocks = next;
    }
}

/* One byte more than was asked for, and that a zero: so that every text ends in one. */
EXPORT("cabi_realloc") void *cabi_realloc(void *old, size_t old_size, size_t align, size_t size) {
    (void)align;
    char *made = jobico_allocate(size + 1);
    if (old_size > 0) memcpy(made, old, old_size < size ? old_size : size);
    made[size] = 0;
    return made;
}

static char *format_list(const char *format, va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    char *text = jobico_allocate((size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

char *jobico_format(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = format_list(format, arguments);
    va_end(arguments);
    return text;
}

static jobico_outcome outcome_of(jobico_status status, const char *text) {
    return (jobico_outcome){status, {text, text == NULL ? 0 : strlen(text)}};
}

jobico_outcome jobico_ok(const char *json) {
    return outcome_of(JOBICO_OK, json == NULL ? NULL : jobico_format("%s", json));
}

jobico_outcome jobico_retry(const char *reason, ...) {
    va_list arguments;
    va_start(arguments, reason);
    jobico_outcome outcome = outcome_of(JOBICO_RETRY, format_list(reason, arguments));
    va_end(arguments);
    return outcome;
}

jobico_outcome jobico_permanent(const char *reason, ...) {
    va_list arguments;
    va_start(arguments, reason);
    jobico_outcome outcome = outcome_of(JOBICO_PERMANENT, format_list(reason, arguments));
    va_end(arguments);
    return outcome;
}

jobico_outcome jobico_because(jobico_error error) {
    static const char *const words[] = {"done",     "denied",      "invalid", "too large",
                                        "conflict", "unavailable", "timeout", "failed"};
    bool may_pass = error.kind >= JOBICO_CONFLICT;
    const char *reason = error.reason.data == NULL ? "" : error.reason.data;
    return (may_pass ? jobico_retry : jobico_permanent)("%s: %s", words[error.kind], reason);
}

/* log, config */

IMPORT("log", "write") void log_write(uint32_t level, const char *text, size_t length);
IMPORT("config", "get") void config_get(const char *name, size_t length, void *answer);

void jobico_log(jobico_level level, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = format_list(format, arguments);
    va_end(arguments);
    log_write(level, text, strlen(text));
}

jobico_text jobico_config(const char *name) {
    struct {
        uint8_t is_there;
        jobico_text value;
    } answer;
    config_get(name, strlen(name), &answer);
    return answer.is_there ? answer.value : (jobico_text){NULL, 0};
}

/* kv */

/* An error of kv: a case, and what it carries; a conflict carries a revision, if there is one. */
typedef struct {
    uint8_t kind;
    union {
        jobico_text reason;
        struct {
            uint8_t is_there;
            jobico_text revision;
        } conflict;
    };
} kv_refusal;

static jobico_error kv_error(const kv_refusal *refusal) {
    static const jobico_error_kind kinds[] = {JOBICO_DENIED, JOBICO_TOO_LARGE, JOBICO_CONFLICT, JOBICO_UNAVAILABLE};
    jobico_error_kind kind = kinds[refusal->kind];
    if (kind != JOBICO_CONFLICT) return (jobico_error){kind, refusal->reason};
    return (jobico_error){kind, refusal->conflict.is_there ? refusal->conflict.revision : (jobico_text){NULL, 0}};
}

#define DONE ((jobico_error){JOBICO_DONE, {NULL, 0}})

IMPORT("kv", "get") void kv_get(const char *, size_t, const char *, size_t, void *answer);
IMPORT("kv", "set")
void kv_set(const char *, size_t, const char *, size_t, const void *, size_t, uint32_t when, const char *, size_t,
            void *answer);
IMPORT("kv", "delete") void kv_delete(const char *, size_t, const char *, size_t, void *answer);
IMPORT("kv", "keys") void kv_keys(const char *, size_t, const char *, size_t, void *answer);

jobico_error jobico_kv_get(const char *bucket, const char *key, jobico_entry *entry) {
    struct {
        uint8_t is_error;
        union {
            struct {
                uint8_t is_there;
                jobico_text value, revision;
            } entry;
            kv_refusal refusal;
        };
    } answer;
    kv_get(bucket, strlen(bucket), key, strlen(key), &answer);
    if (answer.is_error) return kv_error(&answer.refusal);
    *entry = answer.entry.is_there ? (jobico_entry){true, answer.entry.value, answer.entry.revision}
                                   : (jobico_entry){false, {NULL, 0}, {NULL, 0}};
    return DONE;
}

jobico_error jobico_kv_set(const char *bucket, const char *key, const void *value, size_t length,
                           jobico_condition when, const char *revision) {
    struct {
        uint8_t is_error;
        union {
            jobico_text revision;
            kv_refusal refusal;
        };
    } answer;
    size_t revision_length = when == JOBICO_IF_REVISION ? strlen(revision) : 0;
    kv_set(bucket, strlen(bucket), key, strlen(key), value, length, when, revision, revision_length, &answer);
    return answer.is_error ? kv_error(&answer.refusal) : DONE;
}

jobico_error jobico_kv_delete(const char *bucket, const char *key) {
    struct {
        uint8_t is_error;
        kv_refusal refusal;
    } answer;
    kv_delete(bucket, strlen(bucket), key, strlen(key), &answer);
    return answer.is_error ? kv_error(&answer.refusal) : DONE;
}

jobico_error jobico_kv_keys(const char *bucket, const char *prefix, jobico_text **keys, size_t *count) {
    struct {
        uint8_t is_error;
        union {
            struct {
                jobico_text *items;
                size_t count;
            } keys;
            kv_refusal refusal;
        };
    } answer;
    kv_keys(bucket, strlen(bucket), prefix, strlen(prefix), &answer);
    if (answer.is_error) return kv_error(&answer.refusal);
    *keys = answer.keys.items;
    *count = answer.keys.count;
    return DONE;
}

/* http, outbox */

IMPORT("http", "send")
void http_send(const char *, size_t, const char *, size_t, const jobico_header *, size_t, uint32_t has_body,
               const void *, size_t, uint32_t has_timeout, uint32_t timeout_ms, void *answer);
IMPORT("outbox", "emit")
void outbox_emit(const char *, size_t, const char *, size_t, uint32_t has_key, const char *, size_t, void *answer);

typedef struct {
    uint8_t kind;
    jobico_text reason;
} refusal;

jobico_error jobico_http_send(const jobico_request *request, jobico_response *response) {
    static const jobico_error_kind kinds[] = {JOBICO_DENIED, JOBICO_INVALID, JOBICO_TIMEOUT, JOBICO_TOO_LARGE,
                                              JOBICO_FAILED};
    struct {
        uint8_t is_error;
        union {
            jobico_response response;
            refusal refusal;
        };
    } answer;
    http_send(request->method, strlen(request->method), request->url, strlen(request->url), request->headers,
              request->header_count, request->body != NULL, request->body, request->body_length,
              request->timeout_ms != 0, request->timeout_ms, &answer);
    if (!answer.is_error) {
        *response = answer.response;
        return DONE;
    }
    jobico_error_kind kind = kinds[answer.refusal.kind];
    bool has_reason = kind != JOBICO_TIMEOUT && kind != JOBICO_TOO_LARGE;
    return (jobico_error){kind, has_reason ? answer.refusal.reason : (jobico_text){NULL, 0}};
}

jobico_error jobico_emit(const char *event, const char *json, const char *key) {
    static const jobico_error_kind kinds[] = {JOBICO_DENIED, JOBICO_INVALID, JOBICO_TOO_LARGE};
    struct {
        uint8_t is_error;
        refusal refusal;
    } answer;
    outbox_emit(event, strlen(event), json, strlen(json), key != NULL, key, key == NULL ? 0 : strlen(key), &answer);
    if (!answer.is_error) return DONE;
    return (jobico_error){kinds[answer.refusal.kind], answer.refusal.reason};
}

/* handler */

/* `result<option<string>, failure>`; the platform reads it before it calls again. */
static struct {
    uint8_t is_error;
    uint8_t gap[3];
    uint8_t kind;
    jobico_text text;
} returned;

EXPORT("jobico:job/handler@0.1.0#handle")
void *handle(char *id, size_t id_length, char *tenant, size_t tenant_length, char *name, size_t name_length,
             uint32_t has_key, char *key, size_t key_length, char *time, size_t time_length, uint32_t attempt,
             char *data, size_t data_length) {
    jobico_event event = {
        .id = {id, id_length},
        .tenant = {tenant, tenant_length},
        .name = {name, name_length},
        .key = {has_key ? key : NULL, has_key ? key_length : 0},
        .time = {time, time_length},
        .attempt = attempt,
        .data = {data, data_length},
    };
    jobico_outcome outcome = jobico_handle(&event);
    returned.is_error = outcome.status != JOBICO_OK;
    returned.kind = outcome.status == JOBICO_OK ? outcome.text.data != NULL : outcome.status == JOBICO_PERMANENT;
    returned.text = outcome.text;
    return &returned;
}

EXPORT("cabi_post_jobico:job/handler@0.1.0#handle") void handled(void *result) {
    (void)result;
    give_back();
}
