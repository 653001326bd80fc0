// For a page without a result: drop a file, or choose one. It is read here and sent nowhere.

import { type DragEvent, useId, useState } from 'react';

export function DropZone({ onText }: { onText: (source: string) => void }) {
  const [over, setOver] = useState(false);
  const id = useId();
  const read = async (file: File | undefined) => {
    if (file) onText(await file.text());
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void read(event.dataTransfer.files[0]);
  };
  return (
    <div
      className={`drop ${over ? 'drop-over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <p className="drop-title">Drop a result file here</p>
      <p className="muted">
        A <code>.json</code> that <code>mettle prove</code> or <code>mettle load</code> wrote with <code>-o</code>. It stays on
        this machine.
      </p>
      <input
        id={id}
        type="file"
        accept=".json,application/json"
        className="unseen"
        onChange={(event) => void read(event.target.files?.[0])}
      />
      <label htmlFor={id} className="button">
        Open a result file
      </label>
    </div>
  );
}
