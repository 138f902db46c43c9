import { readFile, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fromProblem, JobicoError, parseExactJson, type Problem } from '@jobico/contract';

/** Sample events of one kind: the file `events/<event id>.json` of an example, an event or an array of them. */
export interface SampleEvents {
  tenant: string;
  event: string;
  data: readonly unknown[];
}

export async function readSampleEvents(folder: string, tenant: string): Promise<SampleEvents[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json')).toSorted();
  return await Promise.all(
    files.map(async (file) => {
      const content = parseExactJson(await readFile(join(folder, file), 'utf8'));
      return {
        tenant,
        event: basename(file, '.json'),
        data: Array.isArray(content) ? (content as unknown[]) : [content],
      };
    }),
  );
}

/** Sends events to the listener as any webhook caller would; answers their ids. */
export async function sendEvents(listener: string, { tenant, event, data }: SampleEvents): Promise<string[]> {
  const response = await fetch(`${listener}/events/${tenant}/${event}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ data }),
  });
  const answer: unknown = await response.json();
  if (response.status === 202) return (answer as { events: { id: string }[] }).events.map(({ id }) => id);
  const { code, message, hint, faults } = fromProblem(answer as Partial<Problem>);
  throw new JobicoError(code, `${event}: ${message}`, { hint, faults });
}
