// Numbers as people read them: three significant digits, a unit on each, "–" for what is not known.

export const kUnknown = '–';

const kNarrow = '\u00a0'; // A number and its unit stay on one line.

type Maybe = number | null | undefined;

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

function known(value: Maybe): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

// 0.283, 1.4, 12.3, 1,234: at least `digits` significant digits, never less than the whole part.
export function significant(value: Maybe, digits = 3): string {
  if (!known(value)) return kUnknown;
  if (value === 0) return '0';
  const size = Math.floor(Math.log10(Math.abs(value)));
  if (size >= digits - 1) return grouped.format(value);
  const decimals = Math.min(digits - 1 - size, 9);
  return value.toFixed(decimals);
}

// As significant(), without zeros at the end.
export function plain(value: Maybe): string {
  return trimmed(significant(value));
}

export function count(value: Maybe): string {
  return known(value) ? grouped.format(value) : kUnknown;
}

// "50.0" → "50": a limit of 50 ms is not known to a tenth.
function trimmed(number: string): string {
  return number.includes('.') ? number.replace(/\.?0+$/, '') : number;
}

// For prose: the unit that suits the size.
export function duration(ms: Maybe): string {
  if (!known(ms)) return kUnknown;
  const size = Math.abs(ms);
  if (size === 0) return `0${kNarrow}ms`;
  if (size < 0.9995) return `${trimmed(significant(ms * 1000))}${kNarrow}µs`;
  if (size < 999.5) return `${trimmed(significant(ms))}${kNarrow}ms`;
  if (size < 119_500) return `${trimmed(significant(ms / 1000))}${kNarrow}s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}${kNarrow}min ${seconds % 60}${kNarrow}s`;
}

// For a column that says "ms" in its head.
export function milliseconds(ms: Maybe): string {
  if (!known(ms)) return kUnknown;
  if (Math.abs(ms) >= 100) return grouped.format(ms);
  return ms.toFixed(Math.abs(ms) >= 10 ? 1 : Math.abs(ms) >= 1 ? 2 : 3);
}

export function rate(rps: Maybe): string {
  if (!known(rps)) return kUnknown;
  return `${Math.abs(rps) >= 100 ? grouped.format(rps) : significant(rps)}${kNarrow}req/s`;
}

export function percent(ratio: Maybe): string {
  if (!known(ratio)) return kUnknown;
  if (ratio === 0) return `0${kNarrow}%`;
  const value = ratio * 100;
  if (value < 0.001) return `<${kNarrow}0.001${kNarrow}%`;
  // 99.99 % must not become 100 %.
  if (value > 99 && value < 100) {
    return `${trimmed(Math.min(value, 99.999).toFixed(value > 99.95 ? 3 : 2))}${kNarrow}%`;
  }
  return `${trimmed(significant(value, value >= 10 ? 3 : 2))}${kNarrow}%`;
}

export function bytes(value: Maybe): string {
  if (!known(value)) return kUnknown;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let size = Math.abs(value);
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? grouped.format(size) : significant(size)} ${units[unit]}`;
}

export function cores(value: Maybe): string {
  if (!known(value)) return kUnknown;
  return `${value.toFixed(2)}${kNarrow}${value === 1 ? 'core' : 'cores'}`;
}

export function plural(value: Maybe, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

// "n = 60,000"
export function sample(value: Maybe): string {
  return `n${kNarrow}=${kNarrow}${count(value)}`;
}

// A validity check's value with the unit that the file names.
export function withUnit(value: Maybe, unit: string): string {
  switch (unit) {
    case 'us':
      return known(value) ? duration(value / 1000) : kUnknown;
    case 'ms':
      return duration(value);
    case 's':
      return known(value) ? duration(value * 1000) : kUnknown;
    case 'ratio':
      return percent(value);
    case 'cores':
      return cores(value);
    case 'bytes':
      return bytes(value);
    case 'rps':
      return rate(value);
    default:
      return `${plain(value)}${unit ? kNarrow + unit : ''}`;
  }
}

// "cold_start" → "Cold start"
export function title(name: string): string {
  const words = name.replace(/[_-]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const kExpression = /^[\w:./ -]+?\s*(<=|>=|<|>)\s*[\d.]+\s*(us|ms|s|%|rps)?$/;

// "p99<50ms" → "p99 < 50 ms": easier to read. What is not such an expression stays as it is.
export function expression(text: string): string {
  if (!kExpression.test(text)) return text;
  return text
    .replace(/\s*(<=|>=|<|>)\s*/g, (_, sign: string) => ` ${sign.replace('<=', '≤').replace('>=', '≥')} `)
    .replace(/(\d)\s*(us|ms|s|%|rps)\b/g, (_, digit: string, unit: string) => `${digit} ${unit === 'us' ? 'µs' : unit}`)
    .replace(/(\d)%/g, '$1 %')
    .trim();
}

export function moment(rfc3339: string): string {
  const at = new Date(rfc3339);
  if (Number.isNaN(at.getTime())) return rfc3339 || kUnknown;
  return `${at.toISOString().slice(0, 10)} ${at.toISOString().slice(11, 16)} UTC`;
}
