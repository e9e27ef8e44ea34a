/** @file A catalogue entry: what a model is, who made it under which licence, and where its files come from. */
import { z } from 'zod'
import { FormatError } from '../base/errors.ts'
import type { FlipRule } from '../evaluate/features.ts'
import type { Size } from '../image/image.ts'

/** Where a file comes from. */
export type ModelSource =
  | { readonly kind: 'package'; readonly package: string; readonly version: string; readonly path: string }
  | { readonly kind: 'address'; readonly url: string }
  | { readonly kind: 'path'; readonly path: string }

export interface CatalogueFile {
  /** `landmarks` is the second network of a detector that has two. */
  readonly role: 'model' | 'landmarks'
  /** At most 2 GiB, what a runtime takes in one piece. */
  readonly bytes: number
  readonly sha256: string
  readonly source: ModelSource
}

/** How images enter a recogniser that does not say so itself. */
export interface CatalogueContract {
  readonly size: Size
  readonly channels: 'rgb' | 'bgr'
  readonly mean: number
  readonly std: number
  readonly flip: FlipRule
}

export interface CatalogueEntry {
  readonly schema: 'cosface-catalogue-entry/1'
  readonly kind: 'detector' | 'recogniser'
  /** As it is typed in commands. */
  readonly name: string
  readonly title: string
  readonly licence: string
  /** Who made it. */
  readonly origin: string
  /** What is known of the photographs it was trained on. */
  readonly trainingData: string
  readonly files: readonly CatalogueFile[]
  readonly contract?: CatalogueContract | undefined
}

const text = z.string().min(1).max(2000)
const side = z.int().min(16).max(1024)

const source = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('package'), package: text, version: text, path: text }),
  z.strictObject({ kind: z.literal('address'), url: z.url({ protocol: /^https?$/ }) }),
  z.strictObject({ kind: z.literal('path'), path: text }),
])

const file = z.strictObject({
  role: z.enum(['model', 'landmarks']),
  bytes: z
    .int()
    .min(1)
    .max(2 ** 31),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 as 64 hexadecimal digits'),
  source,
})

const contract = z.strictObject({
  size: z.strictObject({ height: side, width: side }),
  channels: z.enum(['rgb', 'bgr']),
  mean: z.number().min(0).max(255),
  std: z.number().gt(0).max(255),
  flip: z.enum(['none', 'sum', 'concat']),
})

/** Names are typed in commands and become parts of file names. */
const namePattern = /^[a-z0-9][a-z0-9-]{0,63}$/

const entry: z.ZodType<CatalogueEntry> = z.strictObject({
  schema: z.literal('cosface-catalogue-entry/1'),
  kind: z.enum(['detector', 'recogniser']),
  name: z.string().regex(namePattern, 'expected a name of a–z, 0–9 and "-"'),
  title: text,
  licence: text,
  origin: text,
  trainingData: text,
  files: z.array(file).min(1).max(2),
  contract: contract.optional(),
})

/** Whether `name` can be an entry's: a–z, 0–9 and "-", at most 64. */
export function isEntryName(name: string): boolean {
  return namePattern.test(name)
}

/** Reads a stored entry. @throws FormatError naming `where` and what is wrong */
export function readCatalogueEntry(value: unknown, where: string): CatalogueEntry {
  const read = entry.safeParse(value)
  if (read.success) return read.data
  const [first] = read.error.issues
  throw new FormatError(
    where,
    `is not a catalogue entry: ${first?.path.join('.') ?? ''} ${first?.message ?? ''}`,
  )
}

/** A source as a person reads it. */
export function sourceInWords(one: ModelSource): string {
  if (one.kind === 'package') return `${one.path} in the npm package ${one.package}@${one.version}`
  return one.kind === 'address' ? one.url : one.path
}

/** What all files of an entry weigh together. */
export function entryBytes({ files }: CatalogueEntry): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0)
}
