package main

import (
	"my-jobs/jobico"
	"strconv"
)

// countVisit counts in the bucket `visits`. Where somebody else counted in between it fails, and the event is tried again.
func countVisit(name string) (int, error) {
	before, err := jobico.Get("visits", name)
	if err != nil {
		return 0, err
	}
	count, condition := 1, jobico.IfAbsent()
	if before != nil {
		counted, err := strconv.Atoi(string(before.Value))
		if err != nil {
			return 0, jobico.Permanent("the bucket holds no number: %v", err)
		}
		count, condition = counted+1, jobico.IfRevision(before.Revision)
	}
	_, err = jobico.Set("visits", name, []byte(strconv.Itoa(count)), condition)
	return count, err
}
