import { useMemo } from 'react';

import { Chart } from '../../charts/Chart';
import { drawOverload } from '../../charts/overload';
import { Callout, Lines } from '../../components/Callout';
import { DataTable } from '../../components/DataTable';
import { Facts } from '../../components/Facts';
import { type OverloadLevel, readOverload } from '../../data/evidence';
import { count, duration, kUnknown, milliseconds, percent, rate } from '../../format';
import type { StageView } from './stage_view';

const share = (part: number | null, level: OverloadLevel) =>
  part === null || !level.requests ? kUnknown : percent(part / level.requests);

export function OverloadStage({ evidence }: StageView) {
  const found = useMemo(() => readOverload(evidence), [evidence]);
  const draw = useMemo(() => drawOverload(found), [found]);
  return (
    <>
      <div className="figure">
        <h3>Goodput by offered rate</h3>
        <Chart
          label={`right answers in time by offered rate, beyond a capacity of ${rate(found.capacity)}`}
          height={260}
          draw={draw}
        />
      </div>
      {found.remarks.length > 0 ? (
        <Callout tone="info" title="Worth knowing">
          <Lines lines={found.remarks} />
        </Callout>
      ) : null}
      <Facts
        facts={[
          ['Grade', found.grade],
          ['In time means within', duration(found.limit)],
          ['A client gives up after', duration(found.patience)],
          [
            'Well again after',
            found.recovered_s === null ? `not within ${duration((found.watched_s ?? 0) * 1000)}` : duration(found.recovered_s * 1000),
          ],
          ['Retry-After', found.refusalsSeen ? `in ${count(found.withRetryAfter)} of ${count(found.refusalsSeen)} refusals looked at` : kUnknown],
        ]}
      />
      <DataTable
        caption="Rates beyond the capacity"
        rows={found.levels}
        columns={[
          { name: 'Offered', unit: 'req/s', text: true, cell: (level) => count(level.offered) },
          { name: 'Goodput', unit: 'req/s', cell: (level) => count(level.goodput) },
          { name: 'Refused', unit: 'of requests', cell: (level) => share(level.refused, level) },
          { name: 'Late', unit: 'of requests', cell: (level) => share(level.late, level) },
          { name: 'Timed out', unit: 'of requests', cell: (level) => share(level.timedOut, level) },
          { name: 'Errors', unit: 'requests', cell: (level) => count(level.broken) },
          { name: 'Wrong', unit: 'requests', cell: (level) => count(level.wrong) },
          { name: 'p99 admitted', unit: 'ms', cell: (level) => milliseconds(level.admittedP99) },
          { name: 'p99 others', unit: 'ms', cell: (level) => milliseconds(level.refusedP99) },
          { name: 'Requests', unit: 'count', cell: (level) => count(level.requests) },
        ]}
      />
    </>
  );
}
