// Any JSON, collapsed; nothing is made before it is opened, so a large result costs nothing.

import { useState } from 'react';

const kShown = 200; // Entries a level; the rest is in the raw JSON.

function Leaf({ value }: { value: unknown }) {
  const kind = value === null ? 'null' : typeof value;
  return <span className={`json-${kind}`}>{JSON.stringify(value) ?? 'undefined'}</span>;
}

function Node({ name, value, open }: { name: string; value: unknown; open: boolean }) {
  const [isOpen, setOpen] = useState(open);
  if (typeof value !== 'object' || value === null) {
    return (
      <li>
        <span className="json-key">{name}</span> <Leaf value={value} />
      </li>
    );
  }
  const entries = Object.entries(value);
  return (
    <li>
      <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <span className="json-key">{name}</span>{' '}
          <span className="muted">
            {Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`}
          </span>
        </summary>
        {isOpen ? <Entries entries={entries} /> : null}
      </details>
    </li>
  );
}

function Entries({ entries }: { entries: [string, unknown][] }) {
  return (
    <ul>
      {entries.slice(0, kShown).map(([name, value]) => (
        <Node key={name} name={name} value={value} open={false} />
      ))}
      {entries.length > kShown ? <li className="muted">{entries.length - kShown} more</li> : null}
    </ul>
  );
}

export function JsonTree({ name, value, open = false }: { name: string; value: unknown; open?: boolean }) {
  return (
    <ul className="json">
      <Node name={name} value={value} open={open} />
    </ul>
  );
}
