import type { Diagnosis, Node, QueueLag } from '@jobico/contract';
import { describe, expect, test } from 'vitest';
import { durabilityFinding, type Durability } from '../src/doctor/durability.ts';
import { machineFindings, thisMachine, type Machine } from '../src/doctor/machine.ts';
import { platformFindings, type PlatformFacts } from '../src/doctor/platform.ts';
import { prometheusReport, textReport } from '../src/doctor/report.ts';

const GIB = 2 ** 30;
const MACHINE: Machine = {
  nodeVersion: '26.10.0',
  totalBytes: 16 * GIB,
  freeBytes: 8 * GIB,
  disk: { folder: '/d', freeBytes: 50 * GIB, totalBytes: 100 * GIB },
  openFiles: 65_536,
};
const NOW = Date.parse('2026-11-21T10:00:00Z');
const DIAGNOSIS: Diagnosis = {
  time: '2026-11-21T10:00:00.100Z',
  nats: { version: '2.15.1', time: '2026-11-21T10:00:00.100Z', storedBytes: 1000, maxBytes: 10_000, replicas: 1 },
  definitionsRevision: 7,
  deadLetters: 0,
  queues: 1,
  lags: [],
};
const node = (module: Node['module'], changes: Partial<Node> = {}): Node => ({
  id: module,
  module,
  version: '1',
  host: 'h',
  pid: 1,
  startedAt: '2026-11-21T09:00:00Z',
  definitionsRevision: 7,
  ...changes,
});
const NODES = [node('listener'), node('executor'), node('ctl')];
const LAG: QueueLag = {
  tenant: 'acme',
  queue: 'q',
  consumer: 'executor',
  waiting: 3,
  delivered: 1,
  isOrdered: true,
  isPinned: true,
  settledAgoMs: 10,
};

const facts = (changes: Partial<Diagnosis> = {}, nodes: Node[] = NODES): PlatformFacts => ({
  diagnosis: { ...DIAGNOSIS, ...changes },
  nodes,
  askedMs: NOW,
  answeredMs: NOW + 200,
});
const bad = (findings: ReturnType<typeof platformFindings>) =>
  findings.filter(({ severity }) => severity !== 'ok').map(({ check, severity }) => `${check} ${severity}`);

describe('a machine', () => {
  test('that has what is needed is well, and this one can be looked at', () => {
    expect(bad(machineFindings(MACHINE))).toEqual([]);
    expect(machineFindings(thisMachine('/no/such/folder')).map(({ check }) => check)).toContain('disk');
  });

  test.each([
    [{ nodeVersion: '24.1.0' }, 'node error'],
    [{ freeBytes: 1000 }, 'memory warning'],
    [{ disk: { folder: '/d', freeBytes: GIB / 2, totalBytes: 100 * GIB } }, 'disk error'],
    [{ disk: { folder: '/d', freeBytes: 5 * GIB, totalBytes: 100 * GIB } }, 'disk warning'],
    [{ openFiles: 1024 }, 'open-files warning'],
  ])('with %j has a finding: %s', (changes, expected) => {
    expect(bad(machineFindings({ ...MACHINE, ...changes }))).toEqual([expected]);
  });
});

describe('a platform', () => {
  test('in which nothing is wrong has no finding', () => {
    expect(bad(platformFindings(facts({ lags: [LAG] })))).toEqual([]);
  });

  test.each<[string, Partial<Diagnosis>, Node[], string]>([
    ['a nats-server that is too old', { nats: { ...DIAGNOSIS.nats, version: '2.11.4' } }, NODES, 'nats-version error'],
    ['storage that is full', { nats: { ...DIAGNOSIS.nats, storedBytes: 9600 } }, NODES, 'storage error'],
    ['storage that fills up', { nats: { ...DIAGNOSIS.nats, storedBytes: 8500 } }, NODES, 'storage warning'],
    ['a clock that is wrong', { time: '2026-11-21T10:00:05Z' }, NODES, 'clocks warning'],
    ['no executor', {}, [node('listener'), node('ctl')], 'modules error'],
    ['no listener', {}, [node('executor'), node('ctl')], 'modules warning'],
    ['a module that is behind', { definitionsRevision: 8 }, NODES, 'definitions error'],
    ['an ordered queue that nobody has', { lags: [{ ...LAG, isPinned: false }] }, NODES, 'queues error'],
    ['a queue that stands still', { lags: [{ ...LAG, settledAgoMs: 400_000 }] }, NODES, 'queues warning'],
    ['dead letters', { deadLetters: 2 }, NODES, 'dead-letters info'],
  ])('with %s has a finding, and what to do', (_, changes, nodes, expected) => {
    const findings = platformFindings(facts(changes, nodes));
    expect(bad(findings)).toEqual([expected]);
    expect(findings.filter(({ severity, fix }) => severity !== 'ok' && !fix)).toEqual([]);
  });

  test('says which loss a power cut leaves open', () => {
    const of = (replicas: number, sync: Durability['sync'], isDurable = false) =>
      durabilityFinding({ replicas, isDurable, sync });
    const always = { always: true, intervalMs: 0 };
    const seldom = { always: false, intervalMs: 120_000 };
    const containing = (text: string) => expect.stringContaining(text) as string;
    expect(of(3, undefined).severity).toBe('ok');
    expect(of(1, always, true).severity).toBe('ok');
    expect(of(1, always)).toMatchObject({ severity: 'info', fix: containing('JOBICO_DURABILITY=durable') });
    expect(of(1, undefined)).toMatchObject({ severity: 'info', fix: containing('--monitor') });
    expect(of(1, undefined, true)).toMatchObject({ severity: 'info', message: containing('set to be durable') });
    expect(of(1, seldom)).toMatchObject({ severity: 'warning', message: containing('last 120 s') });
    expect(of(3, seldom, true)).toMatchObject({ severity: 'warning', message: containing('every 120 s') });
  });
});

test('a report names each check once, and escapes what others wrote', () => {
  const findings = platformFindings(
    facts({ deadLetters: 1 }, [node('listener', { host: '\u001b[31m', definitionsRevision: 1 })]),
  );
  expect(textReport(findings)).not.toContain('\u001b[31m');
  expect(textReport(findings)).toContain('2 errors, 0 warnings.');
  const lines = prometheusReport(findings).split('\n');
  expect(lines).toContain('jobico_doctor_findings{severity="error"} 2');
  expect(lines).toContain('jobico_doctor_check{check="definitions"} 0');
  expect(lines).toContain('jobico_doctor_check{check="dead-letters"} 1');
});
