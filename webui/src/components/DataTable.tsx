// A table that scrolls sideways in its own box on a narrow page.

import type { ReactNode } from 'react';

export interface Column<Row> {
  name: string;
  unit?: string;
  text?: boolean; // Left-aligned words; else a number.
  cell: (row: Row) => ReactNode;
}

interface Props<Row> {
  caption: string;
  columns: Column<Row>[];
  rows: Row[];
  foot?: Row;
  hideCaption?: boolean;
}

export function DataTable<Row>({ caption, columns, rows, foot, hideCaption }: Props<Row>) {
  const cells = (row: Row) =>
    columns.map((column, i) => {
      const kind = column.text ? 'words' : 'figure';
      return i === 0 ? (
        <th key={column.name} scope="row" className={kind}>
          {column.cell(row)}
        </th>
      ) : (
        <td key={column.name} className={kind}>
          {column.cell(row)}
        </td>
      );
    });
  return (
    <div className="table-box" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption className={hideCaption ? 'unseen' : undefined}>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.name} scope="col" className={column.text ? 'words' : 'figure'}>
                {column.name}
                {column.unit ? <span className="unit">{column.unit}</span> : null}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            // Rows of a finished result never move.
            <tr key={i}>{cells(row)}</tr>
          ))}
        </tbody>
        {foot === undefined ? null : (
          <tfoot>
            <tr>{cells(foot)}</tr>
          </tfoot>
        )}
      </table>
    </div>
  );
}
