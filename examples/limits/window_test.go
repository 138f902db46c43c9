package main

import "testing"

func TestCountsWithinAWindowAndBeginsANewOne(t *testing.T) {
	window := Window{}
	for i, at := range []int64{100, 130, 159} {
		window = window.with(Request{Client: "c", At: at}, string(rune('a'+i)), 60)
	}
	if window != (Window{Since: 100, Count: 3, Last: "c"}) {
		t.Fatalf("got %+v", window)
	}
	if next := window.with(Request{Client: "c", At: 160}, "d", 60); next != (Window{Since: 160, Count: 1, Last: "d"}) {
		t.Fatalf("got %+v", next)
	}
}

func TestAnEventThatRunsTwiceCountsOnce(t *testing.T) {
	once := Window{}.with(Request{At: 1}, "a", 60)
	if twice := once.with(Request{At: 1}, "a", 60); twice != once {
		t.Fatalf("got %+v", twice)
	}
}

func TestSaysWhatIsLeft(t *testing.T) {
	if verdict := (Window{Count: 2}).verdict(3); verdict != (Verdict{Allowed: true, Left: 1}) {
		t.Fatalf("got %+v", verdict)
	}
	if verdict := (Window{Count: 4}).verdict(3); verdict != (Verdict{Allowed: false, Left: 0}) {
		t.Fatalf("got %+v", verdict)
	}
}
