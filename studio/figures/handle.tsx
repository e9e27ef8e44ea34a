/** @file A place in a drawing that is moved by pointer, touch or arrow keys. */
import type { JSX, TargetedKeyboardEvent } from 'preact'
import type { Spot } from '../../src/plot/labels.ts'
import { useDrag } from './use-drag.ts'

/** Steps to the right and upwards. */
export interface Steps {
  readonly right: number
  readonly up: number
}

export interface HandleProps {
  /** Where it is, in the drawing's pixels. */
  readonly at: Spot
  /** What it moves. */
  readonly label: string
  /** The value in words. */
  readonly text: string
  /** The first value as a number, with its ends. */
  readonly now: number
  readonly min: number
  readonly max: number
  readonly onDrag: (spot: Spot) => void
  /** Arrow keys; ten steps with Page Up, Page Down or Shift. */
  readonly onStep: (steps: Steps) => void
}

const arrows: Readonly<Record<string, Steps>> = {
  ArrowRight: { right: 1, up: 0 },
  ArrowLeft: { right: -1, up: 0 },
  ArrowUp: { right: 0, up: 1 },
  ArrowDown: { right: 0, up: -1 },
  PageUp: { right: 0, up: 10 },
  PageDown: { right: 0, up: -10 },
}

/** The steps of a key; undefined for keys that are not for moving. */
export function stepsOf(event: TargetedKeyboardEvent<SVGElement>): Steps | undefined {
  const steps = arrows[event.key]
  if (steps === undefined || event.ctrlKey || event.altKey || event.metaKey) return undefined
  event.preventDefault()
  const times = event.shiftKey ? 10 : 1
  return { right: steps.right * times, up: steps.up * times }
}

/** A ring that can be taken hold of; the area that feels the pointer is wider than the ring. */
export function Handle(props: HandleProps): JSX.Element {
  const { at, label, text, now, min, max, onDrag, onStep } = props
  const { events } = useDrag(
    () => at,
    (moved, start) => onDrag({ x: start.x + moved.x, y: start.y + moved.y }),
  )
  return (
    <g
      class="handle"
      data-handle=""
      role="slider"
      tabindex={0}
      aria-label={label}
      aria-valuenow={now}
      aria-valuemin={min}
      aria-valuemax={max}
      aria-valuetext={text}
      onKeyDown={(event) => {
        const steps = stepsOf(event)
        if (steps !== undefined) onStep(steps)
      }}
      {...events}
    >
      <circle class="touch" cx={at.x} cy={at.y} r="20" />
      <circle class="ring" cx={at.x} cy={at.y} r="11" />
    </g>
  )
}
