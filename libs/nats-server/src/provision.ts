import { JobicoError } from '@jobico/contract';
import { MINIMUM_NATS_SERVER_VERSION, NATS_SERVER_VERSION, RELEASE_BASE_URL, releaseArchive } from './release.ts';
import { isAtLeast, readVersion } from './version.ts';
import type { NatsServerSource, ProvisionContext, ProvisionStep } from './ways.ts';
import { WAYS } from './ways.ts';

export interface NatsServerBinary {
  path: string;
  /** e.g. `2.15.1` */
  version: string;
  source: NatsServerSource;
}

export interface ProvisionOptions {
  /** Where a fetched or built binary is kept; `defaultCacheDir()` is this user's. */
  cacheDir: string;
  /** Default 2.14.0. */
  minimumVersion?: string;
  /** Read for `JOBICO_NATS_SERVER`, `JOBICO_NATS_RELEASE_URL`, `PATH` and the proxy's variables. Default `process.env`. */
  env?: NodeJS.ProcessEnv;
  /** Told of every step that takes time; silent where a binary is at hand. */
  onStep?: (step: ProvisionStep) => void;
  /** A mirror with the layout of the official releases; goes before `JOBICO_NATS_RELEASE_URL`. */
  releaseBaseUrl?: string;
  signal?: AbortSignal;
  /** Of the download. Default 10 s to connect and be answered, 30 s of silence. */
  timeouts?: { connectMs?: number; stallMs?: number };
}

type Context = ProvisionContext & { minimumVersion: string };

/**
 * A nats-server binary that can be started: the one that `JOBICO_NATS_SERVER` names, on PATH, in the cache, of the
 * official release, or built by Go.
 * Throws `nats-server-missing`, which lists every way that was tried with its reason, and the step to do by hand.
 */
export async function provisionNatsServer(options: ProvisionOptions): Promise<NatsServerBinary> {
  const env = options.env ?? process.env;
  const context: Context = {
    minimumVersion: MINIMUM_NATS_SERVER_VERSION,
    onStep: () => undefined,
    ...options,
    env,
    releaseBaseUrl: options.releaseBaseUrl ?? (env['JOBICO_NATS_RELEASE_URL'] || RELEASE_BASE_URL),
  };
  const named = env['JOBICO_NATS_SERVER'];
  if (named) return fromEnvironment(named, context);

  const failures: WayFailure[] = [];
  for (const way of WAYS) {
    context.signal?.throwIfAborted();
    try {
      const path = await way.find(context);
      return { path, version: await usableVersion(path, context), source: way.source };
    } catch (error) {
      context.signal?.throwIfAborted();
      failures.push({ way: way.source, tried: way.describe(context), reason: (error as Error).message });
    }
  }
  throw missing(failures, context);
}

/** What was asked for by name is used or refused: falling back in silence would hide a typing error. */
async function fromEnvironment(path: string, context: Context): Promise<NatsServerBinary> {
  try {
    return { path, version: await usableVersion(path, context), source: 'env' };
  } catch (error) {
    context.signal?.throwIfAborted();
    throw new JobicoError('nats-server-missing', `JOBICO_NATS_SERVER cannot be used: ${(error as Error).message}`, {
      hint: `Let it name a nats-server of version ${context.minimumVersion} or newer, or unset it to have one found.`,
      details: { path },
      cause: error,
    });
  }
}

async function usableVersion(path: string, { minimumVersion, signal }: Context): Promise<string> {
  const version = await readVersion(path, signal);
  if (!isAtLeast(version, minimumVersion)) throw new Error(`${path} is ${version}, older than ${minimumVersion}`);
  return version;
}

interface WayFailure {
  way: NatsServerSource;
  tried: string;
  reason: string;
}

function missing(failures: readonly WayFailure[], { minimumVersion, releaseBaseUrl }: Context): JobicoError {
  const lines = failures.map(({ tried, reason }) => `  ${tried}: ${reason}`);
  return new JobicoError(
    'nats-server-missing',
    [`no nats-server ${minimumVersion} or newer was found, and none could be fetched`, ...lines].join('\n'),
    {
      hint: `Download ${manualUrl(releaseBaseUrl)}, unpack it, then set JOBICO_NATS_SERVER to the path of its nats-server.`,
      details: { attempts: failures },
    },
  );
}

function manualUrl(baseUrl: string): string {
  try {
    return releaseArchive(baseUrl).url.href;
  } catch {
    return `nats-server ${NATS_SERVER_VERSION} for this platform from https://nats.io/download`;
  }
}
