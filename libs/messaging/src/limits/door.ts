import type { Logger } from '@jobico/telemetry';
import type { Nats } from '../connection/connection.ts';
import { createDemandShares } from './demand-shares.ts';
import type { Intake } from '../intake/intake.ts';
import type { TenantLimitsView } from './tenant-limits.ts';
import { createAdmission, type Admission } from './admission.ts';
import { limitIntake, limitPacedIntake, type PacedIntake } from './limited-intake.ts';
import { createPendingEvents } from './pending-events.ts';

/** One of the doors by which tenants send events; all of them together keep a tenant to its limits. */
export interface Door {
  admission: Admission;
  /** For requests that are taken whole: what they send is taken from the limits before it is looked at. */
  limited(intake: Intake): Intake;
  /** For streams of events, which are read only as fast as the rates allow. */
  paced(intake: Intake): PacedIntake;
  stop(): void;
}

export function openDoor(nats: Nats, limits: TenantLimitsView, id: string, log: Logger): Door {
  const shares = createDemandShares(nats, id);
  const pending = createPendingEvents(nats, limits, log);
  const admission = createAdmission({ limits, shares, pendingOf: pending.of, clock: () => performance.now() });
  return {
    admission,
    limited: (intake) => limitIntake(intake, admission, pending),
    paced: (intake) => limitPacedIntake(intake, admission, pending),
    stop() {
      pending.stop();
      shares.stop();
    },
  };
}
