/** Lets the next one of a line go; a second call changes nothing. */
export type Leave = (error?: unknown) => void;

/** Who must do one thing after the other, by the name of their line; most of the time nobody has to wait. */
export interface Lines {
  /** Whether somebody is in that line. */
  isFormed(name: string): boolean;
  /**
   * Resolves when it is one's turn, with what lets the next one go. Given an error, whoever is behind fails with it, and so
   * does whoever comes in the same turn of the event loop.
   */
  join(name: string): Promise<Leave>;
}

export function createLines(): Lines {
  const ends = new Map<string, Promise<void>>();
  return {
    isFormed: (name) => ends.has(name),
    async join(name) {
      const before = ends.get(name);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      // There may be nobody behind.
      promise.catch(() => undefined);
      ends.set(name, promise);
      const dissolve = () => {
        if (ends.get(name) === promise) ends.delete(name);
      };
      let hasLeft = false;
      const leave: Leave = (error) => {
        if (hasLeft) return;
        hasLeft = true;
        if (error === undefined) {
          dissolve();
          resolve();
        } else {
          reject(error);
          setImmediate(dissolve);
        }
      };
      try {
        await before;
      } catch (error) {
        leave(error);
        throw error;
      }
      return leave;
    },
  };
}
