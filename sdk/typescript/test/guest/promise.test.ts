import { afterEach, expect, test } from 'vitest';
import { clear, drain, unhandled } from '../../src/guest/microtasks.ts';
import { GuestPromise } from '../../src/guest/promise.ts';

/** ECMAScript 2025's, of which the compiler's library does not know. */
type WithTry = PromiseConstructor & { try<A, T>(run: (argument: A) => T, argument?: A): Promise<T> };
type Scenario = (P: WithTry, say: (word: unknown) => void) => void;

const scenarios: Record<string, Scenario> = {
  'reactions run after the code that made them, in order': (P, say) => {
    void P.resolve(1).then(say);
    void P.resolve(2).then(say);
    say('sync');
  },
  'chains take turns': (P, say) => {
    const steps = (name: string) => {
      let chain: Promise<void> = P.resolve();
      for (let i = 0; i < 3; i += 1) chain = chain.then(() => say(`${name}${i}`));
    };
    steps('a');
    steps('b');
  },
  'a promise returned from a reaction is waited for': (P, say) => {
    void P.resolve(1)
      .then((value) => P.resolve(value + 1))
      .then(say);
    void P.resolve()
      .then(() => say('x'))
      .then(() => say('y'))
      .then(() => say('z'));
  },
  'what is thrown skips to the next catch, and goes on from there': (P, say) => {
    P.resolve()
      .then(() => {
        throw new Error('oops');
      })
      .then(() => say('never'))
      .catch((error: Error) => error.message)
      .then(say, say);
  },
  'an executor that throws rejects, unless it has settled before': (P, say) => {
    new P(() => {
      throw new Error('first');
    }).catch((error: Error) => say(error.message));
    new P((resolve) => {
      resolve('settled');
      throw new Error('late');
    }).then(say, say);
  },
  'the first settling counts': (P, say) => {
    new P((resolve, reject) => {
      resolve(1);
      reject(new Error('no'));
      resolve(2);
    }).then(say, say);
  },
  'a thenable is taken over, once': (P, say) => {
    const thenable = {
      // oxlint-disable-next-line no-thenable -- the subject
      then: (resolve: (value: string) => void, reject: (reason: string) => void) => {
        resolve('taken');
        reject('not');
      },
    };
    P.resolve(thenable).then(say, say);
  },
  'a then that throws when it is read rejects': (P, say) => {
    // oxlint-disable-next-line no-thenable -- the subject
    const trap = Object.defineProperty({}, 'then', {
      get: () => {
        throw new Error('trap');
      },
    });
    P.resolve(trap).then(say, (error: Error) => say(error.message));
  },
  'a promise that settles to itself is rejected': (P, say) => {
    const { promise, resolve } = P.withResolvers<unknown>();
    resolve(promise);
    promise.then(say, (error: Error) => say(error.constructor.name));
  },
  'finally passes on what was there, or what it throws': (P, say) => {
    P.resolve('kept')
      .finally(() => 'dropped')
      .then(say, say);
    P.reject(new Error('kept'))
      .finally(() => say('after'))
      .catch((error: Error) => say(error.message));
    P.resolve()
      .finally(() => {
        throw new Error('new');
      })
      .catch((error: Error) => say(error.message));
  },
  'all keeps the order and fails with the first failure': (P, say) => {
    const mixed: unknown[] = [P.resolve(1), 2, P.resolve().then(() => 3)];
    P.all(mixed).then((values) => say(values.join()), say);
    P.all([]).then((values) => say(values.length), say);
    P.all([P.resolve(1), P.reject(new Error('one'))]).catch((error: Error) => say(error.message));
  },
  'allSettled, any and race': (P, say) => {
    P.allSettled([P.resolve(1), P.reject(new Error('r'))]).then(
      (outcomes) => say(outcomes.map(({ status }) => status).join()),
      say,
    );
    P.any([P.reject(new Error('r')), P.resolve(2)]).then(say, say);
    P.any([P.reject(new Error('r'))]).catch((error: AggregateError) => say(`${error.name} ${error.errors.length}`));
    P.race([P.resolve(1), P.resolve(2)]).then(say, say);
  },
  'try takes a throw for a rejection': (P, say) => {
    P.try((a: number) => a + 1, 1).then(say, say);
    P.try(() => {
      throw new Error('tried');
    }).catch((error: Error) => say(error.message));
  },
  'what is no function passes through then': (P, say) => {
    P.resolve(1).then(undefined, null).then(say, say);
  },
};

afterEach(clear);

test.each(Object.entries(scenarios))('%s, as the engine does', async (_, scenario) => {
  const [ours, theirs]: [unknown[], unknown[]] = [[], []];
  scenario(GuestPromise as unknown as WithTry, (word) => ours.push(word));
  drain();
  scenario(Promise as WithTry, (word) => theirs.push(word));
  await new Promise(setImmediate);
  expect(ours).toEqual(theirs);
  expect(ours).not.toHaveLength(0);
  expect(unhandled.size).toBe(0);
});

test('it is taken for a promise by its tag', () => {
  expect(Object.prototype.toString.call(GuestPromise.resolve())).toBe('[object Promise]');
});

test('a rejection that nothing waits for is known until something does', () => {
  const lost = GuestPromise.reject(new Error('lost'));
  drain();
  expect([...unhandled.values()]).toEqual([new Error('lost')]);
  void lost.catch(() => {});
  expect(unhandled.size).toBe(0);
});
