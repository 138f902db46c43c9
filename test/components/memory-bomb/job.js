// Takes `mebibytes` of memory, and keeps them from event to event.
const kept = [];

export const handler = {
  handle(event) {
    const { mebibytes } = JSON.parse(event.data);
    for (let taken = 0; taken < mebibytes; taken += 1) kept.push(new Uint8Array(1 << 20).fill(1));
    return JSON.stringify(kept.length);
  },
};
