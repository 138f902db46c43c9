import { isUtf8 } from 'node:buffer';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { isTooDeep, JobicoError, LIMITS, MAX_JSON_DEPTH, toProblem } from '@jobico/contract';
import type { Admission, Intake, IntakeRequest } from '@jobico/messaging';
import { readOptions, traceOf, wantsMinimal } from '../events/request-options.ts';
import type { EventAddress } from '../events/send-events.ts';
import { createOrderedAnswers } from './answer-in-order.ts';
import { splitLines, type Line } from './split-lines.ts';

export interface StreamDeps {
  /** What does not ask for rates: these are kept by reading no faster. */
  pacedIntake: Pick<Intake, 'send' | 'check'>;
  admission: Pick<Admission, 'pace'>;
  isConnected: () => boolean;
  /** Told of each piece of the body that has brought lines. */
  onProgress: () => void;
}

export const NDJSON = 'application/x-ndjson';

/**
 * Takes a body of one event a line, however long, and answers each line in turn: `{"line":1,"id":"…"}`, or its problem with
 * the line's number; at the end `{"lines":…,"accepted":…,"refused":…}`. What is under way is bounded: a caller that does not
 * read the answers is not read either, unless it asks for those of refused lines alone (`Prefer: return=minimal`).
 *
 * Throws for the request as a whole before anything is answered: `not-found`, `unavailable`, `bad-request`.
 */
export async function streamEvents(
  { pacedIntake: intake, admission, isConnected, onProgress }: StreamDeps,
  { tenant, event }: EventAddress,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { id, key } = readOptions(request.headers);
  if (id !== undefined) throw idOfStream();
  const base = { tenant, event, key, source: 'http', traceparent: traceOf(request.headers.traceparent) };
  await intake.check({ ...base, items: [] });
  if (!isConnected()) throw new JobicoError('unavailable', 'NATS is away');

  const isMinimal = wantsMinimal(request.headers);
  const sum = { lines: 0, accepted: 0, refused: 0 };
  const answers = createOrderedAnswers(response, { count: LIMITS.streamWindow, bytes: LIMITS.requestBytes });
  const headers = { 'content-type': NDJSON, ...(isMinimal && { 'preference-applied': 'return=minimal' }) };
  response.writeHead(200, headers);
  try {
    for await (const lines of splitLines(request, LIMITS.eventBytes)) {
      onProgress();
      for (const line of lines) {
        sum.lines += 1;
        await untilAdmitted(() => admission.pace(tenant, line.bytes?.length ?? 0), onProgress);
        answers.add(sendLine(intake, base, line, isMinimal, sum), line.bytes?.length ?? 0);
        const room = answers.room();
        if (room) await room;
        if (response.destroyed) return;
      }
    }
  } catch {
    // The caller went away, or was cut off: what came whole is stored, and there is nobody to tell.
    return void response.destroy();
  }
  await answers.flush();
  response.end(`${JSON.stringify(sum)}\n`);
  if (!response.writableFinished && !response.destroyed)
    await Promise.race([once(response, 'finish'), once(response, 'close')]);
}

async function untilAdmitted(pace: () => number, onWait: () => void): Promise<void> {
  for (let waitMs = pace(); waitMs > 0; waitMs = pace()) {
    onWait();
    await delay(waitMs);
  }
}

function idOfStream(): JobicoError {
  return new JobicoError('bad-request', 'a stream of events has no id', {
    hint: 'Send events that have ids of their own as a batch of CloudEvents, or in requests of their own.',
    faults: [{ path: '/headers/Idempotency-Key', message: `is not taken with ${NDJSON}` }],
  });
}

type Base = Omit<IntakeRequest, 'items' | 'at'>;

const AT = () => '';

async function sendLine(
  intake: Pick<Intake, 'send'>,
  base: Base,
  { number, bytes }: Line,
  isMinimal: boolean,
  sum: { accepted: number; refused: number },
): Promise<string> {
  try {
    const text = textOf(bytes);
    const { events } = await intake.send({ ...base, items: [{ value: valueOf(text), text }], at: AT });
    sum.accepted += 1;
    return isMinimal ? '' : `{"line":${number},"id":${JSON.stringify(events[0]?.id)}}\n`;
  } catch (error) {
    sum.refused += 1;
    const { type: _type, title: _title, ...problem } = toProblem(error);
    return `${JSON.stringify({ line: number, ...problem })}\n`;
  }
}

function textOf(bytes: Buffer | undefined): string {
  if (!bytes) throw new JobicoError('too-large', `the line is longer than ${LIMITS.eventBytes} bytes`);
  if (!isUtf8(bytes)) throw new JobicoError('not-json', 'the line is not JSON: its bytes are not UTF-8');
  return bytes.toString('utf8').trim();
}

function valueOf(text: string): unknown {
  if (isTooDeep(text)) throw new JobicoError('bad-request', `the line is nested deeper than ${MAX_JSON_DEPTH} levels`);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new JobicoError('not-json', `the line is not JSON: ${(cause as Error).message}`, { cause });
  }
}
