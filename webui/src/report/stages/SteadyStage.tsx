import { useMemo } from 'react';

import { DataTable } from '../../components/DataTable';
import { Facts } from '../../components/Facts';
import { LatencyFigure } from '../../components/LatencyFigure';
import { PhaseFigure } from '../../components/PhaseFigure';
import { Pill } from '../../components/Pill';
import { ResourceFigure } from '../../components/ResourceFigure';
import { TimelineFigure } from '../../components/TimelineFigure';
import { ValidityBox } from '../../components/ValidityBox';
import { readSteady } from '../../data/evidence';
import { bytes, cores, count, duration, expression, percent, rate } from '../../format';
import { sloLimitMs, sloValue } from '../slo';
import type { StageView } from './stage_view';

export function SteadyStage({ evidence, verdict }: StageView) {
  const steady = useMemo(() => readSteady(evidence), [evidence]);
  const failed = steady.requests ? (steady.failures ?? 0) / steady.requests : null;
  return (
    <>
      {steady.slo.length > 0 ? (
        <DataTable
          caption="Objectives, over all attempts; a failed one counts as infinitely slow"
          rows={steady.slo}
          columns={[
            { name: 'Objective', text: true, cell: (slo) => <code>{expression(slo.expr)}</code> },
            { name: 'Measured', cell: (slo) => sloValue(slo.expr, slo.value) },
            { name: 'Over', unit: 'requests', cell: () => count(steady.requests) },
            {
              name: 'Holds',
              text: true,
              cell: (slo) =>
                verdict === 'invalid' ? (
                  <Pill tone="warn" word="not judged" />
                ) : slo.holds === null ? (
                  '–'
                ) : (
                  <Pill tone={slo.holds ? 'pass' : 'fail'} word={slo.holds ? 'yes' : 'no'} />
                ),
            },
          ]}
        />
      ) : null}
      <Facts
        facts={[
          ['Rate', rate(steady.rate)],
          ['For', duration(steady.duration_s === null ? null : steady.duration_s * 1000)],
          ['Requests', count(steady.requests)],
          ['Failed', steady.failures === null ? '' : `${count(steady.failures)} (${percent(failed)})`],
          ['CPU of the target', cores(steady.targetCpu)],
          ['Memory of the target', bytes(steady.targetRss)],
        ]}
      />
      {steady.validity ? <ValidityBox validity={steady.validity} passed={verdict === 'pass'} /> : null}
      <LatencyFigure
        latency={steady.latency}
        service={steady.service}
        buckets={steady.histogram}
        limitMs={sloLimitMs(steady.slo.map((slo) => slo.expr))}
      />
      <PhaseFigure phases={steady.phases} />
      <TimelineFigure series={steady.series} />
      {steady.resources ? (
        <>
          <h3>Resources</h3>
          <ResourceFigure resources={steady.resources} />
        </>
      ) : null}
    </>
  );
}
