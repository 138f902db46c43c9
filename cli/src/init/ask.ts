import { JobicoError } from '@jobico/contract';
import { LANGUAGES, type Language } from './languages.ts';

/** What was given on the command line. */
export interface Given {
  name?: string | undefined;
  language?: string | undefined;
}

/** Names are words of crates and modules too, which may not begin with a digit. */
const NAME = /^[a-z][a-z0-9-]{0,62}$/;
const ALLOWED = 'a letter first, then small letters, digits and dashes; 63 at most';

/** Asks at the terminal for what was not given. Throws `usage` where nobody can be asked. */
export async function complete(given: Given): Promise<{ name: string; language: Language }> {
  const canAsk = process.stdin.isTTY && process.stderr.isTTY;
  const name = given.name ?? (canAsk ? await askName() : missing('a name', 'jobico init NAME'));
  if (!NAME.test(name)) {
    throw new JobicoError('usage', `"${name}" cannot be the name of a package`, { hint: `Allowed: ${ALLOWED}.` });
  }
  const id = given.language ?? (canAsk ? await askLanguage() : missing('a language', `--language ${ids()}`));
  const language = LANGUAGES.find((each) => each.id === id);
  if (language === undefined)
    throw new JobicoError('usage', `there is no template for ${id}`, { hint: `There are ${ids()}.` });
  return { name, language };
}

const ids = (): string => LANGUAGES.map(({ id }) => id).join('|');

function missing(what: string, how: string): never {
  throw new JobicoError('usage', `${what} is missing, and there is no terminal to ask at`, { hint: `Say: ${how}` });
}

async function askName(): Promise<string> {
  const { input } = await import('@inquirer/prompts');
  const validate = (value: string) => NAME.test(value) || `Allowed: ${ALLOWED}.`;
  return await answered(() => input({ message: 'Name of the package', default: 'my-jobs', validate }, TO_STDERR));
}

async function askLanguage(): Promise<string> {
  const { select } = await import('@inquirer/prompts');
  const choices = LANGUAGES.map(({ id, title, needs }) => ({ value: id, name: title, description: needs }));
  return await answered(() => select({ message: 'Language of its job', choices }, TO_STDERR));
}

const TO_STDERR = { output: process.stderr };

/** Ctrl-C at a question is the end of the command, and no failure to explain. */
async function answered<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'ExitPromptError') {
      throw new JobicoError('usage', 'nothing was written', { cause });
    }
    throw cause;
  }
}
