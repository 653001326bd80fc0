// The head of a load report.

import type { Tone } from '../components/Icon';
import type { Tile } from '../components/Tiles';
import type { Run } from '../data/types';
import { count, duration, percent, plural, rate, sample } from '../format';

// "constant 2,000 req/s, Poisson", "50 users"
export function loadWords({ load }: Run): string {
  if (load.kind === 'open') {
    return `${rate(load.rate_rps)}${load.arrivals ? `, ${load.arrivals === 'poisson' ? 'Poisson' : load.arrivals} arrivals` : ''} (open)`;
  }
  if (load.users === null) return load.kind;
  const wait = load.wait ? `, waiting ${load.wait}` : '';
  return `${plural(load.users, 'user')}${wait} (closed)`;
}

export function headline(run: Run): { tone: Tone; verdict: string; sentence: string } {
  const { requests, failures } = run.totals;
  const length = run.duration_s === null ? '' : ` in ${duration(run.duration_s * 1000)}`;
  const what = `${plural(requests, 'request')}${length}, ${loadWords(run)}`;
  const ended = run.interrupted ? ' It was ended before its time.' : '';
  const lost = run.targetLost ? ' The target went away.' : '';
  const failed = failures ? ` ${plural(failures, 'request')} failed.` : ' None failed.';
  if (run.validity && run.validity.verdict !== 'VALID') {
    return {
      tone: 'warn',
      verdict: run.validity.verdict,
      sentence: `The load generator could not keep its promise. ${what}.${failed}${lost}${ended}`,
    };
  }
  return {
    tone: failures || run.targetLost ? 'fail' : 'pass',
    verdict: run.validity ? (failures ? 'VALID, with failures' : 'VALID') : 'Load test',
    sentence: `${what}.${failed}${lost}${ended}`,
  };
}

export function loadTiles(run: Run): Tile[] {
  const { requests, failures } = run.totals;
  const length = run.duration_s === null ? '' : ` over ${duration(run.duration_s * 1000)}`;
  return [
    { name: 'Throughput', value: rate(run.totals.rps), note: `${sample(requests)} requests${length}` },
    { name: 'Latency p50', value: duration(run.latency.p50), note: `${sample(run.latency.count)} answered` },
    { name: 'Latency p99', value: duration(run.latency.p99), note: `largest ${duration(run.latency.max)}` },
    {
      name: 'Failed',
      value: requests ? percent((failures ?? 0) / requests) : '–',
      note: `${count(failures)} of ${count(requests)}`,
      tone: failures ? 'fail' : undefined,
    },
  ];
}
