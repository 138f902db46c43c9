// A job that calls everything there is, and answers what came of each call.
package main

import (
	"runtime"
	"sort"
	"strings"
	"time"

	"hello/jobico"
)

func init() { jobico.Handle(probe) }

func main() {}

type answers map[string]string

func (a answers) tell(name string, value string, err error) {
	if err != nil {
		value = err.Error()
	}
	a[name] = value
}

func probe(event jobico.Event) (any, error) {
	if event.Name != "asked" {
		return nil, nil
	}
	a := answers{"event": strings.Join([]string{event.ID, event.Tenant, event.Name, event.Key, event.Time}, " ")}
	probeKv(a)
	probeHttp(a)
	a.tell("emit", "done", jobico.Emit("raised", map[string]string{"text": "\"é\""}, "key"))
	a.tell("emit refused", "done", jobico.Emit("other", nil, ""))
	a["config"] = jobico.Config("word") + "|" + jobico.Config("none")
	a["runtime"] = probeRuntime()
	jobico.Warn("warned")
	return a, nil
}

func probeKv(a answers) {
	revision, err := jobico.Set("b", "x", []byte("1"), jobico.Always())
	a.tell("set", "done", err)
	_, err = jobico.Set("b", "x", []byte("2"), jobico.IfAbsent())
	a.tell("set if absent", "done", err)
	_, err = jobico.Set("b", "x", []byte("2"), jobico.IfRevision("9999"))
	a.tell("set if revision", "done", err)
	_, err = jobico.Set("b", "x", []byte("22"), jobico.IfRevision(revision))
	a.tell("set if own revision", "done", err)
	_, err = jobico.Set("b", "y", nil, jobico.IfAbsent())
	a.tell("set empty", "done", err)
	keys, err := jobico.Keys("b", "")
	sort.Strings(keys)
	a.tell("keys", strings.Join(keys, " "), err)
	entry, err := jobico.Get("b", "x")
	a.tell("get", string(entry.Value), err)
	a.tell("delete", "done", jobico.Delete("b", "x"))
	entry, err = jobico.Get("b", "x")
	if entry == nil {
		a.tell("get nothing", "nothing", err)
	}
	_, err = jobico.Get("other", "x")
	a.tell("get refused", "done", err)
	_, err = jobico.Set("b", "x", nil, jobico.IfRevision("1"))
	a.tell("set if gone", "done", err)
}

func probeHttp(a answers) {
	response, err := jobico.Send(jobico.Request{
		Method:    "POST",
		URL:       "https://api.example.com/a",
		Headers:   []jobico.Header{{Name: "x-one", Value: "1"}, {Name: "x-two", Value: "zwölf"}},
		Body:      []byte("body"),
		TimeoutMs: 1500,
	})
	if err == nil {
		a["http"] = response.Headers[1].Value + " " + string(response.Body)
		if response.Status != 201 || len(response.Headers) != 2 {
			a["http"] = "another answer"
		}
	}
	_, err = jobico.Send(jobico.Request{Method: "GET", URL: "https://api.example.com/slow"})
	a.tell("http slow", "done", err)
	_, err = jobico.Send(jobico.Request{Method: "GET", URL: "https://other.example.com/"})
	a.tell("http refused", "done", err)
}

// probeRuntime sleeps, runs goroutines, and has the collector work.
func probeRuntime() string {
	before := time.Now()
	sums := make(chan int)
	for i := range 10 {
		go func() {
			time.Sleep(5 * time.Millisecond)
			sums <- i
		}()
	}
	sum := 0
	for range 10 {
		sum += <-sums
	}
	for range 200 {
		_ = strings.Repeat("x", 1<<20)
	}
	runtime.GC()
	if time.Since(before) < 5*time.Millisecond || sum != 45 || before.Year() < 2025 {
		return "fails"
	}
	return "works"
}
