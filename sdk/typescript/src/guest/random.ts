import { current } from './current-event.ts';

let seededFor: typeof current.event;
let state = 0;

/**
 * A number from 0 up to 1, for `Math.random`; not for secrets. The engine's own begin alike in every instance of a
 * component. These follow from the event and its attempt: they differ between events and repeat when one is run again.
 */
export function guestRandom(): number {
  if (seededFor !== current.event) seed(current.event);
  // mulberry32
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

function seed(event: typeof current.event): void {
  seededFor = event;
  // FNV-1a
  state = 0x811c9dc5;
  for (const octet of `${event?.id}:${event?.attempt}`) state = Math.imul(state ^ octet.charCodeAt(0), 0x01000193);
}
