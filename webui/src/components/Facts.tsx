// Names and values, as a definition list. What is not known is left out.

import type { ReactNode } from 'react';

import { kUnknown } from '../format';

export type Fact = [name: string, value: ReactNode];

export function Facts({ facts }: { facts: Fact[] }) {
  const known = facts.filter(([, value]) => value !== '' && value !== null && value !== kUnknown);
  if (known.length === 0) return null;
  return (
    <dl className="facts">
      {known.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
