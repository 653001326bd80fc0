import type { ReactNode } from 'react';

import { Icon, type Tone } from './Icon';

export function Callout({ tone, title, children }: { tone: Tone; title: string; children: ReactNode }) {
  return (
    <aside className={`callout tone-${tone}`} aria-label={title}>
      <Icon tone={tone} size={20} />
      <div>
        <h4>{title}</h4>
        {children}
      </div>
    </aside>
  );
}

export function Lines({ lines, ordered = false }: { lines: string[]; ordered?: boolean }) {
  const items = lines.map((line, i) => <li key={i}>{line}</li>);
  return ordered ? <ol className="lines">{items}</ol> : <ul className="lines">{items}</ul>;
}
