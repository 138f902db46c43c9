import type { SandboxFactory } from './tenant-sandbox.ts';

/**
 * Lets so many sandboxes start at once; the others wait for their turn. When many tenants wake together, processes that all
 * start side by side would be ready late, every one of them, and leave nobody a core meanwhile.
 */
export function limitStarts(start: SandboxFactory, atOnce: number): SandboxFactory {
  const waiting: (() => void)[] = [];
  let starting = 0;
  return async (callbacks) => {
    if (starting < atOnce) starting += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await start(callbacks);
    } finally {
      const next = waiting.shift();
      if (next) next();
      else starting -= 1;
    }
  };
}
