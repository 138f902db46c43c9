/* A job's side of the platform: the event it gets, how it fails, and what it may ask for. What it may reach is what the
 * package grants. Texts are UTF-8, end in a zero and know their length; what the platform gives lives until the job
 * returns. */
#ifndef JOBICO_H
#define JOBICO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *data; /* NULL where there is none */
    size_t length;
} jobico_text;

typedef struct {
    jobico_text id;     /* unique within the tenant, and the same on every attempt */
    jobico_text tenant;
    jobico_text name;   /* the event's id in the package */
    jobico_text key;    /* the ordering key, where the queue has one */
    jobico_text time;   /* when the platform accepted the event, RFC 3339 in UTC */
    uint32_t attempt;   /* 1 on the first delivery */
    jobico_text data;   /* JSON, valid against the event's schema */
} jobico_event;

typedef enum { JOBICO_OK, JOBICO_RETRY, JOBICO_PERMANENT } jobico_status;

/* What a job returns: by one of the three functions below, which copy the text. */
typedef struct {
    jobico_status status;
    jobico_text text;
} jobico_outcome;

/* Done; `json` is the result, and the data of the event on the job's `ok` route. NULL: no result. */
jobico_outcome jobico_ok(const char *json);
/* Try again, as the job's retry policy says. Takes a format, as printf does. */
jobico_outcome jobico_retry(const char *reason, ...);
/* Never try again. */
jobico_outcome jobico_permanent(const char *reason, ...);

/* Yours to write: handles one event. */
jobico_outcome jobico_handle(const jobico_event *event);

/* Lines of the execution's record. */
typedef enum { JOBICO_TRACE, JOBICO_DEBUG, JOBICO_INFO, JOBICO_WARN, JOBICO_ERROR, JOBICO_FATAL } jobico_level;
void jobico_log(jobico_level level, const char *format, ...);

/* A value of the package's configuration, or a granted secret; data is NULL where there is none. */
jobico_text jobico_config(const char *name);

/* Why the platform refused a call. `reason` says more; for a conflict it is the key's revision, if it is there. */
typedef enum {
    JOBICO_DONE,
    JOBICO_DENIED,
    JOBICO_INVALID,
    JOBICO_TOO_LARGE,
    JOBICO_CONFLICT,
    JOBICO_UNAVAILABLE,
    JOBICO_TIMEOUT,
    JOBICO_FAILED
} jobico_error_kind;

typedef struct {
    jobico_error_kind kind;
    jobico_text reason;
} jobico_error;

/* The outcome of a job that gives up for this error: what may pass is tried again. */
jobico_outcome jobico_because(jobico_error error);

/* Key-value buckets. */
typedef struct {
    bool is_there;
    jobico_text value;
    jobico_text revision; /* changes with every write of the key */
} jobico_entry;

typedef enum { JOBICO_ALWAYS, JOBICO_IF_ABSENT, JOBICO_IF_REVISION } jobico_condition;

jobico_error jobico_kv_get(const char *bucket, const char *key, jobico_entry *entry);
/* `revision` is looked at for JOBICO_IF_REVISION only. */
jobico_error jobico_kv_set(const char *bucket, const char *key, const void *value, size_t length,
                           jobico_condition when, const char *revision);
jobico_error jobico_kv_delete(const char *bucket, const char *key);
jobico_error jobico_kv_keys(const char *bucket, const char *prefix, jobico_text **keys, size_t *count);

/* HTTP, to hosts that the package grants. Any status is an answer; an error is that there was none. */
typedef struct {
    jobico_text name, value;
} jobico_header;

typedef struct {
    const char *method, *url;
    const jobico_header *headers;
    size_t header_count;
    const void *body; /* NULL for none */
    size_t body_length;
    uint32_t timeout_ms; /* 0: the platform's own */
} jobico_request;

typedef struct {
    uint16_t status;
    jobico_header *headers;
    size_t header_count;
    jobico_text body;
} jobico_response;

jobico_error jobico_http_send(const jobico_request *request, jobico_response *response);

/* Raises a further event, which is enqueued if this job succeeds. `key`: the ordering key, or NULL. */
jobico_error jobico_emit(const char *event, const char *json, const char *key);

/* Memory that is given back when the job returns. */
void *jobico_allocate(size_t size);
/* A text of the same life, written as printf does. */
char *jobico_format(const char *format, ...);

#endif
