import { useMemo } from 'react';

import { Chart } from '../../charts/Chart';
import { drawPayload } from '../../charts/payload';
import { DataTable } from '../../components/DataTable';
import { Facts } from '../../components/Facts';
import { readPayload } from '../../data/evidence';
import { count, duration, kUnknown, milliseconds, percent } from '../../format';
import type { StageView } from './stage_view';

export function PayloadStage({ evidence }: StageView) {
  const found = useMemo(() => readPayload(evidence), [evidence]);
  const draw = useMemo(() => drawPayload(found), [found]);
  const { law, recommended: best, limit } = found;
  return (
    <>
      <div className="figure">
        <h3>Rows a second by size of the request</h3>
        <Chart label="rows a second by rows in a request, a line for each number of requests at once" height={280} draw={draw} />
      </div>
      <Facts
        facts={[
          ['A request of n rows takes', law.a === null || law.b === null ? kUnknown : `${duration(law.a)} + n × ${duration(law.b)}`],
          ['The line is off by at most', law.worst === null ? kUnknown : percent(law.worst)],
          ['Limit of the SLO', duration(limit)],
          ['Rows within it, alone', law.mostRows === null ? kUnknown : count(law.mostRows)],
          ['Recommended', best.rows === null ? 'nothing that was tried' : `${count(best.rows)} rows a request, ${count(best.users)} at once`],
        ]}
      />
      <DataTable
        caption="Latency and throughput by size and concurrency"
        rows={found.cells}
        columns={[
          { name: 'Request', unit: 'rows', text: true, cell: (cell) => count(cell.rows) },
          { name: 'At once', unit: 'requests', cell: (cell) => count(cell.users) },
          { name: 'Throughput', unit: 'rows/s', cell: (cell) => count(cell.rowsPerS) },
          { name: 'p50', unit: 'ms', cell: (cell) => milliseconds(cell.p50) },
          { name: 'p99', unit: 'ms', cell: (cell) => milliseconds(cell.p99) },
          { name: 'Within the SLO', unit: 'p99', text: true, cell: (cell) => (limit === null || cell.p99 === null ? kUnknown : cell.p99 <= limit ? 'yes' : 'no') },
          { name: 'Failed', unit: 'requests', cell: (cell) => count(cell.failures) },
          { name: 'Requests', unit: 'count', cell: (cell) => count(cell.requests) },
        ]}
      />
      {found.lengths.length > 0 ? (
        <DataTable
          caption="One row of other lengths"
          rows={found.lengths}
          columns={[
            { name: 'Length', unit: 'times', text: true, cell: (length) => count(length.factor) },
            { name: 'p50', unit: 'ms', cell: (length) => milliseconds(length.p50) },
            { name: 'Requests', unit: 'count', cell: (length) => count(length.requests) },
          ]}
        />
      ) : null}
    </>
  );
}
