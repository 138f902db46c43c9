import { JobicoError } from '@jobico/contract';

/** Why a message is not sent while there is no server to send it to. */
export const away = (): JobicoError => new JobicoError('unavailable', 'NATS is away');

/** Why a message is not sent that the server would not take, or that has no form on the wire. */
export const notSendable = (cause: unknown): JobicoError =>
  new JobicoError('too-large', `the message cannot be sent: ${(cause as Error).message}`, { cause });
