/** @file What IJB's lists and images lack is said at once and in full, before anything is embedded. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { colourModel, writeColour } from '../../../test/colour-model.ts'
import { DataError } from '../../base/errors.ts'
import { encodeNpy } from '../../tensor/npy.ts'
import { evaluateIjb } from './ijb-evaluate.ts'
import { evaluateIjbFeatures } from './ijb-features.ts'

let folder = ''
let embedded = 0
const at = (...parts: string[]): string => join(folder, ...parts)

const model: typeof colourModel = {
  ...colourModel,
  embed: (pixels, count) => {
    embedded += count
    return colourModel.embed(pixels, count)
  },
}

const write = async (path: string, lines: readonly string[]): Promise<void> => {
  await mkdir(dirname(at(path)), { recursive: true })
  await writeFile(at(path), `${lines.join('\n')}\n`)
}

// four templates of three images each, two of them of one person
const images = Array.from({ length: 12 }, (_, i) => `${i}.png`)
const colours = [
  [250, 0, 0],
  [0, 0, 250],
] as const

beforeEach(async () => {
  embedded = 0
  folder = await mkdtemp(join(tmpdir(), 'ijb-'))
  const points = '38.29 51.69 73.53 51.50 56.02 71.73 41.54 92.36 70.72 92.20'
  await write(
    'meta/x_face_tid_mid.txt',
    images.map((image, i) => `${image} ${Math.floor(i / 3)} ${i}`),
  )
  await write(
    'meta/x_name_5pts_score.txt',
    images.map((image) => `${image} ${points} 0.9`),
  )
  await write('meta/x_template_pair_label.txt', ['0 1 1', '2 3 1', '0 2 0', '1 3 0'])
  for (const [i, image] of images.entries())
    await writeColour(at('loose_crop', image), colours[i < 6 ? 0 : 1], 112)
})

afterEach(() => rm(folder, { recursive: true, force: true }))

const run = (more: { readonly skipMissing?: boolean } = {}) =>
  evaluateIjb(model, folder, { replicates: 0, ...more })

const remove = (...names: readonly string[]): Promise<unknown> =>
  Promise.all(names.map((name) => rm(at('loose_crop', name))))

describe('before anything is embedded', () => {
  it('missing images are counted and the first five named', async () => {
    await remove('0.png', '1.png', '3.png', '4.png', '6.png', '7.png')
    await expect(run()).rejects.toThrow(
      new DataError(
        `${at('meta', 'x_face_tid_mid.txt')} names 6 images that are not there: 0.png, 1.png, 3.png, 4.png, 6.png, … ` +
          `(${at('loose_crop')} holds 6 images, such as 10.png, 11.png, 2.png). ` +
          'Give the folder that holds them, or leave them out of their templates with --skip-missing',
      ),
    )
    expect(embedded).toBe(0)
  })

  it('templates without images are counted, of each list', async () => {
    await write('meta/x_template_pair_label.txt', ['0 1 1', '9 3 1', '0 8 0', '1 3 0'])
    await write('meta/x_1N_gallery_G1.csv', ['TEMPLATE_ID,SUBJECT_ID', '0,0', '7,1'])
    await write('meta/x_1N_probe_mixed.csv', ['TEMPLATE_ID,SUBJECT_ID', '1,0'])
    await expect(run()).rejects.toThrow(
      new DataError(
        `${at('meta', 'x_template_pair_label.txt')} names 2 templates without an image: 9, 8. ` +
          `${at('meta', 'x_1N_gallery_G1.csv')} names 1 template without an image: 7. ` +
          `The images are those of ${at('meta', 'x_face_tid_mid.txt')}`,
      ),
    )
    expect(embedded).toBe(0)
  })

  it('damaged and one-sided lists are refused', async () => {
    await write('meta/x_template_pair_label.txt', ['0 1 1', '2 3 1'])
    await expect(run()).rejects.toThrow('of the same person and of different people, got 2 and 0')
    await write('meta/x_template_pair_label.txt', ['0 1 1', '2 3 x'])
    await expect(run()).rejects.toThrow('x_template_pair_label.txt')
    expect(embedded).toBe(0)
  })
})

describe('images left out', () => {
  it('are counted, and their templates made of the others', async () => {
    await remove('0.png', '7.png')
    const { verification, evaluation } = await run({ skipMissing: true })
    expect(verification).toMatchObject({ auc: 1, templates: 4, skipped: 2 })
    expect(evaluation.report.warnings).toEqual([
      '2 images left out of their templates, since they are missing',
    ])
    // each with its mirror image
    expect(embedded).toBe(20)
    await remove('8.png', '6.png')
    await expect(run({ skipMissing: true })).rejects.toThrow('names 1 template without an image: 2')
  })

  it('may lack a row among features computed before', async () => {
    const rows = images.slice(1)
    const data = Float32Array.from(rows.flatMap((image) => (Number.parseInt(image) < 6 ? [1, 0] : [0, 1])))
    await writeFile(at('f.npy'), encodeNpy({ shape: [11, 2], data }))
    await write('f.txt', rows)
    const features = { kind: 'images', file: at('f.npy'), names: at('f.txt') } as const
    await expect(evaluateIjbFeatures(features, folder)).rejects.toThrow(
      `names 1 image that ${at('f.txt')} has no row of: 0.png. Leave them out of their templates with --skip-missing`,
    )
    const { verification } = await evaluateIjbFeatures(features, folder, { replicates: 0, skipMissing: true })
    expect(verification).toMatchObject({ auc: 1, templates: 4, skipped: 1 })
  })
})
