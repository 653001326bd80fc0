// Did it get slower? The verdict, each metric against what counts, and how it was found.

import { useMemo } from 'react';

import { Chart } from '../charts/Chart';
import { drawIntervals, intervalsHeight, intervalText, signed } from '../charts/intervals';
import { Lines } from '../components/Callout';
import { DataTable } from '../components/DataTable';
import { Environment } from '../components/Environment';
import type { Tone } from '../components/Icon';
import { Pill } from '../components/Pill';
import { RawJson } from '../components/RawJson';
import type { Tile } from '../components/Tiles';
import { type Change, type ComparedMetric, type Comparison, median } from '../data/compare';
import { bytes, count, duration, kUnknown, percent, plural, rate } from '../format';
import { Hero } from './Hero';

const kTones: Record<Change, Tone> = { pass: 'pass', regression: 'fail', inconclusive: 'warn' };
const kMethods: Record<string, string> = {
  at_once: 'both sides at the same moment',
  turns: 'A and B in turn',
  stored: 'stored results',
};
const kSentences: Record<Change, string> = {
  pass: 'Every metric certainly changed by less than what counts.',
  regression: 'At least one metric certainly got worse.',
  inconclusive: 'The runs do not decide it.',
};

function amount(metric: ComparedMetric, values: number[]): string {
  const value = median(values);
  if (metric.unit === 'ms') return duration(value);
  if (metric.unit === 'rps') return rate(value);
  if (metric.unit === 'share') return percent(value);
  return metric.unit === 'bytes' ? bytes(value) : count(value);
}

function words(metric: ComparedMetric): string {
  if (metric.improved) return `${metric.verdict}, better`;
  return metric.moreRuns === null ? metric.verdict : `${metric.verdict}, ${plural(metric.moreRuns, 'more run')} a side`;
}

function tiles(comparison: Comparison): Tile[] {
  return comparison.metrics.slice(0, 4).map((metric) => ({
    name: metric.name,
    value: signed(metric.ratio),
    note: `${intervalText(metric)}, n = ${metric.a.length} and ${metric.b.length}`,
    tone: metric.verdict === 'pass' ? undefined : kTones[metric.verdict],
  }));
}

function howLong({ pairs, run_s, method, metrics }: Comparison): string {
  if (method === 'stored')
    return `${plural(metrics[0]?.a.length ?? 0, 'run')} of the baseline, ${count(metrics[0]?.b.length ?? 0)} new`;
  return `${plural(pairs, 'pair')} of runs of ${run_s === null ? kUnknown : duration(run_s * 1000)}, ${kMethods[method] ?? method}`;
}

const confidence = (alpha: number | null) => (alpha === null ? kUnknown : percent(1 - 2 * alpha));

export function CompareReport({ comparison, source, json }: { comparison: Comparison; source: string; json: unknown }) {
  const draw = useMemo(() => drawIntervals(comparison.metrics), [comparison]);
  return (
    <>
      <Hero
        tone={kTones[comparison.verdict]}
        verdict={comparison.verdict.toUpperCase()}
        subject={`${comparison.b.what} against ${comparison.a.what}`}
        sentence={
          <p>
            {kSentences[comparison.verdict]} {howLong(comparison)}.
            {comparison.interrupted ? ' Ended by the user before its time.' : ''}
          </p>
        }
        tiles={tiles(comparison)}
      />
      {comparison.metrics.length > 0 ? (
        <section className="card" aria-labelledby="metrics-title">
          <h2 id="metrics-title">What changed</h2>
          <Chart
            label="The interval of each metric's change, in units of what counts"
            height={intervalsHeight(comparison.metrics)}
            draw={draw}
            caption="A regression is an interval that lies wholly right of “blame”, a pass one that lies wholly left of “counts”."
          />
          <DataTable
            caption={`Medians of the runs, and the ${confidence(comparison.alpha)} interval of the change`}
            rows={comparison.metrics}
            columns={[
              { name: 'Metric', text: true, cell: (metric) => metric.name },
              { name: comparison.a.label, cell: (metric) => amount(metric, metric.a) },
              { name: comparison.b.label, cell: (metric) => amount(metric, metric.b) },
              { name: 'Change', cell: (metric) => signed(metric.ratio) },
              { name: 'Interval', cell: intervalText },
              { name: 'Counts from', cell: (metric) => percent(metric.threshold) },
              { name: 'Runs', unit: 'a side', cell: (metric) => count(metric.a.length) },
              { name: 'Verdict', text: true, cell: (metric) => <Pill tone={kTones[metric.verdict]} word={words(metric)} /> },
            ]}
          />
        </section>
      ) : null}
      <div className="columns">
        <section className="card" aria-labelledby="why-title">
          <h2 id="why-title">Why {comparison.verdict}</h2>
          {comparison.reasons.length > 0 ? <Lines lines={comparison.reasons} ordered /> : <p className="muted">{kSentences[comparison.verdict]}</p>}
        </section>
        <section className="card" aria-labelledby="rests-title">
          <h2 id="rests-title">What it rests on</h2>
          <Lines
            lines={[
              howLong(comparison),
              ...comparison.looks.map((look) => `looked at after ${plural(look.pairs, 'pair')}, spending ${percent(look.alpha)} of doubt`),
              ...(comparison.discarded ? [`${plural(comparison.discarded, 'pair')} left out`] : []),
              ...comparison.notes,
            ]}
          />
        </section>
      </div>
      <Environment
        tool={comparison.tool}
        target={comparison.b.target}
        host={comparison.host}
        started={comparison.started}
        duration_s={comparison.duration_s}
        seed={comparison.seed}
        more={[
          [comparison.a.label, comparison.a.what],
          [comparison.b.label, comparison.b.what],
          ['Load of each run', comparison.load || kUnknown],
        ]}
      />
      <RawJson source={source} json={json} name="mettle-compare.json" />
    </>
  );
}
