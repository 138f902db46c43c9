import { OPERATION_NAMES, operations } from '@jobico/contract';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { openApiDocument } from '../src/index.ts';

interface Parameter {
  name: string;
  in: 'path' | 'query';
  required: boolean;
  schema: object;
}
interface OperationObject {
  operationId: string;
  parameters: Parameter[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, { content?: Record<string, { schema: object }>; $ref?: string }>;
}

// As it travels: what JSON drops is not part of it.
const document = JSON.parse(JSON.stringify(openApiDocument('1.2.3'))) as {
  openapi: string;
  paths: Record<string, Record<string, OperationObject>>;
};
const found = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

test('every operation is described once, at its method and path', () => {
  expect(document.openapi).toMatch(/^3\.1\./);
  expect(found.map(({ operation }) => operation.operationId).toSorted()).toEqual(OPERATION_NAMES.toSorted());
  const misplaced = found.filter(({ path, method, operation }) => {
    const row = operations[operation.operationId as keyof typeof operations];
    return row.path !== path || row.method.toLowerCase() !== method;
  });
  expect(misplaced).toEqual([]);
});

test('the fields of a path are its required parameters, and no others are in it', () => {
  for (const { path, operation } of found) {
    const inPath = operation.parameters.filter((parameter) => parameter.in === 'path');
    expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
    expect(inPath.every(({ required }) => required)).toBe(true);
  }
});

test('every schema compiles as JSON Schema 2020-12, which OpenAPI 3.1 takes', { timeout: 60_000 }, () => {
  const schemas = found.flatMap(({ operation }) => [
    ...operation.parameters.map(({ schema }) => schema),
    ...Object.values(operation.requestBody?.content ?? {}).map(({ schema }) => schema),
    ...Object.values(operation.responses).flatMap(({ content = {} }) =>
      Object.values(content).map(({ schema }) => schema),
    ),
  ]);
  expect(schemas.length).toBeGreaterThan(found.length);
  for (const schema of schemas)
    expect(() => new Ajv2020({ strict: false, logger: false }).compile(schema)).not.toThrow();
});

test('every reference leads somewhere in the document', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path ?? '');
  expect(references.length).toBeGreaterThan(0);
  const leadingNowhere = references.filter((path) => {
    const target = path
      .split('/')
      .reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], document);
    return target === undefined;
  });
  expect(leadingNowhere).toEqual([]);
});

test('every operation says what its problems look like', () => {
  expect(found.filter(({ operation }) => operation.responses.default?.$ref === undefined)).toEqual([]);
});
