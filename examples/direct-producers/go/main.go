// go run . <tenant> <event> <order id>
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

func argument(at int, fallback string) string {
	if len(os.Args) > at {
		return os.Args[at]
	}
	return fallback
}

func main() {
	tenant, event, order := argument(1, "acme"), argument(2, "order-placed"), argument(3, "order-1")
	url := os.Getenv("NATS_URL")
	if url == "" {
		url = nats.DefaultURL
	}
	nc, err := nats.Connect(url)
	if err != nil {
		log.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	body := fmt.Sprintf(`{"id":%q,"total":42.5}`, order)
	// Returns once the event is stored; an error where no package declares it, or its queue is full.
	// Sent again with the same id within two minutes, it is stored once.
	ack, err := js.Publish(ctx, "jobico.event."+tenant+"."+event, []byte(body), jetstream.WithMsgID(order))
	if err != nil {
		log.Fatal(err)
	}
	before := ""
	if ack.Duplicate {
		before = " before"
	}
	fmt.Printf("stored %s %d%s\n", ack.Stream, ack.Sequence, before)
}
