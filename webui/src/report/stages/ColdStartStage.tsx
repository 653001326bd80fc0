import { useMemo } from 'react';

import { Chart } from '../../charts/Chart';
import { coldStartHeight, drawColdStart, kSegments } from '../../charts/cold_start';
import { Facts } from '../../components/Facts';
import { Legend } from '../../components/Legend';
import { readColdStart } from '../../data/evidence';
import { count, duration, plural } from '../../format';
import type { StageView } from './stage_view';

export function ColdStartStage({ evidence }: StageView) {
  const cold = useMemo(() => readColdStart(evidence), [evidence]);
  const draw = useMemo(() => drawColdStart(cold), [cold]);
  const starts = plural(cold.repeats.length, 'start');
  return (
    <>
      {cold.repeats.length > 0 ? (
        <div className="figure">
          <h3>From exec to the first right answer</h3>
          <Chart
            label={`Cold start of ${starts}: median ${duration(cold.median.firstRight)} to the first right answer`}
            height={coldStartHeight(cold)}
            draw={draw}
          />
          <Legend items={kSegments} />
        </div>
      ) : null}
      <Facts
        facts={[
          ['Listening, median', duration(cold.median.listening)],
          ['Ready, median', duration(cold.median.ready)],
          ['First right answer, median', duration(cold.median.firstRight)],
          ['Starts', count(cold.repeats.length)],
          ['Page cache', cold.pageCache],
        ]}
      />
    </>
  );
}
