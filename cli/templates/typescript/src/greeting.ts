/** The event's data: schemas/person.json. */
export interface Person {
  name: string;
}

/** The result. */
export interface Greeting {
  text: string;
  visits: number;
}

/** Nothing for a blank name. Knows nothing of the platform, so a unit test runs it. */
export function greet(person: Person, word: string, visits: number): Greeting | undefined {
  const name = person.name.trim();
  return name === '' ? undefined : { text: `${word}, ${name}!`, visits };
}
