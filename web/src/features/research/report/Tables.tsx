import { BidiText } from "@/components/bidi-text";
import type { Report } from "../data/types";
import { EvidenceNumber } from "./EvidenceNumber";

/** Figures of the evidence; each cell names the passage in which it stands. */
export function Tables({ tables }: { tables: Report["sections"][number]["tables"] }) {
  return tables.map(({ title, columns, rows }) => (
    <div key={title} className="overflow-x-auto">
      <table className="w-full border-collapse text-sm">
        <caption className="pb-1 text-start font-medium">
          <BidiText text={title} />
        </caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" className="border-b border-line-strong px-2 py-1 text-start">
                <BidiText text={column} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.map((cell) => cell.text).join("|")}>
              {row.map(({ text, evidence }, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a cell has no other identity than its column
                <td key={place} className="border-b border-line px-2 py-1">
                  <BidiText text={text} />
                  {evidence.map((id) => (
                    <EvidenceNumber key={id} id={id} />
                  ))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  ));
}
