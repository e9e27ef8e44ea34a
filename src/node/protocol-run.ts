/** @file Any protocol on any of its inputs: from what was asked for to figures with their record. */
import { basename, join } from 'node:path'
import { UsageError } from '../base/errors.ts'
import type { GroupTable } from '../data/lists-groups.ts'
import { groupOfImage, parseGroups } from '../data/lists-groups.ts'
import { decodeText } from '../data/lists-text.ts'
import type { FlipRule } from '../evaluate/features.ts'

import type { Convention } from '../evaluate/protocol-convention.ts'
import { conventionInWords } from '../evaluate/protocol-convention.ts'
import { insightfaceEvaluation, pairEvaluation } from '../evaluate/protocol-evaluations.ts'
import type { GroupsResult } from '../evaluate/protocol-groups.ts'
import { groupResults } from '../evaluate/protocol-groups.ts'
import type { ProtocolName, ProtocolRecord } from '../evaluate/protocol-record.ts'
import type { ProtocolEvaluation } from '../evaluate/protocol-report.ts'
import { protocolEvaluation } from '../evaluate/protocol-report.ts'
import type { PoolingFlags } from '../evaluate/protocol-templates.ts'
import type { VideoPooling } from '../evaluate/protocol-video.ts'
import type { EmbeddingModel } from '../model/contract.ts'
import type { JudgedPairs } from './evaluate-pairs.ts'
import { judgePairs } from './evaluate-pairs.ts'
import type { Evaluated } from './evaluated.ts'
import { evaluateIjb, evaluateIjbFeatures } from './ijb-evaluate.ts'
import type { MegafaceLists, MegafaceSource } from './megaface-sources.ts'
import { evaluateMegaface } from './megaface-evaluate.ts'
import type { PairSource } from './pair-source.ts'
import { readEmbeddings } from './protocol-embeddings.ts'
import type { ChosenProtocol } from './protocol-guess.ts'
import { evaluateIdentification, evaluateRetrieval } from './protocol-identify.ts'
import { readWholeFile } from './record-file.ts'
import { evaluateVideos } from './video-evaluate.ts'

/** A model, or a file of embeddings (for MegaFace also a folder of OpenCV matrices). */
export type Subject =
  | { readonly kind: 'model'; readonly model: Pick<EmbeddingModel, 'contract' | 'embed'> }
  | { readonly kind: 'embeddings'; readonly path: string; readonly names?: string }

/** What a row of embeddings is in a template benchmark. */
export type TemplateRows = 'image' | 'image+mirror' | 'template'

export interface ProtocolRequest {
  /** What reports call the model. */
  readonly name: string
  readonly chosen: ChosenProtocol
  readonly pairs?: string
  readonly randomPairs?: number
  readonly images?: string
  readonly convention?: Convention
  readonly flip?: FlipRule
  readonly thresholdFrom?: string
  readonly threshold?: number
  readonly skipMissing?: boolean
  /** A CSV of groups, and its columns to group by. */
  readonly groups?: { readonly file: string; readonly columns: readonly string[] }
  /** How templates are made of images. */
  readonly pooling?: PoolingFlags
  readonly rows?: TemplateRows
  readonly videoPooling?: VideoPooling
  readonly frames?: number
  readonly distractors?: string
  readonly lists?: MegafaceLists
  readonly sizes?: readonly number[]
  readonly suffix?: string
  readonly gallery?: string
  readonly enrolled?: number
  readonly seed: number
  readonly replicates?: number
  readonly threads?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

/** An evaluation; `pairs` where single pairs were judged. */
export interface ProtocolRun {
  readonly evaluation: ProtocolEvaluation
  readonly pairs?: JudgedPairs
}

const needed = (flag: string, value: string | undefined, what: string): string => {
  if (value === undefined) throw new UsageError(`Expected ${flag} with ${what}, got nothing`)
  return value
}

const evaluatedBy = async (subject: Subject): Promise<Evaluated> =>
  subject.kind === 'model'
    ? subject
    : { kind: 'embeddings', embeddings: await readEmbeddings(subject.path, subject.names) }

const followed = ({ signal, onProgress }: ProtocolRequest) => ({
  ...(signal === undefined ? {} : { signal }),
  ...(onProgress === undefined ? {} : { onProgress }),
})

const replicated = ({ replicates }: ProtocolRequest) => (replicates === undefined ? {} : { replicates })

const sourceOf = (request: ProtocolRequest): PairSource => {
  const { pairs, randomPairs, chosen, seed } = request
  if (pairs !== undefined)
    return {
      kind: 'list',
      file: pairs,
      ...(chosen.container === undefined ? {} : { protocol: chosen.container }),
    }
  if (randomPairs === undefined)
    throw new UsageError(
      'Expected --pairs with a list of pairs, or --random-pairs with their number, got nothing',
    )
  return { kind: 'random', count: randomPairs, seed }
}

const readGroups = async (
  request: ProtocolRequest,
): Promise<readonly { readonly column: string; readonly table: GroupTable }[]> => {
  const { groups } = request
  if (groups === undefined) return []
  const text = decodeText(await readWholeFile(groups.file), groups.file)
  return groups.columns.map((column) => ({ column, table: parseGroups(text, groups.file, column) }))
}

const pairRecord = (request: ProtocolRequest, evaluated: Evaluated, judged: JudgedPairs): ProtocolRecord => {
  const { chosen, convention = 'cosface', pairs, images, thresholdFrom, groups, seed } = request
  const model = evaluated.kind === 'model' ? evaluated.model.contract.id : evaluated.embeddings.model
  const files = [
    pairs ?? `${request.randomPairs} random pairs of ${images}`,
    thresholdFrom,
    groups?.file,
    evaluated.kind === 'model' ? undefined : evaluated.embeddings.file,
  ]
  return {
    protocol: chosen.protocol,
    convention: conventionInWords(convention, judged.flip),
    aligner: 'as given',
    seed,
    files: files.filter((path) => path !== undefined).map((path) => basename(path)),
    ...(model === undefined ? {} : { model }),
  }
}

const runPairs = async (subject: Subject, request: ProtocolRequest): Promise<ProtocolRun> => {
  const { convention, flip, thresholdFrom, threshold, skipMissing, seed, chosen, pairs } = request
  const isCfp = chosen.container === 'cfp-ff' || chosen.container === 'cfp-fp'
  const images = request.images ?? (isCfp && pairs !== undefined ? join(pairs, 'Data', 'Images') : undefined)
  const tables = await readGroups(request)
  const evaluated = await evaluatedBy(subject)
  const judged = await judgePairs(evaluated, {
    pairs: sourceOf(request),
    seed,
    skipMissing: skipMissing ?? false,
    ...(images === undefined ? {} : { images }),
    ...(convention === undefined ? {} : { convention }),
    ...(flip === undefined ? {} : { flip }),
    ...(thresholdFrom === undefined ? {} : { thresholdFrom }),
    ...(threshold === undefined ? {} : { threshold }),
    ...replicated(request),
    ...followed(request),
  })
  const { judgement } = judged
  const { verification } = judgement
  const groups = tables.map(({ column, table }): GroupsResult =>
    groupResults(verification.scored, groupOfImage(table), verification.result.threshold, column),
  )
  const known = { name: request.name, record: pairRecord(request, evaluated, judged) }
  const ours = pairEvaluation(known, verification, { groups })
  if (judgement.convention !== 'insightface') return { evaluation: ours, pairs: judged }
  const theirs = insightfaceEvaluation(known, judgement.result, judgement.distances, judgement.same)
  // AUC, EER, TAR and NIST's terms do not depend on the convention's thresholds; they come after its own figures
  const { curves } = theirs.report
  const evaluation = protocolEvaluation({
    ...known,
    results: [...theirs.report.results, ...ours.report.results],
    curves,
    outcomes: theirs.outcomes,
  })
  return { evaluation, pairs: judged }
}

const runTemplates = async (subject: Subject, request: ProtocolRequest): Promise<ProtocolRun> => {
  const { chosen, images, pooling, rows = 'image', seed, name } = request
  const folder = needed('--pairs', request.pairs, 'the benchmark’s folder, with its lists or with meta/')
  const options = {
    name,
    seed,
    benchmark: chosen.protocol === 'ijbb' ? ('ijbb' as const) : ('ijbc' as const),
    ...replicated(request),
  }
  if (subject.kind === 'model') {
    const { evaluation } = await evaluateIjb(subject.model, folder, {
      ...options,
      ...(pooling === undefined ? {} : { flags: pooling }),
      ...(images === undefined ? {} : { images }),
      ...followed(request),
    })
    return { evaluation }
  }
  const features =
    rows === 'template'
      ? ({ kind: 'templates', file: subject.path } as const)
      : ({
          kind: 'images',
          file: subject.path,
          sideBySide: rows === 'image+mirror',
          ...(pooling === undefined ? {} : { flags: pooling }),
        } as const)
  return { evaluation: (await evaluateIjbFeatures(features, folder, options)).evaluation }
}

const runVideos = async (subject: Subject, request: ProtocolRequest): Promise<ProtocolRun> => {
  const { images, frames, videoPooling, seed, name, skipMissing = false } = request
  const splits = needed('--pairs', request.pairs, 'the list of splits')
  const evaluation = await evaluateVideos(await evaluatedBy(subject), splits, {
    name,
    seed,
    skipMissing,
    ...(images === undefined ? {} : { images }),
    ...(frames === undefined ? {} : { frames }),
    ...(videoPooling === undefined ? {} : { pooling: videoPooling }),
    ...replicated(request),
    ...followed(request),
  })
  return { evaluation }
}

const distractorSource = (subject: Subject, request: ProtocolRequest): MegafaceSource => {
  const distractors = needed(
    '--distractors',
    request.distractors,
    'the folder of distractors, or their embeddings',
  )
  if (subject.kind === 'model')
    return {
      kind: 'images',
      model: subject.model,
      probes: needed('--images', request.images, 'the folder of probes, one subfolder a person'),
      distractors,
    }
  return /\.npy$/i.test(subject.path)
    ? {
        kind: 'arrays',
        probes: subject.path,
        distractors,
        ...(subject.names === undefined ? {} : { names: subject.names }),
      }
    : {
        kind: 'mats',
        probes: subject.path,
        distractors,
        ...(request.suffix === undefined ? {} : { suffix: request.suffix }),
      }
}

const runDistractors = async (subject: Subject, request: ProtocolRequest): Promise<ProtocolRun> => {
  const { name, seed, lists, sizes, threads, signal } = request
  const evaluation = await evaluateMegaface(distractorSource(subject, request), {
    name,
    seed,
    ...(lists === undefined ? {} : { lists }),
    ...(sizes === undefined ? {} : { sizes }),
    ...(threads === undefined ? {} : { threads }),
    ...(signal === undefined ? {} : { signal }),
    ...replicated(request),
  })
  return { evaluation }
}

const searching =
  (run: typeof evaluateIdentification) =>
  async (subject: Subject, request: ProtocolRequest): Promise<ProtocolRun> => {
    const { name, seed, images, gallery, enrolled } = request
    const evaluation = await run(await evaluatedBy(subject), {
      name,
      seed,
      ...(images === undefined ? {} : { images }),
      ...(gallery === undefined ? {} : { gallery }),
      ...(enrolled === undefined ? {} : { enrolled }),
      ...replicated(request),
      ...followed(request),
    })
    return { evaluation }
  }

type Runner = (subject: Subject, request: ProtocolRequest) => Promise<ProtocolRun>

const runners: Readonly<Record<ProtocolName, Runner>> = {
  lfw: runPairs,
  'cfp-ff': runPairs,
  'cfp-fp': runPairs,
  agedb: runPairs,
  calfw: runPairs,
  cplfw: runPairs,
  bin: runPairs,
  pairs: runPairs,
  ytf: runVideos,
  ijbb: runTemplates,
  ijbc: runTemplates,
  megaface: runDistractors,
  identify: searching(evaluateIdentification),
  retrieval: searching(evaluateRetrieval),
}

/**
 * Runs a protocol.
 * @throws UsageError where an input is missing, DataError and FormatError where one cannot carry it; nothing is written
 */
export async function runProtocol(subject: Subject, request: ProtocolRequest): Promise<ProtocolRun> {
  return runners[request.chosen.protocol](subject, request)
}
