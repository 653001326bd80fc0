// The block `resources` of run/1, and of the evidence of a steady stage.

import { list, number, record, text, texts } from './read';
import type { Resources } from './types';

export function readResources(value: unknown): Resources | null {
  const from = record(value);
  const times = list(from.t_s).map((t) => number(t) ?? Number.NaN);
  const series = list(from.series)
    .map(record)
    .map((each) => ({
      name: text(each.name),
      unit: text(each.unit),
      samples: number(each.count),
      min: number(each.min),
      mean: number(each.mean),
      max: number(each.max),
      values: list(each.values).map(number),
    }))
    .filter((each) => each.values.length === times.length);
  const notes = texts(from.notes);
  if (series.length === 0 && notes.length === 0) return null;
  return { watched: texts(from.watched), notes, monitorCpu: number(from.monitor_cpu), times, series };
}
