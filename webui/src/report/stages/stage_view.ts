import type { StageVerdict } from '../../data/types';

// What the picture of a stage is drawn from.
export interface StageView {
  evidence: Record<string, unknown>;
  verdict: StageVerdict;
}
