import { vi } from 'vitest';

export interface Load {
  /** Ids of the events that were answered with 202. */
  accepted: string[];
  /** What else the listener answered, and how often; `0` for no answer at all. */
  refused: Map<number, number>;
  /** Resolves when everything was sent, or the sending was stopped. */
  done: Promise<void>;
  stop: () => void;
}

/**
 * Sends events to a listener in batches, several at a time: each as `make` says, for 0, 1, 2 …. What is not accepted is
 * not sent again.
 */
export function sendEvents(
  address: string,
  {
    count,
    batch = 20,
    atOnce = 4,
    make,
  }: { count: number; batch?: number; atOnce?: number; make: (n: number) => object },
): Load {
  const accepted: string[] = [];
  const refused = new Map<number, number>();
  const stopped = new AbortController();
  let next = 0;
  const sender = async () => {
    while (next < count && !stopped.signal.aborted) {
      const from = next;
      next = Math.min(count, from + batch);
      const data = Array.from({ length: next - from }, (_, index) => make(from + index));
      const { status, ids } = await post(address, data);
      if (status === 202) accepted.push(...ids);
      else refused.set(status, (refused.get(status) ?? 0) + 1);
    }
  };
  const done = Promise.all(Array.from({ length: atOnce }, sender)).then(() => undefined);
  return { accepted, refused, done, stop: () => stopped.abort() };
}

async function post(address: string, data: object[]): Promise<{ status: number; ids: string[] }> {
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ data }),
    });
    const { events = [] } = (await response.json()) as { events?: { id: string }[] };
    return { status: response.status, ids: events.map(({ id }) => id) };
  } catch {
    // Whoever was asked is gone.
    return { status: 0, ids: [] };
  }
}

/** Sends one batch, which is accepted; answers the ids. */
export async function send(address: string, data: object[]): Promise<string[]> {
  const { status, ids } = await post(address, data);
  if (status !== 202) throw new Error(`not accepted: ${status}`);
  return ids;
}

/** Waits for a condition that costs little to look at. */
export async function until(
  condition: () => Promise<boolean> | boolean,
  what: string,
  timeout = 20_000,
): Promise<void> {
  await vi.waitFor(
    async () => {
      if (!(await condition())) throw new Error(`still waiting: ${what}`);
    },
    { timeout, interval: 20 },
  );
}
