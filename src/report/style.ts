/** @file The page's look: quiet, printable, light and dark, readable on a phone. */
import { paletteCss } from '../plot/palette.ts'

const theme = (name: 'light' | 'dark'): string =>
  paletteCss(name) +
  (name === 'light'
    ? ' --page: #fbfaf8; --panel: #ffffff; --line: #e4e2dd; --warm: #fdf4e3; --warm-line: #ecd5a3; --link: #00639c;'
    : ' --page: #141619; --panel: #1b1e22; --line: #30343a; --warm: #2a2417; --warm-line: #5c4a20; --link: #7cc4f2;')

/** The page's style sheet. */
export const styleSheet: string = `
:root { color-scheme: light dark; ${theme('light')}
  --serif: 'Iowan Old Style', 'Palatino Linotype', Palatino, 'URW Palladio L', P052, Georgia, serif;
  --sans: system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif; }
@media (prefers-color-scheme: dark) { :root { ${theme('dark')} } }
@media print { :root { color-scheme: light; ${theme('light')} --page: #fff; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; background: var(--page); color: var(--cf-ink); font: 16px/1.6 var(--sans); }
main, header, footer { max-width: 66rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 3.5rem; }
footer { padding: 2rem 1.5rem 4rem; color: var(--cf-soft); font-size: .875rem; }
a { color: var(--link); text-underline-offset: .18em; text-decoration-thickness: 1px; }
a:focus-visible, [tabindex]:focus-visible, summary:focus-visible { outline: 2px solid var(--link); outline-offset: 3px; border-radius: 3px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--panel); padding: .5rem 1rem; }
.eyebrow { margin: 0; color: var(--cf-soft); font-size: .8125rem; letter-spacing: .06em; text-transform: uppercase; }
h1 { font: 600 2.25rem/1.2 var(--serif); margin: .4rem 0 .6rem; letter-spacing: -.01em; text-wrap: balance; }
h2 { font: 600 1.5rem/1.3 var(--serif); margin: 0 0 .5rem; }
h3 { font: 600 1rem/1.4 var(--sans); margin: 2rem 0 .5rem; }
p { max-width: 44rem; margin: 0 0 1rem; text-wrap: pretty; }
section { padding: 2.75rem 0 0; scroll-margin-top: 1rem; }
.summary { color: var(--cf-soft); margin: 0; }
nav { margin: 1.5rem 0 0; border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; list-style: none; margin: 0; padding: .6rem 0; font-size: .9375rem; }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }
.headline { font: 400 1.625rem/1.42 var(--serif); max-width: 46rem; margin: 0 0 1.75rem; }
.lead { font: 400 1.125rem/1.5 var(--sans); margin: 0 0 1.25rem; }
.tiles { display: grid; grid-template-columns: repeat(4, 1fr); gap: 1px; margin: 0; background: var(--line); border: 1px solid var(--line); border-radius: 8px; overflow: hidden; }
.tile { background: var(--panel); padding: 1rem 1.25rem 1.1rem; }
.tile dt { color: var(--cf-soft); font-size: .875rem; }
.tile dd { margin: 0; }
.tile .value { font: 600 1.75rem/1.35 var(--sans); font-variant-numeric: tabular-nums; letter-spacing: -.015em; }
.tile .value.none { font-size: 1.125rem; line-height: 2.1; color: var(--cf-soft); }
.tile .detail { color: var(--cf-soft); font-size: .8125rem; line-height: 1.45; }
.notice { background: var(--warm); border: 1px solid var(--warm-line); border-radius: 8px; padding: .85rem 1.25rem; margin: 1.5rem 0 0; }
.notice p, .notice ul { margin: 0; max-width: none; }
.notice ul { padding-left: 1.1rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr)); gap: 1.25rem; margin: 1.25rem 0 0; }
figure { margin: 0; background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 1.1rem 1.1rem .9rem; min-width: 0; }
.figures > .scroll { margin: 0; align-self: center; }
figure > svg { display: block; width: 100%; height: auto; max-width: 34rem; margin: 0 auto; }
figcaption { order: -1; margin: 0 0 .6rem; }
figcaption strong { display: block; font-weight: 600; }
figcaption span { color: var(--cf-soft); font-size: .875rem; line-height: 1.5; display: block; }
.scroll { overflow-x: auto; margin: 1.25rem 0 0; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .9375rem; }
caption { text-align: left; font-weight: 600; padding: 0 0 .5rem; }
caption span { display: block; color: var(--cf-soft); font-weight: 400; font-size: .875rem; }
th, td { padding: .5rem .9rem .5rem 0; text-align: left; vertical-align: baseline; border-bottom: 1px solid var(--line); }
thead th { color: var(--cf-soft); font-weight: 500; font-size: .8125rem; white-space: nowrap; }
tbody th { font-weight: 500; white-space: nowrap; }
.wide { font-size: .8125rem; } .wide th, .wide td { padding-right: .55rem; } .wide thead th { white-space: normal; vertical-align: bottom; font-size: .75rem; }
.wide tbody th { white-space: normal; overflow-wrap: anywhere; min-width: 6rem; }
.number { text-align: right; white-space: nowrap; }
td:last-child, th:last-child { padding-right: 0; }
td.muted, .muted { color: var(--cf-soft); }
.pairs { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.4rem, 1fr)); gap: 1.25rem 1rem; list-style: none; padding: 0; margin: .75rem 0 0; }
.pairs li { min-width: 0; }
.pairs .two { display: grid; grid-template-columns: 1fr 1fr; gap: 2px; border-radius: 6px; overflow: hidden; background: var(--line); }
.pairs img { display: block; width: 100%; height: auto; }
.pairs .score { font-variant-numeric: tabular-nums; font-size: .9375rem; margin: .4rem 0 0; }
.pairs .names { color: var(--cf-soft); font-size: .8125rem; line-height: 1.4; overflow-wrap: anywhere; margin: 0; }
.wrong { color: var(--cf-orange); font-weight: 600; }
.right { color: var(--cf-green); font-weight: 600; }
.crops { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.6rem, 1fr)); gap: 1rem; list-style: none; padding: 0; margin: 1.25rem 0 0; }
.crops svg { display: block; width: 100%; height: auto; border-radius: 6px; }
.crops span { color: var(--cf-soft); font-size: .8125rem; overflow-wrap: anywhere; display: block; line-height: 1.4; margin-top: .3rem; }
.settings { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); gap: 0 3rem; margin: .5rem 0 0; }
.settings h3 { border-bottom: 1px solid var(--line); padding-bottom: .35rem; margin-bottom: .25rem; }
.settings dl { margin: 0; font-size: .9375rem; }
.settings dl > div { display: flex; justify-content: space-between; gap: 1rem; padding: .22rem 0; }
.settings dt { color: var(--cf-soft); }
.settings dd { margin: 0; text-align: right; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.plain { max-width: 46rem; padding-left: 1.1rem; margin: 0; }
.plain li { margin: 0 0 .7rem; }
.plain li::marker { color: var(--cf-faint); }
.glossary { display: grid; grid-template-columns: minmax(9rem, max-content) 1fr; gap: .5rem 2rem; margin: 1rem 0 0; font-size: .9375rem; }
.glossary dt { font-weight: 600; } .glossary dd { margin: 0; max-width: 40rem; }
@media (max-width: 56rem) { .tiles { grid-template-columns: 1fr 1fr; } }
@media (max-width: 40rem) {
  header { padding-top: 2rem; } main, header, footer { padding-left: 1.1rem; padding-right: 1.1rem; }
  h1 { font-size: 1.75rem; } .headline { font-size: 1.3125rem; }
  table { font-size: .875rem; } th, td { padding-right: .6rem; } .aside { display: none; } caption { max-width: calc(100vw - 2.2rem); }
  figure { padding: .8rem .6rem .6rem; } figcaption { padding: 0 .3rem; }
  .lead { font: 400 1.125rem/1.5 var(--sans); margin: 0 0 1.25rem; }
.tiles { grid-template-columns: 1fr 1fr; } .tile { padding: .8rem .9rem; } .tile .value { font-size: 1.375rem; }
  .glossary { grid-template-columns: 1fr; gap: 0; } .glossary dd { margin-bottom: .6rem; }
}
@media print {
  body { font-size: 10pt; } nav, .skip { display: none; } header { padding-top: 0; }
  figure, .tile, tr, .pairs li, .crops li { break-inside: avoid; } h2, h3 { break-after: avoid; }
  section { padding-top: 1.5rem; } .figures { grid-template-columns: 1fr 1fr; }
  .figures > .scroll { grid-column: 1 / -1; } .scroll { overflow: visible; }
}
`
