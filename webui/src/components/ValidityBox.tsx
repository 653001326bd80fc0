// May the numbers be believed? The tester's own checks on itself.

import type { Validity } from '../data/types';
import { cores, duration, kUnknown, title, withUnit } from '../format';
import { Lines } from './Callout';
import { DataTable } from './DataTable';
import { Facts } from './Facts';
import { Icon } from './Icon';
import { Pill } from './Pill';

const kNames: Record<string, string> = {
  send_lag_p99: 'Send lag, p99',
  achieved_rate: 'Achieved over intended rate',
  achieved_ratio: 'Achieved over intended rate',
  generator_cpu: 'CPU of a worker',
  worker_cpu: 'CPU of a worker',
  steal: 'CPU stolen by the hypervisor',
  throttled: 'CPU throttled by the cgroup',
  connection_wait: 'Arrivals that waited for a connection',
  ks_distance: 'Distance of actual from intended gaps',
  littles_law: "Deviation from Little's law",
  little: "Deviation from Little's law",
};

const us = (value: number | null) => (value === null ? kUnknown : duration(value / 1000));

interface Props {
  validity: Validity;
  passed?: boolean; // The run held its objectives all the same.
}

function meaning(valid: boolean, passed: boolean): string {
  if (valid) return 'The load generator kept its promise: the latencies are the target’s, not the tester’s.';
  return passed
    ? 'The load generator was late, which makes latencies longer than the target’s own, never shorter: the pass stands, the numbers do not.'
    : 'The load generator could not keep its promise: read no number of this run as the target’s.';
}

export function ValidityBox({ validity, passed = false }: Props) {
  const valid = validity.verdict === 'VALID';
  return (
    <div className={`validity tone-${valid ? 'pass' : 'warn'}`}>
      <h3>
        <Icon tone={valid ? 'pass' : 'warn'} />
        Measurement {validity.verdict}
      </h3>
      <p className="muted">{meaning(valid, passed)}</p>
      {validity.reasons.length > 0 ? <Lines lines={validity.reasons} /> : null}
      {validity.checks.length > 0 ? (
        <DataTable
          caption="Checks of the measurement"
          hideCaption
          rows={validity.checks}
          columns={[
            { name: 'Check', text: true, cell: (check) => kNames[check.name] ?? title(check.name) },
            { name: 'Measured', cell: (check) => withUnit(check.value, check.unit) },
            { name: 'Limit', cell: (check) => withUnit(check.limit, check.unit) },
            {
              name: 'Holds',
              text: true,
              cell: (check) => <Pill tone={check.holds ? 'pass' : 'warn'} word={check.holds ? 'yes' : 'no'} />,
            },
          ]}
        />
      ) : null}
      <Facts
        facts={[
          ['Send lag, p50', us(validity.sendLagUs.p50)],
          ['Send lag, p99', us(validity.sendLagUs.p99)],
          ['Send lag, largest', us(validity.sendLagUs.max)],
          ['CPU of the load generator', cores(validity.generatorCpu)],
        ]}
      />
    </div>
  );
}
