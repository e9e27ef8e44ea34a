/** @file Answers about photographs as rows, as CSV, and drawn. */
import { mkdir } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { given } from '../../base/given.ts'
import type { FaceBox } from '../../face/detected-face.ts'
import type { Identified } from '../../gallery/answers.ts'
import { readPhotograph } from '../face/read-photograph.ts'
import { replaceFile } from '../files/replace-file.ts'
import type { IdentifiedPhotograph } from './identify-photographs.ts'

/** A photograph's answers without its pixels. */
export interface AnswerRows {
  readonly photograph: string
  readonly unreadable?: string
  readonly faces: readonly {
    readonly box: FaceBox
    readonly answer?: Identified
    /** Why the face was not looked for. */
    readonly rejected?: string
  }[]
}

/** The rows of a photograph. */
export function answerRows(photograph: IdentifiedPhotograph): AnswerRows {
  const { name, unreadable } = photograph
  if (photograph.unreadable !== undefined) return { photograph: name, faces: [], ...given({ unreadable }) }
  return {
    photograph: name,
    faces: photograph.faces.map(({ face, answer }) => ({
      box: face.box,
      ...given({ answer, rejected: face.rejected?.reason }),
    })),
  }
}

const columns = [
  'photograph',
  'x',
  'y',
  'width',
  'height',
  'decision',
  'person',
  'cosine',
  'runner_up',
  'margin',
  'threshold',
  'fpir',
  'note',
]

// a cell that a spreadsheet would take for a formula begins with an apostrophe
const cell = (value: string | number | undefined): string => {
  const text = value === undefined ? '' : String(value)
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** A line a face; a photograph without one has a line of its own. */
export function answersCsv(photographs: readonly AnswerRows[]): string {
  const lines = photographs.flatMap(({ photograph, unreadable, faces }) => {
    if (faces.length === 0)
      return [[photograph, '', '', '', '', '', '', '', '', '', '', '', unreadable ?? 'no face was found']]
    return faces.map(({ box, answer, rejected }) => {
      const place = [box.x, box.y, box.width, box.height].map((value) => value.toFixed(1))
      if (answer === undefined) return [photograph, ...place, '', '', '', '', '', '', '', rejected]
      if (answer.decision === 'no decision')
        return [photograph, ...place, answer.decision, '', '', '', '', '', '', answer.reason]
      const by = [answer.threshold.toFixed(4), answer.fpir]
      if (answer.decision === 'unknown') return [photograph, ...place, 'unknown', '', '', '', '', ...by, '']
      const { person, runnerUp, margin } = answer
      return [
        photograph,
        ...place,
        'person',
        person.name,
        person.score.toFixed(4),
        runnerUp?.name,
        margin?.toFixed(4),
        ...by,
        '',
      ]
    })
  })
  return `${[columns, ...lines].map((line) => line.map(cell).join(',')).join('\n')}\n`
}

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[char] ?? char)

const labelOf = (answer: Identified | undefined): string => {
  if (answer === undefined) return 'not looked for'
  return answer.decision === 'person' ? answer.person.name : answer.decision
}

/** Writes the photograph with its faces and answers drawn. */
export async function drawAnswers(photograph: IdentifiedPhotograph, folder: string): Promise<void> {
  if (photograph.unreadable !== undefined) return
  const { default: sharp } = await import('sharp')
  const { image } = await readPhotograph(photograph.file)
  const { width, height } = image
  const stroke = Math.max(1, Math.round(Math.max(width, height) / 400))
  const shapes = photograph.faces.map(({ face: { box }, answer }) => {
    const colour =
      answer?.decision === 'person' ? '#00d27a' : answer?.decision === 'unknown' ? '#ffffff' : '#ffb000'
    const size = Math.max(10, Math.round(box.height / 6))
    return (
      `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" fill="none" stroke="${colour}" stroke-width="${stroke}"/>` +
      `<text x="${box.x}" y="${Math.max(size, box.y - stroke * 2)}" font-family="sans-serif" font-size="${size}" fill="${colour}" stroke="#000" stroke-width="${size / 12}" paint-order="stroke">${escaped(labelOf(answer))}</text>`
    )
  })
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${shapes.join('')}</svg>`
  await mkdir(folder, { recursive: true })
  const name = `${basename(photograph.name, extname(photograph.name))}.jpg`
  const picture = await sharp(image.data, { raw: { width, height, channels: 3 } })
    .composite([{ input: Buffer.from(svg), left: 0, top: 0 }])
    .jpeg({ quality: 90 })
    .toBuffer()
  await replaceFile(join(folder, name), picture)
}
