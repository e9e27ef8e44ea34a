/** @file Photographs of people into a gallery, a batch at a time; each batch is acknowledged before the next. */
import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, extname, join, relative, resolve } from 'node:path'
import { DataError, UsageError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { byCodePoint } from '../../base/names.ts'
import type { EmbeddedFace, Embedder } from '../../face/embedder.ts'
import type { Enrolled, Enrolment } from '../../gallery/enrol.ts'
import type { Gallery } from '../../gallery/gallery.ts'
import type { Consent } from '../../gallery/person.ts'
import { photographsOf } from '../face/photographs.ts'
import { encodeCrop } from './crop-file.ts'

/** A photograph and whose it is. */
export interface PersonPhotograph {
  /** As it is shown. */
  readonly name: string
  readonly file: string
  readonly person: string
}

const pictures = /\.(jpe?g|png|webp|gif|avif|tiff?|bmp|heic|heif)$/i

/**
 * Photographs to enrol: a folder with a folder for each person, a folder of files named `anna.jpg` or `anna-2.jpg`, or a CSV of
 * `path,person`.
 * @throws UsageError where there is neither, DataError where nothing is found or a row is none
 */
export async function personPhotographs(place: string): Promise<readonly PersonPhotograph[]> {
  const found = await stat(place).catch(() => undefined)
  if (found === undefined) throw new UsageError(`There is no folder or list at ${place}`)
  const photographs = found.isDirectory() ? await fromFolder(place) : await fromCsv(place)
  if (photographs.length === 0)
    throw new DataError(
      `${place} holds no photographs of people: expected a folder for each person, files named after people such as anna.jpg, or a CSV of path,person`,
    )
  return photographs
}

const fromFolder = async (folder: string): Promise<readonly PersonPhotograph[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && pictures.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .toSorted(byCodePoint)
    .map((name) => ({ name, file: join(folder, name), person: personOf(name) }))
}

// the innermost folder names the person; a file on its own does so itself, without a number at its end
const personOf = (path: string): string => {
  const folder = dirname(path)
  const own =
    folder === '.'
      ? basename(path, extname(path)).replace(/(?<![-_ ])(?:[-_ ]+\d+|[-_ ]*\(\d+\))$/, '')
      : basename(folder)
  return own.replaceAll('_', ' ')
}

const fromCsv = async (file: string): Promise<readonly PersonPhotograph[]> => {
  const lines = (await readFile(file, 'utf8')).replace(/^\uFEFF/, '').split(/\r?\n/)
  return lines.flatMap((line, at) => {
    if (line.trim() === '' || (at === 0 && /^path\s*,\s*person$/i.test(line.trim()))) return []
    const comma = line.indexOf(',')
    const [path, person] = [line.slice(0, comma).trim(), unquoted(line.slice(comma + 1).trim())]
    if (comma < 0 || path === '' || person === '')
      throw new DataError(`${file}: line ${at + 1} is not path,person`)
    const name = unquoted(path)
    return [{ name, file: resolve(dirname(file), name), person }]
  })
}

const unquoted = (text: string): string =>
  /^".*"$/.test(text) ? text.slice(1, -1).replaceAll('""', '"') : text

/** Which face of a photograph is enrolled. */
export const enrolledFaces = ['only', 'largest'] as const

export interface EnrolPhotographsOptions {
  readonly consent?: Consent
  readonly expires?: string
  /** Enrol faces that do not look like the person's others. */
  readonly anyway?: boolean
  /** `only` refuses photographs with several usable faces. @defaultValue 'only' */
  readonly face?: (typeof enrolledFaces)[number]
  /** Photographs written at once. @defaultValue 32 */
  readonly batch?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

/** What became of a photograph. */
export type PhotographEnrolled = {
  readonly photograph: string
  /** Whose it was said to be. */
  readonly name: string
  /** Others of the gallery who look like the face, with their cosines. */
  readonly lookAlikes?: readonly { readonly name: string; readonly cosine: number }[]
} & (Enrolled | { readonly outcome: 'refused'; readonly reason: string })

/** Enrols photographs; what each came to is told once its batch cannot be lost any more. */
export async function* enrolPhotographs(
  gallery: Gallery,
  embedder: Embedder,
  photographs: readonly PersonPhotograph[],
  options: EnrolPhotographsOptions = {},
): AsyncGenerator<PhotographEnrolled> {
  const { batch = 32, signal, onProgress, face = 'only' } = options
  const source = photographsOf(photographs, given({ signal }))
  let held: { readonly from: PersonPhotograph; readonly enrolment: Enrolment }[] = []
  let done = 0
  for await (const result of embedder.photographs(source, signal)) {
    const from = photographs[done++]
    if (from === undefined) break
    onProgress?.(done, photographs.length)
    const chosen = result.unreadable === undefined ? chooseFace(result.faces, face) : result.unreadable
    if (typeof chosen === 'string') {
      yield { photograph: from.name, name: from.person, outcome: 'refused', reason: chosen }
      continue
    }
    held.push({ from, enrolment: await enrolmentOf(from, chosen) })
    if (held.length < batch) continue
    yield* enrolBatch(gallery, embedder, held, options)
    held = []
  }
  if (held.length > 0) yield* enrolBatch(gallery, embedder, held, options)
}

/** The face to enrol, or why there is none. */
const chooseFace = (faces: readonly EmbeddedFace[], which: 'only' | 'largest'): EmbeddedFace | string => {
  const usable = faces.filter(({ rejected }) => rejected === undefined)
  const [first] = usable
  if (first === undefined) return faces[0]?.rejected?.reason ?? 'no face was found'
  if (usable.length > 1 && which === 'only')
    return `${usable.length} faces were found where one is needed; crop the photograph, or take the largest with --face largest`
  return first
}

const enrolmentOf = async (
  { name, file, person }: PersonPhotograph,
  face: EmbeddedFace,
): Promise<Enrolment> => {
  const quality: Record<string, number> = {}
  const measures: Readonly<Record<string, number | undefined>> = { ...face.quality }
  for (const [measure, value] of Object.entries(measures)) if (value !== undefined) quality[measure] = value
  return {
    person,
    embedding: face.embedding,
    photograph: createHash('sha256')
      .update(await readFile(file))
      .digest('hex'),
    details: { source: name, box: face.box, quality },
    crop: await encodeCrop(face.crop),
  }
}

async function* enrolBatch(
  gallery: Gallery,
  { origin }: Embedder,
  held: readonly { readonly from: PersonPhotograph; readonly enrolment: Enrolment }[],
  { consent, expires, anyway }: EnrolPhotographsOptions,
): AsyncGenerator<PhotographEnrolled> {
  const outcomes = await gallery.enrol(
    held.map(({ enrolment }) => enrolment),
    { origin, ...given({ consent, expires, anyway }) },
  )
  for (const [i, { from, enrolment }] of held.entries()) {
    const outcome = outcomes[i]
    if (outcome === undefined) continue
    const lookAlikes =
      outcome.outcome === 'enrolled'
        ? await gallery.lookAlikes({ embedding: enrolment.embedding, origin }, outcome.person)
        : []
    yield {
      photograph: from.name,
      name: from.person,
      ...outcome,
      ...(lookAlikes.length === 0 ? {} : { lookAlikes }),
    }
  }
}
