import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { load } from '../data/load';
import { advice } from './advice';
import { sloLimitMs, sloValue } from './slo';
import { sentence } from './summary';

function prove(name: string) {
  const loaded = load(readFileSync(new URL(`../../test/fixtures/${name}.json`, import.meta.url), 'utf8'));
  if (loaded.kind !== 'prove') throw new Error(loaded.kind);
  return loaded.prove;
}

const adviceFor = (name: string, stage: string) => {
  const found = prove(name).stages.find((each) => each.name === stage);
  return found ? advice(found).join(' ') : '';
};

test('advice follows the evidence', () => {
  expect(adviceFor('not-ready', 'correctness')).toContain('Right alone and wrong under load');
  expect(adviceFor('not-ready', 'steady')).toContain('The longest part in the tail is queue');
  expect(adviceFor('invalid', 'steady')).toContain('says nothing about the target');
});

test('what passed or was skipped needs no advice', () => {
  expect(adviceFor('ready', 'steady')).toBe('');
  expect(adviceFor('not-ready', 'overload')).toBe('');
});

test('the sentence names what failed', () => {
  expect(sentence(prove('not-ready'))).toBe('3 stages of 5 failed: correctness, steady, capacity.');
  expect(sentence(prove('ready')).replaceAll('\u00a0', ' ')).toBe(
    'digits holds error_rate < 0.1 % and p99 < 50 ms up to 20,500 req/s.',
  );
  expect(sentence(prove('invalid'))).toContain('No verdict');
});

test('objectives give the limit to draw and the unit to show', () => {
  expect(sloLimitMs(['error_rate<0.1%', 'p99<50ms', 'p99<=0.02s'])).toBe(20);
  expect(sloLimitMs(['service_p99<5ms', 'send_lag_p99<50us', 'p999<1s'])).toBeNull();
  expect(sloValue('error_rate<0.1%', 0.0001).replace('\u00a0', ' ')).toBe('0.01 %');
  expect(sloValue('wrong_answers<1', 17)).toBe('17');
  expect(sloValue('p99<50ms', null)).toBe('∞');
});
