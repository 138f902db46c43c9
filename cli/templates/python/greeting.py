"""Knows nothing of the platform, so a unit test runs it."""


def greet(name: str, word: str, visits: int) -> dict:
    if not name.strip():
        raise ValueError("nobody is there to be greeted")
    return {"text": f"{word}, {name.strip()}!", "visits": visits}
