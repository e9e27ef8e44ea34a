/** @file Searching in folders of identities: 1:N identification with people who are not enrolled, and retrieval of every image. */
import { availableParallelism } from 'node:os'
import { basename, join } from 'node:path'
import { DataError, UsageError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { placesOf } from '../../base/groups.ts'
import { byCodePoint, folderOf } from '../../base/names.ts'
import { random, shuffled } from '../../base/random.ts'
import type { TemplateSet } from '../../evaluate/features.ts'
import { flipText } from '../../evaluate/protocol.ts'
import { cmcCurve, openCurve } from '../../evaluate/protocol/curves.ts'
import { retrievalEvaluation } from '../../evaluate/protocol/evaluations.ts'
import type { Searches, SubjectTemplates } from '../../evaluate/protocol/identify.ts'
import { judgeGalleries, search } from '../../evaluate/protocol/identify.ts'
import { oneToManyErrors } from '../../evaluate/protocol/nist.ts'
import { searchOutcomes } from '../../evaluate/protocol/outcomes.ts'
import { benchmarkFacts } from '../../evaluate/protocols/registry.ts'
import type { ProtocolRecord } from '../../evaluate/protocol/record.ts'
import type { ProtocolEvaluation } from '../../evaluate/protocol/report.ts'
import { protocolEvaluation } from '../../evaluate/protocol/report.ts'
import { retrievalProtocol } from '../../evaluate/protocol/retrieval.ts'
import { embedFiles } from '../faces/embed-files.ts'
import type { EmbedFilesOptions } from '../faces/embed-files.ts'
import type { Evaluated } from './evaluated.ts'
import { scanFolder } from '../faces/folder-scan.ts'
import { namedTemplates } from './protocol-embeddings.ts'
import { runtimeProduct } from '../session/score-product.ts'

export interface EvaluateFolderOptions extends Omit<EmbedFilesOptions, 'onUnreadable'> {
  /** What the report calls the model. */
  readonly name: string
  /** One folder per identity; for embeddings it only tells what their names are relative to. */
  readonly images?: string
  /** How many folders down the people's own lie. @defaultValue as `scanFolder` */
  readonly depth?: number
  /** The folder of enrolled people, one folder per identity; all of `images` then searches in it. */
  readonly gallery?: string
  /** Images enrolled of a person, where there is no folder of enrolled people. @defaultValue 1 */
  readonly enrolled?: number
  readonly seed?: number
  readonly replicates?: number
}

/** Templates with who each is of. */
interface Labelled extends TemplateSet {
  readonly people: readonly string[]
  /** What was left out of the folder, in words. */
  readonly notes: readonly string[]
}

const folderTemplates = async (
  evaluated: Evaluated,
  folder: string | undefined,
  options: EvaluateFolderOptions,
): Promise<Labelled> => {
  if (evaluated.kind === 'embeddings') {
    const all = namedTemplates(evaluated.embeddings, folder)
    const people = all.names.map(folderOf)
    if (people.every((person) => person === ''))
      throw new DataError(
        `${evaluated.embeddings.file} names images without folders, so nobody can tell who is on them; expected names like anna/1.jpg`,
      )
    return { ...all, people, notes: [] }
  }
  if (folder === undefined)
    throw new UsageError('Expected --images with a folder of identities, one subfolder a person, got nothing')
  const { identities, notes } = await scanFolder(folder, given({ depth: options.depth }))
  const listed = identities.flatMap(({ name, images }) =>
    images.map((image) => ({ name: image, person: name })),
  )
  const templates = await embedFiles(
    evaluated.model,
    listed.map(({ name }) => ({ name, file: join(folder, name) })),
    options,
  )
  return { ...templates, people: listed.map(({ person }) => person), notes }
}

/** The rows of `all` as subjects numbered by `numbers`. */
const subjectsAt = (
  all: Labelled,
  rows: readonly number[],
  numbers: ReadonlyMap<string, number>,
): SubjectTemplates => {
  const { size } = all
  const data = new Float32Array(rows.length * size)
  rows.forEach((row, i) => data.set(all.data.subarray(row * size, (row + 1) * size), i * size))
  return { data, size, subjects: Int32Array.from(rows, (row) => numbers.get(all.people[row] ?? '') ?? -1) }
}

const rowsByPerson = ({ names, people }: Labelled): ReadonlyMap<string, readonly number[]> => {
  const rows = placesOf(people)
  for (const own of rows.values()) own.sort((a, b) => byCodePoint(names[a] ?? '', names[b] ?? ''))
  return rows
}

/**
 * Two galleries of one folder, as IJB-B and -C have them: half of the people with enough images are enrolled in each, and everybody
 * else's images are searches for strangers.
 */
const halves = (
  all: Labelled,
  enrolled: number,
  seed: number,
  numbers: ReadonlyMap<string, number>,
): readonly Searches[] => {
  const rows = rowsByPerson(all)
  const people = [...rows.keys()].sort(byCodePoint).filter((name) => (rows.get(name)?.length ?? 0) > enrolled)
  if (people.length < 4)
    throw new DataError(
      `Two galleries take at least four people with more than ${enrolled} ${enrolled === 1 ? 'image' : 'images'}, got ${people.length}`,
    )
  const drawn = shuffled(people, random(seed, 'galleries'))
  const middle = Math.ceil(drawn.length / 2)
  return [drawn.slice(0, middle), drawn.slice(middle)].map((members) => {
    const gallery = members.flatMap((name) => rows.get(name)?.slice(0, enrolled) ?? [])
    const inside = new Set(gallery)
    const probes = all.people.flatMap((_, row) => (inside.has(row) ? [] : [row]))
    return search(subjectsAt(all, probes, numbers), subjectsAt(all, gallery, numbers))
  })
}

const numbersOf = (people: Iterable<string>): ReadonlyMap<string, number> =>
  new Map([...new Set(people)].sort(byCodePoint).map((name, number) => [name, number]))

const recordOf = (
  benchmark: string,
  evaluated: Evaluated,
  convention: string,
  options: EvaluateFolderOptions,
): ProtocolRecord => {
  const model = evaluated.kind === 'model' ? evaluated.model.contract.id : evaluated.embeddings.model
  const features =
    evaluated.kind === 'model' ? flipText(evaluated.model.contract.flip) : 'embeddings as given, normalised'
  const source = evaluated.kind === 'model' ? (options.images ?? '') : evaluated.embeddings.file
  return {
    ...benchmarkFacts(benchmark),
    convention: `${convention}; ${features}`,
    aligner: 'as given',
    seed: options.seed ?? 0,
    files: [source, ...(options.gallery === undefined ? [] : [options.gallery])].map((path) =>
      basename(path),
    ),
    ...given({ model }),
  }
}

/**
 * 1:N identification: closed set by rank, open set by TPIR at FPIR, and FNIR at FPIR in NIST's terms. Without `gallery` the folder is
 * divided in two galleries.
 * @throws DataError, UsageError, FormatError where folders or embeddings cannot carry it
 */
export async function evaluateIdentification(
  evaluated: Evaluated,
  options: EvaluateFolderOptions,
): Promise<ProtocolEvaluation> {
  const { enrolled = 1, seed = 0 } = options
  const all = await folderTemplates(evaluated, options.images, options)
  const notes = [...all.notes]
  const people = [...all.people]
  const searches = await (async (): Promise<readonly Searches[]> => {
    if (options.gallery === undefined) return halves(all, enrolled, seed, numbersOf(all.people))
    if (evaluated.kind === 'embeddings')
      throw new UsageError(
        '--gallery is a folder of images for a model; embeddings are divided in two galleries',
      )
    const gallery = await folderTemplates(evaluated, options.gallery, options)
    notes.push(...gallery.notes)
    people.push(...gallery.people)
    const numbers = numbersOf(people)
    const every = (set: Labelled): SubjectTemplates =>
      subjectsAt(
        set,
        set.people.map((_, row) => row),
        numbers,
      )
    return [search(every(all), every(gallery))]
  })()
  const result = judgeGalleries(searches)
  const hasStrangers = searches.every(({ nonMated }) => nonMated.length > 0)
  const how =
    options.gallery === undefined
      ? `two galleries of half the people each, ${enrolled} ${enrolled === 1 ? 'image' : 'images'} of a person enrolled, everybody else a stranger`
      : 'a gallery of its own; people of one folder name are one person'
  return protocolEvaluation({
    name: options.name,
    record: recordOf('identify', evaluated, how, options),
    results: [
      { ...result, protocol: `${how}; ${result.protocol}` },
      ...(hasStrangers ? searches.map((one) => oneToManyErrors(one)) : []),
    ],
    curves: { cmc: cmcCurve(searches), open: openCurve(searches) },
    outcomes: searchOutcomes(searches, result.galleries),
    people: [...new Set(people)],
    warnings: [
      ...notes,
      ...(hasStrangers ? [] : ['Everybody who searches is enrolled: nothing is said about strangers (FPIR)']),
    ],
  })
}

/** Retrieval figures of a folder: precision at 1, R-precision and MAP@R. @throws DataError, UsageError, FormatError */
export async function evaluateRetrieval(
  evaluated: Evaluated,
  options: EvaluateFolderOptions,
): Promise<ProtocolEvaluation> {
  const all = await folderTemplates(evaluated, options.images, options)
  const numbers = numbersOf(all.people)
  const labels = Int32Array.from(all.people, (person) => numbers.get(person) ?? -1)
  const result = await retrievalProtocol(all.data, all.size, labels, {
    seed: options.seed ?? 0,
    openProduct: runtimeProduct(availableParallelism()),
    ...given({ signal: options.signal, replicates: options.replicates }),
  })
  const record = recordOf('retrieval', evaluated, 'every image searches among all others', options)
  return retrievalEvaluation({ name: options.name, record }, result, {
    warnings: all.notes,
    people: [...new Set(all.people)],
  })
}
