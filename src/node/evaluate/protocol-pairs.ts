/** @file A protocol of single pairs, from what was asked for to figures, results by group among them. */
import { basename, join } from 'node:path'
import { UsageError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import type { GroupTable } from '../../data/lists/groups.ts'
import { parseGroups } from '../../data/lists/groups.ts'
import { groupMembers } from '../../data/lists/group-members.ts'
import { decodeText } from '../../data/lists/text.ts'
import type { Pair } from '../../evaluate/pair.ts'
import { conventionInWords } from '../../evaluate/protocol/convention.ts'
import { insightfaceEvaluation, pairEvaluation } from '../../evaluate/protocol/evaluations.ts'
import type { GroupsResult } from '../../evaluate/protocol/groups.ts'
import { groupResults } from '../../evaluate/protocol/groups.ts'
import { benchmarkFacts, benchmarkNamed } from '../../evaluate/protocols/registry.ts'
import type { ProtocolRecord } from '../../evaluate/protocol/record.ts'
import { protocolEvaluation } from '../../evaluate/protocol/report.ts'
import type { Verification } from '../../evaluate/verify.ts'
import type { JudgedPairs } from './evaluate-pairs.ts'
import { judgePairs } from './evaluate-pairs.ts'
import type { Evaluated } from './evaluated.ts'
import { pairProtocolNamed } from '../faces/pair-list-file.ts'
import type { PairSource } from './pair-source.ts'
import type { ProtocolRequest, ProtocolRun } from './protocol-request.ts'
import { readWholeFile } from '../files/record-file.ts'

const sourceOf = (request: ProtocolRequest): PairSource => {
  const { pairs, randomPairs, chosen, seed } = request
  if (pairs !== undefined)
    return { kind: 'list', file: pairs, ...given({ protocol: pairProtocolNamed(chosen.container) }) }
  if (randomPairs === undefined && request.images === undefined)
    throw new UsageError(
      'Expected --pairs with a list of pairs, or --random-pairs with their number, got nothing',
    )
  return { kind: 'random', seed, ...given({ count: randomPairs }) }
}

const readGroups = async (request: ProtocolRequest): Promise<readonly GroupTable[]> => {
  const { groups, groupBy = [] } = request
  if (groups === undefined) return []
  const text = decodeText(await readWholeFile(groups), groups)
  return groupBy.map((column) => parseGroups(text, groups, column))
}

const imagesOf = (pairs: readonly Pair[]): string[] => pairs.flatMap(({ a, b }) => [a, b])

const resultByGroup = (table: GroupTable, { scored, result }: Verification): GroupsResult => {
  const { groupOf, absent } = groupMembers(table, imagesOf(scored))
  const { column, order: groups } = table
  return groupResults(scored, (image) => groupOf.get(image), result.threshold, { column, groups, absent })
}

const pairRecord = (request: ProtocolRequest, evaluated: Evaluated, judged: JudgedPairs): ProtocolRecord => {
  const { chosen, convention = 'cosface', pairs, images, thresholdFrom, groups, seed } = request
  const model = evaluated.kind === 'model' ? evaluated.model.contract.id : evaluated.embeddings.model
  const files = [
    pairs ?? `${judged.judgement.verification.scored.length} random pairs of ${images}`,
    thresholdFrom,
    groups,
    evaluated.kind === 'model' ? undefined : evaluated.embeddings.file,
  ]
  return {
    ...benchmarkFacts(chosen.protocol),
    convention: conventionInWords(convention, judged.flip, request.threshold !== undefined),
    aligner: 'as given',
    seed,
    files: files.filter((path) => path !== undefined).map((path) => basename(path)),
    ...given({ model }),
  }
}

/** Runs a protocol of single pairs. @throws UsageError, DataError, FormatError as `judgePairs` */
export async function runPairs(evaluated: Evaluated, request: ProtocolRequest): Promise<ProtocolRun> {
  const { convention, flip, thresholdFrom, threshold, skipMissing, seed, chosen, pairs } = request
  const own = benchmarkNamed(chosen.protocol).benchmark
  const inFolder = own.container === chosen.container ? own.images : undefined
  const images =
    request.images ?? (inFolder === undefined || pairs === undefined ? undefined : join(pairs, ...inFolder))
  const tables = await readGroups(request)
  const { replicates, decode, signal, onProgress, depth } = request
  const judged = await judgePairs(evaluated, {
    pairs: sourceOf(request),
    seed,
    skipMissing: skipMissing ?? false,
    checkPairs: (listed) => tables.forEach((table) => void groupMembers(table, imagesOf(listed))),
    ...given({ images, convention, flip, thresholdFrom, threshold, replicates, decode, signal, onProgress }),
    ...given({ depth }),
  })
  const { judgement } = judged
  const { verification } = judgement
  const groups = tables.map((table) => resultByGroup(table, verification))
  const known = { name: request.name, record: pairRecord(request, evaluated, judged) }
  const ours = pairEvaluation(known, verification, { groups })
  if (judgement.convention !== 'insightface') return { evaluation: ours, pairs: judged }
  const theirs = insightfaceEvaluation(
    known,
    judgement.result,
    judgement.distances,
    judgement.same,
    judgement.people,
  )
  // AUC, EER, TAR and NIST's terms do not depend on the convention's thresholds; they come after its own figures
  const { curves } = theirs.report
  const evaluation = protocolEvaluation({
    ...known,
    results: [...theirs.report.results, ...ours.report.results],
    curves,
    outcomes: theirs.outcomes,
    people: ours.people,
  })
  return { evaluation, pairs: judged }
}
