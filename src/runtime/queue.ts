/** @file One thing after another. */

/** Runs pieces of asynchronous work strictly in the order they were given. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve()

  /** Starts `work` when all earlier work has ended, however it ended. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work)
    this.#last = result.catch(() => undefined)
    return result
  }
}
