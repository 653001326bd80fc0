import { useMemo } from 'react';

import { drawCapacity, kMarks, verdictOf } from '../../charts/capacity';
import { Chart } from '../../charts/Chart';
import { DataTable } from '../../components/DataTable';
import { Facts } from '../../components/Facts';
import { Legend } from '../../components/Legend';
import { Pill } from '../../components/Pill';
import { readCapacityEvidence } from '../../data/evidence';
import { count, duration, expression, milliseconds, percent, rate, significant } from '../../format';

const kTone = { pass: 'pass', fail: 'fail', invalid: 'warn' } as const;

export function CapacityStage({ evidence }: { evidence: Record<string, unknown> }) {
  const found = useMemo(() => readCapacityEvidence(evidence), [evidence]);
  const draw = useMemo(() => drawCapacity(found), [found]);
  const { confirm } = found;
  const path = (name: keyof typeof kMarks) => kMarks[name].replace('path://', '');
  return (
    <>
      {found.probes.length > 0 ? (
        <div className="figure">
          <h4>Latency by rate</h4>
          <Chart
            label={`p99 by offered rate: holds at ${rate(found.rpsPass)}, breaks at ${rate(found.rpsFail)}, limit ${duration(found.limitMs)}`}
            height={320}
            draw={draw}
          />
          <Legend
            items={[
              { name: 'holds the SLO', colour: (p) => p.pass, path: path('pass') },
              { name: 'breaks it', colour: (p) => p.fail, path: path('fail') },
              { name: 'measurement invalid', colour: (p) => p.warn, path: path('invalid') },
              { name: 'the capacity is in here', colour: (p) => `${p.warn}55` },
            ]}
          />
          <p className="note">A larger mark with an outline is the confirming run. A mark on the upper edge: more than 1 % failed, so p99 is infinite.</p>
        </div>
      ) : null}
      <Facts
        facts={[
          ['Holds at', rate(found.rpsPass)],
          ['Breaks at', found.rpsFail === null ? 'not reached' : rate(found.rpsFail)],
          ['Limit', duration(found.limitMs)],
          ['Binding objective', expression(found.bindingSlo)],
          ['Gives out first', found.bottleneck],
          ...(confirm
            ? ([
                ['Confirmed at', rate(confirm.rate)],
                [
                  'Over the limit',
                  `${count(confirm.over)} of ${count(confirm.nEffective)} independent requests, ${count(confirm.allowed)} allowed`,
                ],
                ['Requests', `n = ${count(confirm.n)}, effective ${count(confirm.nEffective)}`],
                ['Confidence', percent(confirm.confidence)],
              ] as [string, string][])
            : []),
        ]}
      />
      {found.probes.length > 0 ? (
        <DataTable
          caption="Rates that were tried, in order"
          rows={found.probes}
          columns={[
            { name: 'Offered', unit: 'req/s', cell: (probe) => count(probe.rate) },
            { name: 'Achieved', unit: 'req/s', cell: (probe) => count(probe.achieved) },
            { name: 'Search', text: true, cell: (probe) => probe.phase },
            {
              name: 'Verdict',
              text: true,
              cell: (probe) => <Pill tone={kTone[verdictOf(probe)]} word={probe.verdict || 'invalid'} />,
            },
            { name: 'p50', unit: 'ms', cell: (probe) => milliseconds(probe.p50) },
            { name: 'p99', unit: 'ms', cell: (probe) => milliseconds(probe.p99) },
            { name: 'Failures', unit: 'requests', cell: (probe) => count(probe.failures) },
            { name: 'Requests', unit: 'count', cell: (probe) => count(probe.requests) },
            { name: 'Target', unit: 'cores', cell: (probe) => significant(probe.targetCpu, 2) },
            { name: 'Tester', unit: 'cores', cell: (probe) => significant(probe.generatorCpu, 2) },
          ]}
        />
      ) : null}
    </>
  );
}
