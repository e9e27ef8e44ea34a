/** @file Figures as files: SVG with fixed light colours, and PNG at twice the size. */
import { standalone } from '../src/plot/palette.ts'
import { escapeXml } from '../src/plot/svg.ts'

/** Pixels of a PNG for each pixel of its figure. */
const pngScale = 2

/** Offers `content` as a download. */
function download(name: string, content: Blob): void {
  const address = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // the browser has begun to read by the time this is called
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}

const svgBlob = (svg: string): Blob => new Blob([svg], { type: 'image/svg+xml' })

/** Saves a figure as `name`.svg. @param svg a whole SVG file, colours filled in */
export function saveSvg(name: string, svg: string): void {
  download(`${name}.svg`, svgBlob(svg))
}

/** Draws an SVG file into a PNG of twice its size. @throws DOMException where the browser cannot draw it */
export async function pngOf(svg: string): Promise<Blob> {
  const address = URL.createObjectURL(svgBlob(svg))
  try {
    const image = new Image()
    image.src = address
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = Math.round(image.naturalWidth * pngScale)
    canvas.height = Math.round(image.naturalHeight * pngScale)
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
    return await new Promise((resolve, reject) => {
      canvas.toBlob((blob) => {
        if (blob === null) reject(new DOMException('The figure is too large for a PNG', 'EncodingError'))
        else resolve(blob)
      }, 'image/png')
    })
  } finally {
    URL.revokeObjectURL(address)
  }
}

/** Saves a figure as `name`.png. @param svg a whole SVG file, colours filled in */
export async function savePng(name: string, svg: string): Promise<void> {
  download(`${name}.png`, await pngOf(svg))
}

/**
 * What stands in a page as one SVG file: every drawing inside `container` at its place, in the light colours whatever the
 * page's are. For figures that exist only as elements; handles, marked `data-handle`, are left out.
 */
export function svgOfPage(container: Element, title: string): string {
  const frame = container.getBoundingClientRect()
  const drawings = [...container.querySelectorAll('svg')].filter(
    (svg) => svg.parentElement?.closest('svg') === null && svg.getBoundingClientRect().width > 0,
  )
  const boxes = drawings.map((svg) => svg.getBoundingClientRect())
  const left = Math.min(frame.right, ...boxes.map((box) => box.left))
  const top = Math.min(frame.bottom, ...boxes.map((box) => box.top))
  const width = Math.ceil(Math.max(0, ...boxes.map((box) => box.right)) - left)
  const height = Math.ceil(Math.max(0, ...boxes.map((box) => box.bottom)) - top)
  const inner = drawings.map((svg, index) => placed(svg, boxes[index], { left, top })).join('')
  return standalone(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
      `fill="currentColor" font-family="system-ui, sans-serif" font-size="13"><title>${escapeXml(title)}</title>${inner}</svg>`,
  )
}

const placed = (
  svg: SVGSVGElement,
  box: DOMRect | undefined,
  origin: { readonly left: number; readonly top: number },
): string => {
  const copy = svg.cloneNode(true)
  if (!(copy instanceof SVGSVGElement) || box === undefined) return ''
  for (const handle of copy.querySelectorAll('[data-handle]')) handle.remove()
  for (const name of ['class', 'style', 'role', 'aria-label']) copy.removeAttribute(name)
  const places = {
    x: box.left - origin.left,
    y: box.top - origin.top,
    width: box.width,
    height: box.height,
  }
  for (const [name, value] of Object.entries(places)) copy.setAttribute(name, value.toFixed(1))
  return new XMLSerializer().serializeToString(copy)
}
