/** @file What text files say of embeddings: the names of rows, and JSON lines that hold name and numbers together. */
import { FormatError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'

/** What rows are of, and of which model, where that is known. */
export interface EmbeddingNames {
  readonly names: readonly string[]
  readonly model?: string
  readonly flip?: 'concat' | 'sum' | 'none'
}

/** Rows [names.length, size], as they were written. */
export interface EmbeddingLines extends EmbeddingNames {
  readonly size: number
  readonly data: Float32Array
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')

const parseJson = (text: string, file: string, where = ''): unknown => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new FormatError(file, `${where}no JSON`, undefined, { cause })
  }
}

/** The flip rule as it was recorded; nothing where it is no known one. */
export function recordedFlip(value: unknown): Pick<EmbeddingNames, 'flip'> {
  return value === 'concat' || value === 'sum' || value === 'none' ? { flip: value } : {}
}

/** Names in the metadata of a file, a JSON list; undefined where it is none of texts. @throws FormatError */
export function parseNamesMetadata(text: string, file: string): readonly string[] | undefined {
  const value = parseJson(text, file, '`images` in the metadata is ')
  return isTexts(value) ? value : undefined
}

/** One name a line. @throws FormatError where there is none */
export function parseRowNames(text: string, file: string): EmbeddingNames {
  const names = text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .filter((line) => line !== '')
  if (names.length === 0) throw new FormatError(file, 'the list of names is empty')
  return { names }
}

/** A JSON list of names, the record that `cosface embed` writes beside `.npy`, or MegaFace’s list. @throws FormatError */
export function parseRowRecord(text: string, file: string): EmbeddingNames {
  const value = parseJson(text, file)
  if (isTexts(value)) return { names: value }
  const names = isObject(value) ? (value['images'] ?? value['names'] ?? value['path']) : undefined
  if (!isObject(value) || !isTexts(names))
    throw new FormatError(file, 'expected `images`, the list of what the rows are of')
  const model = value['model']
  return { names, ...(typeof model === 'string' ? { model } : {}), ...recordedFlip(value['flip']) }
}

/**
 * One JSON object a line, with `image` (or `name`) and `template` (or `embedding`); what is no number becomes NaN.
 * @throws FormatError naming the line; also where lines are of several models
 */
export function parseEmbeddingLines(text: string, file: string): EmbeddingLines {
  const names: string[] = []
  const rows: (readonly unknown[])[] = []
  const models = new Set<string>()
  text.split(/\r?\n/).forEach((line, index) => {
    if (line.trim() === '') return
    const value = parseJson(line, file, `line ${index + 1}: `)
    const object = isObject(value) ? value : {}
    const row: unknown = object['template'] ?? object['embedding']
    const name = object['image'] ?? object['name']
    if (typeof name !== 'string' || !Array.isArray(row) || row.length === 0)
      throw new FormatError(file, `line ${index + 1}: expected \`image\` and \`template\``)
    const wanted = rows[0]?.length ?? row.length
    if (row.length !== wanted)
      throw new FormatError(file, `line ${index + 1}: expected ${wanted} numbers, got ${row.length}`)
    rows.push(row)
    names.push(name)
    if (typeof object['model'] === 'string') models.add(object['model'])
  })
  if (models.size > 1)
    throw new FormatError(file, `it holds embeddings of ${models.size} models, which cannot be compared`)
  const [size = 0, model] = [rows[0]?.length, [...models][0]]
  const data = new Float32Array(rows.length * size)
  rows.forEach((row, i) =>
    row.forEach((item, k) => {
      data[i * size + k] = typeof item === 'number' ? item : NaN
    }),
  )
  return { size, data, names, ...given({ model }) }
}
