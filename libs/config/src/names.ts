import { JobicoError, nearest } from '@jobico/contract';
import { placeOf, type ConfigFault, type Layer } from './layer.ts';
import { ORIGINAL_NAMES } from './original-names.ts';
import { OTHER_NAMES, SETTINGS } from './settings.ts';

const KNOWN = [...Object.values(SETTINGS).map(({ name }) => name), ...OTHER_NAMES];

/** What the set-up of the shell's completion leaves in its environment. */
const COMPLETION = /^JOBICO_AC_[A-Z]+_(SETUP|COMPFUNC)_PATH$/;

/** Every `JOBICO_…` name of a layer that means nothing. */
export function unknownNames(layer: Layer): ConfigFault[] {
  const unknown = [...layer].filter(
    ([name]) => name.startsWith('JOBICO_') && !KNOWN.includes(name) && !COMPLETION.test(name),
  );
  return unknown.map(([name, written]) => ({ ...unknownName(name, written.text), ...placeOf(written) }));
}

/** What Kubernetes puts into the environment of every container, for each service of the namespace. */
const SERVICE_LINK = /_SERVICE_(HOST|PORT)|_PORT(_\d+_TCP|$)/;

function unknownName(name: string, text: string): ConfigFault {
  const path = `/${name}`;
  if (SERVICE_LINK.test(name) && (text.startsWith('tcp://') || name.includes('_SERVICE_') || name.includes('_TCP'))) {
    return { path, message: 'is no setting but a service link of Kubernetes: set enableServiceLinks to false' };
  }
  const suggestion = nearest(name, KNOWN);
  return { path, message: 'is no setting', ...(suggestion !== undefined && { suggestion }) };
}

/**
 * The settings that `--env:NAME=value` and `-e:NAME=value` give, anywhere before `--`, and the other arguments. They win over
 * the environment. Throws `config-invalid` with every one that names no setting; the original's names are told by ours.
 */
export function takeEnvArguments(args: readonly string[]): { args: string[]; given: Record<string, string> } {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  const given: Record<string, string> = {};
  const faults: ConfigFault[] = [];
  const others = args.slice(0, end).filter((arg) => {
    const [, name, value] = /^(?:--env|-e):([^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
    if (name === undefined) return true;
    const fault = envArgumentFault(name, value);
    if (fault) faults.push(fault);
    else given[name] = value ?? '';
    return false;
  });
  if (faults.length > 0) {
    const hint = 'It is written --env:NAME=value, with a name of docs/reference/configuration.md.';
    throw new JobicoError('config-invalid', 'the settings of the command line have faults', { faults, hint });
  }
  return { args: [...others, ...args.slice(end)], given };
}

function envArgumentFault(name: string, value: string | undefined): ConfigFault | undefined {
  const path = `/${name}`;
  const original = ORIGINAL_NAMES.find((each) => each.name === name);
  if (original) {
    const { ours, remark } = original;
    const message = `is a name of the original${remark === undefined ? '' : `: ${remark}`}`;
    return { path, message, ...(ours !== undefined && { suggestion: SETTINGS[ours].name }) };
  }
  if (!KNOWN.includes(name) && name !== 'APP_ENV') return unknownName(name, value ?? '');
  return value === undefined ? { path, message: 'has no value' } : undefined;
}
