/**
 * @file A folder of photographs, one subfolder a person, becomes the same folder of aligned crops. Every photograph's
 * outcome is written down as it is decided, so that a run that was stopped goes on where it was.
 */
import { open, readFile, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { z } from 'zod'
import { mapBounded } from '../../base/concurrency.ts'
import { DataError, UsageError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { withoutLastSlashes } from '../../base/names.ts'
import { counted } from '../../base/words.ts'
import { cutFaces } from '../../face/cut-faces.ts'
import type { CutOptions } from '../../face/cut-faces.ts'
import type { Detector } from '../../face/detector.ts'
import { qualityNames, usualRejection } from '../../face/quality.ts'
import { rejectionText } from '../../face/rejection-text.ts'
import { alignerVersion } from '../../image/alignment.ts'
import { imageFormatsOr } from '../../image/header.ts'
import { imagesBelow } from '../faces/folder-walk.ts'
import { isThere, lockFolder } from '../files/locked-folder.ts'
import type { LockedFolder } from '../files/locked-folder.ts'
import { replaceFile } from '../files/replace-file.ts'
import { encodeImage } from './encode-image.ts'
import type { ImageKind } from './encode-image.ts'
import { photographsOf } from './photographs.ts'

export interface AlignFolderOptions extends CutOptions {
  /** @defaultValue 'png' */
  readonly kind?: ImageKind
  /** Told after every photograph. */
  readonly onProgress?: (done: number, total: number) => void
  readonly signal?: AbortSignal
}

/** What became of a photograph. */
export type AlignOutcome = 'aligned' | 'rejected' | 'no face' | 'unreadable'

/** A row of the table. */
export interface AlignedPhotograph {
  readonly photograph: string
  readonly outcome: AlignOutcome
  /** Files written, relative to the folder of crops. */
  readonly crops: readonly string[]
  /** Why there is no crop, or why some faces gave none. */
  readonly reason?: string | undefined
  /** Faces found, before one was chosen. */
  readonly faces: number
  readonly quality?: Readonly<Record<string, number>> | undefined
}

const rowSchema: z.ZodType<AlignedPhotograph> = z.object({
  photograph: z.string(),
  outcome: z.enum(['aligned', 'rejected', 'no face', 'unreadable']),
  crops: z.array(z.string()),
  reason: z.string().optional(),
  faces: z.int(),
  quality: z.record(z.string(), z.number()).optional(),
})

/** What was done in all. */
export interface AlignedFolder {
  readonly schema: 'cosface-align/1'
  readonly out: string
  /** The table of all photographs. */
  readonly table: string
  readonly photographs: number
  readonly crops: number
  readonly outcomes: Readonly<Record<AlignOutcome, number>>
  readonly detector: string
  readonly aligner: string
  readonly reject: string
  /** What was left out while looking through the folder, in words. */
  readonly notes: readonly string[]
}

// hidden: a folder of crops holds nothing else that anybody means
const journalName = '.aligned.jsonl'

const headerOf = (detector: Detector, options: AlignFolderOptions): Readonly<Record<string, string>> => ({
  schema: 'cosface-aligned/1',
  detector: detector.id,
  aligner: alignerVersion,
  size: `${options.size.height}x${options.size.width}`,
  points: options.points === undefined ? 'usual' : JSON.stringify(options.points.map(({ x, y }) => [x, y])),
  faces: options.faces ?? 'largest',
  turns: options.turns ?? 'auto',
  tiles: options.tiles === true ? 'yes' : 'no',
  reject: rejectionText(options.reject ?? usualRejection),
  kind: options.kind ?? 'png',
})

/** What an earlier run wrote down: complete lines only, as the last may be cut. */
const readJournal = async (
  file: string,
  header: Readonly<Record<string, string>>,
  out: string,
): Promise<readonly AlignedPhotograph[] | undefined> => {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const lines = text.split('\n').slice(0, -1)
  const before = z.record(z.string(), z.string()).safeParse(parsed(lines[0] ?? ''))
  if (!before.success) throw new DataError(`${file} is damaged; align into another folder`)
  const different = Object.keys(header).find((key) => header[key] !== before.data[key])
  if (different !== undefined) {
    throw new UsageError(
      `${out} holds crops made with another ${different} (${before.data[different] ?? 'none'}, now ` +
        `${header[different] ?? 'none'}); align into another folder`,
    )
  }
  return lines.slice(1).flatMap((line) => rowSchema.safeParse(parsed(line)).data ?? [])
}

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** Opens the journal of a folder of crops, which must be new, empty, or of the same work. */
const openJournal = async (
  out: LockedFolder,
  header: Readonly<Record<string, string>>,
): Promise<{ readonly before: readonly AlignedPhotograph[]; readonly handle: FileHandle }> => {
  const file = join(out.path, journalName)
  const before = await readJournal(file, header, out.path)
  if (before === undefined && (await out.entries()).length > 0)
    throw new UsageError(`${out.path} is not empty; name a folder that does not exist yet`)
  // written anew: a last line that was cut is not gone on with
  await out.replace(file, [header, ...(before ?? [])].map((line) => `${JSON.stringify(line)}\n`).join(''))
  return { before: before ?? [], handle: await open(out.own(file), 'a') }
}

/** Rows whose crops are all there; the others are worked on again. */
const withCrops = async (
  rows: readonly AlignedPhotograph[],
  out: string,
): Promise<readonly AlignedPhotograph[]> => {
  const found = await mapBounded(rows, 16, async ({ crops }) => {
    for (const crop of crops) if (!(await isThere(join(out, crop)))) return false
    return true
  })
  return rows.filter((_, index) => found[index] === true)
}

/** Where the crops of a photograph go: its own path with another ending, unless two photographs would share that. */
const cropNames = (photographs: readonly string[]): ReadonlyMap<string, string> => {
  const stemOf = (name: string): string => name.replace(/\.[^./]+$/, '')
  const users = new Map<string, number>()
  for (const name of photographs) users.set(stemOf(name), (users.get(stemOf(name)) ?? 0) + 1)
  return new Map(photographs.map((name) => [name, (users.get(stemOf(name)) ?? 0) > 1 ? name : stemOf(name)]))
}

const csvField = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

const tableOf = (rows: readonly AlignedPhotograph[]): string => {
  const head = ['photograph', 'outcome', 'reason', 'faces', 'crops', ...qualityNames]
  const lines = rows.map(({ photograph, outcome, reason, faces, crops, quality }) => [
    photograph,
    outcome,
    reason ?? '',
    String(faces),
    crops.join(' '),
    ...qualityNames.map((name) => {
      const value = quality?.[name]
      return value === undefined ? '' : String(Number(value.toPrecision(4)))
    }),
  ])
  return [head, ...lines].map((line) => `${line.map(csvField).join(',')}\n`).join('')
}

/**
 * Aligns a folder of photographs into a folder of crops of the same names. Of each photograph the largest face is taken
 * where nothing else is said. The same call again goes on with what an earlier one left undone.
 * @throws UsageError where `out` holds something else, DataError where the folder holds no images
 */
export async function alignFolder(
  detector: Detector,
  folder: string,
  out: string,
  options: AlignFolderOptions,
): Promise<AlignedFolder> {
  await checkApart(folder, out)
  const { images, notes } = await imagesBelow(folder)
  if (images.length === 0) throw new DataError(`There are no ${imageFormatsOr} images in ${folder}`)
  const header = headerOf(detector, options)
  await using locked = await lockFolder(out)
  const { before, handle } = await openJournal(locked, header)
  const rows = new Map((await withCrops(before, out)).map((row) => [row.photograph, row]))
  const left = images.filter((name) => !rows.has(name))
  const names = cropNames(images)
  const { kind = 'png', signal, onProgress } = options
  const cut: CutOptions = { faces: 'largest', ...options }
  try {
    const files = left.map((name) => ({ name, file: join(folder, name) }))
    for await (const photograph of photographsOf(files, given({ signal }))) {
      signal?.throwIfAborted()
      const { name } = photograph
      const row: AlignedPhotograph =
        'unreadable' in photograph
          ? {
              photograph: name,
              outcome: 'unreadable',
              reason: photograph.unreadable,
              faces: 0,
              crops: [],
            }
          : await alignOne(name, {
              cut,
              detector,
              photograph,
              out: locked,
              kind,
              stem: names.get(name) ?? name,
            })
      rows.set(name, row)
      await handle.appendFile(`${JSON.stringify(row)}\n`)
      onProgress?.(rows.size, images.length)
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
  const all = images.flatMap((name) => rows.get(name) ?? [])
  const table = `${withoutLastSlashes(out, '/\\')}.csv`
  await replaceFile(table, tableOf(all))
  const count = (outcome: AlignOutcome): number => all.filter((row) => row.outcome === outcome).length
  return {
    schema: 'cosface-align/1',
    out,
    table,
    photographs: all.length,
    crops: all.reduce((sum, { crops }) => sum + crops.length, 0),
    outcomes: {
      aligned: count('aligned'),
      rejected: count('rejected'),
      'no face': count('no face'),
      unreadable: count('unreadable'),
    },
    detector: detector.id,
    aligner: alignerVersion,
    reject: header['reject'] ?? '',
    notes,
  }
}

/** Crops among the photographs would be taken for photographs by the next run. */
const checkApart = async (folder: string, out: string): Promise<void> => {
  const found = await stat(folder).catch((cause: unknown) => {
    throw new UsageError(`There is no folder at ${folder}`, { cause })
  })
  if (!found.isDirectory()) throw new UsageError(`${folder} is a file; name a folder of photographs`)
  const [from, to] = [resolve(folder), resolve(out)]
  if (from === to || to.startsWith(from + sep))
    throw new UsageError(
      `The crops cannot go into the folder of photographs itself; give --out another place than ${out}`,
    )
}

interface OnePhotograph {
  readonly cut: CutOptions
  readonly detector: Detector
  readonly photograph: Parameters<typeof cutFaces>[3] & { readonly image: Parameters<typeof cutFaces>[1] }
  readonly out: LockedFolder
  readonly kind: ImageKind
  readonly stem: string
}

const alignOne = async (
  name: string,
  { cut, detector, photograph, out, kind, stem }: OnePhotograph,
): Promise<AlignedPhotograph> => {
  const { image, ...facts } = photograph
  const { faces, total } = await cutFaces(detector, image, cut, facts)
  const [first] = faces
  if (first === undefined)
    return { photograph: name, outcome: 'no face', reason: 'no face was found', faces: 0, crops: [] }
  const good = faces.filter(({ rejected }) => rejected === undefined)
  const reasons = faces.flatMap(({ rejected }) => rejected?.reason ?? [])
  const crops = good.map((_, index) => `${stem}${index === 0 ? '' : `-face${index + 1}`}.${kind}`)
  for (const [index, face] of good.entries())
    await out.replace(join(out.path, crops[index] ?? ''), await encodeImage(face.crop, kind, 100))
  return {
    photograph: name,
    outcome: good.length > 0 ? 'aligned' : 'rejected',
    faces: total,
    crops,
    quality: { ...(good[0] ?? first).quality },
    ...(reasons.length === 0 ? {} : { reason: reasons.join('; ') }),
  }
}

/** What to say of an aligned folder in one sentence. */
export function alignedText({ photographs, crops, outcomes, out }: AlignedFolder): string {
  const others = (['rejected', 'no face', 'unreadable'] as const)
    .filter((outcome) => outcomes[outcome] > 0)
    .map((outcome) => `${outcomes[outcome]} ${outcome === 'no face' ? 'without a face' : outcome}`)
  return `${counted(crops, 'crop')} of ${counted(photographs, 'photograph')} in ${out}${others.length === 0 ? '' : `; ${others.join(', ')}`}`
}
