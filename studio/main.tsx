/** @file The lab: the paper as a page. */
import { render } from 'preact'
import { Page } from './page.tsx'

const root = document.getElementById('lab')
if (root !== null) render(<Page />, root)
