// No SDK: the object that a component exports as its handler.
export const handler = { handle: ({ data }) => data };
