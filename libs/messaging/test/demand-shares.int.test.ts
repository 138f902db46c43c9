import { expect, test } from 'vitest';
import { createDemandShares } from '../src/limits/demand-shares.ts';
import { demandSubject } from '../src/subjects.ts';
import { uniqueTenant, withNats } from './nats.ts';

const OTHER = demandSubject('another');

test('what is no demand is passed over, and what is told after it is heard', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const shares = createDemandShares(nats, 'own');
    for (const text of ['', 'no JSON', 'null', '[', '7', '[]', `{"${tenant}":"much"}`, `{"${tenant}":-1}`]) {
      nats.nc.publish(OTHER, text);
    }
    await nats.nc.flush();
    expect(shares.shareOf(tenant)).toBe(1);
    nats.nc.publish(OTHER, JSON.stringify({ [tenant]: 3, [`${tenant}-x`]: null }));
    await expect.poll(() => shares.shareOf(tenant)).toBe(0.5);
    shares.stop();
  }));

test('a tenant is not taken for what every object has', () =>
  withNats(async (nats) => {
    const tenant = uniqueTenant();
    const shares = createDemandShares(nats, 'own');
    const tell = () => nats.nc.publish(OTHER, JSON.stringify({ [tenant]: 3 }));
    await expect.poll(() => (tell(), shares.shareOf(tenant))).toBe(0.5);
    expect(shares.shareOf('constructor')).toBe(1);
    shares.stop();
  }));
