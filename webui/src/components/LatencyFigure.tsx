// The distribution of latency: percentile curve, histogram, and the numbers.

import { useMemo } from 'react';

import { Chart } from '../charts/Chart';
import { drawHistogram } from '../charts/histogram';
import { type Curve, drawPercentiles } from '../charts/percentiles';
import { coarseCurve, curve, total } from '../data/distribution';
import type { Bucket, Latency } from '../data/types';
import { count, duration, milliseconds, sample } from '../format';
import { DataTable } from './DataTable';
import { Legend } from './Legend';

interface Props {
  latency: Latency;
  service: Latency;
  buckets: Bucket[];
  limitMs?: number | null;
}

const kColumns = ['min', 'mean', 'p50', 'p90', 'p95', 'p99', 'p999', 'max'] as const;

export function LatencyFigure({ latency, service, buckets, limitMs = null }: Props) {
  const curves = useMemo(() => {
    const due: Curve = {
      name: 'from the due time',
      points: buckets.length > 0 ? curve(buckets) : coarseCurve(latency),
      colour: 'blue',
    };
    const sent: Curve = {
      name: 'from the send',
      points: coarseCurve(service),
      colour: 'orange',
    };
    return [due, sent].filter((each) => each.points.length > 0);
  }, [latency, service, buckets]);
  const drawCurve = useMemo(() => drawPercentiles(curves, limitMs), [curves, limitMs]);
  const drawBins = useMemo(() => drawHistogram(buckets, latency), [buckets, latency]);
  const rows = [
    { name: 'From the due time', latency },
    { name: 'From the send', latency: service },
  ].filter((row) => row.latency.p50 !== null);

  return (
    <>
      {rows.length > 0 ? (
        <DataTable
          caption="Latency of answered requests"
          rows={rows}
          columns={[
            { name: 'Counted', text: true, cell: (row) => row.name },
            ...kColumns.map((key) => ({
              name: key === 'p999' ? 'p99.9' : key,
              unit: 'ms',
              cell: (row: (typeof rows)[number]) => milliseconds(row.latency[key]),
            })),
            { name: 'Count', unit: 'requests', cell: (row) => count(row.latency.count) },
          ]}
        />
      ) : null}
      <div className="pair">
        {curves.length > 0 ? (
          <div className="figure">
            <h3>Latency by percentile</h3>
            <Chart
              label={`Latency by percentile: p50 ${duration(latency.p50)}, p99 ${duration(latency.p99)}, largest ${duration(latency.max)}`}
              height={260}
              draw={drawCurve}
            />
            <Legend
              items={curves.map((each) => ({
                name: each.name,
                colour: (palette) => palette[each.colour],
                note: sample(each.colour === 'blue' ? latency.count : service.count),
              }))}
            />
          </div>
        ) : null}
        {buckets.length > 0 ? (
          <div className="figure">
            <h3>Distribution</h3>
            <Chart label="Histogram of latency from the due time, logarithmic time axis" height={260} draw={drawBins} />
            <Legend
              items={[{ name: 'answered requests', colour: (palette) => palette.blueMid, note: sample(total(buckets)) }]}
            />
          </div>
        ) : null}
      </div>
    </>
  );
}
