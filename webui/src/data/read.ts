// Readers of unknown JSON that never throw: what is missing or of another type becomes null or
// empty, since fields are added over time and a report must show what it does know.

export type Json = Record<string, unknown>;

export function record(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

export function texts(value: unknown): string[] {
  return list(value).map(text).filter((line) => line !== '');
}

export function flag(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null;
}
