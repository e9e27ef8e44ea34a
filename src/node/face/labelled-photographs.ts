/** @file Photographs of labelled people as faces to calibrate with: one face a photograph, failures counted by person. */
import { join } from 'node:path'
import { DataError } from '../../base/errors.ts'
import type { Comparisons, LabelledFaces } from '../../face/comparisons.ts'
import { comparisonsOf } from '../../face/comparisons.ts'
import type { ScoringRule } from '../../face/calibration.ts'
import type { Embedder } from '../../face/embedder.ts'
import { cosineOf } from '../../face/verify.ts'
import { scanFolder } from '../faces/folder-scan.ts'
import { readPairList } from '../faces/pair-list-file.ts'
import { photographsOf } from './photographs.ts'

/** A photograph that gave no usable face, and why. */
export interface FailedPhotograph {
  readonly photograph: string
  readonly reason: string
}

/** Comparisons with who is meant by the numbers of people. */
export interface LabelledComparisons {
  readonly comparisons: Comparisons
  /** People's names by number. */
  readonly names: readonly string[]
  readonly photographs: number
  readonly failed: readonly FailedPhotograph[]
}

export interface LabelledOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

interface EmbeddedNames {
  /** The embedding of each photograph with a usable face. */
  readonly rows: ReadonlyMap<string, Float32Array>
  readonly failed: readonly FailedPhotograph[]
}

/** One face of each photograph, the largest. @throws DataError where none gives a usable one */
const embedNames = async (
  embedder: Embedder,
  folder: string,
  names: readonly string[],
  { signal, onProgress }: LabelledOptions,
): Promise<EmbeddedNames> => {
  const rows = new Map<string, Float32Array>()
  const failed: FailedPhotograph[] = []
  const files = names.map((name) => ({ name, file: join(folder, name) }))
  const source = photographsOf(files, signal === undefined ? {} : { signal })
  let done = 0
  for await (const result of embedder.photographs(source, signal)) {
    onProgress?.(++done, names.length)
    const face = result.unreadable === undefined ? result.faces[0] : undefined
    const reason = result.unreadable ?? (face === undefined ? 'no face was found' : face.rejected?.reason)
    if (face !== undefined && reason === undefined) rows.set(result.name, face.embedding)
    else failed.push({ photograph: result.name, reason: reason ?? 'no face was found' })
  }
  if (rows.size === 0) throw new DataError(`${folder}: no photograph gives a usable face`)
  return { rows, failed }
}

/** Comparisons of everybody in a folder that holds one folder per person, as the scoring rule wants them. */
export async function folderComparisons(
  embedder: Embedder,
  folder: string,
  scoring: ScoringRule,
  options: LabelledOptions & { readonly seed?: number } = {},
): Promise<LabelledComparisons> {
  const { identities } = await scanFolder(folder)
  const owner = new Map(
    identities.flatMap(({ images }, person) => images.map((image) => [image, person] as const)),
  )
  const { rows, failed } = await embedNames(embedder, folder, [...owner.keys()], options)
  const size = embedder.origin.size
  const embeddings = new Float32Array(rows.size * size)
  ;[...rows.values()].forEach((row, i) => embeddings.set(row, i * size))
  const failures = new Map<number, number>()
  for (const { photograph } of failed) {
    const person = owner.get(photograph) ?? 0
    failures.set(person, (failures.get(person) ?? 0) + 1)
  }
  const faces: LabelledFaces = {
    embeddings,
    size,
    person: Int32Array.from(rows.keys(), (name) => owner.get(name) ?? 0),
    people: identities.length,
    failed: failures,
  }
  return {
    comparisons: comparisonsOf(faces, scoring, options.seed),
    names: identities.map(({ name }) => name),
    photographs: owner.size,
    failed,
  }
}

/** People by who is said to be one: images joined by pairs of one person are of one, whether the list names them or not. */
class People {
  readonly #above = new Map<string, string>()

  #top(name: string): string {
    let top = name
    for (let next = this.#above.get(top); next !== undefined; next = this.#above.get(top)) top = next
    return top
  }

  join(a: string, b: string): void {
    const [first, second] = [this.#top(a), this.#top(b)]
    if (first !== second) this.#above.set(first, second)
  }

  of(name: string): string {
    return this.#top(name)
  }
}

/** Comparisons of listed pairs; the list's names are paths below `folder`. */
export async function listedComparisons(
  embedder: Embedder,
  folder: string,
  list: string,
  options: LabelledOptions = {},
): Promise<LabelledComparisons> {
  const { pairs } = await readPairList(list)
  const people = new People()
  for (const { a, b, same, identities } of pairs) {
    if (identities !== undefined) {
      people.join(a, identities[0])
      people.join(b, identities[1])
    } else if (same) people.join(a, b)
  }
  const photographs = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))]
  const { rows, failed } = await embedNames(embedder, folder, photographs, options)
  const numbers = new Map<string, number>()
  const numberOf = (image: string): number => {
    const person = people.of(image)
    const known = numbers.get(person) ?? numbers.size
    numbers.set(person, known)
    return known
  }
  const made = pairs.flatMap(({ a, b, same }) => {
    const [first, second] = [numberOf(a), numberOf(b)]
    if (same !== (first === second))
      throw new DataError(
        `${list}: ${a} and ${b} are ${same ? 'one person' : 'two people'} in one row, and not in others`,
      )
    return [{ first, second, x: rows.get(a), y: rows.get(b) }]
  })
  const usable = made.flatMap(({ first, second, x, y }) =>
    x === undefined || y === undefined ? [] : [{ first, second, score: cosineOf(x, y) }],
  )
  const missed = new Map<number, number>()
  for (const { first, second, x, y } of made)
    if (first === second && (x === undefined || y === undefined))
      missed.set(first, (missed.get(first) ?? 0) + 1)
  return {
    comparisons: {
      people: numbers.size,
      first: Int32Array.from(usable, ({ first }) => first),
      second: Int32Array.from(usable, ({ second }) => second),
      scores: Float32Array.from(usable, ({ score }) => score),
      failedMated: [...missed].map(([person, count]) => ({ person, count })),
    },
    names: [...numbers.keys()],
    photographs: photographs.length,
    failed,
  }
}
