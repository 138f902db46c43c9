// Package jobico is a job's side of the platform: the event it gets, how it fails, and what it may ask for. What it may
// reach is what the package grants.
package jobico

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Event is one event, as delivered.
type Event struct {
	// ID is unique within the tenant, and the same on every attempt.
	ID     string
	Tenant string
	// Name is the event's id in the package, e.g. "person-arrived".
	Name string
	// Key is the ordering key; "" where the queue has none.
	Key string
	// Time is when the platform accepted the event, RFC 3339 in UTC.
	Time string
	// Attempt is 1 on the first delivery.
	Attempt uint32
	// Data is JSON, valid against the event's schema.
	Data []byte
}

// Decode reads the event's data. It fails permanently: no later attempt makes other data of it.
func (e Event) Decode(into any) error {
	if err := json.Unmarshal(e.Data, into); err != nil {
		return Permanent("the data cannot be read: %v", err)
	}
	return nil
}

// Handler handles one event. The result becomes JSON: the execution's result, and the data of the event on the job's
// `ok` route; nil is no result. An error of Permanent ends the event, any other is tried again as the package says.
type Handler func(Event) (result any, err error)

var handler Handler = func(Event) (any, error) {
	return nil, Permanent("no handler: call jobico.Handle in an init function")
}

// Handle says who handles the events. Call it in an init function: main is never run.
func Handle(h Handler) { handler = h }

type permanentError struct{ message string }

func (e permanentError) Error() string { return e.message }

// Permanent makes an error that no later attempt can mend.
func Permanent(format string, args ...any) error {
	return permanentError{fmt.Sprintf(format, args...)}
}

// Why a call to the platform failed. Use errors.Is; the error's text says more.
var (
	ErrDenied      = errors.New("denied")
	ErrInvalid     = errors.New("invalid")
	ErrTooLarge    = errors.New("too large")
	ErrConflict    = errors.New("conflict")
	ErrUnavailable = errors.New("unavailable")
	ErrTimeout     = errors.New("timeout")
	ErrFailed      = errors.New("failed")
)

func because(err error, message string) error { return fmt.Errorf("%w: %s", err, message) }

// Entry is a value of a bucket.
type Entry struct {
	Value []byte
	// Revision changes with every write of the key.
	Revision string
}

// Condition says when a write may happen.
type Condition struct {
	kind     uint32
	revision string
}

// Always writes, whatever is there.
func Always() Condition { return Condition{} }

// IfAbsent writes where nothing is.
func IfAbsent() Condition { return Condition{kind: 1} }

// IfRevision writes where nobody else wrote since.
func IfRevision(revision string) Condition { return Condition{kind: 2, revision: revision} }

// Header is a line of an HTTP request's or response's head.
type Header struct{ Name, Value string }

// Request is an HTTP request to a host that the package grants.
type Request struct {
	Method  string
	URL     string
	Headers []Header
	// Body is left out where it is nil.
	Body []byte
	// TimeoutMs is the platform's own where it is 0.
	TimeoutMs uint32
}

// Response is what came back.
type Response struct {
	Status  int
	Headers []Header
	Body    []byte
}
