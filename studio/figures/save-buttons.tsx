/** @file Two small buttons that save a figure. */
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { savePng, saveSvg } from '../save-figure.ts'

export interface SaveButtonsProps {
  /** The file's name without its ending, in kebab case. */
  readonly name: string
  /** What the figure shows, for the buttons' names. */
  readonly title: string
  /** The figure as a whole SVG file, asked for when it is saved. */
  readonly svg: () => string
}

/** Saves a figure as SVG or PNG. */
export function SaveButtons({ name, title, svg }: SaveButtonsProps): JSX.Element {
  const [failure, setFailure] = useState<string | undefined>(undefined)
  const onPng = (): void => {
    savePng(name, svg()).then(
      () => setFailure(undefined),
      () => setFailure('This browser cannot draw the figure as a PNG; SVG works.'),
    )
  }
  return (
    <span class="save">
      <button type="button" aria-label={`Save as SVG: ${title}`} onClick={() => saveSvg(name, svg())}>
        SVG
      </button>
      <button type="button" aria-label={`Save as PNG: ${title}`} onClick={onPng}>
        PNG
      </button>
      {failure === undefined ? null : <span role="alert">{failure}</span>}
    </span>
  )
}
