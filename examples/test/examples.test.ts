import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildExamples } from '../../scripts/build-examples.ts';
import { runPackage, type PackageRun, type Run } from './support/run-package.ts';

const examples = join(import.meta.dirname, '..');
const TIMEOUT_MS = 180_000;

/** The sample events of an example, by the event that their file is named for. */
async function sampleEvents(example: string): Promise<Record<string, unknown[]>> {
  const files = globSync(join(examples, example, 'events/*.json')).toSorted();
  const entries = files.map(async (file) => [basename(file, '.json'), JSON.parse(await readFile(file, 'utf8'))]);
  return Object.fromEntries(await Promise.all(entries)) as Record<string, unknown[]>;
}

/** How often each job ended how, e.g. `price-order ok: 9`. */
function tally(runs: readonly Run[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { job, status } of runs) counts[`${job} ${status}`] = (counts[`${job} ${status}`] ?? 0) + 1;
  return counts;
}

const resultsOf = (runs: readonly Run[], event: string): unknown[] =>
  runs.filter((run) => run.event === event && run.status === 'ok').map(({ result }) => result);

const messagesOf = (runs: readonly Run[], status: Run['status']): unknown[] =>
  runs.filter((run) => run.status === status).map(({ message }) => message);

beforeAll(async () => {
  await buildExamples();
}, TIMEOUT_MS);

test('components that are up to date are not built again', async () => {
  const steps = await buildExamples();
  expect(steps.filter(({ isBuilt }) => isBuilt)).toEqual([]);
  expect(steps.map(({ example, job }) => `${example}/${job}`)).toContain('orders/price-order');
});

describe('orders', () => {
  let orders: PackageRun;
  beforeAll(async () => {
    orders = await runPackage(join(examples, 'orders/orders.yaml'), await sampleEvents('orders'));
  }, TIMEOUT_MS);

  test('every sample event ends as the README says', () => {
    expect(tally(orders.runs)).toEqual({
      'price-order ok': 9,
      'price-order failed': 1,
      'agree-prices ok': 1,
      'authorise-payment ok': 3,
      'authorise-payment retry': 1,
      'ship-order ok': 2,
      'ship-order dead': 1,
      'notify ok': 12,
      'explain-rejection ok': 1,
    });
  });

  test('an order is summed in its own currency, or in that of the package', () => {
    expect(resultsOf(orders.runs, 'order-placed')).toMatchObject([
      { id: 'o-5001', currency: 'EUR', totalCents: 5340, lines: [{ totalCents: 1790 }, {}, { totalCents: 1160 }] },
      { id: 'o-5002', totalCents: 10_750 },
      { id: 'o-5003', totalCents: 3065 },
      { id: 'o-5004', currency: 'GBP', totalCents: 2595 },
      { id: 'o-5005', currency: 'USD', totalCents: 6480 },
      { id: 'o-5007', currency: 'EUR', totalCents: 27_210 },
      { id: 'o-5008', totalCents: 10_185 },
      { id: 'o-5009', totalCents: 35_400 },
      { id: 'o-5010', totalCents: 1560 },
    ]);
  });

  test('a priced order becomes a notice to its customer', () => {
    expect(resultsOf(orders.runs, 'order-priced')[0]).toEqual({
      to: 'ada@example.com',
      text: 'Ada Lovelace, order o-5001 comes to 53.40 EUR.',
    });
  });

  test('an order in a currency that is not accepted takes the error route', () => {
    expect(messagesOf(orders.runs, 'failed')).toEqual(['orders in XTS are not accepted']);
    expect(resultsOf(orders.runs, 'order-rejected')).toEqual([
      { to: 'alan@example.com', text: 'Alan Turing, order o-5006 cannot be taken: orders in XTS are not accepted.' },
    ]);
  });

  test('a bank that is slow the first time is asked again', () => {
    expect(messagesOf(orders.runs, 'retry')).toEqual(['slow-bank did not answer in time']);
    expect(resultsOf(orders.runs, 'payment-requested')).toMatchObject([
      { orderId: 'o-5001', attempts: 1 },
      { orderId: 'o-5004', attempts: 1 },
      { orderId: 'o-5002', attempts: 2 },
    ]);
  });

  test('a parcel to where nobody ships becomes a dead letter', () => {
    expect(messagesOf(orders.runs, 'dead')).toEqual(['nobody ships to AQ']);
  });

  test(
    'a price that was agreed goes before the one in the order',
    async () => {
      const order = {
        id: 'o-1',
        customer: { id: 'c-2001', name: 'Mary Jackson', email: 'mary@example.com' },
        items: [{ sku: 'TEA-EARL-250', quantity: 2, unitPriceCents: 895 }],
      };
      const agreement = { customer: { id: 'c-2001' }, prices: { 'TEA-EARL-250': 795 } };
      const file = join(examples, 'orders/orders.yaml');
      const { runs } = await runPackage(file, { 'price-agreed': [agreement], 'order-placed': [order] });
      expect(resultsOf(runs, 'order-placed')).toMatchObject([{ totalCents: 1590 }]);
    },
    TIMEOUT_MS,
  );
});

describe('github', () => {
  let github: PackageRun;
  beforeAll(async () => {
    github = await runPackage(join(examples, 'github/github.yaml'), await sampleEvents('github'));
  }, TIMEOUT_MS);

  test('every delivery ends as the README says', () => {
    expect(tally(github.runs)).toEqual({
      'count-commits ok': 3,
      'triage-issue ok': 5,
      'label-issue ok': 3,
      'size-pull-request ok': 3,
      'announce ok': 3,
    });
  });

  test('commits are counted by author', () => {
    expect(github.kv.json('commits', 'acme-shop/storefront')).toMatchObject({
      commits: 4,
      authors: { 'mira-okafor': 2, 'jonas-lind': 1, 'Acme builds': 1 },
    });
  });

  test('issues are labelled by their words, those that are closed or say nothing are not', () => {
    expect(github.kv.json('labels', 'acme-shop/storefront#341')).toEqual(['bug']);
    expect(github.kv.json('labels', 'acme-shop/storefront#342')).toEqual(['question']);
    expect(github.kv.json('labels', 'acme-shop/storefront#343')).toEqual(['security', 'question', 'documentation']);
    expect(github.kv.json('labels', 'acme-shop/storefront#344')).toBeUndefined();
    expect(github.kv.json('labels', 'acme-shop/storefront#298')).toBeUndefined();
  });

  test('pull requests are sized, and announced', () => {
    expect(resultsOf(github.runs, 'pull-request-sized')).toEqual([
      {
        text: 'acme-shop/storefront#345 “Say why a bundle cannot be bought” by jonas-lind (XS) waits for mira-okafor.',
      },
      {
        text: 'acme-shop/storefront#346 “Rewrite the tea finder” by mira-okafor (XL) is a draft, for jonas-lind to see.',
      },
      { text: 'acme-shop/storefront#340 “Basket: keep the order of the items” by mira-okafor (M) is merged.' },
    ]);
  });
});
