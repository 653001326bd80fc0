// What target, generator and host used, beside the load: charts, then every series in a table.

import { useMemo } from 'react';

import { Chart } from '../charts/Chart';
import { resourcePanels, resourceRows } from '../charts/resources';
import { drawPanels, panelsHeight } from '../charts/timeline';
import type { Resources, ResourceSeries } from '../data/types';
import { bytes, cores, count, percent, significant } from '../format';
import { Lines } from './Callout';
import { DataTable } from './DataTable';

function amount(series: ResourceSeries, value: number | null): string {
  if (series.unit === 'bytes') return bytes(value);
  if (series.unit === 'bytes/s') return value === null ? '–' : `${bytes(value)}/s`;
  if (series.unit === 'share') return percent(value);
  if (series.unit === 'cores') return cores(value);
  const unit = series.unit === 'count' ? '' : series.unit.replace('1/s', '/s');
  return value === null ? '–' : `${significant(value)}${unit ? ` ${unit}` : ''}`;
}

export function ResourceFigure({ resources }: { resources: Resources }) {
  const panels = useMemo(() => resourcePanels(resources), [resources]);
  const draw = useMemo(() => drawPanels(resourceRows(resources), panels), [resources, panels]);
  const who = resources.watched.length > 0 ? `Watched: ${resources.watched.join('; ')}. ` : '';
  return (
    <>
      <p className="muted">
        {who}Watching cost {resources.monitorCpu === null ? '–' : percent(resources.monitorCpu)} of a core.
      </p>
      {resources.notes.length > 0 ? <Lines lines={resources.notes} /> : null}
      {panels.length > 0 ? (
        <div className="figure">
          <Chart
            label={`Resources over time: ${panels.map((panel) => panel.name).join(', ')}`}
            height={panelsHeight(panels.length)}
            draw={draw}
          />
        </div>
      ) : null}
      {resources.series.length > 0 ? (
        <details>
          <summary>All {count(resources.series.length)} series</summary>
          <DataTable
            caption="Over the samples of the run"
            rows={resources.series}
            columns={[
              { name: 'Series', text: true, cell: (row) => <code>{row.name}</code> },
              { name: 'Samples', cell: (row) => count(row.samples) },
              { name: 'Min', cell: (row) => amount(row, row.min) },
              { name: 'Mean', cell: (row) => amount(row, row.mean) },
              { name: 'Max', cell: (row) => amount(row, row.max) },
            ]}
          />
        </details>
      ) : null}
    </>
  );
}
