/** @file What figures are drawn with: Plot and a document, loaded once and handed to pure figure functions. */
import type * as PlotLibrary from '@observablehq/plot'
import { type Caption, svgFigure } from './svg.ts'

/** Observable Plot and the document it builds in. */
export interface Drawing {
  readonly Plot: typeof PlotLibrary
  readonly document: Document
}

/** Loads Plot; the document is the page's own in a browser, linkedom's elsewhere. */
export async function openDrawing(): Promise<Drawing> {
  const Plot = await import('@observablehq/plot')
  if (typeof document !== 'undefined') return { Plot, document }
  const { parseHTML } = await import('linkedom')
  return { Plot, document: parseHTML('<!doctype html><html><body></body></html>').document }
}

/** Draws marks with the figures' common look and returns the SVG text. */
export function drawFigure(drawing: Drawing, caption: Caption, options: PlotLibrary.PlotOptions): string {
  const size = { width: options.width ?? 440, height: options.height ?? 280 }
  const element = drawing.Plot.plot({
    document: drawing.document,
    marginTop: 24,
    marginRight: 16,
    marginBottom: 40,
    marginLeft: 48,
    ...options,
    ...size,
  })
  // Plot's own style sheet is dropped: the page's and the presentation attributes say everything
  const inner = element.innerHTML
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replaceAll(' aria-hidden="true"', '')
    .replaceAll(/ aria-label="[^"]*"/g, '')
    // hundredths of a pixel are enough, and the last digits of a logarithm differ between machines
    .replaceAll(/<[^<>]+>/g, (tag) =>
      tag.replaceAll(/-?\d+(\.\d+)?(e-?\d+)?/g, (number, decimals: string | undefined) =>
        (decimals?.length ?? 0) > 3 ? String(Number(Number(number).toFixed(2))) : number,
      ),
    )
  return svgFigure(inner, size, caption)
}
