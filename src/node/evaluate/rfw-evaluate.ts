/** @file Evaluating a model, or embeddings made before, on Racial Faces in the Wild, as its authors publish it. */
import { basename, join } from 'node:path'
import { UsageError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { rfwGroups, rfwList } from '../../data/lists/rfw.ts'
import { conventionInWords } from '../../evaluate/protocol/convention.ts'
import { pairEvaluation } from '../../evaluate/protocol/evaluations.ts'
import { joinParts } from '../../evaluate/protocol/parts.ts'
import type { ProtocolEvaluation } from '../../evaluate/protocol/report.ts'
import { protocolEvaluation } from '../../evaluate/protocol/report.ts'
import { benchmarkFacts } from '../../evaluate/protocols/registry.ts'
import { judgePairs } from './evaluate-pairs.ts'
import type { Evaluated } from './evaluated.ts'
import type { ProtocolRequest } from './protocol-request.ts'

/** Judges each group's pairs on their own. @throws UsageError, DataError, FormatError as `judgePairs` */
export async function evaluateRfw(
  evaluated: Evaluated,
  request: ProtocolRequest,
): Promise<ProtocolEvaluation> {
  const { name, pairs: folder, seed, skipMissing = false, flip } = request
  const { replicates, decode, signal, onProgress } = request
  if (folder === undefined)
    throw new UsageError('Expected --pairs with RFW’s folder, which holds txts and data, got nothing')
  const images = request.images ?? join(folder, 'data')
  const parts = []
  for (const part of rfwGroups) {
    const file = join(folder, rfwList(part))
    const { judgement, flip: used } = await judgePairs(evaluated, {
      pairs: { kind: 'list', file, protocol: 'rfw' },
      images,
      seed,
      skipMissing,
      ...given({ flip, replicates, decode, signal, onProgress }),
    })
    const { scored, result } = judgement.verification
    parts.push({ used, scored, result: { ...result, part } })
  }
  const record = {
    ...benchmarkFacts('rfw'),
    convention: conventionInWords('cosface', parts[0]?.used ?? ''),
    aligner: 'as given',
    seed,
    files: rfwGroups.map((group) => basename(rfwList(group))),
    ...given({ model: parts[0]?.result.model }),
  }
  const each = parts.map(({ scored, result }) => pairEvaluation({ name, record }, { scored, result }))
  return protocolEvaluation({
    name,
    record,
    results: [joinParts(parts.map(({ result }) => result)), ...each.flatMap(({ report }) => report.results)],
    outcomes: parts.flatMap(({ result: { part } }, i) =>
      (each[i]?.outcomes ?? []).map((one) => ({
        ...one,
        id: `${part}:${one.id}`,
        name: `${one.name} of ${part}`,
      })),
    ),
    people: each.flatMap(({ people = [] }) => people),
  })
}
