/** @file What every figure has around it: its panes side by side or one below the other, a caption, and a way to save it. */
import type { ComponentChildren, JSX } from 'preact'
import { figureSvg, type PaneFigure } from '../../src/plot/pane.ts'
import { SaveButtons } from './save-buttons.tsx'
import './figures.css'

export interface FigureProps {
  /** What is saved; its title is the caption. */
  readonly figure: PaneFigure
  /** The panes. */
  readonly children: ComponentChildren
  /** What can be set, below the panes. */
  readonly controls?: ComponentChildren
  /** A sentence below the caption. */
  readonly note?: string
}

/** A figure with its caption. */
export function Figure({ figure, children, controls, note }: FigureProps): JSX.Element {
  return (
    <figure class="lab-figure" id={figure.name}>
      <div class="panes">{children}</div>
      {controls === undefined ? null : <div class="controls">{controls}</div>}
      <figcaption>
        <span>{figure.caption.title}</span>
        <SaveButtons name={figure.name} title={figure.caption.title} svg={() => figureSvg(figure)} />
        {note === undefined ? null : <small>{note}</small>}
      </figcaption>
    </figure>
  )
}
