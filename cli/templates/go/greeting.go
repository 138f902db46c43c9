package main

import (
	"errors"
	"fmt"
	"strings"
)

// Person is the event's data: schemas/person.json.
type Person struct {
	Name string `json:"name"`
}

// Greeting is the result.
type Greeting struct {
	Text   string `json:"text"`
	Visits int    `json:"visits"`
}

// Greet knows nothing of the platform, so `go test` runs it.
func Greet(person Person, word string, visits int) (Greeting, error) {
	name := strings.TrimSpace(person.Name)
	if name == "" {
		return Greeting{}, errors.New("nobody is there to be greeted")
	}
	if word == "" {
		word = "Hello"
	}
	return Greeting{Text: fmt.Sprintf("%s, %s!", word, name), Visits: visits}, nil
}
