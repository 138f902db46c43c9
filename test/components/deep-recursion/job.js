// Calls itself without an end, unless told a depth; catches nothing.
function descend(depth) {
  return depth === 0 ? 0 : 1 + descend(depth - 1);
}

export const handler = {
  handle: (event) => JSON.stringify(descend(JSON.parse(event.data).depth ?? Number.POSITIVE_INFINITY)),
};
