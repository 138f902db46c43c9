import { defineJob, PermanentError } from '@jobico/sdk';
import { greet, type Greeting, type Person } from './greeting.ts';

/** Greets whoever arrives, and counts how often. */
export const handler = defineJob<Person, Greeting>(({ data: person }, { config, kv, log }) => {
  const visits = kv.bucket('visits').update<number>(person.name, (before = 0) => before + 1);
  const greeting = greet(person, config.get('greeting') ?? 'Hello', visits);
  if (greeting === undefined) throw new PermanentError('nobody is there to be greeted');
  log.info(greeting.text);
  return greeting;
});
