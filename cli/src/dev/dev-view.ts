import { toProblem, type Followed } from '@jobico/contract';
import { failedLines, megabytes, seconds } from '../build/describe-build.ts';
import { describeDeploy } from '../deploy/describe-deploy.ts';
import { neutralise, neutraliseJson } from '../output/neutralise.ts';
import { style } from '../output/style.ts';
import { createFollowView } from '../show/follow-view.ts';
import type { DevTold, Took } from './dev-session.ts';

/** Shows a session: for people, or each thing as a line of JSON. */
export interface DevView extends DevTold {
  followed(item: Followed): void;
  /** The platform is there. */
  ready(urls: Readonly<Record<string, string>>): void;
}

export function createDevView(isJson: boolean): DevView {
  return isJson ? jsonView() : textView();
}

function jsonView(): DevView {
  const tell = (line: object): void => console.log(neutraliseJson(JSON.stringify(line)));
  return {
    ready: (urls) => tell({ ready: { urls } }),
    building: (runtimes) => tell({ building: runtimes }),
    built: (runtime, sizeBytes, durationMs) =>
      tell({ built: { runtime, sizeBytes, durationMs: Math.round(durationMs) } }),
    failed: (error, live) => tell({ failed: toProblem(error), ...(live !== undefined && { live }) }),
    deployed: ({ version, changed }, { buildMs, checkMs, deployMs, totalMs }) => {
      const [tookMs, ...steps] = [totalMs, buildMs, checkMs, deployMs].map(Math.round);
      const [build, check, deploy] = steps;
      tell({ deployed: { version, changed, tookMs, stepsMs: { build, check, deploy } } });
    },
    sent: (event, count) => tell({ sent: { event, count } }),
    followed: (item) => tell(item),
  };
}

function textView(): DevView {
  const lines = createFollowView();
  return {
    ready: ({ listener = '', ctl = '', nats = '' }) => {
      console.log(
        `Jobico is up\n  events    ${listener}/events/{tenant}/{event}\n  control   ${ctl}\n  nats      ${nats}`,
      );
    },
    building: (runtimes) => console.log(style('gray', `building ${runtimes.map(neutralise).join(', ')} …`)),
    built: (runtime, sizeBytes, durationMs) =>
      console.log(`  ${neutralise(runtime)}  ${megabytes(sizeBytes)}  ${seconds(durationMs)}`),
    failed: (error, live) => {
      console.error(failedLines(error));
      if (live !== undefined) console.error(style('yellow', `version ${live} stays live`, process.stderr));
    },
    deployed: (output, took) => {
      const [first = '', ...rest] = describeDeploy(output, output.definition, false).split('\n');
      const changes = rest.filter((line) => !/^ {2}(next|events):/.test(line));
      console.log([`${first}  ${style('gray', tookText(took))}`, ...changes].join('\n'));
    },
    sent: (event, count) => console.log(style('gray', `sent ${count} × ${neutralise(event)}`)),
    followed: (item) => {
      for (const line of lines(item)) console.log(line);
    },
  };
}

function tookText({ totalMs, buildMs, checkMs, deployMs }: Took): string {
  return `${seconds(totalMs)} (build ${seconds(buildMs)}, check ${seconds(checkMs)}, deploy ${seconds(deployMs)})`;
}
