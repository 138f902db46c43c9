// Never succeeds, and says so.
export const handler = {
  handle(event) {
    throw { tag: 'permanent', val: `no such order: ${event.id}` };
  },
};
