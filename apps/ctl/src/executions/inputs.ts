import { jobsOf, type Execution, type OperationOutput } from '@jobico/contract';
import type { DefinitionStore, FileStore } from '@jobico/messaging';

/** Where versions of packages and their files are. */
export interface InputsStores {
  store: DefinitionStore;
  files: FileStore;
}

/** The component and the grants of the version that an execution ran, while that is kept. */
export async function ranBy(
  { store, files }: InputsStores,
  execution: Execution,
): Promise<OperationOutput<'execution.inputs'>['ran']> {
  const { tenant, package: id, version, job: jobId, event } = execution;
  const versions = await store.versions(tenant, id);
  const ran = versions.find((each) => each.version === version);
  const jobs = ran ? jobsOf(ran.definition) : [];
  const job =
    jobs.find((each) => each.id === jobId && each.event === event.name) ?? jobs.find(({ id: each }) => each === jobId);
  const digest = job && ran?.modules[job.moduleref];
  const component = digest === undefined ? undefined : await files.content(tenant, digest);
  if (job === undefined || digest === undefined || component === undefined) return undefined;
  return {
    moduleref: job.moduleref,
    digest,
    content: Buffer.from(component).toString('base64'),
    config: job.grant.config ?? {},
    secrets: job.grant.secrets ?? [],
    timeoutMs: job.timeoutMs,
  };
}
