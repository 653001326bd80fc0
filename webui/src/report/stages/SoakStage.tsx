import { useMemo } from 'react';

import { DataTable } from '../../components/DataTable';
import { Facts } from '../../components/Facts';
import { Pill } from '../../components/Pill';
import { ResourceFigure } from '../../components/ResourceFigure';
import { TimelineFigure } from '../../components/TimelineFigure';
import { readSoak } from '../../data/evidence';
import { count, duration, kUnknown, percent, rate } from '../../format';
import type { StageView } from './stage_view';

const kNames: Record<string, string> = {
  'target.rss': 'Memory',
  'target.descriptors': 'Descriptors',
  'target.threads': 'Threads',
  p50: 'Median latency',
};

const shown = (value: number | null) => (value === null ? kUnknown : value.toFixed(1));

export function SoakStage({ evidence }: StageView) {
  const soak = useMemo(() => readSoak(evidence), [evidence]);
  return (
    <>
      <Facts
        facts={[
          ['Rate', rate(soak.rate)],
          ['For', duration(soak.duration_s === null ? null : soak.duration_s * 1000)],
          ['Requests', count(soak.requests)],
          ['Seen in', soak.ownRun ? 'a run of its own' : 'the steady stage’s run'],
        ]}
      />
      <DataTable
        caption="What could grow: where the trend begins and ends"
        rows={soak.drifts}
        columns={[
          { name: 'What', text: true, cell: (drift) => kNames[drift.name] ?? drift.name },
          { name: 'Unit', text: true, cell: (drift) => drift.unit },
          { name: 'From', cell: (drift) => shown(drift.before) },
          { name: 'To', cell: (drift) => shown(drift.after) },
          { name: 'An hour', cell: (drift) => shown(drift.perHour) },
          { name: 'Chance', cell: (drift) => percent(drift.pValue) },
          {
            name: 'Grows on',
            text: true,
            cell: (drift) => <Pill tone={drift.grows ? 'fail' : 'pass'} word={drift.grows ? 'yes' : 'no'} />,
          },
        ]}
      />
      <p className="note">
        Chance: how often a quantity without a trend would rise like this (Mann and Kendall’s test). What settles in the
        first half does not count.
      </p>
      <TimelineFigure series={soak.series} />
      {soak.resources ? (
        <>
          <h3>Resources</h3>
          <ResourceFigure resources={soak.resources} />
        </>
      ) : null}
    </>
  );
}
