// A table that scrolls sideways in its own box on a narrow page.

import type { ReactNode } from 'react';

export interface Column<Row> {
  name: string;
  unit?: string;
  text?: boolean; // Left-aligned words; else a number.
  wideOnly?: boolean; // Left out on a narrow page.
  cell: (row: Row) => ReactNode;
}

interface Props<Row> {
  caption: string;
  columns: Column<Row>[];
  rows: Row[];
  foot?: Row;
  hideCaption?: boolean;
}

function kindOf<Row>(column: Column<Row>): string {
  return `${column.text ? 'words' : 'amount'}${column.wideOnly ? ' wide-only' : ''}`;
}

export function DataTable<Row>({ caption, columns, rows, foot, hideCaption }: Props<Row>) {
  const cells = (row: Row) =>
    columns.map((column, i) => {
      return i === 0 ? (
        <th key={column.name} scope="row" className={kindOf(column)}>
          {column.cell(row)}
        </th>
      ) : (
        <td key={column.name} className={kindOf(column)}>
          {column.cell(row)}
        </td>
      );
    });
  return (
    <div className="table-figure">
      {hideCaption ? null : <p className="caption">{caption}</p>}
      <div className="table-box" tabIndex={0} role="region" aria-label={caption}>
        <table aria-label={caption}>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column.name} scope="col" className={kindOf(column)}>
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
    </div>
  );
}
