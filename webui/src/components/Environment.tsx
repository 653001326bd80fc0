// Where, when and with what the result was measured: what somebody needs to repeat it.

import type { Host, Target, Tool } from '../data/types';
import { count, duration, kUnknown, moment } from '../format';
import { type Fact, Facts } from './Facts';

interface Props {
  tool: Tool;
  target: Target;
  host: Host;
  started: string;
  duration_s: number | null;
  seed: string;
  more?: Fact[];
}

export function Environment({ tool, target, host, started, duration_s, seed, more = [] }: Props) {
  return (
    <section className="card" id="environment" aria-labelledby="environment-title">
      <h2 id="environment-title">Environment</h2>
      <Facts
        facts={[
          ['Target', target.url],
          ['Model', target.model],
          ['Protocol', target.protocol],
          ...more,
          ['Host CPU', host.cpu],
          ['Cores', host.cores === null ? kUnknown : count(host.cores)],
          ['Kernel', host.kernel],
          ['Host fingerprint', host.fingerprint],
          ['Started', moment(started)],
          ['Took', duration_s === null ? kUnknown : duration(duration_s * 1000)],
          ['Mettle', [tool.version, tool.git && `(${tool.git})`].filter(Boolean).join(' ')],
          ['Seed', seed],
        ]}
      />
    </section>
  );
}
