import type { OperationOutput } from '@jobico/contract';
import { table } from '../output/table.ts';

type Item<N extends 'package.list' | 'package.versions' | 'execution.list' | 'deadletter.list' | 'node.list'> =
  OperationOutput<N>['items'][number];

/** `2026-11-21T10:46:03.123Z` without its milliseconds. */
const second = (time: string) => time.replace(/\.\d+Z$/, 'Z');

/** The time of a moment of today, else the day; both UTC. */
function shortTime(time: string): string {
  const today = new Date().toISOString().slice(0, 10);
  return time.startsWith(today) ? time.slice(11, 19) : time.slice(0, 10);
}

export function packageTable(tenant: string, packages: readonly Item<'package.list'>[]): string {
  if (packages.length === 0) return `No package is deployed for tenant ${tenant}.`;
  return table(packages, [
    { header: 'PACKAGE', value: ({ id }) => id },
    { header: 'VERSION', value: ({ version }) => version, align: 'right' },
    { header: 'DEPLOYED', value: ({ deployedAt }) => second(deployedAt) },
    { header: 'STATE', value: ({ pausedSince }) => (pausedSince === undefined ? '' : 'paused') },
    { header: 'EVENTS', value: ({ events }) => events.join(', '), shrinks: 'first' },
  ]);
}

export function versionTable(versions: readonly Item<'package.versions'>[]): string {
  return table(versions, [
    { header: 'VERSION', value: ({ version }) => version, align: 'right' },
    { header: 'DEPLOYED', value: ({ deployedAt }) => second(deployedAt) },
    { header: 'STATE', value: ({ isLive }) => (isLive ? 'live' : '') },
    { header: 'SAME AS', value: ({ restores }) => restores ?? '', align: 'right' },
  ]);
}

export function executionTable(executions: readonly Item<'execution.list'>[]): string {
  if (executions.length === 0) return 'No execution matches.';
  return table(executions, [
    { header: 'ID', value: ({ id }) => id, shrinks: 'never' },
    { header: 'STARTED', value: ({ startedAt }) => shortTime(startedAt) },
    { header: 'JOB', value: ({ job }) => job, shrinks: 'first' },
    { header: 'EVENT', value: ({ event }) => event.name, shrinks: 'first', isExtra: true },
    { header: 'TRY', value: ({ attempt }) => attempt, align: 'right' },
    { header: 'STATUS', value: ({ status }) => status },
    { header: 'MS', value: ({ durationMs }) => Math.round(durationMs), align: 'right' },
  ]);
}

export function deadLetterTable(deadLetters: readonly Item<'deadletter.list'>[]): string {
  if (deadLetters.length === 0) return 'No dead letter matches.';
  return table(deadLetters, [
    { header: 'ID', value: ({ id }) => id, align: 'right' },
    { header: 'TIME', value: ({ time }) => second(time) },
    { header: 'QUEUE', value: ({ queue }) => queue, shrinks: 'first' },
    { header: 'EVENT', value: ({ event }) => event.name, shrinks: 'first' },
    { header: 'TRIES', value: ({ attempts }) => attempts, align: 'right' },
    { header: 'CAUSE', value: ({ error }) => `${error.code}: ${error.message}`, shrinks: 'first' },
  ]);
}

export function nodeTable(nodes: readonly Item<'node.list'>[]): string {
  if (nodes.length === 0) return 'No module is running.';
  return table(nodes, [
    { header: 'MODULE', value: ({ module }) => module },
    { header: 'VERSION', value: ({ version }) => version },
    { header: 'HOST', value: ({ host }) => host, shrinks: 'first' },
    { header: 'PID', value: ({ pid }) => pid, align: 'right' },
    { header: 'SINCE', value: ({ startedAt }) => second(startedAt) },
    { header: 'URL', value: ({ url }) => url, shrinks: 'first' },
  ]);
}
