/** @file The lab's losses with the page's settings. */
import { properNames } from '../src/experiment/loss-title.ts'
import type { LossSettings } from '../src/loss/head.ts'
import type { LabLoss, LabState } from './state.ts'

/** How a loss is called on the page. */
export const lossNames: { readonly [K in LabLoss]: string } = {
  ...properNames,
  // by both, since a reader may look for either
  cosface: `${properNames.cosface} (CosFace)`,
}

/** The settings of the page that a loss heeds, besides the learning rate. */
export type LossKnob = 'scale' | 'margin' | 'marginRadians' | 'multiplier'

const heeded: { readonly [K in LabLoss]: readonly LossKnob[] } = {
  softmax: [],
  nsl: ['scale'],
  cosface: ['scale', 'margin'],
  arcface: ['scale', 'marginRadians'],
  sphereface: ['multiplier'],
  lsoftmax: ['multiplier'],
  combined: ['scale', 'margin', 'marginRadians'],
  adacos: [],
  curricularface: ['scale', 'marginRadians'],
  magface: ['scale'],
  adaface: ['scale'],
}

/** Whether a loss heeds a knob. */
export function heeds(loss: LabLoss, knob: LossKnob): boolean {
  return heeded[loss].includes(knob)
}

/** The loss as the library takes it. */
export function lossSettings(name: LabLoss, state: LabState): LossSettings {
  const { scale, margin, marginRadians, multiplier } = state
  const options = {
    ...(heeds(name, 'marginRadians') ? { marginRadians } : {}),
    ...(heeds(name, 'multiplier') ? { multiplier } : {}),
    ...(name === 'combined' ? { marginCosine: margin } : {}),
  }
  return {
    name,
    ...(heeds(name, 'scale') ? { scale } : {}),
    ...(name === 'cosface' ? { margin } : {}),
    options,
  }
}
