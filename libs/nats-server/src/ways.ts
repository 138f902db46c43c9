import { cachedBinary, intoCache } from './cache.ts';
import { fetchRelease } from './fetch-release.ts';
import { findOnPath, isExecutableFile } from './find-on-path.ts';
import { goInstall } from './go-install.ts';
import { GO_PACKAGE, NATS_SERVER_VERSION, releaseArchive } from './release.ts';

/** Where a nats-server came from, in the order in which they are tried. */
export type NatsServerSource = 'env' | 'path' | 'cache' | 'release' | 'go';

export interface ProvisionStep {
  source: NatsServerSource;
  /** One line for a person. */
  message: string;
  /** While an archive is downloaded. */
  receivedBytes?: number;
  /** Where the server told it. */
  totalBytes?: number;
}

export interface ProvisionContext {
  cacheDir: string;
  env: NodeJS.ProcessEnv;
  onStep: (step: ProvisionStep) => void;
  releaseBaseUrl: string;
  signal?: AbortSignal | undefined;
  timeouts?: { connectMs?: number; stallMs?: number } | undefined;
}

/** One way to come to a binary. */
export interface Way {
  source: NatsServerSource;
  /** What is tried, for the list of what was. */
  describe: (context: ProvisionContext) => string;
  /** The binary's path, or an error that says why this way leads nowhere. */
  find: (context: ProvisionContext) => Promise<string>;
}

/** In the order of what they cost. */
export const WAYS: readonly Way[] = [
  { source: 'path', describe: () => 'nats-server on PATH', find: fromPath },
  { source: 'cache', describe: ({ cacheDir }) => `cache ${cachedBinary(cacheDir)}`, find: fromCache },
  { source: 'release', describe: ({ releaseBaseUrl }) => `download from ${releaseBaseUrl}`, find: fromRelease },
  { source: 'go', describe: () => `go install ${GO_PACKAGE}`, find: fromGo },
];

async function fromPath({ env }: ProvisionContext): Promise<string> {
  const path = await findOnPath('nats-server', env);
  if (path === undefined) throw new Error('not in any folder of PATH');
  return path;
}

async function fromCache({ cacheDir }: ProvisionContext): Promise<string> {
  const path = cachedBinary(cacheDir);
  if (!(await isExecutableFile(path))) throw new Error('nothing there yet');
  return path;
}

async function fromRelease({
  cacheDir,
  env,
  onStep,
  releaseBaseUrl,
  signal,
  timeouts,
}: ProvisionContext): Promise<string> {
  const archive = releaseArchive(releaseBaseUrl);
  const message = `downloading ${archive.url.href}`;
  onStep({ source: 'release', message });
  return intoCache(cacheDir, (folder) =>
    fetchRelease(archive, folder, {
      env,
      connectMs: timeouts?.connectMs ?? 10_000,
      stallMs: timeouts?.stallMs ?? 30_000,
      signal,
      onBytes: (receivedBytes, totalBytes) => {
        onStep({ source: 'release', message, receivedBytes, ...(totalBytes !== undefined && { totalBytes }) });
      },
    }),
  );
}

async function fromGo({ cacheDir, env, onStep, signal }: ProvisionContext): Promise<string> {
  const message = `building nats-server ${NATS_SERVER_VERSION} with go install`;
  onStep({ source: 'go', message });
  return intoCache(cacheDir, (folder) =>
    goInstall(folder, { env, signal, onWait: (s) => onStep({ source: 'go', message: `${message}, ${s} s` }) }),
  );
}
