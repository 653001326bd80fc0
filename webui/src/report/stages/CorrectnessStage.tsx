import { useMemo } from 'react';

import { DataTable } from '../../components/DataTable';
import { Facts } from '../../components/Facts';
import { readCorrectness } from '../../data/evidence';
import { count, kUnknown, percent } from '../../format';
import type { StageView } from './stage_view';

type Level = ReturnType<typeof readCorrectness>['levels'][number];

function RightShare({ level }: { level: Level }) {
  const requests = level.requests ?? 0;
  if (requests === 0) return <>{kUnknown}</>;
  const share = (part: number | null) => `${(100 * (part ?? 0)) / requests}%`;
  const right = 1 - ((level.wrong ?? 0) + (level.failed ?? 0)) / requests;
  return (
    <span className="share">
      <span className="share-bar" aria-hidden="true">
        <span className="share-fail" style={{ width: share(level.wrong), minWidth: level.wrong ? 3 : 0 }} />
        <span className="share-warn" style={{ width: share(level.failed), minWidth: level.failed ? 3 : 0 }} />
      </span>
      {percent(right)}
    </span>
  );
}

function tolerance(value: unknown): string {
  if (typeof value === 'number') return `± ${value}, absolute`;
  return value === null || value === undefined ? 'values are not compared' : short(value);
}

const short = (value: unknown) => {
  const written = typeof value === 'string' ? value : (JSON.stringify(value) ?? kUnknown);
  return written.length > 160 ? `${written.slice(0, 160)} …` : written;
};

export function CorrectnessStage({ evidence }: StageView) {
  const found = useMemo(() => readCorrectness(evidence), [evidence]);
  return (
    <>
      {found.levels.length > 0 ? (
        <DataTable
          caption="Answers checked, by the number of requests at a time"
          rows={found.levels}
          columns={[
            { name: 'At a time', unit: 'requests', text: true, cell: (level) => count(level.concurrency) },
            { name: 'Checked', unit: 'requests', cell: (level) => count(level.requests) },
            { name: 'Wrong', unit: 'answers', cell: (level) => count(level.wrong) },
            { name: 'Failed', unit: 'requests', cell: (level) => count(level.failed) },
            { name: 'Right', unit: 'of checked', cell: (level) => <RightShare level={level} /> },
          ]}
        />
      ) : null}
      <Facts
        facts={[
          ['Right answers from', found.source],
          ['Deterministic', found.deterministic === null ? '' : found.deterministic ? 'yes, the same answer twice' : 'no'],
          ['Tolerance', tolerance(found.tolerance)],
        ]}
      />
      {found.examples.length > 0 ? (
        <DataTable
          caption="Wrong answers, examples"
          rows={found.examples}
          columns={[
            { name: 'Payload', text: true, cell: (example) => example.payload || kUnknown },
            { name: 'Expected', text: true, cell: (example) => <code>{short(example.expected)}</code> },
            { name: 'Got', text: true, cell: (example) => <code>{short(example.got)}</code> },
          ]}
        />
      ) : null}
    </>
  );
}
