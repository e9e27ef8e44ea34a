/** @file Noise on the features that the trainings have learned; on drawn ones before. */
import type { JSX } from 'preact'
import { useRef } from 'preact/hooks'
import { decisionRule } from '../../src/experiment/decision-rule.ts'
import { Noise, type NoiseProps } from '../figures/noise.tsx'
import { lossNames, lossSettings } from '../losses.ts'
import type { LabState } from '../state.ts'
import type { ExperimentView } from './experiment.ts'
import type { ToyProps } from './toy.tsx'
import { useView } from './use-experiment.ts'

/** The figure of noise, fed by the experiment. */
export function LearnedNoise({ state, experiment, onChange }: ToyProps): JSX.Element {
  const sets = useLearned(useView(experiment), state)
  return (
    <Noise
      sets={sets}
      margin={state.margin}
      classes={state.classes}
      degrees={state.noise}
      seed={state.seed}
      onDegrees={(noise) => onChange({ noise })}
    />
  )
}

/** The held-out features of both trainings, as of the last pause; undefined before the first update. */
function useLearned({ phase, lanes }: ExperimentView, state: LabState): NoiseProps['sets'] {
  const last = useRef<NoiseProps['sets']>(undefined)
  const key = useRef('')
  if (phase !== 'ready') return last.current
  const now = JSON.stringify([
    lanes.map(({ loss, frame }) => [loss, frame.iteration, frame.heldOut.withinSpread]),
    state.margin,
  ])
  if (now === key.current) return last.current
  key.current = now
  const isLearned = lanes.some(({ frame }) => frame.iteration > 0)
  last.current = isLearned
    ? lanes.map(({ loss, frame }) => ({
        title: lossNames[loss],
        set: {
          features: frame.heldOut.features,
          labels: frame.heldOut.labels,
          weights: frame.weights,
          rule: decisionRule(lossSettings(loss, state)),
        },
      }))
    : undefined
  return last.current
}
