import type { HostEvent } from '../host/host.ts';

/** The event that the component is handling; none while it is built. */
export const current: { event?: Pick<HostEvent, 'id' | 'attempt' | 'time'> } = {};
