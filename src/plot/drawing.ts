/** @file What figures are drawn with: Plot and a document, loaded once and handed to pure figure functions. */
import type * as PlotLibrary from '@observablehq/plot'

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

/** What a figure says to those who cannot see it. */
export interface Caption {
  /** One line: what is drawn. */
  readonly title: string
  /** What the reader of the picture would take from it. */
  readonly description?: string
}

/** Text safe inside markup and attributes. */
export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** Width and height of a figure in CSS pixels. */
export interface FigureSize {
  readonly width: number
  readonly height: number
}

/** Wraps drawn markup into an SVG that scales with its container and names itself. */
export function svgFigure(inner: string, size: FigureSize, caption: Caption): string {
  const description =
    caption.description === undefined ? '' : `<desc>${escapeXml(caption.description)}</desc>`
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}"` +
    ` role="img" aria-label="${escapeXml(caption.title)}" fill="currentColor" font-family="system-ui, sans-serif" font-size="13"` +
    ` text-anchor="middle"><title>${escapeXml(caption.title)}</title>${description}${inner}</svg>`
  )
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
    .replaceAll(/<[^>]+>/g, (tag) =>
      tag.replaceAll(/-?\d+\.\d{3,}(e-?\d+)?/g, (number) => String(Number(Number(number).toFixed(2)))),
    )
  return svgFigure(inner, size, caption)
}
