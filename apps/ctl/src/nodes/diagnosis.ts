import { diagnose, type Nats } from '@jobico/messaging';
import type { Handlers } from '../operations.ts';

export function createDiagnosisHandlers({ nats }: { nats: Nats }): Pick<Handlers, 'diagnosis.get'> {
  return { 'diagnosis.get': async () => await diagnose(nats) };
}
