# python3 send_order.py <tenant> <event> <order id>      pip install nats-py
import asyncio, json, os, sys
import nats

async def main(tenant="acme", event="order-placed", order="order-1"):
    nc = await nats.connect(os.environ.get("NATS_URL", "nats://127.0.0.1:4222"))
    try:
        # Returns once the event is stored; raises where no package declares it, or its queue is full.
        ack = await nc.jetstream().publish(
            f"jobico.event.{tenant}.{event}",
            json.dumps({"id": order, "total": 42.5}).encode(),
            # Sent again with the same id within two minutes, it is stored once.
            headers={"Nats-Msg-Id": order},
        )
        print(f"stored {ack.stream} {ack.seq}{' before' if ack.duplicate else ''}")
    finally:
        await nc.drain()

asyncio.run(main(*sys.argv[1:]))
