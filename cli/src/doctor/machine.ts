import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { dirname, resolve } from 'node:path';
import { finding, ok, type Finding } from './finding.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const NODE_MAJOR = 26;
const LEAST_MEMORY = 512 * MIB;
const LEAST_DISK = GIB;
const LITTLE_DISK_PART = 0.1;
/** Connections, files of streams and pipes of sandboxes together. */
const FEW_FILES = 4096;

/** What is known of a machine. */
export interface Machine {
  nodeVersion: string;
  totalBytes: number;
  freeBytes: number;
  disk: { folder: string; freeBytes: number; totalBytes: number };
  /** Files that a process may open; undefined where the system does not tell. */
  openFiles?: number | undefined;
}

/** This machine; the disk is that of the data folder, or of where it would be. */
export function thisMachine(dataFolder: string): Machine {
  let folder = resolve(dataFolder);
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  const { bavail, blocks, bsize } = statfsSync(folder);
  return {
    nodeVersion: process.versions.node,
    totalBytes: totalmem(),
    freeBytes: availableMemory(),
    disk: { folder, freeBytes: bavail * bsize, totalBytes: blocks * bsize },
    openFiles: openFilesLimit(),
  };
}

/** What a container may still use where it is limited, else what the machine has. */
function availableMemory(): number {
  const available = process.availableMemory();
  return available > 0 ? available : freemem();
}

function openFilesLimit(): number | undefined {
  try {
    const limit = /^Max open files +(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return limit === 'unlimited' ? Infinity : Number(limit);
  } catch {
    return undefined;
  }
}

export function machineFindings({ nodeVersion, totalBytes, freeBytes, disk, openFiles }: Machine): Finding[] {
  const findings = [nodeFinding(nodeVersion), memoryFinding(totalBytes, freeBytes), diskFinding(disk)];
  if (openFiles !== undefined) findings.push(openFilesFinding(openFiles));
  return findings;
}

function nodeFinding(version: string): Finding {
  if (Number(version.split('.')[0]) >= NODE_MAJOR) return ok('node', `Node ${version}`);
  return finding('error', 'node', `Node ${version} is too old`, `Install Node ${NODE_MAJOR} or newer.`);
}

function memoryFinding(total: number, free: number): Finding {
  const message = `${gib(free)} of ${gib(total)} memory are available`;
  if (free >= LEAST_MEMORY) return ok('memory', message);
  const fix =
    'Give the machine more, or lower JOBICO_MAX_SANDBOXES: each sandbox takes about 33 MiB and its components.';
  return finding('warning', 'memory', message, fix);
}

function diskFinding({ folder, freeBytes, totalBytes }: Machine['disk']): Finding {
  const message = `${gib(freeBytes)} of ${gib(totalBytes)} are free on the disk of ${folder}`;
  const fix = 'Make room, or name another folder with JOBICO_DATA: a full disk refuses events.';
  if (freeBytes < LEAST_DISK) return finding('error', 'disk', message, fix);
  if (freeBytes < totalBytes * LITTLE_DISK_PART) return finding('warning', 'disk', message, fix);
  return ok('disk', message);
}

function openFilesFinding(limit: number): Finding {
  const message = `a process may open ${limit === Infinity ? 'any number of' : limit} files`;
  if (limit >= FEW_FILES) return ok('open-files', message);
  return finding('warning', 'open-files', message, 'Raise it: ulimit -n 65536, or LimitNOFILE= of the service.');
}

const gib = (bytes: number) => `${(bytes / GIB).toFixed(1)} GiB`;
