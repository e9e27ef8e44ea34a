/** @file Any protocol on any of its inputs: from what was asked for to figures with their record. */
import { UsageError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { benchmarkNamed } from '../../evaluate/protocols/registry.ts'
import { poolingFlags } from '../../evaluate/protocols/templates.ts'
import type { Evaluated } from './evaluated.ts'
import { evaluateIjb } from './ijb-evaluate.ts'
import { evaluateIjbFeatures, type IjbFeatures } from './ijb-features.ts'
import { evaluateMegaface } from './megaface-evaluate.ts'
import type { MegafaceSource } from './megaface-sources.ts'
import { readEmbeddings } from './protocol-embeddings.ts'
import { evaluateIdentification, evaluateRetrieval } from './protocol-identify.ts'
import { runPairs } from './protocol-pairs.ts'
import type { ProtocolRequest, ProtocolRun, Subject } from './protocol-request.ts'
import { decodeImage } from '../faces/decode.ts'
import { watchSeen } from './seen-watch.ts'
import { evaluateRfw } from './rfw-evaluate.ts'
import { evaluateVideos } from './video-evaluate.ts'

const needed = (flag: string, value: string | undefined, what: string): string => {
  if (value === undefined) throw new UsageError(`Expected ${flag} with ${what}, got nothing`)
  return value
}

const evaluatedBy = async (subject: Subject): Promise<Evaluated> =>
  subject.kind === 'model'
    ? subject
    : { kind: 'embeddings', embeddings: await readEmbeddings(subject.path, subject.names) }

const runTemplates = async (subject: Subject, request: ProtocolRequest): Promise<ProtocolRun> => {
  const {
    chosen,
    images,
    templates,
    rows = 'image',
    seed,
    name,
    replicates,
    signal,
    onProgress,
    skipMissing,
    decode,
  } = request
  const folder = needed('--pairs', request.pairs, 'the benchmark’s folder, with its lists or with meta/')
  const flags = templates === undefined ? undefined : poolingFlags(templates)
  const options = { name, seed, benchmark: chosen.protocol, ...given({ replicates, skipMissing }) } as const
  if (subject.kind === 'model') {
    const asked = { ...options, ...given({ flags, images, decode, signal, onProgress }) }
    return { evaluation: (await evaluateIjb(subject.model, folder, asked)).evaluation }
  }
  const embedded = { file: subject.path, ...given({ names: subject.names }) }
  const features: IjbFeatures =
    rows === 'template'
      ? { kind: 'templates', ...embedded }
      : { kind: 'images', ...embedded, sideBySide: rows === 'image+mirror', ...given({ flags }) }
  return { evaluation: (await evaluateIjbFeatures(features, folder, options)).evaluation }
}

const runVideos = async (subject: Subject, request: ProtocolRequest): Promise<ProtocolRun> => {
  const { images, frames, pooling, seed, name, skipMissing } = request
  const { replicates, decode, signal, onProgress } = request
  const splits = needed('--pairs', request.pairs, 'the list of splits')
  const evaluation = await evaluateVideos(await evaluatedBy(subject), splits, {
    name,
    seed,
    ...given({ images, frames, pooling, skipMissing, replicates, decode, signal, onProgress }),
  })
  return { evaluation }
}

const distractorSource = (subject: Subject, request: ProtocolRequest): MegafaceSource => {
  const distractors = needed(
    '--distractors',
    request.distractors,
    'the folder of distractors, or their embeddings',
  )
  if (subject.kind === 'model') {
    const probes = needed('--images', request.images, 'the folder of probes, one subfolder a person')
    const { depth } = request
    return { kind: 'images', model: subject.model, probes, distractors, ...given({ depth }) }
  }
  const { path: probes, names } = subject
  return /\.npy$/i.test(probes)
    ? { kind: 'arrays', probes, distractors, ...given({ names }) }
    : { kind: 'mats', probes, distractors, ...given({ suffix: request.suffix }) }
}

const runDistractors = async (subject: Subject, request: ProtocolRequest): Promise<ProtocolRun> => {
  const { name, seed, sizes, threads, decode, signal, replicates } = request
  const { probeList, distractorList, noisyProbes, noisyDistractors } = request
  const lists = given({ probes: probeList, distractors: distractorList, noisyProbes, noisyDistractors })
  const evaluation = await evaluateMegaface(distractorSource(subject, request), {
    name,
    seed,
    ...given({ lists, sizes, threads, decode, signal, replicates }),
  })
  return { evaluation }
}

const searching =
  (run: typeof evaluateIdentification) =>
  async (subject: Subject, request: ProtocolRequest): Promise<ProtocolRun> => {
    const { name, seed, images, depth, gallery, enrolled, replicates, decode, signal, onProgress } = request
    const evaluation = await run(await evaluatedBy(subject), {
      name,
      seed,
      ...given({ images, depth, gallery, enrolled, replicates, decode, signal, onProgress }),
    })
    return { evaluation }
  }

type Runner = (subject: Subject, request: ProtocolRequest) => Promise<ProtocolRun>

/** By the kind of protocol. */
const runners: Readonly<Record<string, Runner>> = {
  pairs: async (subject, request) => runPairs(await evaluatedBy(subject), request),
  video: runVideos,
  templates: runTemplates,
  distractors: runDistractors,
  identification: searching(evaluateIdentification),
  retrieval: searching(evaluateRetrieval),
  rfw: async (subject, request) => ({ evaluation: await evaluateRfw(await evaluatedBy(subject), request) }),
}

/**
 * Runs a protocol.
 * @throws UsageError where an input is missing, DataError and FormatError where one cannot carry it; nothing is written
 */
export async function runProtocol(subject: Subject, request: ProtocolRequest): Promise<ProtocolRun> {
  const { kind } = benchmarkNamed(request.chosen.protocol).protocol
  const run = runners[kind]
  if (run === undefined) throw new RangeError(`There are no sources for protocols of the kind ${kind}`)
  const seen = subject.kind === 'model' ? subject.model.seen : undefined
  if (seen === undefined) return run(subject, request)
  const watch = watchSeen(seen, request.decode ?? decodeImage)
  const { evaluation, ...rest } = await run(subject, { ...request, decode: watch.decode })
  return { evaluation: watch.note(evaluation), ...rest }
}
