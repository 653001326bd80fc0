import type { Tone } from '../components/Icon';
import type { StageVerdict } from '../data/types';

export function toneOfStage(verdict: StageVerdict): Tone {
  return { pass: 'pass', fail: 'fail', invalid: 'warn', skipped: 'skip' }[verdict] as Tone;
}

export function toneOfProve(verdict: string): Tone {
  if (verdict === 'READY') return 'pass';
  return verdict === 'NOT READY' ? 'fail' : 'warn';
}

export const stageId = (name: string) => `stage-${name.replace(/[^a-z0-9_-]/gi, '-')}`;
