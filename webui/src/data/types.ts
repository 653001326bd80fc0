// What the page knows of `mettle.run/1` and `mettle.prove/1` (docs/schemas). Null: not in the file.

export interface Latency {
  count: number | null;
  min: number | null;
  mean: number | null;
  p50: number | null;
  p90: number | null;
  p95: number | null;
  p99: number | null;
  p999: number | null;
  max: number | null;
}

export interface Phase {
  name: string;
  count: number | null;
  mean: number | null;
  p50: number | null;
  p99: number | null;
}

export interface SeriesPoint {
  t_s: number;
  rps: number | null;
  failures: number | null;
  users: number | null;
  p50_ms: number | null;
  p95_ms: number | null;
  p99_ms: number | null;
  in_flight: number | null;
  cpu: number | null;
  rss_bytes: number | null;
  target_cpu: number | null;
  target_rss_bytes: number | null;
}

// One quantity that the monitor saw, "target.cpu"; a value for each of `Resources.times`.
export interface ResourceSeries {
  name: string;
  unit: string;
  samples: number | null;
  min: number | null;
  mean: number | null;
  max: number | null;
  values: (number | null)[];
}

export interface Resources {
  watched: string[];
  notes: string[];
  monitorCpu: number | null;
  times: number[];
  series: ResourceSeries[];
}

export interface ValidityCheck {
  name: string;
  value: number | null;
  limit: number | null;
  holds: boolean;
  unit: string;
}

export interface Validity {
  verdict: string;
  reasons: string[];
  checks: ValidityCheck[];
  sendLagUs: { p50: number | null; p99: number | null; max: number | null };
  generatorCpu: number | null;
}

// Counts of values up to and including `upperMs`, above the bucket before.
export interface Bucket {
  upperMs: number;
  count: number;
}

export interface Target {
  url: string;
  protocol: string;
  model: string;
}

export interface Host {
  cpu: string;
  cores: number | null;
  kernel: string;
  fingerprint: string;
}

export interface Tool {
  version: string;
  git: string;
}

export interface Failure {
  task: string;
  method: string;
  kind: string;
  detail: string;
  count: number | null;
}

export interface Task {
  name: string;
  method: string;
  transaction: boolean; // A group of requests timed as one; not in the totals.
  requests: number | null;
  failures: number | null;
  rps: number | null;
  latency: Latency;
  phases: Phase[];
  histogram: string | null;
}

export interface Step {
  name: string;
  from_s: number;
  to_s: number;
  requests: number | null;
  failures: number | null;
  rps: number | null;
  latency: Latency;
}

// A metric of the scenario or the protocol; what a kind does not have is null.
export interface Metric {
  name: string;
  kind: string; // counter, rate, trend
  unit: string;
  count: number | null;
  sum: number | null;
  perSecond: number | null;
  share: number | null;
  mean: number | null;
  p50: number | null;
  p95: number | null;
  p99: number | null;
  max: number | null;
}

export interface Threshold {
  expression: string;
  measured: string;
  passed: boolean;
}

export interface ScriptException {
  where: string;
  message: string;
  count: number | null;
}

export interface SlowRequest {
  task: string;
  method: string;
  dueS: number | null;
  latency: number | null;
  phases: string; // "network 12 ms, infer 3 ms", the longest first
  status: number | null;
  outcome: string;
  detail: string;
}

export interface Run {
  tool: Tool;
  started: string;
  duration_s: number | null;
  target: Target;
  host: Host;
  load: {
    kind: string;
    rate_rps: number | null;
    arrivals: string;
    users: number | null;
    seed: string;
    workers: number | null;
    spawn_rate: number | null;
    wait: string;
  };
  validity: Validity | null;
  interrupted: boolean;
  targetLost: boolean;
  totals: {
    requests: number | null;
    failures: number | null;
    rps: number | null;
    bytesSent: number | null;
    bytesReceived: number | null;
  };
  targetCpu: number | null;
  latency: Latency;
  service: Latency;
  phases: Phase[];
  tasks: Task[];
  failures: Failure[];
  resources: Resources | null;
  series: SeriesPoint[];
  steps: Step[];
  metrics: Metric[];
  thresholds: Threshold[];
  exceptions: ScriptException[];
  slowest: SlowRequest[];
  histogram: string | null;
}

export type StageVerdict = 'pass' | 'fail' | 'skipped' | 'invalid';

export interface Stage {
  name: string;
  verdict: StageVerdict;
  question: string;
  answer: string;
  reasons: string[];
  duration_s: number | null;
  evidence: Record<string, unknown>;
}

export interface Capacity {
  rpsPass: number | null;
  rpsFail: number | null;
  confidence: number | null;
  bindingSlo: string;
  bottleneck: string;
}

export interface Prove {
  verdict: string;
  reasons: string[];
  slo: string[];
  tool: Tool;
  started: string;
  duration_s: number | null;
  target: Target;
  host: Host;
  seed: string;
  stages: Stage[];
  capacity: Capacity | null;
  assumed: string[];
  skipped: string[];
  interrupted: boolean;
  placement: string;
  profile: string;
  headroom: string;
  caveats: string[];
}
