import { useMemo } from 'react';

import { Chart } from '../charts/Chart';
import { drawTimeline, timelineHeight } from '../charts/timeline';
import type { SeriesPoint } from '../data/types';
import { plural } from '../format';

interface Props {
  series: SeriesPoint[];
  marks?: { at: number; name: string }[];
  bare?: boolean; // Where the section's own heading says it.
}

export function TimelineFigure({ series, marks, bare = false }: Props) {
  const draw = useMemo(() => drawTimeline(series, marks), [series, marks]);
  if (series.length === 0) return null;
  return (
    <div className="figure">
      {bare ? null : <h3>Second by second</h3>}
      <Chart
        label={`Throughput, latency, requests in flight, CPU and memory over ${plural(series.length, 'second')}`}
        height={timelineHeight(series)}
        draw={draw}
      />
    </div>
  );
}
