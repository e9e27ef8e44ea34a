/** @file The lab: the paper as a page. */
import { render } from 'preact'
import { paletteCss } from '../src/plot/palette.ts'
import { Page } from './page.tsx'

const colours = document.createElement('style')
colours.textContent = `:root { ${paletteCss('light')} } @media (prefers-color-scheme: dark) { :root { ${paletteCss('dark')} } }`
document.head.append(colours)

const root = document.getElementById('lab')
if (root !== null) render(<Page />, root)
