/** @file HTML as text that is escaped unless it was made here. */
import { escapeXml } from '../plot/svg.ts'

/** Markup; made by `html` or declared safe by `trusted`. */
export interface Html {
  readonly markup: string
}

/** What may stand in a template: text is escaped, markup stays, lists are joined, `undefined` and `false` vanish. */
export type HtmlPart = string | number | Html | undefined | false | readonly HtmlPart[]

const render = (part: HtmlPart): string => {
  if (part === undefined || part === false) return ''
  // a number and its unit stay on one line
  if (typeof part === 'string') return escapeXml(part).replaceAll(/(\d) (?=%)/g, '$1\u00a0')
  if (typeof part === 'number') return String(part)
  return 'markup' in part ? part.markup : part.map(render).join('')
}

/** Builds markup; everything put in is escaped unless it is markup itself. */
export function html(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  return { markup: strings.map((text, index) => text + render(parts[index])).join('') }
}

/** Declares text to be markup: for figures drawn by our own code. */
export function trusted(markup: string): Html {
  return { markup }
}

/** A sentence in which commands and options stand between backticks: those become code. */
export function withCode(text: string): Html {
  return html`${text.split(/`([^`]+)`/).map((part, index) => (index % 2 === 0 ? part : html`<code>${part}</code>`))}`
}

/** An image's address: only data URIs of pictures, so that a page never asks the network for anything. @throws TypeError */
export function pictureSource(source: string): string {
  if (/^data:image\/(png|jpeg|webp);base64,[A-Za-z0-9+/=]+$/.test(source)) return source
  throw new TypeError(`Expected a picture as a base64 data URI, got ${source.slice(0, 40)}`)
}
