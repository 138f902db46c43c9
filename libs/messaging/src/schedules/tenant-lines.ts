/** Work that waits in line, a line for each tenant: what is slow for one holds up no other. */
export interface TenantLines {
  /** Works it off after what came before it; false where too much of the tenant's waits already. */
  add(tenant: string, work: () => Promise<void>): boolean;
  /** Resolves once more may be added; for one who asks at a time. */
  whenFree(): Promise<void>;
  /** Resolves once nothing is left. */
  whenIdle(): Promise<void>;
}

interface Line {
  last: Promise<void>;
  waiting: number;
}

/** What is added must not reject. `mostOfTenant` of one tenant and `most` of all together are in hand at once. */
export function createTenantLines(mostOfTenant: number, most: number): TenantLines {
  const lines = new Map<string, Line>();
  let waiting = 0;
  let onLeft: (() => void) | undefined;

  const leave = (tenant: string, line: Line) => {
    waiting -= 1;
    line.waiting -= 1;
    if (line.waiting === 0) lines.delete(tenant);
    onLeft?.();
  };

  return {
    add(tenant, work) {
      const line = lines.get(tenant) ?? { last: Promise.resolve(), waiting: 0 };
      if (line.waiting >= mostOfTenant) return false;
      lines.set(tenant, line);
      waiting += 1;
      line.waiting += 1;
      line.last = line.last.then(work).finally(() => leave(tenant, line));
      return true;
    },
    async whenFree() {
      if (waiting >= most) await new Promise<void>((resolve) => (onLeft = resolve));
    },
    async whenIdle() {
      await Promise.all([...lines.values()].map(({ last }) => last));
    },
  };
}
