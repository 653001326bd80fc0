// What to do when a stage did not pass: plain next steps, led by the evidence where it points.

import { readColdStart, readCorrectness, readSteady } from '../data/evidence';
import type { Phase, Stage } from '../data/types';
import { duration, percent, title } from '../format';

const kServerPhases = ['parse', 'pre', 'queue', 'batch', 'infer', 'post', 'write'];

const kPhaseAdvice: Record<string, string> = {
  queue: 'Requests wait to be chosen: give the model more workers or cores, or lower the rate for each replica.',
  batch: 'Requests wait for a batch to start: lower max_queue_delay_microseconds or the largest batch.',
  infer: 'The model itself takes the time: try a smaller or quantised model, other intra-op threads, or faster hardware.',
  parse: 'Reading the body takes the time: send tensors in binary instead of JSON.',
  write: 'Writing the answer takes the time: ask for binary outputs, or for fewer of them.',
  pre: 'Pre-processing takes the time: do it in the client, or give it cores of its own.',
  post: 'Post-processing takes the time: return the raw scores, or simplify it.',
};

function heaviest(phases: Phase[]): Phase | null {
  const server = phases.filter((phase) => kServerPhases.includes(phase.name) && (phase.p99 ?? 0) > 0);
  return server.sort((a, b) => (b.p99 ?? 0) - (a.p99 ?? 0))[0] ?? null;
}

function steadyAdvice(stage: Stage): string[] {
  const steady = readSteady(stage.evidence);
  const lines: string[] = [];
  if (steady.requests && steady.failures && steady.failures / steady.requests > 0.001) {
    lines.push(
      `${percent(steady.failures / steady.requests)} of requests failed: read the server’s log for that time first, since latency of a failing server means little.`,
    );
  }
  const phase = heaviest(steady.phases);
  if (phase) {
    const advice = kPhaseAdvice[phase.name] ?? '';
    lines.push(`The longest part in the tail is ${title(phase.name).toLowerCase()} (p99 ${duration(phase.p99)}). ${advice}`);
  }
  lines.push('Run `mettle prove --stages-only steady` again after each change; a stage takes seconds.');
  return lines;
}

function coldAdvice(stage: Stage): string[] {
  const { median } = readColdStart(stage.evidence);
  const parts: [number, string][] = [
    [median.listening ?? 0, 'Most of the time passes before the port opens: imports and set-up of the process.'],
    [
      (median.ready ?? 0) - (median.listening ?? 0),
      'Most of the time passes between listening and ready: loading and warming the model. A pre-optimised model file loads faster.',
    ],
    [
      (median.firstRight ?? 0) - (median.ready ?? 0),
      'The server says ready before it is: the first answer is slow. Warm every batch size before readiness.',
    ],
  ];
  parts.sort((a, b) => b[0] - a[0]);
  return [parts[0]?.[1] ?? '', 'Until then, keep a warm replica so that scaling out does not wait for a start.'];
}

function correctnessAdvice(stage: Stage): string[] {
  const { levels, deterministic } = readCorrectness(stage.evidence);
  const wrongAlone = levels.some((level) => (level.concurrency ?? 0) <= 1 && (level.wrong ?? 0) > 0);
  const wrongUnderLoad = levels.some((level) => (level.concurrency ?? 0) > 1 && (level.wrong ?? 0) > 0);
  const lines: string[] = [];
  if (wrongAlone) {
    lines.push('Wrong already at concurrency 1: the model, its version or its pre-processing differ from what made the samples.');
  } else if (wrongUnderLoad) {
    lines.push('Right alone and wrong under load: look for state that requests share, such as buffers reused between threads or answers of a batch given to the wrong request.');
  }
  if (deterministic === false) lines.push('The model does not answer the same twice: fix its seeds, or compare with a tolerance.');
  if (levels.some((level) => (level.failed ?? 0) > 0)) lines.push('Some requests failed outright: see the failures’ status and the server’s log.');
  lines.push('Do not ship until this stage passes: fast wrong answers are worse than slow ones.');
  return lines;
}

const kCapacityAdvice = [
  'The capacity is below what was asked: add replicas in proportion, or relieve the bottleneck named above and search again.',
  'If the named bottleneck is the load generator, give it more cores (--cpus, --workers): then this is no statement about the target.',
];

const kOverloadAdvice = [
  'Bound the queue: refuse what cannot be answered in time with 503 and Retry-After, at once. A request that is answered too late costs as much as one in time.',
  'Put the bound before the expensive part, and drop requests whose client has gone or whose deadline has passed.',
];

const kSoakAdvice = [
  'Something grows with the requests: look for lists, caches and metrics labels without a bound, for handlers that open files or sockets, and for threads started by each request.',
  'Take a longer look with `mettle prove --stages-only soak --soak 10m`, and compare heap profiles of its beginning and end.',
];

const kInvalidAdvice = [
  'The tester could not keep its promise, so this stage says nothing about the target, good or bad.',
  'Give the load generator cores of its own (--cpus), stop other work on this machine, or lower the rate; then run the stage again.',
];

const kSkippedAdvice: string[] = [];

export function advice(stage: Stage): string[] {
  if (stage.verdict === 'invalid') return kInvalidAdvice;
  if (stage.verdict === 'skipped') return kSkippedAdvice;
  if (stage.verdict !== 'fail') return [];
  switch (stage.name) {
    case 'steady':
      return steadyAdvice(stage);
    case 'cold_start':
      return coldAdvice(stage);
    case 'correctness':
      return correctnessAdvice(stage);
    case 'capacity':
      return kCapacityAdvice;
    case 'overload':
      return kOverloadAdvice;
    case 'soak':
      return kSoakAdvice;
    default:
      return [];
  }
}
