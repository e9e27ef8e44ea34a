/** @file The toy's figures by name, and which of them need a training. Light, for it is read with every command line. */

/** The figures of the toy, in the order of the paper's argument. */
export const toyFigureNames = [
  'weight-length',
  'boundaries',
  'geometry',
  'features',
  'noise',
  'scale-bound',
  'margin-bound',
  'sphere',
] as const

/** A figure of the toy. */
export type ToyFigureName = (typeof toyFigureNames)[number]

/** In how many dimensions a figure wants features trained; undefined where it needs none. */
export const toyFigureDimensions: { readonly [K in ToyFigureName]: 2 | 3 | undefined } = {
  'weight-length': undefined,
  boundaries: undefined,
  geometry: undefined,
  features: 2,
  noise: 2,
  'scale-bound': undefined,
  'margin-bound': undefined,
  sphere: 3,
}
