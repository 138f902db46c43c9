// How many events this instance has had.
let events = 0;

export const handler = {
  handle(event) {
    events += 1;
    const { fail } = JSON.parse(event.data);
    if (fail === 'trap') throw new Error('poisoned');
    if (fail !== undefined) throw { tag: fail, val: 'as told' };
    return JSON.stringify(events);
  },
};
