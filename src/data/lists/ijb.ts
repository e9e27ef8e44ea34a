/** @file The lists of IARPA Janus Benchmarks B and C: which images make a template, which templates are compared, 1:N galleries. */
import { FormatError } from '../../base/errors.ts'
import type { Point } from '../../image/image.ts'
import { parseIntegerTable } from './integers.ts'
import { lineError, textLines, wholeNumber } from './text.ts'

const largestId = 2 ** 31 - 1

/** Images with the template and the media (photo or video) each belongs to; an image may be in several templates. */
export interface TemplateImages {
  readonly images: readonly string[]
  readonly templates: Int32Array
  readonly media: Int32Array
}

/** Reads `*_face_tid_mid.txt`: `image template media`. @throws FormatError */
export function parseTemplateImages(text: string, file: string): TemplateImages {
  const lines = textLines(text)
  if (lines.length === 0) throw new FormatError(file, 'the list is empty')
  const templates = new Int32Array(lines.length)
  const media = new Int32Array(lines.length)
  const images = lines.map((line, i) => {
    const [image = '', template, medium, ...more] = line.line.split(/\s+/)
    const [t, m] = [wholeNumber(template), wholeNumber(medium)]
    if (t === undefined || m === undefined || t > largestId || m > largestId || more.length > 0)
      throw lineError(file, line, '`image template media`')
    templates[i] = t
    media[i] = m
    return image
  })
  return { images, templates, media }
}

/** Pairs of templates; `same` is 1 for one person. */
export interface TemplatePairs {
  readonly first: Int32Array
  readonly second: Int32Array
  readonly same: Uint8Array
}

/** Reads `*_template_pair_label.txt`: `template template 0|1`, millions of lines. @throws FormatError */
export function parseTemplatePairs(bytes: Uint8Array, file: string): TemplatePairs {
  const { values: table, rows: count } = parseIntegerTable(
    bytes,
    file,
    { columns: 3, wanted: '`template template 0|1`', max: largestId },
    (length) => new Int32Array(length),
  )
  if (count === 0) throw new FormatError(file, 'the list is empty')
  const first = new Int32Array(count)
  const second = new Int32Array(count)
  const same = new Uint8Array(count)
  table.subarray(0, 3 * count).forEach((value, at) => {
    const [i, column] = [Math.floor(at / 3), at % 3]
    if (column === 0) first[i] = value
    else if (column === 1) second[i] = value
    else if (value <= 1) same[i] = value
    else throw new FormatError(file, `pair ${i + 1} has the label ${value}, expected 0 or 1`)
  })
  return { first, second, same }
}

/** An image's five points and how sure the detector was. */
export interface DetectedFace {
  readonly image: string
  readonly points: readonly Point[]
  readonly score: number
}

/** Reads `*_name_5pts_score.txt`: `image x1 y1 … x5 y5 score`. @throws FormatError */
export function parseDetectedFaces(text: string, file: string): readonly DetectedFace[] {
  const lines = textLines(text)
  if (lines.length === 0) throw new FormatError(file, 'the list is empty')
  return lines.map((line) => {
    const [image = '', ...fields] = line.line.split(/\s+/)
    const numbers = fields.map(Number)
    const points = Array.from({ length: 5 }, (_, i) => ({
      x: numbers[2 * i] ?? NaN,
      y: numbers[2 * i + 1] ?? NaN,
    }))
    const score = numbers[10] ?? NaN
    // a line that lacks one of them goes no further
    if (numbers.length !== 11 || !numbers.every(Number.isFinite))
      throw lineError(file, line, '`image`, ten coordinates and a score')
    return { image, points, score }
  })
}

/** Templates and whose they are, each template once. */
export interface TemplateSubjects {
  readonly templates: Int32Array
  readonly subjects: Int32Array
}

/**
 * Reads a gallery or probe list of the 1:N protocol: CSV with the columns TEMPLATE_ID and SUBJECT_ID (else the first two), a row
 * per image.
 * @throws FormatError where a template belongs to two subjects
 */
export function parseTemplateSubjects(text: string, file: string): TemplateSubjects {
  const [header, ...lines] = textLines(text)
  if (header === undefined || lines.length === 0) throw new FormatError(file, 'the list is empty')
  const names = header.line.split(',').map((name) => name.trim().toUpperCase())
  const column = (name: string, otherwise: number): number => {
    const found = names.indexOf(name)
    return found < 0 ? otherwise : found
  }
  const [templateColumn, subjectColumn] = [column('TEMPLATE_ID', 0), column('SUBJECT_ID', 1)]
  const subjects = new Map<number, number>()
  for (const line of lines) {
    const fields = line.line.split(',')
    const [template, subject] = [wholeNumber(fields[templateColumn]), wholeNumber(fields[subjectColumn])]
    if (template === undefined || subject === undefined || template > largestId || subject > largestId)
      throw lineError(file, line, 'a template and a subject by number')
    if ((subjects.get(template) ?? subject) !== subject)
      throw lineError(file, line, `the subject ${subjects.get(template)} of template ${template} as before`)
    subjects.set(template, subject)
  }
  return { templates: Int32Array.from(subjects.keys()), subjects: Int32Array.from(subjects.values()) }
}
