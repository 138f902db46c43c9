import { JobicoError, jobsOf, type Execution, type OperationOutput } from '@jobico/contract';
import type { DefinitionStore, FileStore } from '@jobico/messaging';

/** Where versions of packages and their files are. */
export interface InputsStores {
  store: DefinitionStore;
  files: FileStore;
}

/** What it takes to run an execution again: its record, and the component and grants of the version that it ran. */
export async function inputsOf(
  { store, files }: InputsStores,
  execution: Execution,
): Promise<OperationOutput<'execution.inputs'>> {
  const { tenant, package: id, version, job: jobId, event } = execution;
  const versions = await store.versions(tenant, id);
  const ran = versions.find((each) => each.version === version);
  const jobs = ran ? jobsOf(ran.definition) : [];
  const job =
    jobs.find((each) => each.id === jobId && each.event === event.name) ?? jobs.find(({ id: each }) => each === jobId);
  const digest = job && ran?.modules[job.moduleref];
  const component = digest === undefined ? undefined : await files.content(tenant, digest);
  if (job === undefined || digest === undefined || component === undefined) {
    throw new JobicoError(
      'not-found',
      `version ${version} of package ${id}, which this execution ran, is not kept any more`,
      {
        hint: 'Replay it with a component of yours: --component <file.wasm>',
      },
    );
  }
  return {
    execution,
    moduleref: job.moduleref,
    digest,
    content: Buffer.from(component).toString('base64'),
    config: job.grant.config ?? {},
    secrets: job.grant.secrets ?? [],
    timeoutMs: job.timeoutMs,
  };
}
