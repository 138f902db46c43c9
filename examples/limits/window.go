package main

// Request is the data of request-seen: schemas/request.json.
type Request struct {
	Client string `json:"client"`
	At     int64  `json:"at"`
}

// Window is what the bucket keeps of a client.
type Window struct {
	Since int64 `json:"since"`
	Count int   `json:"count"`
	// Last is the id of the event that was counted last: one that runs twice counts once.
	Last string `json:"last"`
}

// Verdict is the result.
type Verdict struct {
	Allowed bool `json:"allowed"`
	Left    int  `json:"left"`
}

// with counts a request, in this window or in a new one. It knows nothing of the platform, so `go test` runs it.
func (w Window) with(request Request, id string, seconds int64) Window {
	switch {
	case w.Last == id:
		return w
	case w.Count == 0 || request.At >= w.Since+seconds:
		return Window{Since: request.At, Count: 1, Last: id}
	default:
		return Window{Since: w.Since, Count: w.Count + 1, Last: id}
	}
}

func (w Window) verdict(limit int) Verdict {
	return Verdict{Allowed: w.Count <= limit, Left: max(0, limit-w.Count)}
}
