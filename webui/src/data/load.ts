// From the text of a result file to what the page shows, or a sentence that says why not.

import { type Comparison, readComparison } from './compare';
import { readProve } from './prove';
import { record, text } from './read';
import { readRun } from './run';
import type { Prove, Run } from './types';

export type Loaded =
  | { kind: 'empty' }
  | { kind: 'prove'; prove: Prove; source: string; json: unknown }
  | { kind: 'run'; run: Run; source: string; json: unknown }
  | { kind: 'compare'; comparison: Comparison; source: string; json: unknown }
  | { kind: 'error'; message: string; detail: string };

const kSchemas =
  'It shows results of `mettle prove` (mettle.prove/1), `mettle load` (mettle.run/1) and `mettle compare` (mettle.compare/1).';

export function load(source: string): Loaded {
  let json: unknown;
  try {
    json = JSON.parse(source);
  } catch (error) {
    return {
      kind: 'error',
      message: source.trim() === '' ? 'This file is empty.' : 'This file is not JSON.',
      detail: error instanceof Error ? error.message : String(error),
    };
  }
  if (json === null) return { kind: 'empty' };
  const document = record(json);
  const schema = text(document.schema);
  if (schema === '') {
    return {
      kind: 'error',
      message: 'This file is JSON, but not a result of Mettle: it has no "schema".',
      detail: kSchemas,
    };
  }
  if (schema === 'mettle.prove/1') return { kind: 'prove', prove: readProve(document), source, json };
  if (schema === 'mettle.run/1') return { kind: 'run', run: readRun(document), source, json };
  if (schema === 'mettle.compare/1')
    return { kind: 'compare', comparison: readComparison(document), source, json };
  const known = /^mettle\.(run|prove|compare)\/\d+$/.test(schema);
  return {
    kind: 'error',
    message: known
      ? `This result has the schema "${schema}", which is newer than this page.`
      : `This page does not know the schema "${schema}".`,
    detail: known ? 'Write the report again with the Mettle that wrote the result.' : kSchemas,
  };
}

export function embedded(): string {
  return document.getElementById('mettle-data')?.textContent ?? 'null';
}
