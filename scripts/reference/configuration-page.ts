import { ORIGINAL_NAMES, OTHER_NAMES, SETTINGS, type Setting } from '@jobico/config';
import { table } from './table.ts';

const INTRODUCTION = `# Configuration

<!-- Made by scripts/reference.ts from the table in libs/config/src/settings.ts. -->

Every setting of \`jobico up\`. Nothing has to be set: what nobody sets has its default. \`jobico config show\` tells what would count in this folder, and from where.

The first place that sets a name wins:

1. a flag of \`jobico up\` (\`--log-level debug\`), then \`--env:JOBICO_LOG_LEVEL=debug\` or \`-e:JOBICO_LOG_LEVEL=debug\`, which every command takes
2. the environment: \`JOBICO_LOG_LEVEL=debug\`
3. files of the folder it is started in: \`.env.<APP_ENV>.local\`, \`.env.local\`, \`.env.<APP_ENV>\`, \`.env\`
4. \`jobico.yaml\` of that folder, or the file that \`JOBICO_CONFIG\` or \`--config\` names
5. the default

\`APP_ENV\` is \`development\`, \`production\` or \`test\`; where the environment does not say, \`.env.local\` and then \`.env\` may, else it is \`development\`. A name with an empty value is not set.

All of it is checked before anything starts: \`config-invalid\` (exit code 2) names every fault at once, with its file and line. A name that begins with \`JOBICO_\` and is no setting is one of them. In Kubernetes, set \`enableServiceLinks: false\` in the pods: a service called \`jobico-ctl\` would otherwise put \`JOBICO_CTL_PORT\` into their environment.

In \`jobico.yaml\` settings have short names, and lists may be written as such:

\`\`\`yaml
modules: [listener, ctl]
natsUrl: nats://nats:4222
logLevel: warn
\`\`\``;

const OTHERS: Readonly<Record<string, string>> = {
  JOBICO_URL: 'Of the control plane that commands ask, before that of the context',
  JOBICO_TENANT: 'Tenant of commands, before that of the context',
  JOBICO_TOKEN: 'Token of commands, before that of the context',
  JOBICO_CONTEXT: 'Context of commands, before the one in use',
  JOBICO_CONFIG: 'Configuration file in place of `jobico.yaml`; it must exist',
  JOBICO_NATS_SERVER: 'nats-server binary to start, in place of one that is found or fetched',
  JOBICO_NATS_RELEASE_URL: 'Where nats-server is fetched from, in place of its releases on GitHub',
  JOBICO_TEST_NATS: 'Of tests: a NATS server to use',
};

/** The page docs/reference/configuration.md. */
export function configurationPage(): string {
  const settings = Object.entries<Setting<unknown>>(SETTINGS).map(([key, each]) => [
    `\`${each.name}\``,
    `\`${key}\``,
    each.description,
    allowedOf(each),
    defaultOf(each),
  ]);
  const others = OTHER_NAMES.map((name) => [`\`${name}\``, OTHERS[name] ?? '']);
  const originals = ORIGINAL_NAMES.map(({ name, ours, remark }) => [
    `\`${name}\``,
    ours === undefined ? 'none' : `\`${SETTINGS[ours].name}\``,
    remark ?? '',
  ]);
  return `${[
    INTRODUCTION,
    '## Settings',
    table(['name', 'in jobico.yaml', 'what', 'allowed', 'default'], settings),
    '## Other names',
    'Of commands, and of what fetches nats-server. They are read from the environment alone: a `.env` file of a folder that somebody else wrote must not decide where a token is sent.',
    table(['name', 'what'], others),
    '## Parameters of the original',
    'What the parameters of the Go original are here. `--env:` with one of these names is refused, and says the same.',
    table(['original', 'here', 'remark'], originals),
    'Its file `.env.<service>` is not read: modules have settings of their own where they differ, as their ports do.',
  ].join('\n\n')}\n`;
}

/** What a setting says that it takes when it is given nothing. */
function allowedOf(each: Setting<unknown>): string {
  try {
    each.parse('');
    return 'text';
  } catch (error) {
    return (error as Error).message;
  }
}

function defaultOf(each: Setting<unknown>): string {
  const usual = shownDefault(each.fallback);
  return 'production' in each ? `${usual}; in production ${shownDefault(each.production)}` : usual;
}

function shownDefault(value: unknown): string {
  if (value === undefined) return 'none';
  return `\`${Array.isArray(value) ? value.join(',') : (value as string | number | boolean)}\``;
}
