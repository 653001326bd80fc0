// The sentence under the verdict, and the tiles, from what the stages found.

import type { Tile } from '../components/Tiles';
import { readColdStart, readCorrectness, readSteady } from '../data/evidence';
import type { Prove, Stage } from '../data/types';
import { count, duration, expression, percent, plural, rate, sample, title } from '../format';
import { toneOfStage } from './verdict';

const stageOf = (prove: Prove, name: string) => prove.stages.find((stage) => stage.name === name);

export function sentence(prove: Prove): string {
  const slo = prove.slo.map(expression).join(' and ');
  const who = prove.target.model || 'The service';
  if (prove.verdict === 'READY') {
    return prove.capacity?.rpsPass
      ? `${who} holds ${slo || 'its objectives'} up to ${rate(prove.capacity.rpsPass)}.`
      : `${who} holds ${slo || 'its objectives'} in all that was tried.`;
  }
  const named = (verdict: Stage['verdict']) =>
    prove.stages.filter((stage) => stage.verdict === verdict).map((stage) => title(stage.name).toLowerCase());
  if (prove.verdict === 'NOT READY') {
    const failed = named('fail');
    return failed.length > 0
      ? `${plural(failed.length, 'stage')} of ${prove.stages.length} failed: ${failed.join(', ')}.`
      : `${who} does not hold ${slo || 'its objectives'}.`;
  }
  const invalid = named('invalid');
  return invalid.length > 0
    ? `No verdict: the measurement cannot be trusted in ${invalid.join(', ')}.`
    : 'No verdict: the measurement cannot be trusted.';
}

function capacityTile({ capacity }: Prove): Tile | null {
  if (!capacity) return null;
  const sure = capacity.confidence === null ? '' : `, at ${percent(capacity.confidence)} confidence`;
  const breaks = capacity.rpsFail === null ? 'highest rate tried' : `breaks at ${rate(capacity.rpsFail)}`;
  return {
    name: 'Capacity at the SLO',
    value: rate(capacity.rpsPass),
    note: `${breaks}${sure}`,
  };
}

function steadyTile(stage: Stage | undefined): Tile | null {
  if (!stage || stage.verdict === 'skipped') return null;
  const steady = readSteady(stage.evidence);
  if (steady.latency.p99 === null) return null;
  // Judged over all attempts: where more than 1 % failed it is infinite, whatever the rest took.
  if (steady.requests && (steady.failures ?? 0) > steady.requests / 100) {
    return {
      name: `p99 at ${rate(steady.rate)}`,
      value: '∞',
      note: `${percent((steady.failures ?? 0) / steady.requests)} of ${count(steady.requests)} failed; ${duration(steady.latency.p99)} of those answered`,
      tone: stage.verdict === 'fail' ? 'fail' : undefined,
    };
  }
  return {
    name: `p99 at ${rate(steady.rate)}`,
    value: duration(steady.latency.p99),
    note:
      stage.verdict === 'invalid'
        ? 'the measurement is invalid'
        : `p50 ${duration(steady.latency.p50)}, ${sample(steady.latency.count)} requests`,
    tone: stage.verdict === 'pass' ? undefined : toneOfStage(stage.verdict),
  };
}

function coldTile(stage: Stage | undefined): Tile | null {
  if (!stage || stage.verdict === 'skipped') return null;
  const cold = readColdStart(stage.evidence);
  if (cold.median.firstRight === null) return null;
  return {
    name: 'First right answer',
    value: duration(cold.median.firstRight),
    note: `from exec, median of ${plural(cold.repeats.length, 'start')}`,
    tone: stage.verdict === 'fail' ? 'fail' : undefined,
  };
}

function wrongTile(stage: Stage | undefined): Tile | null {
  if (!stage || stage.verdict === 'skipped') return null;
  const { levels } = readCorrectness(stage.evidence);
  if (levels.length === 0) return null;
  const wrong = levels.reduce((sum, level) => sum + (level.wrong ?? 0), 0);
  const requests = levels.reduce((sum, level) => sum + (level.requests ?? 0), 0);
  return {
    name: 'Wrong answers',
    value: count(wrong),
    note: `of ${count(requests)} checked`,
    tone: wrong > 0 ? 'fail' : undefined,
  };
}

export function tiles(prove: Prove): Tile[] {
  return [
    capacityTile(prove),
    steadyTile(stageOf(prove, 'steady')),
    coldTile(stageOf(prove, 'cold_start')),
    wrongTile(stageOf(prove, 'correctness')),
  ].filter((tile): tile is Tile => tile !== null);
}
