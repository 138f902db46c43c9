import { defineJob, PermanentError } from '@jobico/sdk';

interface Shipment {
  orderId: string;
  weightGrams: number;
  destination: { country: string; postalCode: string };
}

interface Label {
  orderId: string;
  service: 'standard' | 'express';
  days: number;
}

/** Picks a service that goes to the destination. Where none does, no attempt will change that. */
export const handler = defineJob<Shipment, Label>(({ data: { orderId, destination } }, { config, log }) => {
  const goesThere = (service: string): boolean =>
    config.get(service)?.split(',').includes(destination.country) ?? false;
  log.debug(`looking for a service to ${destination.country} ${destination.postalCode}`);
  if (goesThere('standard')) return { orderId, service: 'standard', days: 4 };
  if (goesThere('express')) return { orderId, service: 'express', days: 2 };
  throw new PermanentError(`nobody ships to ${destination.country}`);
});
