package main

import "my-jobs/jobico"

func init() { jobico.Handle(greet) }

// main is never run: the platform calls the handler.
func main() {}

// greet handles one event.
func greet(event jobico.Event) (any, error) {
	var person Person
	if err := event.Decode(&person); err != nil {
		return nil, err
	}
	visits, err := countVisit(person.Name)
	if err != nil {
		return nil, err
	}
	greeting, err := Greet(person, jobico.Config("greeting"), visits)
	if err != nil {
		return nil, jobico.Permanent("%v", err)
	}
	jobico.Log(greeting.Text)
	return greeting, nil
}
