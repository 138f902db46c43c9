package main

import (
	"encoding/json"
	"limits/jobico"
	"strconv"
)

func init() { jobico.Handle(handle) }

// main is never run: the platform calls the handler.
func main() {}

func handle(event jobico.Event) (any, error) {
	switch event.Name {
	case "request-seen":
		return countRequest(event)
	case "limit-exceeded":
		return tell(event)
	}
	return nil, jobico.Permanent("nobody takes %s", event.Name)
}

// Excess is the data of limit-exceeded: schemas/excess.json.
type Excess struct {
	Client string `json:"client"`
	Since  int64  `json:"since"`
	Limit  int    `json:"limit"`
}

// countRequest keeps each client's window in the bucket `windows`, and raises limit-exceeded for the first request over
// the limit. The queue is keyed by the client, so nobody else writes its window; the condition says so.
func countRequest(event jobico.Event) (any, error) {
	var request Request
	if err := event.Decode(&request); err != nil {
		return nil, err
	}
	limit, err := number("limit")
	if err != nil {
		return nil, err
	}
	seconds, err := number("windowSeconds")
	if err != nil {
		return nil, err
	}
	before, condition, err := readWindow(request.Client)
	if err != nil {
		return nil, err
	}
	window := before.with(request, event.ID, int64(seconds))
	text, err := json.Marshal(window)
	if err != nil {
		return nil, err
	}
	if window.Count == limit+1 {
		excess := Excess{Client: request.Client, Since: window.Since, Limit: limit}
		if err := jobico.Emit("limit-exceeded", excess, request.Client); err != nil {
			return nil, err
		}
	}
	_, err = jobico.Set("windows", request.Client, text, condition)
	return window.verdict(limit), err
}

func readWindow(client string) (Window, jobico.Condition, error) {
	entry, err := jobico.Get("windows", client)
	if err != nil || entry == nil {
		return Window{}, jobico.IfAbsent(), err
	}
	var window Window
	if err := json.Unmarshal(entry.Value, &window); err != nil {
		return Window{}, jobico.Always(), jobico.Permanent("the bucket holds no window: %v", err)
	}
	return window, jobico.IfRevision(entry.Revision), nil
}

func number(name string) (int, error) {
	value, err := strconv.Atoi(jobico.Config(name))
	if err != nil {
		return 0, jobico.Permanent("the configured %s is no number", name)
	}
	return value, nil
}

func tell(event jobico.Event) (any, error) {
	var excess Excess
	if err := event.Decode(&excess); err != nil {
		return nil, err
	}
	jobico.Warn(excess.Client + " asked more than " + strconv.Itoa(excess.Limit) + " times")
	return nil, nil
}
