import { describe, expect, test } from 'vitest';

import {
  bytes, cores, count, duration, expression, milliseconds, moment, percent, plural, rate, sample, significant,
  title, withUnit,
} from './format';

// Numbers and units are joined by a no-break space; tables here are easier to read without.
const plainly = (text: string) => text.replaceAll('\u00a0', ' ');

describe('durations take the unit that suits their size', () => {
  test.each([
    [0, '0 ms'], [0.0063, '6.3 µs'], [0.479, '479 µs'], [0.9996, '1 ms'], [1.4, '1.4 ms'], [50, '50 ms'], [123.45, '123 ms'],
    [999.7, '1 s'], [1400, '1.4 s'], [60_800, '60.8 s'], [125_000, '2 min 5 s'], [-2, '-2 ms'],
  ])('%d ms is %s', (ms, wanted) => expect(plainly(duration(ms))).toBe(wanted));
});

describe('percentages never round a failure away', () => {
  test.each([
    [0, '0 %'], [1, '100 %'], [0.99999, '99.999 %'], [0.999999, '99.999 %'], [0.9998, '99.98 %'], [0.99, '99 %'], [0.1207, '12.1 %'],
    [0.00042, '0.042 %'], [0.000_000_1, '< 0.001 %'],
  ])('%d is %s', (ratio, wanted) => expect(plainly(percent(ratio))).toBe(wanted));
});

describe('what is not known is a dash, never NaN', () => {
  test.each([null, undefined, Number.NaN, Infinity])('%s', (value) => {
    for (const format of [duration, percent, bytes, cores, count, milliseconds, rate, significant]) {
      expect(format(value)).toBe('–');
    }
    expect(withUnit(value, 'us')).toBe('–');
    expect(plainly(sample(value))).toBe('n = –');
  });
});

test('columns of milliseconds keep the digits that matter', () => {
  expect([0.1234, 1.234, 12.34, 123.4, 1234].map(milliseconds)).toEqual(['0.123', '1.23', '12.3', '123', '1,234']);
});

test('rates, sizes and counts have units', () => {
  expect(plainly(rate(20_500.4))).toBe('20,500 req/s');
  expect(plainly(rate(12.345))).toBe('12.3 req/s');
  expect(plainly(bytes(48_100_000))).toBe('45.9 MiB');
  expect(plainly(bytes(12))).toBe('12 B');
  expect(plainly(cores(0.5))).toBe('0.50 cores');
  expect(plural(1, 'start')).toBe('1 start');
  expect(plural(1234, 'start')).toBe('1,234 starts');
});

test('checks are shown in the unit that the file names', () => {
  expect(plainly(withUnit(1000, 'us'))).toBe('1 ms');
  expect(plainly(withUnit(0.05, 'ratio'))).toBe('5 %');
  expect(plainly(withUnit(0.012, ''))).toBe('0.012');
  expect(plainly(withUnit(3, 'threads'))).toBe('3 threads');
});

test('expressions get air, other text stays as it came', () => {
  expect(expression('p99<50ms')).toBe('p99 < 50 ms');
  expect(expression('error_rate<=0.1%')).toBe('error_rate ≤ 0.1 %');
  expect(expression('POST /predict:send_lag_p99<50us')).toBe('POST /predict:send_lag_p99 < 50 µs');
  expect(expression('<img src=x>')).toBe('<img src=x>');
});

test('names become titles, moments lose their seconds', () => {
  expect(title('cold_start')).toBe('Cold start');
  expect(moment('2026-11-24T12:00:30Z')).toBe('2026-11-24 12:00 UTC');
  expect(moment('yesterday')).toBe('yesterday');
});
