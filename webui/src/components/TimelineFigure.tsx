import { useMemo } from 'react';

import { Chart } from '../charts/Chart';
import { drawTimeline, timelineHeight } from '../charts/timeline';
import type { SeriesPoint } from '../data/types';
import { plural } from '../format';

interface Props {
  series: SeriesPoint[];
  marks?: { at: number; name: string }[];
}

export function TimelineFigure({ series, marks }: Props) {
  const draw = useMemo(() => drawTimeline(series, marks), [series, marks]);
  if (series.length === 0) return null;
  return (
    <div className="figure">
      <h4>Second by second</h4>
      <Chart
        label={`Throughput, latency, requests in flight, CPU and memory over ${plural(series.length, 'second')}`}
        height={timelineHeight(series)}
        draw={draw}
      />
    </div>
  );
}
