/** Nothing for a blank name. Knows nothing of the platform, so a unit test runs it. */
export function greet(person, word, visits) {
  const name = person.name.trim();
  return name === '' ? undefined : { text: `${word}, ${name}!`, visits };
}
