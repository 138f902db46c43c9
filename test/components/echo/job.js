// Answers with the whole event, as the job got it.
export const handler = {
  handle: (event) => JSON.stringify(event),
};
