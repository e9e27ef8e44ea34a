/** @file Long work in a thread that others use too: it stops now and then, so that timers, input and messages are served. */

/** Resolves once everything that waits has had its turn. */
export function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0)
  })
}

/**
 * A function to be awaited between pieces of work: it pauses where `ms` milliseconds have passed since it last did.
 * Pieces should be much shorter. @defaultValue 20
 */
export function breather(ms = 20): () => Promise<void> {
  let last = performance.now()
  return async () => {
    if (performance.now() - last < ms) return
    await pause()
    last = performance.now()
  }
}

/** Work that stops after every few milliseconds' worth; it ends with its result. */
export type Pieces<T> = Generator<void, T>

/** Does all of it without a rest. */
export function atOnce<T>(work: Pieces<T>): T {
  for (;;) {
    const { done, value } = work.next()
    if (done === true) return value
  }
}

/** Does it with `rest` awaited between the pieces. */
export async function withRests<T>(work: Pieces<T>, rest: () => Promise<void>): Promise<T> {
  for (;;) {
    const { done, value } = work.next()
    if (done === true) return value
    await rest()
  }
}
