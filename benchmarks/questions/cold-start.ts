// How long does the first event of a job take whose component is loaded nowhere?
import { setTimeout as delay } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { watchOthers } from '../measure/others.ts';
import { untilRecorded } from '../measure/outcomes.ts';
import { median } from '../measure/statistics.ts';
import { bodyOf } from '../order/order.ts';
import { coldTenants, deployCold } from '../subjects/jobico/deploy-cold.ts';
import { startJobico } from '../subjects/jobico/start-jobico.ts';
import type { StartSubject, Subject } from '../subjects/subject.ts';

export interface ColdStart {
  /** From the event being stored to its outcome being stored, of each job. */
  tookMs: number[];
  medianMs: number;
  /** Share of the machine's cores that other programs took meanwhile, 0 to 1; undefined where the system does not tell. */
  othersShare: number | undefined;
}

/** Between two jobs: they come one by one, so there is a spare sandbox for each. */
const PAUSE_MS = 1500;

/** Starts Jobico, and sends one event to each of `jobs` jobs, of tenants that have run nothing yet. */
export async function measureColdStart(jobs: number, options: StartSubject): Promise<ColdStart> {
  const tenants = coldTenants(jobs);
  await using subject = await startJobico('strict', options, (ctl, folder) => deployCold(ctl, folder, tenants));
  const othersShare = watchOthers();
  const tookMs: number[] = [];
  for (const [index, tenant] of tenants.entries()) {
    await delay(PAUSE_MS, undefined, { signal: options.signal });
    await send(new URL(`/events/${tenant}/order`, subject.url), options.signal);
    await untilRecorded(subject, index + 1, options.signal);
    tookMs.push(await tookOf(subject, index + 1));
  }
  return { tookMs, medianMs: median(tookMs), othersShare: othersShare() };
}

async function send(url: URL, signal: AbortSignal): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: bodyOf(1, 1), signal });
  if (response.status !== 202) throw new Error(`${url.href} was answered ${response.status}: ${await response.text()}`);
}

/** Both times are the server's. */
async function tookOf(subject: Subject, sequence: number): Promise<number> {
  const jsm = await jetstreamManager(subject.nc);
  const message = await jsm.streams.getMessage(subject.outcomes, { seq: sequence });
  const record = message?.json<{ event: { time: string } }>();
  if (!message || !record || !subject.readOutcome(record).isOk)
    throw new Error('the first event of a cold job did not succeed');
  return message.time.getTime() - Date.parse(record.event.time);
}
