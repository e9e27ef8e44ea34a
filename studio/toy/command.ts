/** @file The command that makes the experiment's figures without a browser. */
import { lossSettings } from '../losses.ts'
import { initialState, type LabState } from '../state.ts'

/** `cosface toy` with all that the experiment's settings say; what is as the command has it anyway is left out. */
export function commandOf(state: LabState): string {
  const { left, right, scale, margin, classes, seed, learningRate, dimensions } = state
  const losses = (right === 'none' || right === left ? [left] : [left, right]).map((loss) => {
    const options = Object.entries(lossSettings(loss, state).options ?? {})
    return [loss, ...options.map(([name, value]) => `${name}=${value}`)].join(':')
  })
  return [
    'cosface toy',
    `--losses ${losses.join(',')}`,
    `--scale ${scale}`,
    `--margin ${margin}`,
    `--identities ${classes}`,
    ...(learningRate === initialState.learningRate ? [] : [`--lr ${learningRate}`]),
    `--seed ${seed}`,
    // without the option every figure is drawn, also those in the plane
    ...(dimensions === initialState.dimensions ? [] : ['--figures sphere']),
  ].join(' ')
}
