import {
  compileSchema,
  JobicoError,
  jobsOf,
  pointer,
  shown,
  type Fault,
  type PackageDefinition,
} from '@jobico/contract';
import type { FileStore, ScheduleStore } from '@jobico/messaging';
import type { PinnedFiles } from '../packages/pin-files.ts';

export interface ScheduleCheckDeps {
  schedules: ScheduleStore;
  files: FileStore;
}

/**
 * Refuses a package whose schedules have names that others have in the tenant, or raise what the schema of their event does
 * not take: `package-invalid`.
 */
export async function assertSchedules(
  deps: ScheduleCheckDeps,
  definition: PackageDefinition,
  pinned: PinnedFiles,
): Promise<void> {
  const { schedules = [] } = definition;
  if (schedules.length === 0) return;
  const faults = [...(await nameFaults(deps, definition)), ...(await dataFaults(deps, definition, pinned))];
  if (faults.length === 0) return;
  throw new JobicoError('package-invalid', 'a schedule of the package cannot be used', { faults });
}

async function nameFaults({ schedules }: ScheduleCheckDeps, definition: PackageDefinition): Promise<Fault[]> {
  const { tenant, id: own, schedules: declared = [] } = definition;
  const stored = new Map((await schedules.list(tenant)).map(({ entry }) => [entry.id, entry]));
  return declared.flatMap(({ id }, index) => {
    const entry = stored.get(id);
    if (!entry || entry.package === own) return [];
    const whose =
      entry.package === undefined ? 'a schedule that was made beside the packages' : `package ${entry.package}`;
    return { path: pointer('schedules', index, 'id'), message: `this name is taken by ${whose}`, value: shown(id) };
  });
}

async function dataFaults(
  { files }: ScheduleCheckDeps,
  definition: PackageDefinition,
  pinned: PinnedFiles,
): Promise<Fault[]> {
  const faults: Fault[] = [];
  const refs = new Map(jobsOf(definition).map(({ event, schemaref }) => [event, schemaref]));
  for (const [index, { event, data = {} }] of (definition.schedules ?? []).entries()) {
    const digest = pinned.schemas[refs.get(event) ?? ''];
    const content = digest === undefined ? undefined : await files.content(definition.tenant, digest);
    if (!content) continue;
    const found = compileSchema(Buffer.from(content).toString('utf8'), { isChecked: true })(data);
    faults.push(...found.map((fault) => ({ ...fault, path: pointer('schedules', index, 'data') + fault.path })));
  }
  return faults;
}
