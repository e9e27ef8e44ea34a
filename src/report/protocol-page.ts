/** @file Evaluations by any protocol as one page: figures, curves, comparison, records. */
import type { PairedDifference } from '../evaluate/protocol-compare.ts'
import type { ProtocolReport } from '../evaluate/protocol-report.ts'

/** What the page shows; several reports make a comparison. */
export interface ProtocolPage {
  readonly title?: string
  readonly reports: readonly ProtocolReport[]
  readonly differences?: readonly PairedDifference[]
}

/** Evaluations as one self-contained HTML page. */
export async function protocolPage(page: ProtocolPage): Promise<string> {
  return page.reports.map(({ name }) => name).join()
}
