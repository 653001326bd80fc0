// One stage: verdict, question, answer, why and what to do, then its picture and numbers.

import type { ComponentType } from 'react';

import { Callout, Lines } from '../components/Callout';
import { ErrorBoundary } from '../components/ErrorBoundary';
import { JsonTree } from '../components/JsonTree';
import { Pill } from '../components/Pill';
import type { Stage, StageVerdict } from '../data/types';
import { duration, kUnknown, title } from '../format';
import { advice } from './advice';
import { CapacityStage } from './stages/CapacityStage';
import { ColdStartStage } from './stages/ColdStartStage';
import { CorrectnessStage } from './stages/CorrectnessStage';
import { OverloadStage } from './stages/OverloadStage';
import { PayloadStage } from './stages/PayloadStage';
import { SoakStage } from './stages/SoakStage';
import type { StageView } from './stages/stage_view';
import { SteadyStage } from './stages/SteadyStage';
import { stageId, toneOfStage } from './verdict';

const kViews: Record<string, ComponentType<StageView>> = {
  cold_start: ColdStartStage,
  correctness: CorrectnessStage,
  steady: SteadyStage,
  capacity: CapacityStage,
  payload: PayloadStage,
  overload: OverloadStage,
  soak: SoakStage,
};

const kWhy: Record<StageVerdict, string> = {
  pass: 'Good to know',
  fail: 'Why it failed',
  invalid: 'Why it is invalid',
  skipped: 'Why it was skipped',
};

export function StageSection({ stage }: { stage: Stage }) {
  const tone = toneOfStage(stage.verdict);
  const id = stageId(stage.name);
  const View = Object.hasOwn(kViews, stage.name) ? kViews[stage.name] : undefined;
  const hasEvidence = Object.keys(stage.evidence).length > 0;
  const steps = advice(stage);
  return (
    <section className="card stage" id={id} aria-labelledby={`${id}-title`}>
      <div className="stage-head">
        <h2 id={`${id}-title`}>{title(stage.name)}</h2>
        <Pill tone={tone} word={stage.verdict} />
        <span className="muted stage-time">
          {stage.duration_s === null ? kUnknown : duration(stage.duration_s * 1000)}
        </span>
      </div>
      {stage.question ? <p className="question">{stage.question}</p> : null}
      {stage.answer ? <p className="answer">{stage.answer}</p> : null}
      {stage.reasons.length > 0 ? (
        <Callout tone={tone} title={kWhy[stage.verdict]}>
          <Lines lines={stage.reasons} />
        </Callout>
      ) : null}
      {steps.length > 0 ? (
        <Callout tone="info" title="What to do">
          <Lines lines={steps} />
        </Callout>
      ) : null}
      {View && hasEvidence ? (
        <ErrorBoundary what={`The evidence of “${title(stage.name)}”`}>
          <View evidence={stage.evidence} verdict={stage.verdict} />
        </ErrorBoundary>
      ) : null}
      {hasEvidence ? (
        <div className="screen-only">
          <JsonTree name="Evidence as JSON" value={stage.evidence} />
        </div>
      ) : null}
    </section>
  );
}
