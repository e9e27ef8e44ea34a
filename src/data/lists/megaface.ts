/** @file MegaFace's JSON lists: `{"path": [...], "id": [...]}` for probes, without `id` for distractors. */
import { FormatError } from '../../base/errors.ts'

/** Listed images; `ids` names each one's person, where the list does. */
export interface FaceList {
  readonly paths: readonly string[]
  readonly ids?: readonly string[]
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')

const isNames = (value: unknown): value is readonly (string | number)[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string' || typeof item === 'number')

/** Reads a list of probes or distractors. @throws FormatError */
export function parseFaceList(text: string, file: string): FaceList {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new FormatError(file, 'the list is no JSON', undefined, { cause })
  }
  const content: object = typeof value === 'object' && value !== null ? value : {}
  const paths = 'path' in content ? content.path : undefined
  const ids = 'id' in content ? content.id : undefined
  if (!isTexts(paths) || paths.length === 0)
    throw new FormatError(file, 'expected `path`, a list of image paths')
  if (ids === undefined) return { paths }
  if (!isNames(ids) || ids.length !== paths.length)
    throw new FormatError(file, `expected \`id\` to name each of the ${paths.length} paths`)
  return { paths, ids: ids.map(String) }
}

/** The names in a list of noisy images: one path per line, `#` begins a comment. */
export function parseNoiseList(text: string): ReadonlySet<string> {
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  return new Set(lines.filter((line) => line !== '' && !line.startsWith('#')))
}
