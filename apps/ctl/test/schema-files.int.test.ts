import { createFileStore, createSchemas, watchDefinitions } from '@jobico/messaging';
import { createSilentLogger } from '@jobico/telemetry';
import { expect, onTestFinished, test } from 'vitest';
import { controlPlane, packageOf, storeComponent } from './support/control-plane.ts';

const base64 = (schema: object) => Buffer.from(JSON.stringify(schema)).toString('base64');

test('a schema that refers to another file of the tenant is deployed with it, and keeps it as it was', async () => {
  const { client, tenant, nats } = await controlPlane();
  await storeComponent(client, tenant);
  const upload = (name: string, schema: object) =>
    client.call('file.upload', { tenant, kind: 'json', name, content: base64(schema) });
  const order = { properties: { to: { $ref: 'address.json' } } };
  await expect(upload('order.json', order)).rejects.toMatchObject({ code: 'schema-invalid' });
  await upload('address.json', { required: ['street'] });
  await upload('order.json', order);
  const event = {
    id: 'placed',
    supplierqueue: 'default',
    runtime: 'work',
    schema: { id: 's', schemaref: 'order.json' },
  };
  const definition = packageOf(tenant, 'shop', { jobs: [{ event }] });
  const deployed = async () => {
    await client.call('package.deploy', { tenant, definition });
    const definitions = await watchDefinitions(nats, createSilentLogger());
    onTestFinished(() => definitions.stop());
    const declared = definitions.event(tenant, 'placed');
    if (!declared) throw new Error('not declared');
    return await createSchemas(await createFileStore(nats)).validatorOf(declared);
  };
  const first = await deployed();
  expect(first({ to: {} })).toMatchObject([{ path: '/to/street' }]);
  await upload('address.json', { required: ['city'] });
  expect((await deployed())({ to: { street: 'x' } })).toMatchObject([{ path: '/to/city' }]);
  expect(first({ to: { street: 'x' } })).toEqual([]);
});

test.each([
  ['larger than any may be', `{"items":[${'{},'.repeat(100_000)}{}]}`],
  ['nested too deep', `{"items":${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
])('a schema that is %s is refused', async (_, text) => {
  const { client, tenant } = await controlPlane();
  const content = Buffer.from(text).toString('base64');
  await expect(client.call('file.upload', { tenant, kind: 'json', name: 's.json', content })).rejects.toMatchObject({
    code: 'schema-invalid',
  });
});
