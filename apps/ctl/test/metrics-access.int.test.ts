import { expect, test } from 'vitest';
import { guardedPlane } from './support/credentials.ts';

test('metrics name tenants: where tokens are asked for, an admin alone reads them', async () => {
  const { url, tokenOf } = await guardedPlane();
  const ask = async (token?: string) =>
    await fetch(`${url}/metrics`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
  expect((await ask()).status).toBe(401);
  expect((await ask(await tokenOf('owner'))).status).toBe(403);
  const answer = await ask(await tokenOf('admin'));
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain('jobico_build_info{module="ctl"');
});
