/** @file Figures drawn one after another, so that the page answers between them. */
import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'

let last: Promise<void> = Promise.resolve()

/** Waits for its turn and for the browser to have painted. */
const turn = (): Promise<void> => {
  last = last.then(
    () =>
      new Promise((resolve) => {
        setTimeout(resolve, 0)
      }),
  )
  return last
}

/** Shows its children a moment later than the words around them. */
export function Later({ children }: { readonly children: ComponentChildren }): JSX.Element {
  const [isShown, setShown] = useState(false)
  useEffect(() => void turn().then(() => setShown(true)), [])
  return isShown ? <>{children}</> : <div class="later" />
}
