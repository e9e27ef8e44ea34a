/** @file An evaluation by any protocol as one plain object: the JSON that is written, and what pages and tables are drawn from. */
import { given } from '../../base/given.ts'
import type { FigureGroup } from './figure.ts'
import { figuresOf, type ProtocolResult } from './figures.ts'
import type { ProtocolCurves } from './curves.ts'
import type { Outcomes } from './outcomes.ts'
import type { ProtocolRecord } from './record.ts'

/** One model judged by one protocol. */
export interface ProtocolReport {
  readonly schema: 'cosface-protocol/1'
  /** What plots and tables call the model. */
  readonly name: string
  readonly record: ProtocolRecord
  readonly groups: readonly FigureGroup[]
  readonly curves: ProtocolCurves
  readonly warnings: readonly string[]
  /** The results as the protocol gives them. */
  readonly results: readonly ProtocolResult[]
}

/** A report and, for tests whether two models differ, what each pair or search came to. */
export interface ProtocolEvaluation {
  readonly report: ProtocolReport
  readonly outcomes: readonly Outcomes[]
  /** The people it was judged on, where they are named. */
  readonly people?: readonly string[]
}

/** What an evaluation is made of. */
export interface ProtocolParts {
  readonly name: string
  readonly record: ProtocolRecord
  readonly results: readonly ProtocolResult[]
  readonly curves?: ProtocolCurves
  readonly outcomes?: readonly Outcomes[]
  readonly warnings?: readonly string[]
  readonly people?: readonly string[] | undefined
}

/** Puts an evaluation together: figures and warnings are read off the results. */
export function protocolEvaluation(parts: ProtocolParts): ProtocolEvaluation {
  const { name, record, results, curves = {}, outcomes = [] } = parts
  const warnings = results.flatMap((result) => ('warnings' in result ? result.warnings : []))
  return {
    report: {
      schema: 'cosface-protocol/1',
      name,
      record,
      groups: results.map(figuresOf),
      curves,
      warnings: [...new Set([...(parts.warnings ?? []), ...warnings])],
      results,
    },
    outcomes,
    ...given({ people: parts.people }),
  }
}
