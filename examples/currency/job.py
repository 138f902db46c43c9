"""Converts an amount to the configured currency, at the rate of the day that a public service gives."""

from conversion import convert, read_rate
from jobico import Event, Handler, Permanent, Retry, config, fetch, job, log  # noqa: F401  Handler is what the component exports


@job
def handle(event: Event):
    amount, target = event.json(), config("target")
    rate = "1" if amount["currency"] == target else ask_rate(amount["currency"], target)
    converted = convert(amount, target, rate)
    log.info(f"{amount['id']}: {amount['cents']} {amount['currency']} are {converted['cents']} {target}")
    return converted


def ask_rate(currency: str, target: str) -> str:
    response = fetch(f"{config('rates')}?base={currency}&symbols={target}", timeout_ms=5000)
    if response.status == 404:
        raise Permanent(f"there is no rate from {currency} to {target}")
    if response.status != 200:
        # The service is in trouble, or has enough of us: another time.
        raise Retry(f"the rates answer {response.status}")
    return read_rate(response.body, target)
