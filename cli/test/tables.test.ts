import { SETTINGS, type ResolvedConfig, type SettingName } from '@jobico/config';
import { expect, test } from 'vitest';
import { displayWidth } from '../src/output/table.ts';
import { describeConfig, shownConfig } from '../src/show/describe-config.ts';
import { contextTable } from '../src/show/describe-contexts.ts';
import { deadLetterTable, executionTable, nodeTable, packageTable, versionTable } from '../src/show/tables.ts';

const LONG = 'x'.repeat(63);
const TIME = '2025-11-21T10:46:03.123456789Z';
const UUID = '0193c3f2-8f7e-7cc3-98c4-dc0c0c07398f';
const EVENT = { id: LONG, name: LONG, time: TIME };
const settings = (value: unknown) =>
  Object.fromEntries(Object.keys(SETTINGS).map((name) => [name as SettingName, value]));

/** Each list with the longest that may stand in it. */
const LISTS: Readonly<Record<string, string>> = {
  packages: packageTable(LONG, [{ id: LONG, version: 99_999, deployedAt: TIME, events: [LONG, LONG] }]),
  versions: versionTable([{ version: 99_999, deployedAt: TIME, isLive: true, restores: 99_998 }]),
  executions: executionTable([
    { id: UUID, job: LONG, event: EVENT, startedAt: TIME, attempt: 1000, status: 'failed', durationMs: 86_400_000 },
  ] as unknown as Parameters<typeof executionTable>[0]),
  'dead letters': deadLetterTable([
    {
      id: '900719925474099',
      time: TIME,
      queue: LONG,
      event: EVENT,
      attempts: 1000,
      error: { code: 'trap', message: LONG },
    },
  ] as unknown as Parameters<typeof deadLetterTable>[0]),
  nodes: nodeTable([
    {
      id: UUID,
      module: 'listener',
      version: '10.20.30-beta.4',
      host: LONG,
      pid: 4_194_304,
      startedAt: TIME,
      url: `http://${LONG}:65535`,
      definitionsRevision: 1,
    },
  ]),
  contexts: contextTable([{ name: LONG, url: `https://${LONG}`, tenant: LONG, hasToken: true, isCurrent: true }]),
  settings: describeConfig(
    shownConfig(
      {
        appEnv: 'production',
        config: settings(LONG),
        sources: settings('.env.production.local:100'),
      } as unknown as ResolvedConfig,
      [],
    ),
  ),
};

test.each(Object.entries(LISTS))('the list of %s fits 80 columns, whatever stands in it', (_, text) => {
  expect(text.split('\n').filter((line) => displayWidth(line) > 80)).toEqual([]);
});

test('what is to be copied stays whole', () => {
  expect(LISTS.executions).toContain(UUID);
  expect(LISTS['dead letters']).toContain('900719925474099');
});
