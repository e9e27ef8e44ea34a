/** @file The registry of backbones; a new family is a new row. */
import { checkChoice } from '../base/check.ts'
import type { Size } from '../image/image.ts'
import type { Network } from './parameter.ts'
import { sphere } from './sphere.ts'

/** What a backbone is built for. */
export interface BackboneOptions {
  readonly size: Size
  readonly embeddingSize: number
}

const sphereOf =
  (...units: readonly number[]) =>
  (options: BackboneOptions): Network =>
    sphere({ units, ...options })

export type BackboneName = 'sphere4' | 'sphere10' | 'sphere20' | 'sphere36' | 'sphere64'

/** Name → network. Units per stage: SphereFace's Table 2, sphere64 as in its released model. */
const backbones: { readonly [K in BackboneName]: (options: BackboneOptions) => Network } = {
  sphere4: sphereOf(0, 0, 0, 0),
  sphere10: sphereOf(0, 1, 2, 0),
  sphere20: sphereOf(1, 2, 4, 1),
  sphere36: sphereOf(2, 4, 8, 2),
  sphere64: sphereOf(3, 7, 16, 3),
}

/** The names of all backbones. */
export const backboneNames: readonly BackboneName[] = [
  'sphere4',
  'sphere10',
  'sphere20',
  'sphere36',
  'sphere64',
]

/** The backbone called `name`. @throws UsageError naming the nearest where there is none. */
export function backbone(name: string, options: BackboneOptions): Network {
  return backbones[checkChoice('backbone', name, backboneNames)](options)
}
