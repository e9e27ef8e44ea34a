/** @file The frame of every page: one file, nothing fetched, no script. */
import { html, type Html, type HtmlPart, trusted, withCode } from './html.ts'
import { styleSheet } from './style.ts'

/** A part of a page; `id` is its address within it. */
export interface Section {
  readonly id: string
  readonly title: string
  readonly body: Html
}

/** A page. */
export interface Page {
  readonly title: string
  /** What kind of page, in small letters above the title. */
  readonly eyebrow: string
  readonly summary: string
  readonly notices: readonly Html[]
  readonly sections: readonly Section[]
  readonly footer: string
}

// pictures are data URIs and styles are inline; the policy makes a browser refuse everything else
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

/** The page as one HTML file. */
export function renderPage(page: Page): string {
  const link = (section: Section): Html => html`<li><a href="#${section.id}">${section.title}</a></li>`
  const block = (section: Section): Html =>
    html` <section id="${section.id}" aria-labelledby="${section.id}-title">
      <h2 id="${section.id}-title">${section.title}</h2>
      ${section.body}
    </section>`
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="generator" content="cosface" />
        <title>${page.title}</title>
        <style>
          ${trusted(styleSheet)}
        </style>
      </head>
      <body>
        <a class="skip" href="#content">To the results</a>
        <header>
          <p class="eyebrow">${page.eyebrow}</p>
          <h1>${page.title}</h1>
          <p class="summary">${page.summary}</p>
          ${page.notices.map((notice) => html`<div class="notice" role="note">${notice}</div>`)}
          <nav aria-label="On this page">
            <ul>
              ${page.sections.map(link)}
            </ul>
          </nav>
        </header>
        <main id="content">${page.sections.map(block)}</main>
        <footer>${page.footer}</footer>
      </body>
    </html> `.markup
}

/** A figure with what it is and how to read it. */
export function figure(svg: string, title: string, reading: string): Html {
  return html`<figure>
    <figcaption><strong>${title}</strong><span>${reading}</span></figcaption>
    ${trusted(svg)}
  </figure>`
}

/** A column of a table; numbers stand to the right. */
export interface Column {
  readonly title: string
  readonly number?: boolean
}

/** A cell over several columns, for words where numbers are missing. */
export interface Spanning {
  readonly columns: number
  readonly content: Html
}

/** A cell over several columns. */
export function spanning(columns: number, content: Html): Spanning {
  return { columns, content }
}

// from so many columns on, titles break into lines
const wide = 8

/** A table whose first column names the row; it scrolls sideways where the screen is narrow. */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly (HtmlPart | Spanning)[])[],
  below?: string,
): Html {
  const numeric = (index: number): HtmlPart => columns[index]?.number === true && trusted(' class="number"')
  const cell = (part: HtmlPart | Spanning, index: number): Html => {
    if (typeof part === 'object' && 'columns' in part)
      return html`<td colspan="${part.columns}">${part.content}</td>`
    return index === 0 ? html`<th scope="row">${part}</th>` : html`<td${numeric(index)}>${part}</td>`
  }
  return html`<div class="scroll" role="group" aria-label="${caption}" tabindex="0">
    <table${columns.length >= wide && trusted(' class="wide"')}>
      <caption>
        ${caption}${below !== undefined && html`<span>${below}</span>`}
      </caption>
      <thead>
        <tr>
          ${columns.map((column, index) => html`<th scope="col" ${numeric(index)}>${column.title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map(cell)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}

/** One sentence as a paragraph, several as a list. */
export function sentences(items: readonly string[]): Html {
  return items.length === 1
    ? html`<p>${withCode(items[0] ?? '')}</p>`
    : html`<ul>
        ${items.map((item) => html`<li>${withCode(item)}</li>`)}
      </ul>`
}
