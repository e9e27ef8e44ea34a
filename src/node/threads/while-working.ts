/** Hands out what work reports while it is under way, then its result. @param drain takes what has been reported since */
export async function* whileWorking<T, E>(work: Promise<T>, drain: () => readonly E[]): AsyncGenerator<E, T> {
  let done = false
  const settled = work.then(
    () => (done = true),
    () => (done = true),
  )
  while (!done) {
    await Promise.race([settled, new Promise((resolve) => setTimeout(resolve, 100))])
    yield* drain()
  }
  return work
}
