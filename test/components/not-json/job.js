// Answers with the text it is given, whatever that is.
export const handler = {
  handle: (event) => JSON.parse(event.data).result,
};
