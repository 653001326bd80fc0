// The result that the page was made from, to read, copy or keep.

import { useState } from 'react';

import { bytes } from '../format';
import { JsonTree } from './JsonTree';

function save(source: string, name: string) {
  const url = URL.createObjectURL(new Blob([source], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

export function RawJson({ source, json, name }: { source: string; json: unknown; name: string }) {
  const [note, setNote] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(source);
      setNote('Copied.');
    } catch {
      setNote('This browser does not let a file copy: use Download.');
    }
  };
  return (
    <section className="card screen-only" id="raw" aria-labelledby="raw-title">
      <h2 id="raw-title">Raw result</h2>
      <p className="muted">
        Everything above is drawn from this JSON ({bytes(new Blob([source]).size)}), which is inside this file.
      </p>
      <div className="buttons">
        <button type="button" onClick={() => save(source, name)}>
          Download JSON
        </button>
        <button type="button" onClick={copy}>
          Copy JSON
        </button>
        <span role="status" className="muted">
          {note}
        </span>
      </div>
      <JsonTree name="result" value={json} />
    </section>
  );
}
