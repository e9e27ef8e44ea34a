/** @file The page: the argument in sections, each beside its figure. */
import type { JSX } from 'preact'

/** The whole lab. */
export function Page(): JSX.Element {
  return <main>lab</main>
}
