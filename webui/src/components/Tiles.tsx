// The few numbers that a reader takes home, each with its unit and what it was counted on.

import { Icon, type Tone } from './Icon';

export interface Tile {
  name: string;
  value: string;
  note: string;
  tone?: Tone;
}

// The unit is set smaller than the number.
function split(value: string): [string, string] {
  const space = value.search(/\s(?!.*\d)/);
  return space > 0 && /^[\d.,<∞–]/.test(value) ? [value.slice(0, space), value.slice(space + 1)] : [value, ''];
}

export function Tiles({ tiles }: { tiles: Tile[] }) {
  return (
    <dl className="tiles">
      {tiles.map((tile) => {
        const [value, unit] = split(tile.value);
        return (
          <div key={tile.name} className="tile">
            <dt>{tile.name}</dt>
            <dd>
              <span className="tile-value">
                {value}
                {unit ? <span className="tile-unit"> {unit}</span> : null}
                {tile.tone ? <Icon tone={tile.tone} size={18} /> : null}
              </span>
              <span className="tile-note">{tile.note}</span>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
