/** @file A slider with its name and its value in words; native, so that keys, touch and screen readers work. */
import type { JSX } from 'preact'
import { useId } from 'preact/hooks'
import { fixed } from '../src/plot/format.ts'

export interface SliderProps {
  readonly label: string
  readonly value: number
  readonly min: number
  readonly max: number
  /** In the slider's own unit; logarithms to base 10 where `logarithmic`. */
  readonly step: number
  readonly logarithmic?: boolean
  /** The value in words. */
  readonly shown: string
  /** What the slider does, in a few words. */
  readonly hint?: string
  readonly onInput: (value: number) => void
}

/** One number to move. */
export function Slider({
  label,
  value,
  min,
  max,
  step,
  logarithmic = false,
  shown,
  hint,
  onInput,
}: SliderProps): JSX.Element {
  const id = useId()
  const scale = (number: number): number => (logarithmic ? Math.log10(number) : number)
  const unscale = (number: number): number =>
    logarithmic ? Number((10 ** number).toPrecision(2)) : Number(number.toFixed(6))
  return (
    <div class="slider">
      <label for={id}>{label}</label>
      <output for={id}>{shown}</output>
      <input
        id={id}
        type="range"
        min={scale(min)}
        max={scale(max)}
        step={step}
        value={scale(value)}
        aria-valuetext={shown}
        {...(hint === undefined ? {} : { 'aria-describedby': `${id}-hint` })}
        onInput={(event) => onInput(unscale(event.currentTarget.valueAsNumber))}
      />
      {hint === undefined ? null : (
        <small id={`${id}-hint`} class="hint">
          {hint}
        </small>
      )}
    </div>
  )
}

/** m in cosine, from 0 to 1. */
export function MarginSlider({
  label,
  margin,
  hint,
  onMargin,
}: {
  readonly label: string
  readonly margin: number
  readonly hint?: string
  readonly onMargin: (margin: number) => void
}): JSX.Element {
  return (
    <Slider
      label={label}
      value={margin}
      min={0}
      max={1}
      step={0.01}
      shown={fixed(margin, 2)}
      {...(hint === undefined ? {} : { hint })}
      onInput={onMargin}
    />
  )
}
