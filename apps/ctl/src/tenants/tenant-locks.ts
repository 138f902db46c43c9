/** Runs one function after another for each tenant, so that two deploys here never work on its queues at once. */
export type TenantLocks = <T>(tenant: string, run: () => Promise<T>) => Promise<T>;

export function createTenantLocks(): TenantLocks {
  const last = new Map<string, Promise<unknown>>();
  return async (tenant, run) => {
    const before = last.get(tenant) ?? Promise.resolve();
    const turn = before.then(run, run);
    const settled = turn.catch(() => undefined);
    last.set(tenant, settled);
    try {
      return await turn;
    } finally {
      if (last.get(tenant) === settled) last.delete(tenant);
    }
  };
}
