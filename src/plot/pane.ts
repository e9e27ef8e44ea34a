/** @file A pane: one drawing of a figure, which a page shows by itself and a file shows beside its neighbours. */
import { standalone, type Theme } from './palette.ts'
import { moved } from './shapes.ts'
import { type Caption, type FigureSize, svgFigure } from './svg.ts'

/** Drawn markup and the pixels it takes, the origin at its upper left corner. */
export interface Pane {
  readonly markup: string
  readonly size: FigureSize
  readonly caption: Caption
}

/** A figure of panes, under the name of its file. */
export interface PaneFigure<P extends Pane = Pane> {
  /** In kebab case. */
  readonly name: string
  readonly caption: Caption
  readonly panes: readonly P[]
  /** Panes in a row of a file. @defaultValue all */
  readonly columns?: number
}

/** A figure as a file's SVG, colours filled in. */
export function figureSvg({ panes, caption, columns }: PaneFigure, theme: Theme = 'light'): string {
  return standalone(panesFigure(panes, caption, columns), theme)
}

/**
 * Panes beside each other as one figure, in rows of `columns`.
 * @param caption of the whole
 * @param columns how many fit in a row. @defaultValue all of them
 */
export function panesFigure(
  panes: readonly Pane[],
  caption: Caption,
  columns: number = panes.length,
): string {
  const gap = 16
  const perRow = Math.max(1, columns)
  const rows = Array.from({ length: Math.ceil(panes.length / perRow) }, (_, row) =>
    panes.slice(row * perRow, (row + 1) * perRow),
  )
  let y = 0
  let width = 0
  const parts: string[] = []
  for (const row of rows) {
    let x = 0
    for (const pane of row) {
      parts.push(moved({ x, y }, pane.markup))
      x += pane.size.width + gap
    }
    width = Math.max(width, x - gap)
    y += Math.max(0, ...row.map((pane) => pane.size.height)) + gap
  }
  return svgFigure(parts.join(''), { width, height: Math.max(0, y - gap) }, caption)
}
