/** @file An SVG picture that names itself; needs nothing to draw with. */

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
