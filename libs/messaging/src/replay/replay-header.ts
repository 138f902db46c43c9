import { isEventId, type ReplayOf } from '@jobico/contract';

/** Header of an event that repeats another: `replay=<name>; event=<id, percent-encoded>`. */
export const REPLAY = 'Jobico-Replay';

/** Names of replays: safe in headers and in event ids. */
export const REPLAY_NAME = /^[A-Za-z0-9_-]{1,64}$/;

const PARTS = /^replay=([A-Za-z0-9_-]{1,64}); event=(\S{1,800})$/;

export function replayHeader({ event, replay }: ReplayOf): string {
  return `replay=${replay}; event=${encodeURIComponent(event)}`;
}

/** What the header says; undefined where there is none, or another's. */
export function readReplay(header: string | undefined): ReplayOf | undefined {
  const parts = header ? PARTS.exec(header) : null;
  if (!parts) return undefined;
  try {
    const event = decodeURIComponent(parts[2] ?? '');
    return isEventId(event) ? { event, replay: parts[1] ?? '' } : undefined;
  } catch {
    return undefined;
  }
}
