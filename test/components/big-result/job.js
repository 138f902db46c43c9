// A result of `bytes` bytes.
export const handler = {
  handle: (event) => JSON.stringify('x'.repeat(JSON.parse(event.data).bytes - 2)),
};
