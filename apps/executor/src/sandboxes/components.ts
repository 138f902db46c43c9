import { ARTIFACT_VERSION, inspectComponent, type LoadedComponent } from '@jobico/component';
import { JobicoError, LIMITS, type Job } from '@jobico/contract';
import type { ArtifactStore, DeclaredEvent, FileStore, Secrets } from '@jobico/messaging';
import type { Logger } from '@jobico/telemetry';
import { grantedSecrets, stampsOf } from '../secrets/granted-secrets.ts';
import type { Redactor } from '../secrets/redactor.ts';

/** A component, and what takes the secrets that its job was given out of what the job says. */
export interface ReadyComponent {
  component: LoadedComponent;
  redactor: Redactor | undefined;
}

/** Components ready to be loaded into a sandbox. */
export interface Components {
  /** Names what a job runs: changes with every version of its package, and with the secrets that it is granted. */
  keyOf(declared: DeclaredEvent): string;
  /** Whether two keys are of one version of a job: with another state of its secrets. */
  isSameJob(key: string, other: string): boolean;
  /** `key`: under which it is loaded. */
  load(declared: DeclaredEvent, key: string): Promise<ReadyComponent>;
}

const KEPT_ARTIFACTS = 64;

const { logBytes, logLines, resultBytes, eventsPerInstance } = LIMITS;
/** What one execution may leave behind. */
export const EXECUTION_LIMITS = { logBytes, logLines, resultBytes, eventsPerInstance } as const;

export interface ComponentDeps {
  artifacts: ArtifactStore;
  files: FileStore;
  secrets: Secrets;
  log: Logger;
}

export function createComponents(deps: ComponentDeps): Components {
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
  const jobKey = (declared: DeclaredEvent) => {
    let key = keys.get(declared);
    if (key === undefined) {
      key = `${declared.version.id}@${declared.version.version}/${declared.job.id}`;
      keys.set(declared, key);
    }
    return key;
  };
  const keyOf = (declared: DeclaredEvent) => {
    const { version, job } = declared;
    if (job.grant.secrets === undefined) return jobKey(declared);
    return `${jobKey(declared)}#${stampsOf(deps.secrets, version.tenant, job)}`;
  };
  return {
    keyOf,
    isSameJob: (key, other) => key.split('#')[0] === other.split('#')[0],
    async load(declared, key) {
      const { version, job, moduleDigest } = declared;
      const artifact = await artifactOf(version.tenant, moduleDigest);
      const granted = grantedSecrets(deps.secrets, version.tenant, job);
      const component = {
        key,
        artifact,
        mode: modeOf(job),
        config: { ...job.grant.config, ...granted.config },
        limits: { ...EXECUTION_LIMITS, instances: instancesOf(declared) },
      };
      return { component, redactor: granted.redactor };
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
  deps: Omit<ComponentDeps, 'secrets'>,
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
