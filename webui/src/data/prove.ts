import { readHost, readTarget, readTool } from './parts';
import { type Json, list, number, record, text, texts } from './read';
import type { Capacity, Prove, Stage, StageVerdict } from './types';

function readVerdict(value: unknown): StageVerdict {
  const verdict = text(value);
  return verdict === 'pass' || verdict === 'fail' || verdict === 'skipped' ? verdict : 'invalid';
}

function readStage(from: Json): Stage {
  return {
    name: text(from.name) || 'unnamed',
    verdict: readVerdict(from.verdict),
    question: text(from.question),
    answer: text(from.answer),
    reasons: texts(from.reasons),
    duration_s: number(from.duration_s),
    evidence: record(from.evidence),
  };
}

function readCapacity(value: unknown): Capacity | null {
  const from = record(value);
  if (number(from.rps_pass) === null && number(from.rps_fail) === null) return null;
  return {
    rpsPass: number(from.rps_pass),
    rpsFail: number(from.rps_fail),
    confidence: number(from.confidence),
    bindingSlo: text(from.binding_slo),
    bottleneck: text(from.bottleneck),
  };
}

export function readProve(from: Json): Prove {
  return {
    verdict: text(from.verdict) || 'INVALID',
    reasons: texts(from.reasons),
    slo: texts(from.slo),
    tool: readTool(from.tool),
    started: text(from.started),
    duration_s: number(from.duration_s),
    target: readTarget(from.target),
    host: readHost(from.host),
    seed: text(from.seed),
    stages: list(from.stages).map((stage) => readStage(record(stage))),
    capacity: readCapacity(from.capacity),
    assumed: texts(from.assumed),
    skipped: texts(from.skipped),
    interrupted: from.interrupted === true,
    placement: text(from.placement),
    profile: text(from.profile),
    headroom: text(from.headroom),
    caveats: texts(from.caveats),
  };
}
