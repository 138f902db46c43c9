// Never returns when told so.
export const handler = {
  handle(event) {
    const { loop } = JSON.parse(event.data);
    for (;;) if (!loop) return null;
  },
};
