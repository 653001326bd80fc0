// Where the time goes: bars, and the same as a table.

import { useMemo } from 'react';

import { Chart } from '../charts/Chart';
import { drawPhases, phaseColour, phasesHeight, type PhaseRow, rowsOf } from '../charts/phases';
import type { Phase } from '../data/types';
import { count, milliseconds, percent, title } from '../format';
import { paletteOf, useMode } from '../theme_mode';
import { DataTable } from './DataTable';
import { Legend } from './Legend';

const kMeaning: Record<string, string> = {
  send_lag: 'due until sent, the tester’s own delay',
  connect: 'opening a connection',
  send: 'writing the request',
  parse: 'server: body to tensors',
  pre: 'server: pre-processing',
  queue: 'server: waiting to be chosen',
  batch: 'server: waiting for the batch to start',
  infer: 'server: running the model',
  post: 'server: post-processing',
  write: 'server: tensors to body',
  network: 'the rest until the first byte',
  receive: 'first to last byte of the answer',
};

function Swatch({ name }: { name: string }) {
  const palette = paletteOf(useMode());
  return (
    <svg className="swatch" width="11" height="11" aria-hidden="true">
      <rect width="11" height="11" rx="2" fill={phaseColour(palette, name)} />
    </svg>
  );
}

export function PhaseFigure({ phases, rows }: { phases: Phase[]; rows?: PhaseRow[] }) {
  const bars = useMemo(() => rows ?? rowsOf(phases), [phases, rows]);
  const draw = useMemo(() => drawPhases(bars), [bars]);
  if (bars.length === 0) return null;
  const sum = phases.reduce((all, phase) => all + (phase.mean ?? 0), 0);
  return (
    <div className="figure">
      <h3>Where the time goes</h3>
      <Chart
        label={`Phases of a request, ${bars.map((bar) => bar.name).join(', ')}`}
        height={phasesHeight(bars)}
        draw={draw}
        caption="Means add up to the mean latency; medians and 99th percentiles of parts do not add up to those of the whole."
      />
      {phases.length > 0 ? (
        <DataTable
          caption="Phases of a request"
          hideCaption
          rows={phases}
          columns={[
            {
              name: 'Phase',
              text: true,
              cell: (phase) => (
                <>
                  <Swatch name={phase.name} />
                  {title(phase.name)}
                </>
              ),
            },
            { name: 'What it is', text: true, wideOnly: true, cell: (phase) => <span className="muted">{kMeaning[phase.name] ?? ''}</span> },
            { name: 'Mean', unit: 'ms', cell: (phase) => milliseconds(phase.mean) },
            { name: 'p50', unit: 'ms', cell: (phase) => milliseconds(phase.p50) },
            { name: 'p99', unit: 'ms', cell: (phase) => milliseconds(phase.p99) },
            { name: 'Share', unit: 'of the mean', cell: (phase) => percent(sum > 0 ? (phase.mean ?? 0) / sum : null) },
            { name: 'Count', unit: 'requests', cell: (phase) => count(phase.count) },
          ]}
        />
      ) : (
        <Legend
          items={[...new Set(bars.flatMap((bar) => bar.values.map((value) => value.phase)))].map((name) => ({
            name: title(name),
            colour: (palette) => phaseColour(palette, name),
            note: kMeaning[name],
          }))}
        />
      )}
    </div>
  );
}
