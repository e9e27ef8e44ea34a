import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { boundaryPicture, type BoundaryPicture } from '../src/loss/boundary-picture.ts'
import type { LossSettings } from '../src/loss/head.ts'
import { lossByName, lossNames } from '../src/loss/registry.ts'

const folder = join(import.meta.dirname, '..', 'docs', 'losses')

/** How each loss is drawn in its page; `npx vitest run test/loss-pictures.test.ts -u` draws them anew. */
const pictures: Readonly<Record<string, readonly [LossSettings, BoundaryPicture]>> = {
  cosface: [
    { name: 'cosface', margin: 0.35 },
    { axes: 'cosine', title: 'CosFace, m = 0.35' },
  ],
  nsl: [{ name: 'nsl' }, { axes: 'cosine', title: 'normalised softmax' }],
  softmax: [
    { name: 'softmax' },
    { axes: 'cosine', weightNorms: [1.5, 1], title: 'softmax, ‖W₁‖ = 1.5 ‖W₂‖' },
  ],
  sphereface: [
    { name: 'sphereface', options: { lambdaBase: 0 } },
    { axes: 'angle', title: 'A-Softmax, m = 4, λ = 0' },
  ],
  lsoftmax: [
    { name: 'lsoftmax', options: { lambdaBase: 0 } },
    { axes: 'angle', weightNorms: [1.5, 1], title: 'L-Softmax, m = 2, ‖W₁‖ = 1.5 ‖W₂‖' },
  ],
  arcface: [{ name: 'arcface' }, { axes: 'angle', title: 'ArcFace, m = 0.5 rad' }],
  combined: [{ name: 'combined' }, { axes: 'angle', title: 'cos(θ + 0.3) − 0.2' }],
  adacos: [{ name: 'adacos' }, { axes: 'cosine', title: 'AdaCos' }],
  curricularface: [
    { name: 'curricularface' },
    { axes: 'cosine', title: 'CurricularFace, m = 0.5 rad, t = 0' },
  ],
  magface: [{ name: 'magface' }, { axes: 'angle', featureNorm: 60, title: 'MagFace, ‖x‖ = 60' }],
  adaface: [
    { name: 'adaface' },
    { axes: 'cosine', featureNorm: 20, title: 'AdaFace, m = 0.4, a typical length' },
  ],
}

describe('the pictures of the pages are drawn from the losses', () => {
  test.each(lossNames.filter((name) => lossByName(name).kind === 'margin'))('%s', async (name) => {
    const [settings, picture] = pictures[name] ?? [{ name }, { axes: 'cosine' }]
    expect(pictures).toHaveProperty(name)
    await expect(boundaryPicture(settings, picture)).toMatchFileSnapshot(join(folder, `${name}.svg`))
  })
})
