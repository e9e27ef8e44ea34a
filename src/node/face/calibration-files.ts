/** @file Calibrations beside the model they are for; those of the catalogue's models in the user's data folder. */
import { mkdir, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { FormatError } from '../../base/errors.ts'
import type { Calibration } from '../../face/calibration.ts'
import { starterCalibrations } from '../../face/starter-calibrations.ts'
import { replaceFile } from '../files/replace-file.ts'
import type { ModelPlaces, NamedModel } from './named-models.ts'

const rate = z.number().min(0).max(1)
const interval = z.object({ low: rate, high: rate })
const rates = z.object({
  fmr: rate.exactOptional(),
  fmrInterval: interval.exactOptional(),
  fnmr: rate.exactOptional(),
  fnmrInterval: interval.exactOptional(),
})
const count = z.int().min(0)
const text = z.string().max(10_000)

const calibration: z.ZodType<Calibration> = z.object({
  schema: z.literal('cosface-calibration/1'),
  origin: z.object({
    model: text,
    detector: text,
    aligner: text,
    flip: z.enum(['none', 'sum', 'concat']),
    size: count,
  }),
  scoring: z.object({ rule: z.enum(['pair', 'mean', 'maximum']), references: z.int().min(1) }),
  source: z.object({
    title: text,
    people: count,
    mated: count,
    nonMated: count,
    failed: count,
    intervals: text,
    seed: z.number(),
  }),
  points: z.array(rates.extend({ target: rate, threshold: z.number().min(-1.001).max(1.001), fmr: rate })),
  groups: z
    .array(z.object({ group: text, people: count, mated: count, nonMated: count, rates: z.array(rates) }))
    .exactOptional(),
  warnings: z.array(text),
})

const file = z.object({ schema: z.literal('cosface-calibrations/1'), calibrations: z.array(calibration) })

/** Where the calibrations of a model lie: in a run folder, beside a file, or by name for one of the catalogue. */
export async function calibrationFileOf(places: ModelPlaces, named: NamedModel): Promise<string> {
  if (named.kind === 'catalogue') return join(places.data, 'calibrations', `${named.entry.name}.json`)
  const found = await stat(named.path).catch(() => undefined)
  return found?.isDirectory() === true
    ? join(named.path, 'calibrations.json')
    : `${named.path}.calibrations.json`
}

const readFileOf = async (path: string): Promise<readonly Calibration[]> => {
  const content = await readFile(path, 'utf8').catch(() => undefined)
  if (content === undefined) return []
  let value: unknown
  try {
    value = JSON.parse(content)
  } catch {
    throw new FormatError(path, 'not valid JSON; remove it and calibrate again')
  }
  const read = file.safeParse(value)
  if (read.success) return read.data.calibrations
  const [first] = read.error.issues
  throw new FormatError(
    path,
    `not a file of calibrations (${first?.path.join('.') ?? ''}: ${first?.message ?? ''}); remove it and calibrate again`,
  )
}

/** The user's own calibrations of a model, then those that come with the package. @throws FormatError */
export async function readCalibrations(
  places: ModelPlaces,
  named: NamedModel,
): Promise<readonly Calibration[]> {
  return [...(await readFileOf(await calibrationFileOf(places, named))), ...starterCalibrations]
}

const sameUse = (a: Calibration, b: Calibration): boolean =>
  JSON.stringify([a.origin, a.scoring]) === JSON.stringify([b.origin, b.scoring])

/** Stores a calibration in the place of the one for the same use. @returns the file */
export async function storeCalibration(
  places: ModelPlaces,
  named: NamedModel,
  added: Calibration,
): Promise<string> {
  const path = await calibrationFileOf(places, named)
  const others = (await readFileOf(path)).filter((one) => !sameUse(one, added))
  await mkdir(dirname(path), { recursive: true })
  const content = { schema: 'cosface-calibrations/1', calibrations: [added, ...others] }
  await replaceFile(path, `${JSON.stringify(content, undefined, 2)}\n`)
  return path
}
