import { useMemo } from 'react';

import { Environment } from '../components/Environment';
import { ErrorBoundary } from '../components/ErrorBoundary';
import { LatencyFigure } from '../components/LatencyFigure';
import { PhaseFigure } from '../components/PhaseFigure';
import { RawJson } from '../components/RawJson';
import { ResourceFigure } from '../components/ResourceFigure';
import { TimelineFigure } from '../components/TimelineFigure';
import { ValidityBox } from '../components/ValidityBox';
import type { Run } from '../data/types';
import { bytes, count } from '../format';
import { Hero } from './Hero';
import { ExceptionTable, MetricTable, SlowestTable, ThresholdTable } from './load_details';
import { FailureTable, PercentileTable, StepTable, TotalsTable } from './load_tables';
import { headline, loadTiles, loadWords } from './load_summary';
import { useHistogram } from './use_histogram';

export function LoadReport({ run, source, json }: { run: Run; source: string; json: unknown }) {
  const buckets = useHistogram(run.histogram);
  const top = useMemo(() => headline(run), [run]);
  const marks = useMemo(
    () => (run.steps.length > 1 ? run.steps.map((step) => ({ at: step.from_s, name: step.name })) : []),
    [run],
  );
  const byTask = useMemo(
    () =>
      run.tasks.length > 1
        ? run.tasks.filter((task) => !task.transaction).map((task) => ({
            name: task.name,
            values: task.phases.map((phase) => ({ phase: phase.name, ms: phase.mean ?? 0 })),
          }))
        : undefined,
    [run],
  );
  return (
    <>
      <Hero
        tone={top.tone}
        verdict={top.verdict}
        subject={[run.target.model, run.target.url].filter(Boolean).join(' at ')}
        sentence={<p>{top.sentence}</p>}
        tiles={loadTiles(run)}
      />
      <section className="card" aria-labelledby="requests-title">
        <h2 id="requests-title">Requests</h2>
        <TotalsTable run={run} />
        <PercentileTable run={run} />
        <StepTable run={run} />
        <ThresholdTable run={run} />
      </section>
      <section className="card" aria-labelledby="failures-title">
        <h2 id="failures-title">Failures</h2>
        <FailureTable run={run} />
        <ExceptionTable run={run} />
      </section>
      {run.series.length > 0 ? (
        <section className="card" aria-labelledby="time-title">
          <h2 id="time-title">Second by second</h2>
          <ErrorBoundary what="The time series">
            <TimelineFigure series={run.series} marks={marks} bare />
          </ErrorBoundary>
        </section>
      ) : null}
      {run.resources ? (
        <section className="card" aria-labelledby="resources-title">
          <h2 id="resources-title">Resources</h2>
          <ErrorBoundary what="The resources">
            <ResourceFigure resources={run.resources} />
          </ErrorBoundary>
        </section>
      ) : null}
      <section className="card" aria-labelledby="latency-title">
        <h2 id="latency-title">Latency</h2>
        <ErrorBoundary what="The latency">
          <LatencyFigure latency={run.latency} service={run.service} buckets={buckets} />
          <PhaseFigure phases={run.phases} rows={byTask} />
        </ErrorBoundary>
      </section>
      {run.validity ? (
        <section className="card" aria-labelledby="validity-title">
          <h2 id="validity-title">Can it be believed?</h2>
          <ValidityBox validity={run.validity} />
        </section>
      ) : null}
      {run.slowest.length > 0 ? (
        <section className="card" aria-labelledby="slowest-title">
          <h2 id="slowest-title">The slowest requests</h2>
          <SlowestTable run={run} />
        </section>
      ) : null}
      {run.metrics.length > 0 ? (
        <section className="card" aria-labelledby="metrics-title">
          <h2 id="metrics-title">Metrics of the scenario</h2>
          <MetricTable metrics={run.metrics} />
        </section>
      ) : null}
      <Environment
        {...run}
        seed={run.load.seed}
        more={[
          ['Load', loadWords(run)],
          ['Workers', count(run.load.workers)],
          ['Sent', bytes(run.totals.bytesSent)],
          ['Received', bytes(run.totals.bytesReceived)],
        ]}
      />
      <RawJson source={source} json={json} name="mettle-run.json" />
    </>
  );
}
