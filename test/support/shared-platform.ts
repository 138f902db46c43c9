import { afterAll, beforeAll } from 'vitest';
import { up, type PlatformProcess, type UpOptions } from './platform-process.ts';

/** One platform for all tests of a file; call it at the top, and the answer from within a test. */
export function sharedPlatform(options: UpOptions = {}): () => PlatformProcess {
  const ends: (() => Promise<void>)[] = [];
  let platform: PlatformProcess | undefined;
  beforeAll(async () => {
    platform = await up({ ...options, onEnd: (end) => void ends.push(end) });
  });
  afterAll(async () => {
    for (const end of ends.toReversed()) await end();
  });
  return () => {
    if (!platform) throw new Error('the platform has not started');
    return platform;
  };
}
