import { ARTIFACT_VERSION, inspectComponent, type LoadedComponent } from '@jobico/component';
import { JobicoError, LIMITS, type Job } from '@jobico/contract';
import type { ArtifactStore, DeclaredEvent, FileStore } from '@jobico/messaging';
import type { Logger } from '@jobico/telemetry';

/** Components ready to be loaded into a sandbox. */
export interface Components {
  /** Names what a job runs: changes with every version of its package. */
  keyOf(declared: DeclaredEvent): string;
  load(declared: DeclaredEvent): Promise<LoadedComponent>;
}

const KEPT_ARTIFACTS = 64;

const { logBytes, logLines, resultBytes, eventsPerInstance } = LIMITS;
/** What one execution may leave behind. */
export const EXECUTION_LIMITS = { logBytes, logLines, resultBytes, eventsPerInstance } as const;

export function createComponents(deps: { artifacts: ArtifactStore; files: FileStore; log: Logger }): Components {
  const artifacts = new Map<string, Promise<Uint8Array>>();

  const artifactOf = (tenant: string, digest: string): Promise<Uint8Array> => {
    const known = artifacts.get(digest);
    if (known) return known;
    const [oldest] = artifacts.keys();
    if (oldest !== undefined && artifacts.size >= KEPT_ARTIFACTS) artifacts.delete(oldest);
    const loading = fetchArtifact(deps, tenant, digest);
    artifacts.set(digest, loading);
    loading.catch(() => artifacts.delete(digest));
    return loading;
  };

  const keys = new WeakMap<DeclaredEvent, string>();
  const keyOf = (declared: DeclaredEvent) => {
    let key = keys.get(declared);
    if (key === undefined) {
      key = `${declared.version.id}@${declared.version.version}/${declared.job.id}`;
      keys.set(declared, key);
    }
    return key;
  };
  return {
    keyOf,
    async load(declared) {
      const { version, job, moduleDigest } = declared;
      return {
        key: keyOf(declared),
        artifact: await artifactOf(version.tenant, moduleDigest),
        mode: modeOf(job),
        config: job.grant.config ?? {},
        limits: { ...EXECUTION_LIMITS, instances: instancesOf(declared) },
      };
    },
  };
}

/** An ordered queue runs as many at once as it has keys: `concurrency` says how many an unordered one does. */
function instancesOf({ job, queue }: DeclaredEvent): number {
  return queue.ordering.kind === 'none' ? Math.min(job.concurrency, LIMITS.instances) : LIMITS.instances;
}

/** A job that is granted nothing that could make it wait needs no stack switching, which costs at every call. */
export function modeOf({ grant }: Job): LoadedComponent['mode'] {
  const waits = [grant.kv, grant.http, grant.emit].some((granted) => granted !== undefined && granted.length > 0);
  return waits ? 'jspi' : 'sync';
}

async function fetchArtifact(
  deps: { artifacts: ArtifactStore; files: FileStore; log: Logger },
  tenant: string,
  digest: string,
): Promise<Uint8Array> {
  const stored = await deps.artifacts.get(digest, ARTIFACT_VERSION);
  if (stored) return stored;
  // Deployed before this version of the platform: it is made again from the component, through the same gate.
  const component = await deps.files.content(tenant, digest);
  if (!component) throw new JobicoError('internal', `component ${digest} is not in the file repository`);
  deps.log.info({ tenant, digest }, 'component is transpiled again for this version');
  const { artifact } = await inspectComponent(component);
  await deps.artifacts.put(digest, ARTIFACT_VERSION, artifact);
  return artifact;
}
