import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** The addresses that a server wrote to its ports file. */
export interface ListeningOn {
  /** e.g. `nats://127.0.0.1:4222` */
  url: string;
  port: number;
  /** e.g. `http://127.0.0.1:8222`; only with monitoring. */
  monitorUrl?: string;
}

/** The ports file of this process, once it is there and whole. */
export function readPortsFile(folder: string, pid: number): ListeningOn | undefined {
  const file = portsFiles(folder).find((name) => name.endsWith(`_${pid}.ports`));
  if (file === undefined) return undefined;
  let found: { nats?: string[]; monitoring?: string[] };
  try {
    found = JSON.parse(readFileSync(join(folder, file), 'utf8')) as typeof found;
  } catch {
    // The server writes it in place, and may be half-way.
    return undefined;
  }
  const url = found.nats?.[0];
  if (url === undefined) return undefined;
  const monitorUrl = found.monitoring?.[0];
  return { url, port: Number(new URL(url).port), ...(monitorUrl !== undefined && { monitorUrl }) };
}

/** A server that was killed leaves its file, and its process id may come again. */
export function removePortsFiles(folder: string): void {
  for (const name of portsFiles(folder)) rmSync(join(folder, name), { force: true });
}

function portsFiles(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.ports'));
}
