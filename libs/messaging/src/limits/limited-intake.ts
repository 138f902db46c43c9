import type { Intake } from '../intake/intake.ts';
import type { Admission } from './admission.ts';
import type { PendingEvents } from './pending-events.ts';

export type PacedIntake = Pick<Intake, 'send' | 'check'>;

/** The intake for a stream of events, which is read only as fast as the rates allow. */
export function limitPacedIntake(intake: Intake, admission: Admission, pending: PendingEvents): PacedIntake {
  return {
    send(request) {
      admission.check(request.tenant, request.items);
      pending.add(request.tenant, request.items.length);
      return intake.send(request);
    },
    check: (request) => intake.check(request),
  };
}

/** The intake for tenants that have limits: what they send is taken from these before it is looked at. */
export function limitIntake(intake: Intake, admission: Admission, pending: PendingEvents): Intake {
  return {
    send(request) {
      admission.admit(request.tenant, request.items);
      pending.add(request.tenant, request.items.length);
      return intake.send(request);
    },
    async check(request) {
      admission.admit(request.tenant, request.items);
      return await intake.check(request);
    },
    store(declared, request, events, isWanted) {
      pending.add(request.tenant, events.length);
      return intake.store(declared, request, events, isWanted);
    },
  };
}
