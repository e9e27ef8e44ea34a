/** @file The claim about lengths, to be tried: W₁ is pulled longer and shorter under softmax and under NSL. */
import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import { weightLength } from '../../src/experiment/lab-figures.ts'
import { fixed } from '../../src/plot/format.ts'
import { Slider } from '../slider.tsx'
import { Figure } from './figure.tsx'
import { Handle } from './handle.tsx'
import { PaneView } from './pane-view.tsx'

const shortest = 0.25
const longest = 3

export interface WeightLengthProps {
  /** ‖W₁‖ where ‖W₂‖ = 1, in [0.25, 3]. */
  readonly length: number
  readonly onLength: (length: number) => void
}

/** Two classes in the plane: softmax's boundary moves with ‖W₁‖, NSL's does not. */
export function WeightLength({ length, onLength }: WeightLengthProps): JSX.Element {
  const figure = useMemo(() => weightLength(length), [length])
  const set = (value: number): void =>
    onLength(Number(Math.max(shortest, Math.min(longest, value)).toFixed(2)))
  return (
    <Figure
      figure={figure}
      controls={
        <Slider
          label="‖W₁‖ : ‖W₂‖"
          value={length}
          min={shortest}
          max={longest}
          step={0.05}
          shown={`${fixed(length, 2)} : 1`}
          onInput={set}
        />
      }
      note="120 drawn points, not a trained model: what moves is the classifier’s boundary alone."
    >
      {figure.panes.map((pane) => (
        <PaneView key={pane.caption.title} pane={pane}>
          <Handle
            at={pane.tip}
            label={`Length of W₁: ${pane.caption.title}`}
            text={`${fixed(length, 2)} times W₂. ${pane.caption.description ?? ''}`}
            now={length}
            min={shortest}
            max={longest}
            onDrag={(spot) => set(pane.lengthAt(spot))}
            onStep={({ right, up }) => set(length + 0.05 * (right + up))}
          />
        </PaneView>
      ))}
    </Figure>
  )
}
