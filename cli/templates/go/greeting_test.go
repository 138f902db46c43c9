package main

import "testing"

func TestGreetsWithTheConfiguredWord(t *testing.T) {
	greeting, err := Greet(Person{Name: " Ada "}, "Ahoy", 2)
	if err != nil || greeting != (Greeting{Text: "Ahoy, Ada!", Visits: 2}) {
		t.Fatalf("got %v, %v", greeting, err)
	}
}

func TestRefusesABlankName(t *testing.T) {
	if _, err := Greet(Person{Name: " "}, "", 1); err == nil {
		t.Fatal("a blank name was greeted")
	}
}
