/** What the gate spends on a component, and what a component may ask for before it has run at all. */
export interface GateLimits {
  /** Size of the file. Default 64 MiB. */
  readonly maxBytes: number;
  /** Time for checking and translating. Default 60 s. */
  readonly deadlineMs: number;
  /** Memory that all its instances declare as their minimum. Default 256 MiB. */
  readonly maxMemoryBytes: number;
  /** Core modules, and instances of them. Default 64. */
  readonly maxModules: number;
  /** Memories of all its instances; each may grow to the sandbox's limit. Default 8. */
  readonly maxMemories: number;
  /** Table elements that all its instances declare as their minimum. Default 1,000,000. */
  readonly maxTableElements: number;
  /** Imports of the component. Default 200. */
  readonly maxImports: number;
}

export const DEFAULT_GATE_LIMITS: GateLimits = {
  maxBytes: 64 << 20,
  deadlineMs: 60_000,
  maxMemoryBytes: 256 << 20,
  maxModules: 64,
  maxMemories: 8,
  maxTableElements: 1_000_000,
  maxImports: 200,
};
