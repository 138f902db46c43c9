import { CRON_FORM, isTimeZone, nextOfCron, readCron } from '../cron.ts';
import type { Fault } from '../errors.ts';
import { shown } from '../faults.ts';
import { durationMs } from '../quantities.ts';

/** When a schedule fires: one of the three. */
export interface Timing {
  /** Once, at an RFC 3339 time. */
  at?: string;
  /** An ISO 8601 duration. */
  every?: string;
  /** Six fields, in the time zone or UTC. */
  cron?: string;
  timezone?: string;
}

const SHORTEST_MS = 1000;

/** What is wrong with when a schedule fires; `where` is the JSON pointer to it. The forms of the fields are checked before. */
export function timingFaults({ at, every, cron, timezone }: Timing, where = '', names = 'cron or every'): Fault[] {
  const given = [at, every, cron].filter((each) => each !== undefined).length;
  if (given !== 1)
    return [{ path: where, message: `needs one of ${names}, ${given === 0 ? 'and has none' : 'not several'}` }];
  const faults: Fault[] = [];
  if (every !== undefined && durationMs(every) < SHORTEST_MS) {
    faults.push({ path: `${where}/every`, message: 'is too short', value: shown(every), allowed: 'PT1S and longer' });
  }
  if (timezone !== undefined && cron === undefined) {
    faults.push({ path: `${where}/timezone`, message: 'is for cron only', value: shown(timezone) });
  } else if (timezone !== undefined && !isTimeZone(timezone)) {
    const allowed = 'a name of the IANA database such as Europe/Paris';
    faults.push({ path: `${where}/timezone`, message: 'is no time zone', value: shown(timezone), allowed });
  } else if (cron !== undefined) faults.push(...cronFaults(cron, `${where}/cron`));
  return faults;
}

function cronFaults(cron: string, path: string): Fault[] {
  const read = readCron(cron);
  if ('fault' in read) {
    const { fault, suggestion } = read;
    return [
      { path, message: fault, value: shown(cron), allowed: CRON_FORM, ...(suggestion !== undefined && { suggestion }) },
    ];
  }
  if (nextOfCron(read, Date.now()) !== undefined) return [];
  return [{ path, message: 'is at no time within five years', value: shown(cron) }];
}
