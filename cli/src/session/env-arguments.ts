const FORM = /^(?:--env|-e):/;

/**
 * Takes what `--env:NAME=value` and `-e:NAME=value` give out of the arguments and into the environment, where it wins.
 * Throws `config-invalid` for a name that is no setting.
 */
export async function applyEnvArguments(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<string[]> {
  if (!args.some((arg) => FORM.test(arg))) return [...args];
  // Loaded for those who use it: every command starts here.
  const { takeEnvArguments } = await import('@jobico/config');
  const { args: others, given } = takeEnvArguments(args);
  Object.assign(environment, given);
  return others;
}

/** The names that arguments like these have set. */
export function envArgumentNames(args: readonly string[]): string[] {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  return args.slice(0, end).flatMap((arg) => (FORM.test(arg) ? (arg.split(/[:=]/)[1] ?? []) : []));
}
