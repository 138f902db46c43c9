//go:build wasip1

package jobico

// The calls to the platform, by the component model's canonical ABI: texts and lists are a pointer and a length, what
// does not fit into one number comes back through memory, and what comes back was put there by cabi_realloc.

import (
	"encoding/json"
	"errors"
	"runtime"
	"unsafe"
)

//go:wasmimport jobico:job/log@0.1.0 write
func logWrite(level uint32, text unsafe.Pointer, length uint32)

//go:wasmimport jobico:job/config@0.1.0 get
func configGet(name unsafe.Pointer, length uint32, answer unsafe.Pointer)

//go:wasmimport jobico:job/kv@0.1.0 get
func kvGet(bucket unsafe.Pointer, bucketLength uint32, key unsafe.Pointer, keyLength uint32, answer unsafe.Pointer)

//go:wasmimport jobico:job/kv@0.1.0 set
func kvSet(bucket unsafe.Pointer, bucketLength uint32, key unsafe.Pointer, keyLength uint32, value unsafe.Pointer,
	valueLength uint32, condition uint32, revision unsafe.Pointer, revisionLength uint32, answer unsafe.Pointer)

//go:wasmimport jobico:job/kv@0.1.0 delete
func kvDelete(bucket unsafe.Pointer, bucketLength uint32, key unsafe.Pointer, keyLength uint32, answer unsafe.Pointer)

//go:wasmimport jobico:job/kv@0.1.0 keys
func kvKeys(bucket unsafe.Pointer, bucketLength uint32, prefix unsafe.Pointer, prefixLength uint32, answer unsafe.Pointer)

//go:wasmimport jobico:job/http@0.1.0 send
func httpSend(method unsafe.Pointer, methodLength uint32, url unsafe.Pointer, urlLength uint32, headers unsafe.Pointer,
	headersLength uint32, hasBody uint32, body unsafe.Pointer, bodyLength uint32, hasTimeout uint32, timeoutMs uint32,
	answer unsafe.Pointer)

//go:wasmimport jobico:job/outbox@0.1.0 emit
func outboxEmit(event unsafe.Pointer, eventLength uint32, data unsafe.Pointer, dataLength uint32, hasKey uint32,
	key unsafe.Pointer, keyLength uint32, answer unsafe.Pointer)

// Log writes a line of the execution's record, at the level info.
func Log(message string) { write(2, message) }

// Warn writes a line at the level warn.
func Warn(message string) { write(3, message) }

func write(level uint32, message string) {
	logWrite(level, at(message), size(message))
}

// Config is a value of the package's configuration, or a granted secret; "" where there is none.
func Config(name string) string {
	answer := newAnswer()
	configGet(at(name), size(name), answer.at())
	if answer.byte(0) == 0 {
		return ""
	}
	return answer.text(4)
}

// Get is a key's value; nil where there is none.
func Get(bucket, key string) (*Entry, error) {
	answer := newAnswer()
	kvGet(at(bucket), size(bucket), at(key), size(key), answer.at())
	if answer.byte(0) != 0 {
		return nil, answer.kvError()
	}
	if answer.byte(4) == 0 {
		return nil, nil
	}
	return &Entry{Value: []byte(answer.text(8)), Revision: answer.text(16)}, nil
}

// Set writes a value and gives its revision. Where the condition does not hold it is an ErrConflict.
func Set(bucket, key string, value []byte, when Condition) (revision string, err error) {
	answer, text := newAnswer(), string(value)
	kvSet(at(bucket), size(bucket), at(key), size(key), at(text), size(text), when.kind, at(when.revision),
		size(when.revision), answer.at())
	if answer.byte(0) != 0 {
		return "", answer.kvError()
	}
	return answer.text(4), nil
}

// Delete removes a key.
func Delete(bucket, key string) error {
	answer := newAnswer()
	kvDelete(at(bucket), size(bucket), at(key), size(key), answer.at())
	if answer.byte(0) != 0 {
		return answer.kvError()
	}
	return nil
}

// Keys are those that begin with a prefix, in no particular order.
func Keys(bucket, prefix string) ([]string, error) {
	answer := newAnswer()
	kvKeys(at(bucket), size(bucket), at(prefix), size(prefix), answer.at())
	if answer.byte(0) != 0 {
		return nil, answer.kvError()
	}
	words := answer.list(4, 2)
	keys := make([]string, 0, len(words)/2)
	for i := 0; i < len(words); i += 2 {
		keys = append(keys, take(words[i], words[i+1]))
	}
	return keys, nil
}

// Send sends an HTTP request. Any status is an answer; an error is that there was none.
func Send(request Request) (*Response, error) {
	answer := newAnswer()
	headers := make([]uint32, 0, 4*len(request.Headers)+1)
	for _, header := range request.Headers {
		headers = append(headers, address(at(header.Name)), size(header.Name), address(at(header.Value)), size(header.Value))
	}
	body := string(request.Body)
	httpSend(at(request.Method), size(request.Method), at(request.URL), size(request.URL),
		unsafe.Pointer(unsafe.SliceData(headers)), uint32(len(request.Headers)), flag(request.Body != nil), at(body), size(body),
		flag(request.TimeoutMs != 0), request.TimeoutMs, answer.at())
	runtime.KeepAlive(request)
	if answer.byte(0) != 0 {
		kinds := []error{ErrDenied, ErrInvalid, ErrTimeout, ErrTooLarge, ErrFailed}
		kind := answer.byte(4)
		if kind == 2 || kind == 3 {
			return nil, kinds[kind]
		}
		return nil, because(kinds[kind], answer.text(8))
	}
	response := &Response{Status: int(answer.byte(4)) | int(answer.byte(5))<<8, Body: []byte(answer.text(16))}
	words := answer.list(8, 4)
	for i := 0; i < len(words); i += 4 {
		response.Headers = append(response.Headers, Header{take(words[i], words[i+1]), take(words[i+2], words[i+3])})
	}
	return response, nil
}

// Emit raises a further event, which is enqueued if this job succeeds. `key` is the ordering key, "" for none.
func Emit(event string, data any, key string) error {
	text, err := json.Marshal(data)
	if err != nil {
		return because(ErrInvalid, err.Error())
	}
	answer, json := newAnswer(), string(text)
	outboxEmit(at(event), size(event), at(json), size(json), flag(key != ""), at(key), size(key), answer.at())
	if answer.byte(0) == 0 {
		return nil
	}
	return because([]error{ErrDenied, ErrInvalid, ErrTooLarge}[answer.byte(4)], answer.text(8))
}

//go:wasmexport jobico:job/handler@0.1.0#handle
func handle(id, idLength, tenant, tenantLength, name, nameLength, hasKey, key, keyLength, time, timeLength, attempt, data,
	dataLength uint32) unsafe.Pointer {
	event := Event{
		ID:      take(id, idLength),
		Tenant:  take(tenant, tenantLength),
		Name:    take(name, nameLength),
		Time:    take(time, timeLength),
		Attempt: attempt,
		Data:    []byte(take(data, dataLength)),
	}
	if hasKey != 0 {
		event.Key = take(key, keyLength)
	}
	result, err := handler(event)
	if err != nil {
		return fail(err)
	}
	if result == nil {
		return outcome(0, 0, "")
	}
	text, err := json.Marshal(result)
	if err != nil {
		return fail(Permanent("the result is no JSON: %v", err))
	}
	return outcome(0, 1, string(text))
}

func fail(err error) unsafe.Pointer {
	var permanent permanentError
	return outcome(1, flag(errors.As(err, &permanent)), err.Error())
}

// What the last call gave; the platform reads it before it makes the next.
var last struct {
	text  string
	words [4]uint32
}

func outcome(isError, kind uint32, text string) unsafe.Pointer {
	last.text = text
	last.words = [4]uint32{isError, kind, address(at(text)), size(text)}
	return unsafe.Pointer(&last.words)
}

func at(text string) unsafe.Pointer           { return unsafe.Pointer(unsafe.StringData(text)) }
func size(text string) uint32                 { return uint32(len(text)) }
func address(pointer unsafe.Pointer) uint32   { return uint32(uintptr(pointer)) }
func pointerTo(address uint32) unsafe.Pointer { return unsafe.Add(unsafe.Pointer(nil), address) }

func flag(is bool) uint32 {
	if is {
		return 1
	}
	return 0
}

// What the platform put into memory, by address: the collector must not take it before it is read.
var lent = map[uint32][]uint64{}

//go:wasmexport cabi_realloc
func cabiRealloc(old, oldSize, align, size uint32) unsafe.Pointer {
	if size == 0 {
		return pointerTo(align)
	}
	words := make([]uint64, (size+7)/8)
	pointer := unsafe.Pointer(unsafe.SliceData(words))
	if oldSize > 0 {
		copy(unsafe.Slice((*byte)(pointer), size), unsafe.Slice((*byte)(pointerTo(old)), oldSize))
		delete(lent, old)
	}
	lent[address(pointer)] = words
	return pointer
}

// take copies a text that the platform put into memory, and lets go of it.
func take(address, length uint32) string {
	if length == 0 {
		return ""
	}
	text := string(unsafe.Slice((*byte)(pointerTo(address)), length))
	delete(lent, address)
	return text
}

// answer is where the platform puts what does not fit into one number. It is not on the stack, which may move.
type answer struct{ words *[6]uint32 }

func newAnswer() answer { return answer{new([6]uint32)} }

func (a answer) at() unsafe.Pointer        { return unsafe.Pointer(a.words) }
func (a answer) byte(offset uint32) byte   { return byte(a.words[offset/4] >> (offset % 4 * 8)) }
func (a answer) text(offset uint32) string { return take(a.words[offset/4], a.words[offset/4+1]) }

// list gives the words of a list whose elements have so many each.
func (a answer) list(offset, each uint32) []uint32 {
	list, length := a.words[offset/4], a.words[offset/4+1]
	if length == 0 {
		return nil
	}
	words := append([]uint32(nil), unsafe.Slice((*uint32)(pointerTo(list)), length*each)...)
	delete(lent, list)
	return words
}

func (a answer) kvError() error {
	switch a.byte(4) {
	case 0:
		return because(ErrDenied, a.text(8))
	case 1:
		return because(ErrTooLarge, a.text(8))
	case 2:
		if a.byte(8) == 0 {
			return because(ErrConflict, "the key is not there")
		}
		return because(ErrConflict, "the key is at revision "+a.text(12))
	default:
		return because(ErrUnavailable, a.text(8))
	}
}
