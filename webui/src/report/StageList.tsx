// The stages at a glance, each a link to its section.

import { Pill } from '../components/Pill';
import type { Stage } from '../data/types';
import { title } from '../format';
import { stageId, toneOfStage } from './verdict';

export function StageList({ stages }: { stages: Stage[] }) {
  if (stages.length === 0) return null;
  return (
    <nav className="card" aria-labelledby="stages-title">
      <h2 id="stages-title">Stages</h2>
      <ol className="stage-list">
        {stages.map((stage) => (
          <li key={stage.name}>
            <a href={`#${stageId(stage.name)}`}>{title(stage.name)}</a>
            <Pill tone={toneOfStage(stage.verdict)} word={stage.verdict} />
            <span className="stage-answer">{stage.answer || stage.reasons[0] || stage.question}</span>
          </li>
        ))}
      </ol>
    </nav>
  );
}
