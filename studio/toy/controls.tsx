/** @file Everything that can be set of the experiment. */
import type { JSX } from 'preact'
import { scaleLowerBound } from '../../src/loss/bounds.ts'
import { fixed, short } from '../../src/plot/format.ts'
import { heeds, lossNames } from '../losses.ts'
import { MarginSlider, Slider } from '../slider.tsx'
import { fields, labLosses, type LabLoss, type LabState, type Speed } from '../state.ts'
import type { Experiment, ExperimentView } from './experiment.ts'
import { marginHint } from './margin-hint.ts'

export interface ControlsProps {
  readonly state: LabState
  readonly view: ExperimentView
  readonly experiment: Experiment
  readonly onChange: (change: Partial<LabState>) => void
}

const speeds: { readonly [K in Speed]: string } = {
  slow: 'one by one',
  normal: 'normal',
  fast: 'as fast as it can',
}

/** The buttons that run it. */
export function Transport({ state, view, experiment, onChange }: ControlsProps): JSX.Element {
  const isPlaying = view.phase === 'playing'
  const isReady = isPlaying || view.phase === 'ready'
  return (
    <div class="transport" role="group" aria-label="Run the experiment">
      <button
        type="button"
        class="primary"
        id="play"
        disabled={!isReady}
        onClick={() => (isPlaying ? experiment.pause() : void experiment.play())}
      >
        {isPlaying ? 'Pause' : 'Play'}
      </button>
      <button type="button" id="step" disabled={!isReady || isPlaying} onClick={() => void experiment.step()}>
        Step
      </button>
      <button
        type="button"
        id="reset"
        disabled={!isReady && view.phase !== 'failed'}
        onClick={() => void experiment.reset()}
      >
        Reset
      </button>
      <label>
        Speed{' '}
        <select
          id="speed"
          value={state.speed}
          onChange={(event) =>
            onChange({ speed: fields.speed.read(event.currentTarget.value) ?? state.speed })
          }
        >
          {Object.entries(speeds).map(([speed, name]) => (
            <option key={speed} value={speed}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </div>
  )
}

/** Losses, s, m and the rest. */
export function Settings({ state, onChange }: ControlsProps): JSX.Element {
  const isHeeded = (knob: Parameters<typeof heeds>[1]): boolean =>
    heeds(state.left, knob) || (state.right !== 'none' && heeds(state.right, knob))
  const least = scaleLowerBound(state.classes, state.posterior)
  return (
    <div class="settings">
      <div class="pair">
        <LossChoice
          label="Left"
          value={state.left}
          onChange={(left) => onChange({ left: left === 'none' ? state.left : left })}
        />
        <LossChoice label="Right" value={state.right} isOptional onChange={(right) => onChange({ right })} />
      </div>
      {isHeeded('scale') ? (
        <Slider
          label="Scale s"
          value={state.scale}
          min={1}
          max={64}
          step={0.5}
          shown={short(state.scale)}
          hint={`${state.scale < least ? 'below' : 'above'} ${short(least)}, the least for P = ${short(state.posterior)} (Eq 6)`}
          onInput={(scale) => onChange({ scale })}
        />
      ) : null}
      {isHeeded('margin') ? (
        <MarginSlider
          label="Margin m"
          margin={state.margin}
          hint={marginHint(state.margin, state.classes, state.dimensions)}
          onMargin={(margin) => onChange({ margin })}
        />
      ) : null}
      {isHeeded('marginRadians') ? (
        <Slider
          label="Angular margin, radians"
          value={state.marginRadians}
          min={0}
          max={1.5}
          step={0.01}
          shown={fixed(state.marginRadians, 2)}
          onInput={(marginRadians) => onChange({ marginRadians })}
        />
      ) : null}
      {isHeeded('multiplier') ? (
        <Slider
          label="Multiplier m of the angle"
          value={state.multiplier}
          min={1}
          max={4}
          step={1}
          shown={String(state.multiplier)}
          onInput={(multiplier) => onChange({ multiplier })}
        />
      ) : null}
      <Slider
        label="Learning rate"
        value={state.learningRate}
        min={0.001}
        max={0.2}
        step={0.05}
        logarithmic
        shown={short(state.learningRate)}
        onInput={(learningRate) => onChange({ learningRate: Math.min(0.2, Math.max(0.001, learningRate)) })}
      />
      <Slider
        label="People C"
        value={state.classes}
        min={2}
        max={16}
        step={1}
        shown={String(state.classes)}
        onInput={(classes) => onChange({ classes })}
      />
      <div class="pair">
        <label class="field">
          Features
          <select
            id="dimensions"
            value={state.dimensions}
            onChange={(event) =>
              onChange({ dimensions: fields.dimensions.read(event.currentTarget.value) ?? state.dimensions })
            }
          >
            <option value="2">2-D (plane)</option>
            <option value="3">3-D (sphere)</option>
          </select>
        </label>
        <label class="field">
          Seed
          <input
            type="number"
            min="1"
            max="9999"
            value={state.seed}
            onChange={(event) =>
              onChange({ seed: fields.seed.read(event.currentTarget.value) ?? state.seed })
            }
          />
        </label>
      </div>
    </div>
  )
}

interface LossChoiceProps {
  readonly label: string
  readonly value: LabLoss | 'none'
  readonly isOptional?: boolean
  readonly onChange: (loss: LabLoss | 'none') => void
}

function LossChoice({ label, value, isOptional = false, onChange }: LossChoiceProps): JSX.Element {
  return (
    <label class="field">
      {label}
      <select
        id={`loss-${label.toLowerCase()}`}
        value={value}
        onChange={(event) => onChange(fields.right.read(event.currentTarget.value) ?? value)}
      >
        {labLosses.map((loss) => (
          <option key={loss} value={loss}>
            {lossNames[loss]}
          </option>
        ))}
        {isOptional ? <option value="none">nothing</option> : null}
      </select>
    </label>
  )
}
