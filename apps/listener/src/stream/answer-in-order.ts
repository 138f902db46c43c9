import type { Writable } from 'node:stream';

/** Writes answers in the order of what they answer, as soon as they are there. */
export interface OrderedAnswers {
  /** Takes the place of one more answer, for which `bytes` are held till then. */
  add(answer: Promise<string>, bytes: number): void;
  /** Undefined when there is room for another one, else a promise that resolves when there is. */
  room(): Promise<void> | undefined;
  /** Resolves once all are written. */
  flush(): Promise<void>;
}

interface Place {
  text: string | undefined;
  bytes: number;
}

/** What `to` has of a stream; a server's response is one too. */
type Target = Pick<Writable, 'write' | 'destroyed' | 'writableNeedDrain' | 'on' | 'once'>;

/** `most`: what may be under way at once. Answers must not reject. */
export function createOrderedAnswers(to: Target, most: { count: number; bytes: number }): OrderedAnswers {
  const places: Place[] = [];
  let held = 0;
  let changed = Promise.withResolvers<void>();

  const change = () => {
    changed.resolve();
    changed = Promise.withResolvers<void>();
  };

  // A caller that reads no answers is sent no further ones, and in the end what it sends is not read.
  const pump = () => {
    while (places[0]?.text !== undefined && !to.destroyed && !to.writableNeedDrain) {
      const end = places.findIndex(({ text }) => text === undefined);
      const done = places.splice(0, end < 0 ? places.length : end);
      held -= done.reduce((sum, { bytes }) => sum + bytes, 0);
      const text = done.map((place) => place.text).join('');
      if (text !== '') to.write(text);
    }
    change();
  };
  to.on('drain', pump);
  to.once('close', change);

  const isFull = () => places.length >= most.count || held >= most.bytes || to.writableNeedDrain;
  const untilRoom = async () => {
    while (isFull() && !to.destroyed) await changed.promise;
  };

  return {
    add(answer, bytes) {
      const place: Place = { text: undefined, bytes };
      places.push(place);
      held += bytes;
      void answer.then((text) => {
        place.text = text;
        if (place === places[0]) pump();
      });
    },
    room: () => (isFull() ? untilRoom() : undefined),
    async flush() {
      while (places.length > 0 && !to.destroyed) await changed.promise;
    },
  };
}
