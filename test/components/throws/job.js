// Throws what it declares nowhere: an error, or whatever `throw` names.
export const handler = {
  handle(event) {
    const { thrown } = JSON.parse(event.data);
    if (thrown !== undefined) throw thrown;
    throw new Error('something unforeseen');
  },
};
