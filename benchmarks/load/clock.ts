/** A clock that other processes of this machine share, finer than `Date.now`: milliseconds since 1970. */
export const nowMs = () => performance.timeOrigin + performance.now();
