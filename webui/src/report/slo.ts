// What the page must know of `--slo` expressions: the latency limit to draw, the unit to show.

import { count, duration, percent, rate, significant } from '../format';

const kUnits: Record<string, number> = { us: 0.001, ms: 1, s: 1000 };

// The strictest limit on p99 that the expressions state, in ms.
export function sloLimitMs(expressions: string[]): number | null {
  const limits = expressions.flatMap((expression) => {
    const found = /\bp99\s*<=?\s*([\d.]+)\s*(us|ms|s)\b/.exec(expression);
    const unit = kUnits[found?.[2] ?? ''];
    return found?.[1] && unit ? [Number(found[1]) * unit] : [];
  });
  return limits.length > 0 ? Math.min(...limits) : null;
}

// A measured value, in the unit that its expression has.
export function sloValue(expression: string, value: number | string | null): string {
  if (typeof value === 'string') return value;
  if (value === null) return '∞';
  if (/error_rate|wrong_answers/.test(expression)) return expression.includes('%') ? percent(value) : count(value);
  if (/\d\s*(us|ms|s)\s*$/.test(expression)) return duration(value);
  if (/rps|goodput/.test(expression)) return rate(value);
  return significant(value);
}
