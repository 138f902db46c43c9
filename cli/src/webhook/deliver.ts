import { fromProblem, JobicoError, type OperationOutput, type Problem, type Webhook } from '@jobico/contract';
import { signDelivery } from '@jobico/webhooks';

export interface TestDelivery {
  /** Of the listener. */
  url: string;
  tenant: string;
  event: string;
  webhook: Webhook;
  secret: string;
  id: string;
  body: Buffer;
}

/** Signs a body as its sender would, and sends it. Throws what the listener answers, or `unavailable`. */
export async function deliver(delivery: TestDelivery): Promise<OperationOutput<'event.send'>> {
  const { url, tenant, event, webhook, secret, id, body } = delivery;
  const signing = webhook.scheme === 'hmac' ? { scheme: webhook.scheme, ...webhook.hmac } : { scheme: webhook.scheme };
  const headers = signDelivery(signing, secret, { id, timestamp: Math.floor(Date.now() / 1000), body });
  const target = new URL(`/webhooks/${tenant}/${event}`, url);
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: new Uint8Array(body),
  };
  const response = await fetch(target, request).catch((cause: unknown) => {
    throw new JobicoError('unavailable', `the listener does not answer at ${url}`, {
      hint: 'Name another with --listener-url.',
      cause,
    });
  });
  const text = await response.text();
  if (response.ok) return JSON.parse(text) as OperationOutput<'event.send'>;
  throw refusal(text, response.status, webhook);
}

function refusal(text: string, status: number, { secrets }: Webhook): JobicoError {
  const problem = parsed(text);
  if (!problem) return new JobicoError('unavailable', `the listener answered ${status}, and not as Jobico's does`);
  if (problem.code !== 'unauthenticated') return fromProblem(problem);
  return new JobicoError('unauthenticated', 'the listener refused the signature', {
    hint: `Is it the value of ${secrets.join(' or ')}? jobico secret list shows which are set; the listener's log says more.`,
  });
}

function parsed(text: string): Partial<Problem> | undefined {
  try {
    return JSON.parse(text) as Partial<Problem>;
  } catch {
    return undefined;
  }
}
