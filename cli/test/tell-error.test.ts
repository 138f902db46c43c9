import { JobicoError } from '@jobico/contract';
import { expect, test, vi } from 'vitest';
import { tell, textOf, type LocatedFault } from '../src/output/tell-error.ts';

const fault: LocatedFault = {
  path: '/jobs/0/event/supplierqueue',
  message: 'no such queue in this package',
  value: '"defalt"',
  allowed: 'default, other',
  suggestion: 'default',
  file: 'shop.yaml',
  line: 12,
};

test('a fault is told with its line, its value, what is allowed, and what was meant', () => {
  const error = new JobicoError('package-invalid', 'the package has a fault', { faults: [fault], hint: 'Mend it.' });
  expect(textOf(error)).toBe(`✗ package-invalid: the package has a fault

  shop.yaml:12  /jobs/0/event/supplierqueue
    no such queue in this package: "defalt"
    allowed: default, other
    did you mean default?

Mend it.`);
});

test('nothing that a server says reaches the terminal as more than text', () => {
  const text = '\u001b[2J\nforged';
  const error = new JobicoError('internal', text, { hint: text, faults: [{ path: text, message: text, value: text }] });
  expect(textOf(error)).not.toContain('\u001b');
});

test('with --json the error is a problem object, and the exit code is that of its code', () => {
  const log = vi.spyOn(console, 'log').mockReturnValue();
  const code = tell(new JobicoError('not-found', 'no such tenant'), { isJson: true, isDebug: false });
  const [[printed] = []] = log.mock.calls;
  log.mockRestore();
  expect(code).toBe(3);
  expect(JSON.parse(String(printed))).toEqual({
    error: { type: 'about:blank', title: 'not found', status: 404, code: 'not-found', detail: 'no such tenant' },
  });
});

test('a failure of the command itself says what it was', () => {
  const log = vi.spyOn(console, 'log').mockReturnValue();
  const code = tell(new TypeError('x is not a function'), { isJson: true, isDebug: false });
  const [[printed] = []] = log.mock.calls;
  log.mockRestore();
  expect(code).toBe(1);
  expect(JSON.parse(String(printed))).toMatchObject({ error: { code: 'internal', detail: 'x is not a function' } });
});
