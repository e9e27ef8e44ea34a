/** @file A pane on the page: the drawing as one picture with a name, and what can be moved on top of it. */
import type { ComponentChildren, JSX } from 'preact'
import type { Pane } from '../../src/plot/pane.ts'

export interface PaneViewProps {
  readonly pane: Pane
  /** Handles, in the pane's pixels. */
  readonly children?: ComponentChildren
}

/** Shows a pane, as wide as there is room for. */
export function PaneView({ pane, children }: PaneViewProps): JSX.Element {
  const { width, height } = pane.size
  const { title, description } = pane.caption
  return (
    <svg
      class="pane"
      viewBox={`0 0 ${width} ${height}`}
      style={{ maxWidth: `${width * 1.25}px` }}
      fill="currentColor"
      font-family="system-ui, sans-serif"
      font-size="13"
      text-anchor="middle"
    >
      <g
        role="img"
        aria-label={description === undefined ? title : `${title}. ${description}`}
        dangerouslySetInnerHTML={{ __html: pane.markup }}
      />
      {children}
    </svg>
  )
}
