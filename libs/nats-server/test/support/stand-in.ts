import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An executable script in `folder`. */
export function script(folder: string, name: string, body: string): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return file;
}

/** A program that answers `--version` as nats-server does, and does nothing else. */
export function standInServer(folder: string, version: string): string {
  return script(folder, 'nats-server', `echo "nats-server: v${version}"`);
}
