type Assign<Sandbox> = (sandbox: Sandbox) => void;

/** Tenants that have no sandbox because all are taken, in the order they came; each with the lanes that need one. */
export class WaitingTenants<Sandbox> {
  readonly #lanes = new Map<string, Set<Assign<Sandbox>>>();

  get size(): number {
    return this.#lanes.size;
  }

  /** Whose turn it is. */
  get first(): string | undefined {
    const [tenant] = this.#lanes.keys();
    return tenant;
  }

  has(tenant: string): boolean {
    return this.#lanes.has(tenant);
  }

  join(tenant: string, assign: Assign<Sandbox>): void {
    const lanes = this.#lanes.get(tenant) ?? new Set();
    this.#lanes.set(tenant, lanes.add(assign));
  }

  /** A tenant of which no lane waits any more does not wait. */
  leave(tenant: string, assign: Assign<Sandbox>): void {
    const lanes = this.#lanes.get(tenant);
    if (lanes?.delete(assign) && lanes.size === 0) this.#lanes.delete(tenant);
  }

  /** The lanes of a tenant, which do not wait any more. */
  take(tenant: string): Assign<Sandbox>[] {
    const lanes = this.#lanes.get(tenant) ?? [];
    this.#lanes.delete(tenant);
    return [...lanes];
  }

  clear(): void {
    this.#lanes.clear();
  }
}
