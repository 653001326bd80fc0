// Which report: of the result inside this file, or of one that a reader opens.

import { useEffect, useState } from 'react';

import { DropZone } from '../components/DropZone';
import { Icon } from '../components/Icon';
import { ThemeToggle } from '../components/ThemeToggle';
import { embedded, load, type Loaded } from '../data/load';
import { CompareReport } from './CompareReport';
import { LoadReport } from './LoadReport';
import { ProveReport } from './ProveReport';

const kKinds: Record<string, string> = {
  prove: 'Readiness report',
  run: 'Load test report',
  compare: 'Comparison',
};

function titleOf(loaded: Loaded): string {
  if (loaded.kind === 'prove') return `${loaded.prove.verdict}: ${loaded.prove.target.model || loaded.prove.target.url}`;
  if (loaded.kind === 'run') return `Load test: ${loaded.run.target.model || loaded.run.target.url}`;
  if (loaded.kind === 'compare') return `${loaded.comparison.verdict}: ${loaded.comparison.b.what}`;
  return 'Mettle report';
}

function Welcome({ loaded, onText }: { loaded: Loaded; onText: (source: string) => void }) {
  return (
    <section className="card welcome">
      {loaded.kind === 'error' ? (
        <div className="welcome-error" role="alert">
          <Icon tone="fail" size={28} />
          <div>
            <h1>{loaded.message}</h1>
            <p className="muted">{loaded.detail}</p>
          </div>
        </div>
      ) : (
        <h1>No result in this page yet</h1>
      )}
      <DropZone onText={onText} />
    </section>
  );
}

export function App() {
  const [loaded, setLoaded] = useState<Loaded>(() => load(embedded()));
  useEffect(() => {
    document.title = titleOf(loaded);
  }, [loaded]);
  return (
    <>
      <header className="bar">
        <div className="page bar-inner">
          <span className="brand">
            <svg width="22" height="22" viewBox="0 0 16 16" aria-hidden="true">
              <rect width="16" height="16" rx="4" fill="var(--accent)" />
              <path
                d="M3.800 11.800V5l4.200 4.200L12.200 5v6.800"
                fill="none"
                stroke="var(--surface)"
                strokeWidth="1.700"
                strokeLinejoin="round"
                strokeLinecap="round"
              />
            </svg>
            Mettle
          </span>
          <span className="muted bar-kind">
            {kKinds[loaded.kind] ?? 'Report'}
          </span>
          <ThemeToggle />
        </div>
      </header>
      <main className="page">
        {loaded.kind === 'prove' ? (
          <ProveReport {...loaded} />
        ) : loaded.kind === 'run' ? (
          <LoadReport {...loaded} />
        ) : loaded.kind === 'compare' ? (
          <CompareReport {...loaded} />
        ) : (
          <Welcome loaded={loaded} onText={(source) => setLoaded(load(source))} />
        )}
      </main>
    </>
  );
}
