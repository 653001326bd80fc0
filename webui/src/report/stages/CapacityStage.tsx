import { useMemo } from 'react';

import { colourOf, drawCapacity, kMarks, type ProbeVerdict, verdictOf } from '../../charts/capacity';
import { Chart } from '../../charts/Chart';
import { drawPhases, phasesHeight } from '../../charts/phases';
import { Lines } from '../../components/Callout';
import { DataTable } from '../../components/DataTable';
import { Facts } from '../../components/Facts';
import { Legend, type LegendItem } from '../../components/Legend';
import { Pill } from '../../components/Pill';
import { readCapacityEvidence } from '../../data/evidence';
import { count, duration, expression, kUnknown, milliseconds, percent, rate, title } from '../../format';
import type { StageView } from './stage_view';

const kTone = { pass: 'pass', fail: 'fail', undecided: 'skip', invalid: 'warn' } as const;

const kMeaning: Record<ProbeVerdict, string> = {
  pass: 'holds the SLO',
  fail: 'breaks it',
  undecided: 'holds it, on too few requests',
  invalid: 'measurement invalid',
};

const twoDecimals = (value: number | null) => (value === null ? kUnknown : value.toFixed(2));

function TimeAtLimit({ time }: { time: ReturnType<typeof readCapacityEvidence>['time'] }) {
  const rows = useMemo(() => [{ name: 'at the limit', values: time.parts }], [time]);
  const draw = useMemo(() => drawPhases(rows), [rows]);
  if (time.parts.length === 0) return null;
  return (
    <div className="figure">
      <h3>Where a request’s time goes at {rate(time.rate)}</h3>
      <Chart
        label={`Of ${duration(time.whole)}: ${time.parts.map((part) => `${title(part.phase)} ${percent(part.share)}`).join(', ')}`}
        height={phasesHeight(rows)}
        draw={draw}
      />
      <DataTable
        caption={
          time.overlap
            ? `Shares of ${duration(time.whole)}, the sum of phases that overlap`
            : `Shares of the mean latency from the due time, ${duration(time.whole)}`
        }
        rows={time.parts}
        columns={[
          { name: 'Phase', text: true, cell: (part) => title(part.phase) },
          { name: 'Mean', unit: 'ms a request', cell: (part) => milliseconds(part.ms) },
          { name: 'Share', unit: 'of the whole', cell: (part) => percent(part.share) },
        ]}
      />
    </div>
  );
}

export function CapacityStage({ evidence }: StageView) {
  const found = useMemo(() => readCapacityEvidence(evidence), [evidence]);
  const draw = useMemo(() => drawCapacity(found), [found]);
  const { confirm } = found;
  const marks = (Object.keys(kMeaning) as ProbeVerdict[])
    .filter((verdict) => found.probes.some((probe) => verdictOf(probe) === verdict))
    .map((verdict): LegendItem => ({
      name: kMeaning[verdict],
      colour: (palette) => colourOf(palette, verdict),
      path: kMarks[verdict].replace('path://', ''),
    }));
  const bracket: LegendItem = { name: 'the capacity is in here', colour: (palette) => `${palette.warn}55` };
  return (
    <>
      {found.probes.length > 0 ? (
        <div className="figure">
          <h3>Latency by rate</h3>
          <Chart
            label={`p99 by offered rate: holds at ${rate(found.rpsPass)}, breaks at ${rate(found.rpsFail)}, limit ${duration(found.limitMs)}`}
            height={320}
            draw={draw}
          />
          <Legend
            items={found.rpsPass !== null && found.rpsFail !== null ? [...marks, bracket] : marks}
          />
          <p className="note">
            A larger mark with an outline is the confirming run.
            {found.probes.some((probe) => probe.p99 === null)
              ? ' A mark on the upper edge: more than 1 % failed, so p99 is infinite.'
              : ''}
            {found.rpsEstimate === null
              ? ''
              : ` The dotted line is where a fit of all probes puts the limit: ${rate(found.rpsEstimate)}.`}
          </p>
        </div>
      ) : null}
      <Facts
        facts={[
          ['Holds at', rate(found.rpsPass)],
          ['Breaks at', found.rpsFail === null ? 'not reached' : rate(found.rpsFail)],
          ['Limit', duration(found.limitMs)],
          ['Binding objective', expression(found.bindingSlo)],
          ['Gives out first', found.bottleneck],
          ...(found.bottleneckConfidence === null
            ? []
            : ([['How sure that is', percent(found.bottleneckConfidence)]] as [string, string][])),
          ...(confirm
            ? ([
                ['Confirmed at', rate(confirm.rate)],
                [
                  'Over the limit',
                  `${count(confirm.over)} of ${count(confirm.nEffective)} independent requests, ${(confirm.allowed ?? 0) < 0 ? 'too few to allow any' : `${count(confirm.allowed)} allowed`}`,
                ],
                ['Requests', `n = ${count(confirm.n)}, effective ${count(confirm.nEffective)}`],
                ['Confidence', percent(confirm.confidence)],
              ] as [string, string][])
            : []),
        ]}
      />
      <TimeAtLimit time={found.time} />
      {found.saturation.length > 0 ? (
        <>
          <h3>What is full first, and what next</h3>
          <Lines lines={found.saturation} ordered />
        </>
      ) : null}
      {found.probes.length > 0 ? (
        <DataTable
          caption="Rates that were tried, in order"
          rows={found.probes}
          columns={[
            { name: 'Offered', unit: 'req/s', text: true, cell: (probe) => count(probe.rate) },
            { name: 'Achieved', unit: 'req/s', cell: (probe) => count(probe.achieved) },
            { name: 'Search', text: true, cell: (probe) => probe.phase },
            {
              name: 'Verdict',
              text: true,
              cell: (probe) => <Pill tone={kTone[verdictOf(probe)]} word={probe.verdict || 'invalid'} />,
            },
            { name: 'p50', unit: 'ms', cell: (probe) => milliseconds(probe.p50) },
            { name: 'p99', unit: 'ms', cell: (probe) => (probe.p99 === null ? '∞' : milliseconds(probe.p99)) },
            { name: 'Failures', unit: 'requests', cell: (probe) => count(probe.failures) },
            { name: 'Requests', unit: 'count', cell: (probe) => count(probe.requests) },
            { name: 'Target', unit: 'cores', cell: (probe) => twoDecimals(probe.targetCpu) },
            { name: 'Tester', unit: 'cores', cell: (probe) => twoDecimals(probe.generatorCpu) },
          ]}
        />
      ) : null}
    </>
  );
}
