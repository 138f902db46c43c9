// Asks for another attempt on the first, then succeeds.
export const handler = {
  handle(event) {
    if (event.attempt === 1) throw { tag: 'retry', val: 'not yet' };
    return JSON.stringify({ attempt: event.attempt });
  },
};
